"""A message as it comes in after DATA: where it ends, how large it may grow, and what it was before dots were
doubled (RFC 5321, 4.5.2)."""

from __future__ import annotations

from live.inbound import replies
from live.inbound.limits import Limits
from live.inbound.room import Room

_END = b"\r\n.\r\n"
"""Nothing else ends a message: not LF . LF, not CR LF . LF, not CR . CR."""


class Body:
    """One message. Its octets count in `Room` until `release`; once refused they are read and dropped."""

    __slots__ = ("_buffer", "_most", "_octets", "_room", "_size", "_taken", "refusal")

    def __init__(self, room: Room, limits: Limits) -> None:
        self.refusal = b""
        """The reply that the message gets whatever follows; empty while it can be kept."""
        self._room = room
        self._size = limits.size
        # Dots that are doubled lengthen no message by more than a third: of "." CR LF by one octet in three.
        self._most = limits.size + limits.size // 3 + len(_END)
        self._taken = 0
        self._octets = 0
        # The end of the line of DATA, so that a message can end, and a line begin with a dot, at once.
        self._buffer = bytearray(b"\r\n")

    def feed(self, data: bytes) -> bytes | None:
        """Take octets; returns those that follow the end of the message, None while it has not ended."""
        buffer = self._buffer
        start = max(0, len(buffer) - len(_END) + 1)
        self._octets += len(data)
        if not self.refusal:
            if self._octets > self._most:
                self._refuse(replies.TOO_BIG)
            elif self._room.take(len(data)):
                self._taken += len(data)
            else:
                self._refuse(replies.NO_ROOM)
        elif self._octets > self._most:
            self.refusal = replies.TOO_BIG  # sent again it would be too big again
        buffer += data
        end = buffer.find(_END, start)
        if end >= 0:
            rest = bytes(buffer[end + len(_END) :])
            del buffer[end + 2 :]
            return rest
        if self.refusal:
            del buffer[: 1 - len(_END)]
        return None

    def content(self) -> bytes:
        """The message, once it has ended and is not refused; may then refuse it as too big, and be empty."""
        content = bytes(memoryview(self._buffer)[2:])
        self._buffer = bytearray()
        if content.startswith(b"."):
            content = content[1:]
        content = content.replace(b"\r\n.", b"\r\n")
        if len(content) > self._size:
            self._refuse(replies.TOO_BIG)
            return b""
        return content

    def release(self) -> None:
        """Count its octets no longer."""
        self._room.give_back(self._taken)
        self._taken = 0
        self._buffer = bytearray()

    def _refuse(self, reply: bytes) -> None:
        self.refusal = reply
        self._room.give_back(self._taken)
        self._taken = 0
        del self._buffer[: 1 - len(_END)]
