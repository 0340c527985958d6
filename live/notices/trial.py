"""Tries the ways by which people are told, past the queue, and says how each went."""

from __future__ import annotations

from dataclasses import dataclass

from live.notices import hook
from live.outgoing import choice
from live.outgoing.choice import PLAIN_WORD
from live.outgoing.letter import Letter
from live.outgoing.routes import RouteUnusable
from live.outgoing.sending import Sent, send
from live.smtp.names import WireNameError
from store.database import Store
from store.settings import Settings
from store.vault import Vault

TEXT = """\
This is a test of postroom, the console for e-mail channel assets.

Notices reach you this way: when a person is needed, before a deadline, and when
it is well again. Nobody needs to answer it.
"""
FACTS = {
    "POSTROOM_NOTICE_ID": "0",
    "POSTROOM_NOTICE_COUNT": "1",
    "POSTROOM_NOTICE_OCCASION": "test",
    "POSTROOM_NOTICE_KIND": "test",
    "POSTROOM_NOTICE_LEVEL": "soon",
    "POSTROOM_NOTICE_CAUSE": "A test of postroom's notices",
}
WAYS = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """How one way went."""

    what: str
    well: bool
    words: str
    """May hold a server's or a command's words: untrusted."""


async def trial(store: Store, vault: Vault, settings: Settings) -> list[Tried]:
    """Send a test to each operator, and run the hook; owners are left in peace.

    Raises:
        StoreError, store.vault.VaultError.
    """
    wanted = settings.notices
    tried = [await _mailed(store, vault, settings, address) for address in wanted.operators]
    if not wanted.operators:
        tried.append(Tried("mail", False, "The configuration names no operators ([notices], operators)."))
    if wanted.hook:
        ran = await hook.run(wanted.hook, FACTS)
        tried.append(Tried(f"the hook {wanted.hook[0]}", ran.well, ran.words or "It ended well."))
    return tried


async def _mailed(store: Store, vault: Vault, settings: Settings, address: str) -> Tried:
    what = f"mail to {address}"
    letter = Letter(address, "postroom: a test of its notices", TEXT, purpose="test")
    found = choice.ways(store, not_through=(), plain=settings.notice_smtp, near=address)
    usable = [way for way in found if not way.why_not]
    wanted = choice.named(usable, settings.notices.through or PLAIN_WORD)
    words = "No way is there to send it: no asset works, and no plain route is configured (notice_smtp)."
    for way in sorted(usable, key=lambda one: one is not wanted)[:WAYS]:
        try:
            outcome = await send(store, vault, way.route, letter)
        except (RouteUnusable, WireNameError) as error:
            words = str(error)
            continue
        if isinstance(outcome, Sent):
            return Tried(what, True, f"through {outcome.through}: {outcome.reply}")
        words = f"through {outcome.through}: {outcome.words}"
        if outcome.in_doubt:
            break
    return Tried(what, False, words)
