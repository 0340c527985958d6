"""Column types that the tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.types import String, TypeDecorator


def utc_text(value: datetime) -> str:
    """An aware datetime as it is kept: in UTC, ISO 8601, with milliseconds.

    Raises:
        ValueError: it is naive. OverflowError: it is not in the years 1 to 9999 of UTC.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC).isoformat(timespec="milliseconds")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as ISO 8601 text with milliseconds: it sorts as text and reads well.

    Raises:
        ValueError: the datetime is naive; what zone it means is anybody's guess.
    """

    impl = String(29)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> str | None:
        return None if value is None else utc_text(value)

    def process_result_value(self, value: Any, dialect: object) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)
