"""What is to be done about moments to come when the machine's clock was set back: they were written down by
the clock as it was before, and would come that much too late."""

from __future__ import annotations

from sqlalchemy import text

from store.database import Store

MOMENTS = (
    ("grants", "expires_at", "expires_at IS NOT NULL"),
    ("grants", "next_refresh_at", "next_refresh_at IS NOT NULL"),
    ("grants", "claimed_until", "claimed_until IS NOT NULL"),
    ("deliveries", "next_at", "done_at IS NULL AND next_at != ''"),
    ("webhook_health", "rests_until", "rests_until IS NOT NULL"),
)
"""Table, column, and where it holds one."""
EARLIER = "strftime('%Y-%m-%dT%H:%M:%f+00:00', {column}, :by)"
"""As `store.columns.utc_text` writes it."""


def set_back(store: Store, seconds: float) -> None:
    """Bring these moments forward by so many seconds; 10,000 grants take a tenth of a second.

    Raises:
        StoreError.
    """
    by = f"-{seconds:.3f} seconds"
    with store.write() as session:
        for table, column, where in MOMENTS:
            earlier = EARLIER.format(column=column)
            session.connection().execute(
                text(f"UPDATE {table} SET {column} = {earlier} WHERE {where}"),  # noqa: S608
                {"by": by},
            )
