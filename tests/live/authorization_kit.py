"""An authorization server with two clients and two people, and a client of it that hides nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from pydantic import SecretStr

from live.rehearsal.authorization.consent import consent
from live.rehearsal.authorization.issuer import Issuer, Pace
from live.rehearsal.authorization.registry import (
    GOOGLE_MAIL,
    OFFLINE,
    SMTP_SEND,
    TENANT,
    Client,
    Dialect,
    Person,
)
from live.rehearsal.authorization.server import Urls, google_urls, microsoft_urls, serving

ANN, BEN, CAT = "ann@example.com", "ben@example.org", "cat@example.com"
SERVICE = "mailer@rehearsal.iam.gserviceaccount.example"
REDIRECT = "http://127.0.0.1:8400/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""RFC 7636 appendix B."""

GOOGLE = Client(
    name="Desk <G>",
    dialect=Dialect.GOOGLE,
    client_id="1-desk.apps.googleusercontent.com",
    secret=SecretStr("GOCSPX-desk"),
)
GOOGLE_WEB = Client(
    name="Web",
    dialect=Dialect.GOOGLE,
    client_id="2-web.apps.googleusercontent.com",
    secret=SecretStr("GOCSPX-web"),
    kind="web",
    redirect_uris=("https://desk.example.net/callback",),
)
SERVICE_ACCOUNT = Client("Mailer", Dialect.GOOGLE, SERVICE, kind="web", app_mailboxes=(ANN,))
PUBLIC = Client(
    name="Desk <M>",
    dialect=Dialect.MICROSOFT,
    client_id="aaaaaaaa-0000-4000-8000-000000000001",
    redirect_uris=("http://127.0.0.1/callback", "http://localhost"),
    tenant=TENANT,
)
CONFIDENTIAL = Client(
    name="Web app",
    dialect=Dialect.MICROSOFT,
    client_id="aaaaaaaa-0000-4000-8000-000000000002",
    secret=SecretStr("abc8Q~desk"),
    kind="web",
    redirect_uris=("http://127.0.0.1/callback",),
    app_mailboxes=(BEN,),
)
MAIL = {Dialect.GOOGLE: GOOGLE_MAIL, Dialect.MICROSOFT: f"{SMTP_SEND} {OFFLINE}"}
OWNER = {Dialect.GOOGLE: ANN, Dialect.MICROSOFT: BEN}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Server:
    """A running one, from both sides."""

    issuer: Issuer
    clock: Clock
    base: str
    http: httpx.AsyncClient
    redirect_uri: str = REDIRECT

    def urls(self, client: Client, tenant: str = TENANT) -> Urls:
        google = client.dialect is Dialect.GOOGLE
        return google_urls(self.base) if google else microsoft_urls(self.base, tenant)

    def url(self, client: Client, *, tenant: str = TENANT, **changed: str) -> str:
        """An authorization URL; an empty value leaves a parameter out."""
        asked = {
            "client_id": client.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": MAIL[client.dialect],
            "state": "the state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "access_type": "offline" if client.dialect is Dialect.GOOGLE else "",
        } | changed
        told = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.urls(client, tenant).authorization}?{told}"

    async def code(self, client: Client, *, account: str = "", **changed: str) -> str:
        """Consent, and take the code."""
        location = await consent(self.url(client, **changed), account=account or OWNER[client.dialect])
        return answer(location)["code"]

    async def post(
        self, client: Client, grant_type: str, *, tenant: str = TENANT, **form: str
    ) -> httpx.Response:
        """A token request, with the client's secret in the form; an empty value leaves a parameter out."""
        sent = {
            "grant_type": grant_type,
            "client_id": client.client_id,
            "client_secret": client.secret.get_secret_value() if client.secret else "",
        } | form
        told = {name: value for name, value in sent.items() if value}
        return await self.http.post(self.urls(client, tenant).token, data=told)

    async def redeem(self, client: Client, code: str, **changed: str) -> httpx.Response:
        form = {"code": code, "redirect_uri": self.redirect_uri, "code_verifier": VERIFIER} | changed
        return await self.post(client, "authorization_code", **form)

    async def refresh(self, client: Client, refresh_token: str, **changed: str) -> httpx.Response:
        return await self.post(client, "refresh_token", refresh_token=refresh_token, **changed)

    async def tokens(self, client: Client, *, account: str = "", **changed: str) -> dict[str, Any]:
        """The whole way, to a token answer."""
        got = await self.redeem(client, await self.code(client, account=account, **changed))
        assert got.status_code == 200, got.text
        return dict(got.json())

    def judge(self, login: str, token: str) -> str:
        return self.issuer.judge(login, SecretStr(token))


def answer(location: str) -> dict[str, str]:
    """What a redirect brings."""
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def basic(client: Client) -> dict[str, str]:
    """The header of RFC 6749 2.3.1."""
    assert client.secret is not None
    pair = f"{client.client_id}:{client.secret.get_secret_value()}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@asynccontextmanager
async def running(pace: Pace | None = None) -> AsyncIterator[Server]:
    """Serve until the end of the block."""
    clock = Clock()
    people = (
        Person(ANN, Dialect.GOOGLE, session_of=CAT),
        Person(CAT, Dialect.GOOGLE),
        Person(BEN, Dialect.MICROSOFT, acts_for=("shared@example.org",)),
        Person("eve@foreign.example.org", Dialect.MICROSOFT, tenant="99999999-2222-4333-8444-555555555555"),
    )
    clients = (GOOGLE, GOOGLE_WEB, SERVICE_ACCOUNT, PUBLIC, CONFIDENTIAL)
    issuer = Issuer(clients, people, pace=pace, clock=clock)
    async with serving(issuer) as base, httpx.AsyncClient(trust_env=False, timeout=20) as http:
        yield Server(issuer, clock, base, http)
