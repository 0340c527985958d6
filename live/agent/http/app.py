"""What the agent's HTTP answers: `/healthz`, and the callback path of the OAuth clients."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from live.agent.http.pages import HEADERS, Page

CALLBACK_PATH = "/oauth/callback"
"""Where consents come in, besides the path of `callback_url`: a proxy may shorten paths."""
MOST_ANSWERS = 10
"""Consents that are looked at side by side; each asks a provider and a mail server."""
TOO_MANY = Page(503, "Please try again in a moment", ("Too many answers are coming in; reload this page.",))
BROKEN = Page(
    500,
    "Something in postroom broke",
    ("The sign-in was not completed, by a fault of postroom's own. Tell the person who sent you the link.",),
)

Answer = Callable[[SecretStr], Awaitable[Page]]


class Desk:
    """Takes consents, a bounded number side by side. What is begun is finished, even when the browser has
    gone: its code is used up by then."""

    def __init__(self, answer: Answer, trace: Callable[[BaseException], None]) -> None:
        self._answer = answer
        self._trace = trace
        self._busy: set[asyncio.Task[Page]] = set()

    async def take(self, request: Request) -> Response:
        """Take one; GET alone, since HEAD comes from what only looks whether a link works."""
        if request.method != "GET":
            return Response(status_code=405, headers={**HEADERS, "Allow": "GET"})
        if len(self._busy) >= MOST_ANSWERS:
            return _sent(TOO_MANY)
        address = SecretStr("?" + request.scope["query_string"].decode("latin-1"))
        task = asyncio.create_task(self._answered(address))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        return _sent(await asyncio.shield(task))

    async def _answered(self, address: SecretStr) -> Page:
        try:
            return await self._answer(address)
        except Exception as error:  # noqa: BLE001  # a traceback must not reach the server's log, nor the browser
            self._trace(error)
            return BROKEN

    async def finished(self, seconds: float) -> None:
        """Wait for what is under way, for so long at most."""
        if self._busy:
            await asyncio.wait(self._busy, timeout=seconds)


def app(
    desk: Desk, callback_url: str, health: Callable[[], dict[str, str]], more: Sequence[Route] = ()
) -> Starlette:
    """The application.

    Args:
        health: by task, how it stands.
        more: what other rooms answer.
    """

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"agent": "runs", "tasks": health()}, headers={"Cache-Control": "no-store"})

    paths = dict.fromkeys((CALLBACK_PATH, urlsplit(callback_url).path or CALLBACK_PATH))
    routes = [Route("/healthz", healthz), *(Route(path, desk.take, methods=["GET"]) for path in paths), *more]
    made = Starlette(routes=routes)
    made.router.redirect_slashes = False  # it would repeat a code in another address
    return made


def _sent(page: Page) -> Response:
    return Response(page.html(), page.status, HEADERS, "text/html; charset=utf-8")
