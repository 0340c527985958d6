"""Whether the answer to an authorization was taken by somebody else, such as the agent, and how that went."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from live.oauth.faults import Fault, TokenRefused
from store import authorizations
from store.database import Store
from store.grant_events import events


@dataclass(frozen=True, slots=True)
class Came:
    """An answer that came."""

    words: str
    kept: bool = False
    """The new token is the asset's grant now."""
    refused: TokenRefused | None = None


def came(store: Store, state: SecretStr) -> Came | None:
    """What became of the answer with that state; None: it has not come."""
    asked = authorizations.asked(store, state)
    if asked is None or asked.used_at is None:
        return None
    latest = next((one for one in events(store, asked.asset_id, limit=5) if one.kind == "consent"), None)
    if latest is None or latest.at < asked.used_at:
        return Came("The answer has come; the tokens are being fetched and checked …")
    if latest.outcome == "kept":
        return Came("The answer has come, and the new token is kept.", kept=True)
    words = latest.answer or "The answer has come, and was refused."
    return Came(words, refused=TokenRefused(Fault.CONSENT, words, latest.diagnosis or ""))
