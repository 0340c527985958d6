"""Tells in the log that mail was refused or put off: a line a kind and minute, with how many."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from live.inbound.house import Counters

EACH_S = 60.0
"""Between two lines of a kind: a day of a client that tries on and on makes 1,440, of some 100 kB."""
SHOWN_CHARACTERS = 100

log = logging.getLogger("postroom.agent")


class RefusalLog:
    """Compares what was counted at the door with what has been told. Costs a mail nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, int] = {}
        self._at: dict[str, float] = {}

    def look(self, counters: Counters, *, at_last: bool = False) -> None:
        """Tell what is new, of each kind at most once a minute; `at_last` all that has not been told."""
        unknown = ascii(counters.last_unknown[:SHOWN_CHARACTERS])
        for what, count, more in (
            ("mail=refused why='unknown recipient'", counters.unknown_recipients, f" last={unknown}"),
            ("mail=refused why='too big'", counters.too_big, ""),
            ("mail=put off", counters.put_off, ""),
            ("connection=put off why='too many'", counters.turned_away, ""),
        ):
            new = count - self._told.get(what, 0)
            now = self._clock()
            if new and (at_last or now - self._at.get(what, float("-inf")) >= EACH_S):
                log.warning("%s count=%d%s", what, new, more)
                self._told[what], self._at[what] = count, now
