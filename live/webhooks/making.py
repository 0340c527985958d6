"""Makes a delivery's request: opens the mail, reads it, writes the body in the endpoint's style, signs it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from live.webhooks import payloads, platform_payloads, signing
from live.webhooks.courier import Answer, Courier, Undelivered
from live.webhooks.letters import Letter, letter, unpacked
from live.webhooks.payloads import Asking
from live.webhooks.roster import Ready, Roster
from live.webhooks.verdict import Hopeless
from store.database import StoreError
from store.delivery_queue import Claimed
from store.outbox_key import OutboxOpener
from store.vault import SecretUnreadable, VaultError

AT_HAND = 64
"""Letters that were read stay at hand: several endpoints are told of the same mail within moments."""
LARGE_OCTETS = 65_536
"""A sealed source beyond this is read in a thread: half a second of reading would hold everything up."""
LARGE_AT_ONCE = 2
"""Such sources in memory at a time, each up to 100 MB."""
SMALL_LETTER = 100_000
"""Octets of a source that may stay at hand."""


@dataclass(frozen=True, slots=True)
class Made:
    """A request, but for its address."""

    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    at: datetime


class Maker:
    """For one event loop."""

    def __init__(self, sealed: Callable[[int], Awaitable[tuple[int, bytes] | None]]) -> None:
        """
        Args:
            sealed: fetches the sealed source of an event.
        """
        self._sealed = sealed
        self._letters: OrderedDict[tuple[int, bool], Letter] = OrderedDict()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def made(self, ready: Ready, claimed: Claimed, roster: Roster, now: datetime) -> Made | str:
        """The request; a text: why it cannot be made now. Never raises, but for cancellation."""
        if ready.trouble:
            return ready.trouble
        try:
            found = await self._letter(claimed, roster.opener)
            asking = Asking(ready.fields, roster.links)
            style = platform_payloads if ready.fields.style.is_platform else payloads
            body = style.body(claimed, found, asking, now)
            return signed(ready, claimed.uid, body, now)
        except (SecretUnreadable, ValueError) as error:
            return f"The mail cannot be opened: {error}"
        except (VaultError, StoreError) as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # its text may hold what a stranger wrote
            return f"postroom could not make this delivery ({type(error).__name__})."

    async def sent(self, courier: Courier, made: Made) -> Answer | Undelivered | Hopeless:
        """Send it."""
        try:
            return await courier.post(made.body, made.headers)
        except Undelivered as undelivered:
            return undelivered.with_traceback(None)

    async def _letter(self, claimed: Claimed, opener: OutboxOpener | None) -> Letter | None:
        """The mail that it is about; None: it is about none, or the mail was dropped."""
        if not claimed.size:
            return None
        pci = claimed.asset[2]
        known = self._letters.get((claimed.outbox_id, pci))
        if known is not None:
            return known
        assert opener is not None
        if claimed.sealed is not None and claimed.size <= LARGE_OCTETS:
            found = self._read(claimed.uid, claimed.sealed, opener, pci)
        else:
            async with self._large:
                sealed = claimed.sealed or await self._sealed(claimed.outbox_id)
                if sealed is None:
                    return None
                found = await asyncio.to_thread(self._read, claimed.uid, sealed, opener, pci)
        if len(found.source) <= SMALL_LETTER:
            self._letters[(claimed.outbox_id, pci)] = found
            if len(self._letters) > AT_HAND:
                self._letters.popitem(last=False)
        return found

    @staticmethod
    def _read(uid: str, sealed: tuple[int, bytes], opener: OutboxOpener, pci: bool) -> Letter:
        content = opener.open((uid.encode("ascii"), *sealed))
        return letter(unpacked(content), pci=pci)


def signed(ready: Ready, uid: str, body: bytes, now: datetime) -> Made:
    """A body with the headers that sign it."""
    return Made(body, signing.headers(ready.fields.style, ready.keys, uid, now, body), now)
