"""The time that a mail says it was sent (RFC 5322, 3.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_LONGEST = 100
"""Characters of a date that are looked at; 31 are usual, with a zone's name behind in brackets 60."""
_YEAR = re.compile(r"\s0\d{3}(?!\d)")
"""A year before 1000 in four digits, which Python takes for one of this century."""


def moment(value: str) -> datetime | None:
    """A Date header as an aware time in UTC, or None outside of years 1 to 9999. Never raises.

    A date without a zone is taken as UTC (RFC 5322, 3.3: "-0000").
    """
    if not value:
        return None
    try:
        found = parsedate_tz(value[:_LONGEST])
        if found is None or _YEAR.search(value[:_LONGEST]):
            return None
        zone = timezone(timedelta(seconds=found[9] or 0))
        year, month, day, hour, minute, second = found[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
