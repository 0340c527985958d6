"""uvicorn inside the agent's own loop: bounded, silent, and ended by cancelling."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from live.agent.task import TaskFault

MOST_CONNECTIONS = 64
"""At a time; more are told to come again (503). Behind a proxy, or on loopback, a handful is usual."""
LONGEST_HEAD = 32_768
"""Octets of a request's head: a provider's redirect has up to 4,000, a proxy adds its own headers."""
HOLD_S = 60.0
"""How long a connection may be open without a request under way; uvicorn itself waits for ever for a head."""
LOOK_S = 5.0
GRACE_S = 2
"""For requests under way when the agent stops."""


class Server(uvicorn.Server):
    """Leaves the signals to the agent."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound(host: str, port: int) -> socket.socket:
    """A socket that is to be listened on.

    Raises:
        TaskFault: it cannot be; the text names the settings.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=MOST_CONNECTIONS)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    raise TaskFault(
        f"HTTP cannot listen at {host} port {port}: {why}; mend that, or choose another agent_http_port."
    )


async def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until cancelled; requests under way get `GRACE_S` seconds then."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # a line about a broken request would hold what a stranger, or a provider, sent
        access_log=False,  # it would hold codes
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    sweeping = asyncio.create_task(_sweep(server))
    try:
        await asyncio.shield(serving)
    finally:
        sweeping.cancel()
        server.should_exit = True
        await asyncio.gather(serving, sweeping, return_exceptions=True)


async def _sweep(server: Server) -> None:
    """End connections that are open for long; those with a request under way end after their answer."""
    since: dict[Any, float] = {}
    while True:
        await asyncio.sleep(LOOK_S)
        now = time.monotonic()
        since = {one: since.get(one, now) for one in server.server_state.connections}
        for connection, began in since.items():
            if now - began > HOLD_S:
                connection.shutdown()
