"""The memory of processes."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """Megabytes resident at the peak. From /proc where there is one: `getrusage` tells at least what the
    parent had when it started this process."""
    if STATUS.exists():
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if "VmHWM" in line)
        return int(line.split()[1]) / 1_024
    told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told / (1_048_576 if sys.platform == "darwin" else 1_024)


def resident_mb(pid: int) -> float:
    """Megabytes of a process that are resident now (from /proc, so on Linux alone)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1_024
