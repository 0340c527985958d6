"""Stores with grants of the rehearsal's authorization server, and what a refresh makes of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from live.oauth.http import HttpLimits, OAuthHttp
from live.oauth.refresh import Event, Refreshed, Result
from live.rehearsal.authorization.issuer import Issuer, Pace
from live.rehearsal.authorization.registry import Client, Dialect, Person
from live.rehearsal.authorization.server import serving
from store import grants
from store.assets import AssetRow
from store.database import Store
from store.grant_events import GrantEvent
from store.grants import Kept, Tokens
from store.kinds import SignIn
from store.oauth_clients import OAuthClient
from store.vault import Vault
from tests.live.authorization_kit import BEN, MAIL, PUBLIC, Clock, Server
from tests.live.oauth.desk import keep_client
from tests.store.kit import PATIENCE_S, raw

OLD_ACCESS = SecretStr("EwB.planted-old-access-token-3f1b77d0c2")
"""What every grant begins with."""
LIMITS = HttpLimits(connect=2, read=2, total=4)


def moment(server: Server) -> datetime:
    """The server's time, which is ours in these tests; to the millisecond, as the store keeps it."""
    return datetime.fromtimestamp(int(server.clock() * 1000) / 1000, UTC)


def http_for(server: Server, limits: HttpLimits = LIMITS) -> OAuthHttp:
    """A client whose clock agrees with the server's."""
    return OAuthHttp(limits, clock=lambda: moment(server))


def stock(
    store: Store,
    vault: Vault,
    server: Server,
    count: int = 3,
    *,
    client: Client = PUBLIC,
    kept: OAuthClient | None = None,
    now: datetime | None = None,
    **of_tokens: Any,
) -> list[int]:
    """Keep assets with grants whose access token has just ended; gives their ids, in order of names."""
    kept = kept or keep_client(store, vault, server, client)
    now = now or moment(server)
    ids = assets_of(store, kept, count, now)
    news = [granted(id_, server.issuer.mint(client.client_id, address(id_)), now, **of_tokens) for id_ in ids]
    grants.keep_tokens(store, vault, news)
    return ids


def assets_of(store: Store, client: OAuthClient, count: int, now: datetime) -> list[int]:
    """Keep so many assets of a client, without grants."""
    with store.write() as session:
        first = len(session.connection().exec_driver_sql("SELECT id FROM assets").all())
        rows = [_row(first + number, client, now) for number in range(count)]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows if row.id is not None]


def address(asset_id: int) -> str:
    return f"desk-{asset_id}@example.org"


def _row(number: int, client: OAuthClient, now: datetime) -> AssetRow:
    name = f"Desk {number:04}"
    return AssetRow(
        name=name,
        name_key=name.casefold(),
        address=f"desk-{number + 1}@example.org",
        address_key=f"desk-{number + 1}@example.org",
        provider=client.provider,
        sign_in=SignIn.OAUTH,
        host="smtp.example.org",
        port=587,
        oauth_client_id=client.id,
        created_at=now,
        updated_at=now,
    )


def granted(asset_id: int, refresh: SecretStr | None, now: datetime, **of_tokens: Any) -> Kept:
    """A grant whose access token has just ended."""
    given = {"access": OLD_ACCESS, "refresh": refresh, "scope": MAIL[PUBLIC.dialect], "validity": 3600}
    return Kept(
        asset_id=asset_id,
        tokens=Tokens(**(given | of_tokens)),
        obtained_at=now - timedelta(hours=1),
        expires_at=now,
        next_refresh_at=now - timedelta(minutes=6),
        deadline=None,
        event=GrantEvent(now - timedelta(hours=1), "consent", "kept", 80.0),
        consented=True,
    )


async def told(events: AsyncGenerator[Event, None]) -> list[Event]:
    """All that a refresh tells."""
    return [event async for event in events]


def results(events: list[Event]) -> dict[int, Result]:
    """How each grant fared."""
    return {event.asset_id: event.result for event in events if isinstance(event, Refreshed)}


def only(events: list[Event]) -> Refreshed:
    """The one result."""
    (found,) = [event for event in events if isinstance(event, Refreshed)]
    return found


def held(store: Store, vault: Vault, asset_id: int) -> tuple[str, str]:
    """The access and the refresh token as they are kept."""
    with store.read() as session:
        access = grants.access_token(session, vault, asset_id)
        refresh = grants.refresh_token(session, vault, asset_id)
    return access.get_secret_value() if access else "", refresh.get_secret_value() if refresh else ""


def claims_left(store: Store) -> int:
    """How many grants are claimed."""
    return int(raw(store.path, "SELECT count(*) FROM grants WHERE claimed_by != ''")[0][0])


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that another task or process brings about."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await asyncio.to_thread(condition):
                return
            await asyncio.sleep(0.01)


class RealClock(Clock):
    """The machine's own, where other processes take part."""

    def __call__(self) -> float:
        return time.time()


@asynccontextmanager
async def running_for_others(pace: Pace) -> AsyncIterator[Server]:
    """An authorization server that runs by the machine's clock."""
    clock = RealClock()
    issuer = Issuer((PUBLIC,), (Person(BEN, Dialect.MICROSOFT),), pace=pace, clock=clock)
    async with serving(issuer) as base, httpx.AsyncClient(trust_env=False) as http:
        yield Server(issuer, clock, base, http)
