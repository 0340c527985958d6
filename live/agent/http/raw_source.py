"""What the agent's HTTP answers to links that lead to a mail's source."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from live.webhooks.raw_links import PATH, Follow, Unserved

HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'attachment; filename="message.eml"',
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}
"""A browser that follows such a link saves the mail, and runs nothing of it."""


def route(follow: Follow) -> Route:
    """GET of a link; HEAD comes from what only looks whether a link works, and tells nothing."""

    async def answer(request: Request) -> Response:
        if request.method != "GET":
            return Response(status_code=405, headers={"Allow": "GET"})
        asked = request.query_params
        peer = request.client.host if request.client else "?"
        found = await follow(
            request.path_params["uid"], asked.get("expires", ""), asked.get("signature", ""), peer
        )
        if isinstance(found, Unserved):
            status, words = found.value
            return PlainTextResponse(words, status, {"Cache-Control": "no-store"})
        return Response(found, headers=HEADERS, media_type="message/rfc822")

    return Route(PATH + "/{uid}", answer, methods=["GET"])
