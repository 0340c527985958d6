"""Times as people say them; the exact time is one key away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

STEPS = ((60, "min", 60), (24, "h", 3600), (60, "d", 86_400))
BACK = {"m": "minutes", "h": "hours", "d": "days"}


def now() -> datetime:
    """The present moment; the one clock of the console."""
    return datetime.now(UTC)


def ago(then: datetime, now: datetime) -> str:
    """ "now", "4 min ago", "3 h ago", "12 d ago", or the date beyond sixty days. Nothing finer than minutes,
    so that an idle screen has nothing to repaint every second."""
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "now"
    for limit, unit, size in STEPS:
        if seconds < limit * size:
            return f"{int(seconds // size)} {unit} ago"
    return then.astimezone().strftime("%Y-%m-%d")


def until(then: datetime, now: datetime) -> str:
    """ "now", "in 41 min", "in 5 h", "in 12 d", or the date beyond sixty days."""
    seconds = (then - now).total_seconds()
    if seconds < 60:
        return "now"
    for limit, unit, size in STEPS:
        if seconds < limit * size:
            return f"in {int(seconds // size)} {unit}"
    return then.astimezone().strftime("%Y-%m-%d")


def exact(then: datetime) -> str:
    """Local time to the second, with the offset."""
    return then.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def took(ms: float) -> str:
    """A duration given in milliseconds: "0.4 ms", "212 ms", "2.6 s"."""
    if ms < 9.95:  # what would be rounded up to 10 is shown as 10
        return f"{ms:.1f} ms"
    return f"{ms:.0f} ms" if ms < 999.5 else f"{ms / 1000:.1f} s"


def typed(text: str, now: datetime) -> datetime:
    """A time as a person types it: "2026-11-24", "2026-11-24T08:00" (in this machine's zone where it says
    none), or "2d" for two days before `now` (m, h, d).

    Raises:
        ValueError: it is none; the text says how to write it.
    """
    try:
        if text[:-1].isdecimal() and text[-1:] in BACK:
            return now.astimezone() - timedelta(**{BACK[text[-1]]: int(text[:-1])})
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time; write it as in 2026-11-24T08:00 or 2d") from None
