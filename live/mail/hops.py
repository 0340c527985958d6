"""The path of a mail as its `Received` headers tell it (RFC 5321, 4.4): what each server wrote on top."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

HOPS = 60
"""More than this many is a loop (Postfix gives up at 50)."""
HEADER_CHARACTERS = 2_000
"""What is read of one header: a `Received` line of a real server has some 400."""

_FROM = re.compile(r"\bfrom\s+(\S+)", re.IGNORECASE)
_BY = re.compile(r"\bby\s+(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hop:
    """One server that took the mail. All of it can be forged by those before our own: untrusted."""

    words: str
    """From whom, and by whom it was taken."""
    at: datetime | None
    """When, by that server's clock; None where it does not say."""


def hops(headers: Sequence[tuple[str, str]]) -> tuple[Hop, ...]:
    """The hops in the order of the way, the earliest first; the latest `HOPS` of them."""
    found = [value[:HEADER_CHARACTERS] for name, value in headers if name.lower() == "received"]
    return tuple(_hop(value) for value in reversed(found[:HOPS]))


def _hop(value: str) -> Hop:
    told, _, stamp = value.rpartition(";")
    told = told or value
    sent, taken = _FROM.search(told), _BY.search(told)
    parts = [f"from {sent[1]}" if sent else "", f"by {taken[1]}" if taken else ""]
    return Hop(" ".join(part for part in parts if part) or "unnamed server", _time(stamp))


def _time(stamp: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(stamp.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
