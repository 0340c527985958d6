"""The program under a clock that is ahead by as many seconds as the file named first says, at every moment:
`python clock_shift.py FILE WORDS…`."""

from __future__ import annotations

import datetime
import sys
import time
from pathlib import Path
from typing import Any

real_datetime, real_time = datetime.datetime, time.time
FILE = Path(sys.argv[1])


def ahead() -> float:
    return float(FILE.read_text() or 0)


class Kind(type):
    """What the real one makes is one of these too."""

    def __instancecheck__(cls, one: Any) -> bool:
        return isinstance(one, real_datetime)

    def __subclasscheck__(cls, one: type) -> bool:
        return issubclass(one, real_datetime)


class Shifted(real_datetime, metaclass=Kind):
    """`datetime` by that clock."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return real_datetime.now(tz) + datetime.timedelta(seconds=ahead())


datetime.datetime = Shifted  # type: ignore[misc]
time.time = lambda: real_time() + ahead()

from tui.cli import main  # noqa: E402  # after the clock

if __name__ == "__main__":
    sys.argv[1:] = sys.argv[2:]
    sys.exit(main())
