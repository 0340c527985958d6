"""Where the platform's webhook leads: bodies are read up to a bound, and nothing of a stranger's is read."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from live.platform.addresses import PATH
from live.platform.events import MOST_OCTETS
from live.platform.signature import HEADER
from live.platform.taking import BUSY, UNKNOWN, Answer, PlatformDesk

METHODS = ("GET", "HEAD", "POST")
CUT_SHORT = Answer(400, "The request ended early.")


def route(desk: PlatformDesk) -> Route:
    """POST of an event; GET and HEAD come from the platform before it saves the webhook."""

    async def answer(request: Request) -> Response:
        if request.method not in METHODS:
            return Response(status_code=405, headers={"Allow": ", ".join(METHODS)})
        key = request.path_params["key"]
        hello = await desk.hello(key)
        if request.method != "POST" or hello.status != 200:
            return _answered(hello)
        return _answered(await _posted(request, key))

    async def _posted(request: Request, key: str) -> Answer:
        length = request.headers.get("content-length", "")
        octets = int(length[:20]) if length.isdecimal() else MOST_OCTETS  # in chunks: however many
        if octets > MOST_OCTETS:
            return desk.too_large()
        if not desk.room_for(octets):
            return BUSY
        try:
            body = await _body(request)
            if not isinstance(body, bytes):
                return body or desk.too_large()
            peer = request.client.host if request.client else "?"
            return await desk.take(key, request.headers.get(HEADER, ""), body, peer)
        finally:
            desk.give_back(octets)

    return Route(PATH + "/{key}", answer, methods=list(METHODS))


async def _body(request: Request) -> bytes | Answer | None:
    """The body, or why there is none; None: it is too large. h11 holds it to the length that was said."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_OCTETS:
                return None
    except ClientDisconnect:
        return CUT_SHORT
    return bytes(body)


def _answered(answer: Answer) -> Response:
    if answer is UNKNOWN:
        return Response(status_code=404)
    headers = {"Cache-Control": "no-store"}
    if answer.again_s is not None:
        headers["Retry-After"] = str(answer.again_s)
    told = {"status": answer.status, "words": answer.words, "kept": answer.kept}
    return JSONResponse(told, answer.status, headers)
