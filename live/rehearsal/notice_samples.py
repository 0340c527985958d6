"""The rehearsal's notices: what its own states call for, as the agent would find it; one is acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime

from live.notices import rounds
from store import notices, settings
from store.database import Store
from store.notice_records import Level


def add_notices(store: Store) -> None:
    """Open the notices, for those whom the configuration beside the store names. The agent mails them, as
    soon as one runs.

    Raises:
        StoreError, store.settings.SettingsError.
    """
    now = datetime.now(UTC)
    rounds.look(store, settings.load(None, store.path).notices, now)
    soon = [line for line in notices.page(store) if line.level is Level.SOON]
    if soon:
        notices.acknowledge(store, soon[-1].id, now)
