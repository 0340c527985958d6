"""Tells one process from all others, so that a dead one is known for dead whatever the clock says."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
STARTED = 19
"""Place of the clock ticks from boot to its start (field 22) in `_stat`."""
ENDED = ("Z", "X")
"""States of a process that has ended."""


def mark_of(pid: int) -> str:
    """What no other process has: the boot, the namespace of process ids and the process's start, as Linux
    tells them; "" where the system does not."""
    with suppress(OSError, IndexError):
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink(PROC / 'self/ns/pid')} {_stat(pid)[STARTED]}"
    return ""


def is_gone(pid: int, mark: str) -> bool:
    """Whether the process of that mark has certainly ended. False: it lives, or nobody can tell."""
    own = mark_of(os.getpid())
    if not mark or not own:
        return False
    boot, namespace, started = mark.split(" ")
    own_boot, own_namespace, _ = own.split(" ")
    if boot != own_boot:
        return True  # a write-ahead log is used on one machine only: that machine has started anew
    if namespace != own_namespace:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # another user's; its start may be hidden
    except OverflowError:
        return False
    with suppress(OSError, IndexError):
        found = _stat(pid)
        ended = found[0] in ENDED  # nothing of it is left but its number, until its parent asks
        return ended or found[STARTED] != started  # the number was given to another one
    return False


def _stat(pid: int) -> list[str]:
    """What is told of it from its state on (proc_pid_stat(5), field 3); the name before may hold anything."""
    return (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].decode("ascii").split()
