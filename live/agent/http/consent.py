"""A consent that came back by itself: its state, its code, the check of the new tokens, and words for whoever
sits at the browser, who is the mailbox's owner and has no console."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import SecretStr

from live import diagnosis
from live.agent.ground import Ground
from live.agent.http.pages import Page
from live.diagnosis import OAuthWords, WhoActs
from live.oauth.accept import Accepted, NotAccepted, accept
from live.oauth.authorize import Exchanged, complete
from live.oauth.faults import NetworkFault, TokenRefused
from live.oauth.on_demand import HttpOnDemand
from live.oauth.redirect import AddressUnreadable, parse_redirect
from store import assets, audit, authorizations
from store.assets import Asset, AssetGone, AssetRow
from store.authorizations import Asked
from store.database import Store, StoreError
from store.grant_events import GrantEvent, record_event
from store.grants import MakerChanged
from store.vault import VaultError, VaultState

PATIENCE_S, AGAIN_S = 20.0, 2.0
"""For a store that cannot be written while the tokens are there: a person's consent is worth that."""

TELL = "Tell the person who sent you the link."
NOT_TAKEN = "The sign-in could not be completed"
NEW_LINK = "Ask the person who sent you the link for a new one; the newest one counts."
NO_ANSWER = Page(
    400,
    "Nothing to do here",
    (
        "This address takes the answers of mail providers after somebody has signed in. What came is no such "
        "answer, or is cut short.",
        f"Open the link that you were sent once more. If it ends here again: {TELL[0].lower()}{TELL[1:]}",
    ),
)
LOCKED = Page(
    503,
    "Please try again in a moment",
    (
        "You have signed in, but postroom cannot take the answer now: its vault is locked. Nothing was lost, "
        "and nothing was used up.",
        "Ask the person who sent you the link to unlock it (postroom vault unlock), and then open the same "
        "link again: the answer itself is good for about a minute only, the link for longer.",
    ),
)
BUSY = Page(
    503,
    "Please try again in a moment",
    (
        "postroom cannot use its store now. Reload this page; if that does not help, open the link again.",
        TELL,
    ),
)
TWICE = Page(
    400,
    "This answer was taken already",
    (
        "Every link counts once, and this page was loaded before. If it said then that the mailbox is "
        "connected, all is well, and this window can be closed.",
        "Otherwise ask the person who sent you the link for a new one.",
    ),
)


async def answered(ground: Ground, http: HttpOnDemand, address: SecretStr) -> Page:
    """Take what a browser brought, and say how that went.

    Args:
        address: the request's address, or "?" and its query.
    """
    try:
        state = parse_redirect(address).state
        asked = await asyncio.to_thread(authorizations.asked, ground.store, state)
        if await ground.vault_state() is not VaultState.OPEN:
            # Only to those who bring a state that waits: to all others it is none of their business.
            return LOCKED if asked is not None and asked.used_at is None else NO_ANSWER
        return await _completed(ground, http, address, asked)
    except AddressUnreadable:
        return NO_ANSWER
    except VaultError:
        return LOCKED
    except StoreError:
        return BUSY


async def _completed(ground: Ground, http: HttpOnDemand, address: SecretStr, asked: Asked | None) -> Page:
    try:
        client = await http.opened()
        exchanged = await complete(ground.store, ground.vault, client, address, now=datetime.now(UTC))
    except TokenRefused as refused:
        page = _of_state(refused)
        if page is not None:
            return page
        assert asked is not None
        await asyncio.to_thread(_record_refusal, ground.store, asked.asset_id, refused)
        return _refused(refused.words, refused.diagnosis)
    except NetworkFault as fault:
        return Page(503, NOT_TAKEN, (fault.words, TELL))
    asset = await asyncio.to_thread(_received, ground, exchanged.asset_id)
    if asset is None:
        return Page(410, NOT_TAKEN, ("The mailbox was removed from postroom meanwhile.", TELL))
    return await _trusted(ground, asset, exchanged)


async def _trusted(ground: Ground, asset: Asset, exchanged: Exchanged) -> Page:
    """Check, then trust."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            got = await accept(ground.store, ground.vault, asset, exchanged.client, exchanged)
        except (AssetGone, MakerChanged) as error:
            return Page(410, NOT_TAKEN, (str(error), TELL))
        except StoreError:
            if time.monotonic() >= until:
                raise
        else:
            return _judged(asset, got)
        await asyncio.sleep(AGAIN_S)


def _judged(asset: Asset, got: Accepted | NotAccepted) -> Page:
    if isinstance(got, NotAccepted):
        return _refused(got.words, got.diagnosis)
    return Page(
        200,
        "The mailbox is connected",
        (
            f"Thank you: postroom can send for {asset.address} from now on. It was tried just now, and the "
            "mail server let it in.",
            "Nothing else is to be done; this window can be closed.",
        ),
    )


def _of_state(refused: TokenRefused) -> Page | None:
    """Where the state is used up, too old or nobody's: nothing else was looked at, and nothing is recorded,
    since anybody can bring such an answer any number of times."""
    conditions = ("state_used", "state_ended", "state_mismatch")
    found = {diagnosis.diagnose_oauth("any", OAuthWords.found(one)).id: one for one in conditions}
    condition = found.get(refused.diagnosis)
    if condition is None:
        return None
    return TWICE if condition == "state_used" else Page(400, NOT_TAKEN, (refused.words, NEW_LINK))


def _refused(words: str, diagnosis_id: str) -> Page:
    """What went wrong, who can mend it, and how."""
    found = diagnosis.by_id(diagnosis_id)
    steps = " ".join(found.fix)
    told: Sequence[str]
    if found.who is WhoActs.OWNER:
        told = (found.cause, f"What you can do: {steps}", "Then open the link again, or ask for a new one.")
    elif found.who is WhoActs.NOBODY:
        told = (found.cause, "Wait a little, and ask the person who sent you the link for a new one.")
    else:
        who = "the administrator of your organisation" if found.who is WhoActs.ADMINISTRATOR else "them"
        told = (found.cause, f"{TELL} This is for {who} to mend: {steps}")
    return Page(400, NOT_TAKEN, told, quoted=words)


def _received(ground: Ground, asset_id: int) -> Asset | None:
    asset = assets.by_id(ground.store, ground.vault, asset_id)
    if asset is not None:
        _record(ground.store, asset_id, "consent received", "at the callback address")
    return asset


def _record_refusal(store: Store, asset_id: int, refused: TokenRefused) -> None:
    now = datetime.now(UTC)
    event = GrantEvent(
        now, "consent", "refused", refused.ms, refused.words, refused.references, refused.diagnosis
    )
    _record(store, asset_id, "consent refused", f"at the callback address: {refused.words}", event)


def _record(store: Store, asset_id: int, action: str, detail: str, event: GrantEvent | None = None) -> None:
    with store.write() as session:
        row = session.get(AssetRow, asset_id)
        if row is None:
            return
        audit.record(session, store.actor, action, asset_id=asset_id, asset_name=row.name, detail=detail)
        if event is not None:
            record_event(session, asset_id, event)
