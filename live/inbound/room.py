"""Whether there is room for one more mail: in memory, counted over all connections, and on the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

from live.inbound.limits import DISK_TIMES, MEGABYTE, Limits

QUIET_S = 60.0
"""A fault that cannot be tried out, such as memory that was full, is over when it has not come again for so
long."""

LOOK_S = 1.0
"""Between two looks at the disk: less than it takes to fill the reserve of 1.5 messages at 75 MB a second."""


class Room:
    """Used by the receiver's loop alone."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._directory = path.parent
        self._needed = int(limits.size * DISK_TIMES)
        self._memory = limits.memory
        self._taken = 0
        self._missed = float("-inf")
        self._short = False
        self._looked = float("-inf")

    @property
    def taken(self) -> int:
        """Octets of memory in use by mails that are on their way in."""
        return self._taken

    def take(self, octets: int) -> bool:
        """Count octets as in use; False, and nothing counted, where they are too many."""
        if not self._holds(octets):
            return False
        self._taken += octets
        return True

    def give_back(self, octets: int) -> None:
        self._taken -= octets

    def fits(self, octets: int) -> bool:
        """Whether so many octets more would be taken now, in memory and on disk."""
        return self._holds(octets) and not self.disk_is_short()

    def shortage(self) -> str:
        """Why there is no room, for a person, by a new look at the disk; "" while there is some."""
        if self.disk_is_short_now():
            return (
                f"Mail is put off: {self._free() // MEGABYTE:.0f} MB are free on the disk of "
                f"{self._directory}, and {self._needed / MEGABYTE:.3g} MB are kept free, one and a half of "
                "the largest message (inbound_size_mb). Free some space there; the senders try again by "
                "themselves."
            )
        if time.monotonic() - self._missed < QUIET_S:
            return (
                "Mail is put off: mails that come in at the same time fill the "
                f"{self._memory / MEGABYTE:.3g} MB of memory that they may take. It passes by itself, and "
                "the senders try again; if it does not, see who sends so much at once."
            )
        return ""

    def disk_is_short(self) -> bool:
        """Whether the store's disk has less free space than one and a half of the largest messages."""
        now = time.monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            self._short = self.disk_is_short_now()
        return self._short

    def disk_is_short_now(self) -> bool:
        """As `disk_is_short`, without relying on the last look; a disk that does not answer is not short."""
        return self._free() < self._needed

    def _free(self) -> float:
        try:
            disk = os.statvfs(self._directory)
        except OSError:
            return float("inf")
        return disk.f_bavail * disk.f_frsize

    def _holds(self, octets: int) -> bool:
        if self._taken + octets <= self._memory:
            return True
        self._missed = time.monotonic()
        return False
