"""Fields of OAuth clients for the tests of remarks, and the remarks on them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import SecretStr

from live import providers
from live.asset_remarks import Remark
from live.oauth_remarks import remarks

NOW = datetime(2026, 11, 25, 3, 2, tzinfo=UTC)
TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
GUID = "b1f2c3d4-0000-4000-8000-00000000cafe"
GOOGLE_ID = "123456789012-abcdefghijklmnopqrstuvwx012345.apps.googleusercontent.com"
GOOGLE_SECRET = "GOCSPX-" + "x" * 28
MICROSOFT_SECRET = "Abc8Q~" + "y" * 34


@dataclass(frozen=True, slots=True)
class Client:
    name: str = "Desk"
    provider: str = "custom"
    flow: str = "authorization_code"
    client_type: str = "desktop"
    client_id: str = "desk"
    tenant: str = ""
    authorization_url: str = "https://login.example.com/authorize"
    token_url: str = "https://login.example.com/token"
    refresh_url: str = ""
    device_url: str = ""
    revocation_url: str = ""
    scope: str = "mail.send offline_access"
    callback_url: str = "http://127.0.0.1"
    secret_ends: date | None = None
    publishing: str = ""
    test_users: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    address: str = "billing@example.com"
    login_id: str = ""
    provider: str = "gmail"


def preset(provider: str, flow: str = "authorization_code", tenant: str = "", **changes: Any) -> Client:
    kind = changes.get("client_type", "desktop")
    filled = providers.preset(provider, flow, tenant, kind)
    return Client(**{"provider": provider, "flow": flow, "tenant": tenant, **filled, **changes})


GOOGLE = preset("gmail", client_id=GOOGLE_ID, publishing="production")
MICROSOFT = preset("office365", tenant=TENANT, client_id=GUID)
WEB = preset(
    "office365",
    tenant=TENANT,
    client_id=GUID,
    client_type="web",
    callback_url="https://desk.example.com/callback",
    secret_ends=date(2027, 9, 1),
)
APP_ONLY = preset(
    "office365", "client_credentials", TENANT, client_id=GUID, client_type="web", secret_ends=date(2027, 9, 1)
)
ACCOUNT = preset("gmail", "service_account", client_id="")


def said(fields: Client, secret: str | None = None, now: datetime = NOW, **more: Any) -> list[Remark]:
    return list(remarks(fields, SecretStr(secret) if secret is not None else None, now, **more))


def one(fields: Client, secret: str | None = None, now: datetime = NOW, **more: Any) -> Remark:
    found = said(fields, secret, now, **more)
    assert len(found) == 1, found
    return found[0]


def but(fields: Client = Client(), /, **changes: Any) -> Client:
    return dataclasses.replace(fields, **changes)
