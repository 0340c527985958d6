"""The access token of an asset: used as it is, renewed where it is stale or was refused, or none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from live.oauth.access import NoToken, usable_token
from live.oauth.http import OAuthHttp
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.authorization.issuer import Pace
from store import assets, grants
from store.assets import Asset
from store.database import Store
from store.vault import Vault
from tests.live.authorization_kit import PUBLIC, Server
from tests.live.oauth.desk import keep_asset, keep_client
from tests.live.oauth.stock import OLD_ACCESS, granted, held, http_for, running_for_others
from tests.store.kit import raw


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running_for_others(Pace()) as one:
        yield one


@pytest.fixture
async def http(server: Server) -> AsyncIterator[OAuthHttp]:
    async with http_for(server) as opened:
        yield opened


@pytest.fixture
def asset(store: Store, vault: Vault, server: Server) -> Asset:
    return keep_asset(store, vault, keep_client(store, vault, server, PUBLIC))


def give(store: Store, vault: Vault, server: Server, asset: Asset, left: timedelta) -> None:
    """A grant whose access token lives for so much longer."""
    refresh = server.issuer.mint(PUBLIC.client_id, asset.address)
    grants.keep_tokens(store, vault, [granted(asset.id, refresh, datetime.now(UTC) + left)])


async def test_a_fresh_token_is_used_as_it_is(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset
) -> None:
    give(store, vault, server, asset, timedelta(minutes=2))
    assert await usable_token(store, vault, asset, http) == OLD_ACCESS
    assert server.issuer.book.uses().unused == 1


@pytest.mark.parametrize("left", [timedelta(seconds=30), timedelta(0), timedelta(days=-3)])
async def test_a_stale_token_is_renewed_before(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset, left: timedelta
) -> None:
    give(store, vault, server, asset, left)
    token = await usable_token(store, vault, asset, http)
    assert server.judge(asset.address, token.get_secret_value()) == "good"
    assert held(store, vault, asset.id)[0] == token.get_secret_value()


async def test_many_that_want_it_at_once_renew_it_once(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset
) -> None:
    give(store, vault, server, asset, timedelta(0))
    tokens = await asyncio.gather(*(usable_token(store, vault, asset, http) for _ in range(8)))
    assert len({token.get_secret_value() for token in tokens}) == 1
    assert server.issuer.book.uses().once == 1


async def test_a_refused_token_is_renewed_at_once_unless_somebody_has(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset
) -> None:
    give(store, vault, server, asset, timedelta(minutes=50))
    newer = await usable_token(store, vault, asset, http, refused=OLD_ACCESS)
    assert newer != OLD_ACCESS
    assert await usable_token(store, vault, asset, http, refused=OLD_ACCESS) == newer
    assert server.issuer.book.uses().once == 1


async def test_a_token_that_is_about_to_end_serves_where_it_cannot_be_renewed(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset
) -> None:
    give(store, vault, server, asset, timedelta(seconds=50))
    server.issuer.set_mishap(PUBLIC.client_id, Mishap(Fault.UNAVAILABLE))
    assert await usable_token(store, vault, asset, http) == OLD_ACCESS
    with pytest.raises(NoToken) as caught:
        await usable_token(store, vault, asset, http, refused=OLD_ACCESS)
    assert "503" in caught.value.words
    assert not caught.value.definite


@pytest.mark.parametrize(
    ("fault", "diagnosis", "definite"),
    [
        (Fault.REVOKED, "o365-aadsts-50173", True),
        (Fault.SECRET_EXPIRED, "o365-aadsts-7000222", True),
        (Fault.DEAD, "any-oauth-cut-off", False),
    ],
)
async def test_why_there_is_none_is_said(
    store: Store,
    vault: Vault,
    server: Server,
    http: OAuthHttp,
    asset: Asset,
    fault: Fault,
    diagnosis: str,
    definite: bool,
) -> None:
    give(store, vault, server, asset, timedelta(0))
    server.issuer.set_mishap(PUBLIC.client_id, Mishap(fault))
    with pytest.raises(NoToken) as caught:
        await usable_token(store, vault, asset, http)
    assert (caught.value.diagnosis, caught.value.definite) == (diagnosis, definite)
    assert caught.value.words


async def test_without_a_grant_or_an_open_vault_there_is_none(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset
) -> None:
    with pytest.raises(NoToken, match="No token has been generated") as caught:
        await usable_token(store, vault, asset, http)
    assert caught.value.diagnosis == "any-oauth-grant-missing"
    give(store, vault, server, asset, timedelta(minutes=50))
    vault.lock()
    with pytest.raises(NoToken, match="locked") as caught:
        await usable_token(store, vault, asset, http)
    assert caught.value.diagnosis == "any-auth-vault-locked"


async def test_a_token_that_is_not_written_is_not_used(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset
) -> None:
    give(store, vault, server, asset, timedelta(0))
    raw(
        store.path,
        "CREATE TRIGGER full BEFORE UPDATE ON secrets BEGIN SELECT RAISE(ABORT, 'no room'); END",
    )
    with pytest.raises(NoToken, match="cannot be written") as caught:
        await usable_token(store, vault, asset, http)
    assert caught.value.diagnosis == "any-oauth-store-unwritable"
    raw(store.path, "DROP TRIGGER full")
    token = await usable_token(store, vault, asset, http)
    assert server.judge(asset.address, token.get_secret_value()) == "good"
    assert server.issuer.book.uses().more == 0


async def test_a_token_that_does_not_open_is_none(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, asset: Asset
) -> None:
    give(store, vault, server, asset, timedelta(minutes=50))
    raw(
        store.path,
        "UPDATE secrets SET sealed = x'01' WHERE owner = ? AND name = ?",
        assets.owner_of_secrets(asset.id),
        grants.ACCESS,
    )
    with pytest.raises(NoToken) as caught:
        await usable_token(store, vault, asset, http)
    assert caught.value.diagnosis == "any-oauth-token-unreadable"
