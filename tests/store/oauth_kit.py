"""Samples of OAuth clients and grants, and a look at the plan of a query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import event

from store import assets, deadlines, grants, oauth_clients
from store.assets import SignIn
from store.database import Store
from store.deadlines import Deadline
from store.grant_events import GrantEvent
from store.grants import Failed, Grant, GrantState, Kept, Tokens
from store.kinds import Provider
from store.oauth_clients import ClientType, Flow, OAuthClient, OAuthClientFields, Publishing
from store.vault import Vault
from tests.store.kit import NOON, fields, raw

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SCOPE = "https://mail.example.com/ offline_access"
CLIENT_SECRET = SecretStr("planted-Client-Secret-9d0e~")

ALL_OF_A_CLIENT = OAuthClientFields(
    name="Ärger app",
    provider=Provider.GMAIL,
    flow=Flow.SERVICE_ACCOUNT,
    client_type=ClientType.SPA,
    client_id="00000000-0000-4000-8000-000000000001",
    tenant="00000000-0000-4000-8000-000000000002",
    authorization_url="https://login.example.com/authorize",
    token_url="https://login.example.com/token",
    refresh_url="https://login.example.com/refresh",
    device_url="https://login.example.com/device",
    revocation_url="https://login.example.com/revoke",
    scope=SCOPE,
    callback_url="http://127.0.0.1/",
    secret_ends=date(2027, 5, 31),
    publishing=Publishing.TESTING,
    test_users="one@example.com\ntwo@example.com \x1b[31m \N{RIGHT-TO-LEFT OVERRIDE} [/b] %s",
)
"""A client with something in every field, some of it hostile."""

PLAIN_CLIENT = ALL_OF_A_CLIENT.model_copy(update={"test_users": "one@example.com\ntwo@example.com"})
"""The same without what a file of the project had better not hold."""


def client_fields(name: str = "App", **more: Any) -> OAuthClientFields:
    given: dict[str, Any] = {
        "provider": Provider.OFFICE365,
        "client_id": "00000000-0000-4000-8000-000000000001",
        "token_url": "https://login.example.com/token",
        "scope": SCOPE,
    }
    return OAuthClientFields(name=name, **(given | more))


def made_client(store: Store, vault: Vault, name: str = "App", **more: Any) -> OAuthClient:
    return oauth_clients.create(store, vault, client_fields(name, **more))


def made_asset(store: Store, vault: Vault, name: str = "Help desk", **more: Any) -> int:
    """An asset that signs in by OAuth 2.0; its id."""
    return assets.create(store, vault, fields(name, sign_in=SignIn.OAUTH, **more)).id


def tokens(number: int | str = 1, *, refresh: bool = True, **more: Any) -> Tokens:
    """Tokens that tell by their text which ones they are."""
    given: dict[str, Any] = {
        "access": SecretStr(f"planted-access-{number}"),
        "refresh": SecretStr(f"planted-refresh-{number}") if refresh else None,
        "scope": SCOPE,
        "validity": 3600,
    }
    return Tokens(**(given | more))


def happened(outcome: str = "kept", **more: Any) -> GrantEvent:
    given: dict[str, Any] = {"at": NOON, "kind": "refresh", "outcome": outcome, "ms": 12.5}
    return GrantEvent(**(given | more))


def kept(asset_id: int, number: int | str = 1, **more: Any) -> Kept:
    """New tokens at noon, due again in an hour less five minutes."""
    given: dict[str, Any] = {
        "tokens": tokens(number),
        "obtained_at": NOON,
        "expires_at": NOON + HOUR,
        "next_refresh_at": NOON + timedelta(minutes=55),
        "deadline": Deadline(NOON + 90 * DAY, "The refresh token ends.", "owner"),
        "event": happened(),
    }
    return Kept(asset_id, **(given | more))


def failed(asset_id: int, state: GrantState = GrantState.RETRYING, **more: Any) -> Failed:
    given: dict[str, Any] = {
        "words": "HTTP 503: busy",
        "diagnosis": "oauth-busy",
        "next_refresh_at": NOON + timedelta(minutes=1),
        "deadline": Deadline(NOON + HOUR, "It is refused.", "admin"),
        "event": happened("retrying"),
    }
    return Failed(asset_id, state, **(given | more))


def consent(store: Store, vault: Vault, *asset_ids: int, number: int | str = 1, **more: Any) -> None:
    """Give assets a grant, as after a person's consent."""
    news = [kept(asset_id, number, consented=True, **more) for asset_id in asset_ids]
    grants.keep_tokens(store, vault, news)


def claimed(store: Store, *asset_ids: int, owner: str = "me", now: datetime = NOON) -> list[int]:
    """Claim for two minutes."""
    return grants.claim(store, asset_ids, owner, now, now + timedelta(minutes=2))


def grant(store: Store, asset_id: int) -> Grant:
    found = grants.of(store, asset_id)
    assert found
    return found


def held(store: Store, vault: Vault, asset_id: int) -> tuple[str | None, str | None]:
    """The numbers of the access and the refresh token that the vault holds."""
    with store.read() as session:
        found = (
            grants.access_token(session, vault, asset_id),
            grants.refresh_token(session, vault, asset_id),
        )
    access, refresh = (token.get_secret_value().rpartition("-")[2] if token else None for token in found)
    return access, refresh


def deadline(store: Store, subject: str) -> Deadline | None:
    with store.read() as session:
        return deadlines.of(session, subject)


def claims(path: Path) -> list[tuple[int, str]]:
    """Asset and owner of every claim that is written down, ended or not."""
    return raw(path, "SELECT asset_id, claimed_by FROM grants WHERE claimed_by != '' ORDER BY asset_id")


def plans(store: Store, act: Callable[[], object]) -> list[str]:
    """How SQLite goes about every SELECT of an act: the lines of its query plans."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(store._engine, "before_cursor_execute", note)
    return [
        str(line[3])
        for statement, parameters in seen
        for line in raw(store.path, f"EXPLAIN QUERY PLAN {statement}", *parameters)
    ]
