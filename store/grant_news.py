"""What webhooks are told of grants: that one was renewed, that one needs a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from store import events
from store.columns import utc_text
from store.events import Event
from store.grant_rows import GrantState
from store.outside_words import kept_words

if TYPE_CHECKING:
    from sqlmodel import Session

    from store.grants import Failed, Kept

NEEDS_PERSON = (GrantState.CONSENT_REQUIRED, GrantState.CLIENT_FAULT)

Before = Mapping[int, Mapping[str, Any]]
"""By asset, the row as it was."""


def renewed(session: Session, news: Sequence[Kept], before: Before) -> None:
    """New tokens were kept."""
    told = [
        (
            new.asset_id,
            {
                "by": "consent" if new.consented else "refresh",
                "before": before.get(new.asset_id, {}).get("state", GrantState.NONE.value),
                "expires_at": utc_text(new.expires_at) if new.expires_at else None,
            },
        )
        for new in news
    ]
    events.emit_all(session, Event.GRANT_RENEWED, told)


def failed(session: Session, failures: Sequence[Failed], before: Before) -> None:
    """Refreshes failed; told are those after which no later try helps, once."""
    told = [
        (
            one.asset_id,
            {"state": one.state.value, "words": kept_words(one.words), "diagnosis": one.diagnosis},
        )
        for one in failures
        if one.state in NEEDS_PERSON and one.state.value != before[one.asset_id]["state"]
    ]
    if told:
        events.emit_all(session, Event.GRANT_FAILED, told)
