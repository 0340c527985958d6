"""What all connections of one receiver share."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from live.inbound import replies
from live.inbound.certificate import Certificate
from live.inbound.intake import Intake
from live.inbound.limits import Limits
from live.inbound.room import QUIET_S, Room
from store.addressees import Addressees

if TYPE_CHECKING:
    from live.inbound.protocol import Conversation


@dataclass(slots=True)
class Counters:
    """What was seen at the door since the start."""

    connections: int = 0
    turned_away: int = 0
    """Connections beyond the bounds."""
    mails: int = 0
    """Kept, whether or not the client has waited for its 250."""
    put_off: int = 0
    """Answered with 451 or 452 in place of being kept."""
    unknown_recipients: int = 0
    last_unknown: str = ""
    """The last of them, as the client wrote it."""
    too_big: int = 0
    broken_off: int = 0
    """Connections that ended inside a mail, or were ended for being too slow or making too many errors."""

    def count(self, reply: bytes) -> None:
        """A message that has ended, and was answered so."""
        if reply is replies.KEPT:
            self.mails += 1
        elif reply is replies.TOO_BIG:
            self.too_big += 1
        else:
            self.put_off += 1


@dataclass(slots=True)
class House:
    """Made by the receiver, for the loop that it runs in."""

    host: str
    """The name that it greets with."""
    limits: Limits
    room: Room
    addressees: Addressees
    intake: Intake
    tls: Certificate | None = None
    counters: Counters = field(default_factory=Counters)
    open: set[Conversation] = field(default_factory=set)
    by_address: dict[str, int] = field(default_factory=dict)
    closing: bool = False
    _full_at: float = float("-inf")
    _empty: asyncio.Event = field(default_factory=asyncio.Event)

    def enter(self, conversation: Conversation) -> bytes:
        """Count a connection; returns the reply with which it is turned away, if it is."""
        peer = conversation.peer
        self.open.add(conversation)
        self._empty.clear()
        self.by_address[peer] = self.by_address.get(peer, 0) + 1
        self.counters.connections += 1
        if self.closing:
            return replies.SHUTTING_DOWN
        reply = b""
        if len(self.open) > self.limits.connections:
            reply = replies.TOO_MANY_CONNECTIONS
            self._full_at = time.monotonic()
        elif peer and self.by_address[peer] > self.limits.connections_per_address:
            reply = replies.TOO_MANY_FROM_YOU
        self.counters.turned_away += bool(reply)
        return reply

    def shortage(self) -> str:
        """Why mail is put off for want of room or of connections, for a person; "" while it is not."""
        if words := self.room.shortage():
            return words
        if time.monotonic() - self._full_at < QUIET_S:
            return (
                f"Mail is put off: all {self.limits.connections} connections that are taken at the same time "
                "were in use within the last minute. It passes by itself, and the senders try again; if it "
                "does not, see who holds them."
            )
        return ""

    def leave(self, conversation: Conversation) -> None:
        """Count a connection no longer."""
        if conversation not in self.open:
            return
        self.open.remove(conversation)
        left = self.by_address[conversation.peer] - 1
        if left:
            self.by_address[conversation.peer] = left
        else:
            del self.by_address[conversation.peer]
        if not self.open:
            self._empty.set()

    async def emptied(self) -> None:
        """Wait until no connection is open."""
        if self.open:
            await self._empty.wait()
