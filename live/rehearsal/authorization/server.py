"""The authorization server on its port: which address does what, for Google and for Microsoft."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from live.rehearsal.authorization import admin, device, revoke
from live.rehearsal.authorization.authorize import authorize
from live.rehearsal.authorization.http import HEAD_LIMIT, Answer, HttpConversation, Request, plain
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.registry import TENANT, Dialect
from live.rehearsal.authorization.spoiling import ELSEWHERE
from live.rehearsal.authorization.token import token
from live.rehearsal.closing import close_listeners
from live.rehearsal.raw_server import RawServer

HOST = "127.0.0.1"
CONNECTIONS = 200  # at a time; a benchmark opens a hundred
MICROSOFT = re.compile(r"/microsoft/([A-Za-z0-9.-]{1,100})/oauth2/v2\.0/([a-z]+)")


@dataclass(frozen=True, slots=True)
class Urls:
    """A provider's addresses at the rehearsal, as an OAuth client's fields take them."""

    authorization: str
    token: str
    device: str
    revocation: str
    """Empty: this provider has none."""


def google_urls(base: str) -> Urls:
    """Google's, below `base` such as http://127.0.0.1:1234."""
    root = f"{base}/google"
    return Urls(f"{root}/o/oauth2/v2/auth", f"{root}/token", f"{root}/device/code", f"{root}/revoke")


def microsoft_urls(base: str, tenant: str = TENANT) -> Urls:
    """Microsoft's for a tenant, by id or domain; "common", "organizations", or "{tenant}" to be filled in."""
    root = f"{base}/microsoft/{tenant}/oauth2/v2.0"
    return Urls(f"{root}/authorize", f"{root}/token", f"{root}/devicecode", "")


class AuthorizationServer:
    """Answers for one issuer."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self._raw = RawServer(self._talk, line_limit=HEAD_LIMIT, connections=CONNECTIONS, hold_s=None)

    async def listen(self, host: str = HOST) -> asyncio.Server:
        """Listen on a port that the system chooses; the caller closes the listener before `end`."""
        return await self._raw.listen(host)

    async def end(self) -> None:
        """End every conversation."""
        await self._raw.end()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await HttpConversation(reader, writer, self.answer, self._told_time).run()

    def _told_time(self) -> float:
        return self.issuer.clock() + self.issuer.pace.skew

    async def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if request.method not in ("GET", "POST"):
            return plain("Only GET and POST are answered.", 405)
        if request.path.startswith("/google/"):
            return self._google(request)
        if request.path.startswith("/microsoft/"):
            return self._microsoft(request)
        if request.path == ELSEWHERE:
            self.issuer.followed += 1
        if request.path == "/" and request.method == "GET":
            return admin.console(self.issuer, request)
        if request.path.startswith("/rehearsal/"):
            return admin.pull(self.issuer, request)
        return plain("There is nothing here.", 404)

    def _google(self, request: Request) -> Answer:
        issuer, dialect = self.issuer, Dialect.GOOGLE
        match request.path.removeprefix("/google"), request.method:
            case (("/o/oauth2/v2/auth" | "/o/oauth2/auth"), _):
                return authorize(issuer, dialect, "", request)
            case "/token", "POST":
                return token(issuer, dialect, "", request)
            case "/device/code", "POST":
                return device.begin(issuer, dialect, "", request)
            case "/device", _:
                return device.enter(issuer, dialect, request)
            case "/revoke", "POST":
                return revoke.revoke(issuer, request)
        return plain("There is nothing here.", 404)

    def _microsoft(self, request: Request) -> Answer:
        issuer, dialect = self.issuer, Dialect.MICROSOFT
        if request.path == device.PAGES[dialect]:
            return device.enter(issuer, dialect, request)
        found = MICROSOFT.fullmatch(request.path)
        tenant, what = (found[1], found[2]) if found else ("", "")
        match what, request.method:
            case "authorize", _:
                return authorize(issuer, dialect, tenant, request)
            case "token", "POST":
                return token(issuer, dialect, tenant, request)
            case "devicecode", "POST":
                return device.begin(issuer, dialect, tenant, request)
        return plain("There is nothing here.", 404)


@asynccontextmanager
async def serving(issuer: Issuer) -> AsyncIterator[str]:
    """Serve for the length of the block; gives the address without a path, such as http://127.0.0.1:1234."""
    server = AuthorizationServer(issuer)
    listener = await server.listen()
    try:
        yield f"http://{HOST}:{listener.sockets[0].getsockname()[1]}"
    finally:
        await close_listeners([listener])
        await server.end()
