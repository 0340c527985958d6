"""Hands a registration on and keeps what came of it: unknown before, and whatever is known afterwards."""

from __future__ import annotations

import asyncio
import contextlib

from pydantic import SecretStr

from live.engage.call import SECONDS, Called, Came, Handover, call
from store import engage_token, registrations
from store.database import Store, StoreError
from store.registrations import RegistrationError
from store.vault import Vault

STOPPED = "The console was closed, or the call stopped, before an answer came."


async def hand_on(
    store: Store,
    vault: Vault,
    asset_id: int,
    service: str,
    what: Handover,
    *,
    ca_pem: str = "",
    seconds: float = SECONDS,
) -> Called:
    """Hand one registration on, and keep it as registered only after a 2xx.

    It is kept as unknown before anything is sent. It stays so where no answer came, where this process dies,
    and where the answer cannot be written; nothing is ever sent again by itself.

    Raises:
        RegistrationError: nothing was sent: the asset cannot be registered, or there is no token.
        store.vault.VaultError: the vault is locked. StoreError: nothing was sent.
    """
    token = await asyncio.to_thread(_token, store, vault)
    asked = await asyncio.to_thread(
        registrations.begin, store, asset_id, service, what.host, what.tracking_id
    )
    try:
        called = await call(what, token, ca_pem=ca_pem, seconds=seconds)
    except BaseException:
        # Not in a thread: when the program ends, nobody waits for one any more.
        _left_open(store, asked.id, STOPPED)
        raise
    return await asyncio.shield(asyncio.to_thread(_kept, store, asked.id, called))


def _token(store: Store, vault: Vault) -> SecretStr:
    with store.read() as session:
        token = engage_token.read(session, vault)
    if token is None:
        raise RegistrationError("No token for Engage is kept; give it with: postroom assets engage-token")
    return token


def _kept(store: Store, registration_id: int, called: Called) -> Called:
    try:
        if called.came is Came.UNKNOWN:
            registrations.left_open(store, registration_id, called.words)
        else:
            registered = called.came is Came.REGISTERED
            registrations.answered(store, registration_id, registered=registered, words=called.words)
    except StoreError as error:
        words = f"{called.words} But that could not be written down, so it is kept as unknown: {error}"
        return Called(Came.UNKNOWN, words)
    return called


def _left_open(store: Store, registration_id: int, words: str) -> None:
    with contextlib.suppress(StoreError):  # it is unknown as it stands; only the reason is missing
        registrations.left_open(store, registration_id, words)
