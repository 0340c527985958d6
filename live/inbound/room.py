"""Whether there is room for one more mail: in memory, counted over all connections, and on the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

from live.inbound.limits import DISK_TIMES, Limits

LOOK_S = 1.0
"""Between two looks at the disk: less than it takes to fill the reserve of 1.5 messages at 75 MB a second."""


class Room:
    """Used by the receiver's loop alone."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._directory = path.parent
        self._needed = int(limits.size * DISK_TIMES)
        self._memory = limits.memory
        self._taken = 0
        self._short = False
        self._looked = float("-inf")

    @property
    def taken(self) -> int:
        """Octets of memory in use by mails that are on their way in."""
        return self._taken

    def take(self, octets: int) -> bool:
        """Count octets as in use; False, and nothing counted, where they are too many."""
        if self._taken + octets > self._memory:
            return False
        self._taken += octets
        return True

    def give_back(self, octets: int) -> None:
        self._taken -= octets

    def fits(self, octets: int) -> bool:
        """Whether so many octets more would be taken now, in memory and on disk."""
        return self._taken + octets <= self._memory and not self.disk_is_short()

    def disk_is_short(self) -> bool:
        """Whether the store's disk has less free space than one and a half of the largest messages."""
        now = time.monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            self._short = self.disk_is_short_now()
        return self._short

    def disk_is_short_now(self) -> bool:
        """As `disk_is_short`, without relying on the last look; a disk that does not answer is not short."""
        try:
            disk = os.statvfs(self._directory)
        except OSError:
            return False
        return disk.f_bavail * disk.f_frsize < self._needed
