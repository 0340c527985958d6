"""aiosmtplib's protocol with ears: replies, the transcript, and what a server says unasked."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from aiosmtplib.protocol import SMTPProtocol
from aiosmtplib.response import SMTPResponse

from live.smtp.fault import RungError
from live.smtp.transcript import Transcript

REPLY_HEAD = re.compile(rb"\d{0,3}$|\d{3}[ \r\n-]")
"""How a reply begins, RFC 5321 4.2; anything else is no SMTP, and its end need not be waited for."""
REFUSAL = re.compile(r"([45]\d\d)(-.*\n\1)*(?: .*)?")
"""A whole refusal, of one line or several."""
MOST_UNASKED = 2_000
"""Bytes kept of what a server says unasked: it is mostly "421 closing", one line."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply; the text is untrusted."""

    code: int
    lines: tuple[str, ...]
    """The lines without code and separator."""

    @property
    def text(self) -> str:
        """The reply as it was on the wire, lines joined by newlines."""
        last = len(self.lines) - 1
        return "\n".join(
            f"{self.code}{'-' if at < last else ' '}{line}" for at, line in enumerate(self.lines)
        )

    def expect(self, *codes: int) -> Reply:
        """The reply itself.

        Raises:
            RungError: it has another code.
        """
        if self.code not in codes:
            raise RungError(self.text, self.text, code=self.code)
        return self


def replaced(text: str) -> str:
    """A server's words with undecodable bytes replaced: aiosmtplib keeps them as surrogates, which no file
    takes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def reply_of(response: SMTPResponse) -> Reply:
    """A reply, its words as `replaced` has them."""
    return Reply(response.code, tuple(replaced(response.message).split("\n")))


class Wire(SMTPProtocol):
    """aiosmtplib's protocol, with the transcript, and with what it drops silently kept for the report.

    It bounds a reply at 32 kB (`MAX_RESPONSE_LENGTH`), which the tests hold.
    """

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.transcript = transcript
        self.heard = b""
        """The first bytes of the server."""
        self.unasked = b""
        self._unasked_before = b""

    @property
    def unread(self) -> bytes:
        """What came after the last reply, or the beginning of one that never ended."""
        return bytes(self._buffer)

    @property
    def last_words(self) -> str:
        """The refusal that the server said unasked around the last command; "" without one."""
        for said in (self.unasked, self._unasked_before, self.unread):
            text = said.decode("utf-8", "replace").replace("\r\n", "\n").strip()
            if REFUSAL.fullmatch(text):
                return text
        return ""

    def turn(self) -> None:
        """A command begins: what comes unasked from here on belongs to it."""
        self.unasked, self._unasked_before = b"", self.unasked

    def data_received(self, data: bytes) -> None:
        self.heard = self.heard or data[:MOST_UNASKED]
        answered = self._response_waiter is None or self._response_waiter.done()
        if answered or not self._response_pending:
            self.unasked = (self.unasked + data)[:MOST_UNASKED]
        super().data_received(data)
        if self._buffer and not REPLY_HEAD.match(self._buffer[:4]) and b"\n" not in self._buffer:
            super().data_received(b"\n")  # ends the line, so that it is judged now

    def write(self, data: bytes) -> None:
        self.transcript.client(data.decode("utf-8", "replace").replace("\r\n", "\n").removesuffix("\n"))
        super().write(data)

    async def read_response(self, timeout: float | None = None) -> SMTPResponse:  # noqa: ASYNC109  # as inherited
        response = await super().read_response(timeout)
        self.transcript.server(reply_of(response).text)
        return response
