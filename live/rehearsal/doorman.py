"""Implicit TLS for the rehearsal: does the handshake of a connection before the session begins."""

import asyncio
from ssl import SSLContext
from typing import cast

from live.rehearsal.server import CONNECTIONS, Submission

HANDSHAKE_S = 15.0  # for a TLS handshake; on loopback it takes 5 ms


class Doorman(asyncio.Protocol):
    """Takes one connection, and hands it to its session once TLS is up.

    `create_server(ssl=…)` does the same, but keeps a connection in its handshake out of reach: a silent
    client would outlive the provider.
    """

    def __init__(self, session: Submission, context: SSLContext) -> None:
        self.session = session
        self.context = context
        self.task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.pause_reading()  # every octet belongs to the handshake
        if len(self.session.house.open) > CONNECTIONS:
            self._transport.abort()
            return
        self.session.house.open.add(self)
        self.task = asyncio.get_running_loop().create_task(self._open())

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    async def _open(self) -> None:
        assert self._transport is not None
        try:
            secured = await asyncio.get_running_loop().start_tls(
                self._transport,
                self.session,
                self.context,
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE_S,
            )
        except OSError:  # TLS that failed, or a client that has gone
            self._transport.abort()
        else:
            if secured is not None and not secured.is_closing():
                self.session.connection_made(secured)
        finally:
            self.session.house.open.discard(self)
