"""Checks of how much of an asset's inbound mail is kept."""

from __future__ import annotations

from collections.abc import Iterator

from live.asset_remarks.draft import Draft, Remark, error

MOST = {"keep_days": 36_500, "keep_megabytes": 10_000_000}
"""A hundred years, and ten terabytes: more than anybody means."""
UNITS = {"keep_days": "days", "keep_megabytes": "megabytes"}


def kept(draft: Draft) -> Iterator[Remark]:
    """A number of days or megabytes that is none."""
    for field, number in draft.kept.items():
        if number is not None and not 0 <= number <= MOST[field]:
            unit = UNITS[field]
            yield error(
                field,
                f"How many {unit} of mail are kept is no whole number from 0 to {MOST[field]:,}.",
                f"Enter {unit}, 0 for no limit, or nothing: then the configuration says (inbound_{field}).",
            )
