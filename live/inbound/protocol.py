"""One connection of the receiver: SMTP (RFC 5321) or LMTP (RFC 2033), octets in and octets out.

A command ends with CR LF and with nothing else, and so does a message with CR LF . CR LF: a bare CR or LF
inside either stays what it is, so that no mail can smuggle in a second one. With SIZE (RFC 1870), PIPELINING
(RFC 2920), STARTTLS (RFC 3207), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), enhanced codes (RFC 2034).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import cast

from live.inbound import replies
from live.inbound.body import Body
from live.inbound.dialogue import Dialogue, Next
from live.inbound.envelope import Arrival, Envelope, Outcome
from live.inbound.house import House
from live.inbound.limits import READ_AHEAD_OCTETS
from live.inbound.lines import Lines, LineTooLong

REPLIES_AT_ONCE = 200
"""Replies that are gathered, 12 kB at most, before it is seen whether the client reads them."""

_ANSWERS = {Outcome.KEPT: replies.KEPT, Outcome.NO_ROOM: replies.NO_ROOM, Outcome.FAULT: replies.FAULT}


class Conversation(asyncio.Protocol):
    """A client. The receiver calls `overdue` once a second, and `shut_down` and `drop` at its end."""

    def __init__(self, house: House, *, lmtp: bool) -> None:
        self.peer = ""
        self._house = house
        self._dialogue = Dialogue(house, lmtp=lmtp)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._input = Lines()
        self._paused = False
        self._reads_slowly = False
        self._half_closed = False
        self._body: Body | None = None
        self._keeping = False
        self._secure = False
        self._handshake: asyncio.Task[None] | None = None
        now = self._loop.time()
        self._deadline = now + house.limits.command
        self._mail_deadline = now + house.limits.transaction

    # What the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is none by descent
        peername = transport.get_extra_info("peername")
        self.peer = peername[0] if isinstance(peername, tuple) else ""
        refusal = self._house.enter(self)
        if refusal:
            self._end(refusal, at_once=True)
        else:
            transport.write(replies.greeting(self._house.host, lmtp=self._dialogue.lmtp))

    def data_received(self, data: bytes) -> None:
        if self._dialogue.next is Next.NOTHING:
            return
        try:
            if self._body is None or self._keeping:
                self._input.add(data)
            else:
                self._take_content(data)
            self._answer_commands()
        except Exception as error:  # noqa: BLE001  # whatever it is, the client must hear that it may try again
            self._failed(error)

    def eof_received(self) -> bool:
        """A client that has closed its half of the connection still gets the answer for its message; under
        TLS asyncio closes both."""
        self._half_closed = True
        return self._keeping and not self._secure

    def pause_writing(self) -> None:
        self._reads_slowly = True

    def resume_writing(self) -> None:
        self._reads_slowly = False
        self._go_on()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._body is not None and not self._keeping:
            self._house.counters.broken_off += 1
            self._drop_body()
        self._dialogue.next = Next.NOTHING
        self._input.clear()
        self._house.leave(self)

    # What the receiver calls

    def overdue(self, now: float) -> None:
        """End the connection where its time is up; drop it where even the goodbye is not read."""
        if self._keeping or now < min(self._deadline, self._mail_deadline):
            return
        if self._dialogue.next is Next.NOTHING:
            self.drop()
        else:
            self._house.counters.broken_off += 1
            self._end(replies.TOO_SLOW)

    def shut_down(self, *, at_once: bool = False) -> None:
        """Say goodbye, unless a message is being kept, or, but for `at_once`, coming in: then after its
        answer."""
        if self._dialogue.next is Next.NOTHING or self._keeping or (self._body is not None and not at_once):
            return
        self._end(replies.SHUTTING_DOWN, at_once=True)

    def drop(self) -> None:
        """Have done with the connection at once; of one lost in the TLS handshake asyncio tells nothing."""
        if self._transport is not None:
            self._transport.abort()
        self.connection_lost(None)

    # Commands

    def _go_on(self) -> None:
        try:
            self._answer_commands()
        except Exception as error:  # noqa: BLE001  # as above
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        """A fault of ours: the client may try again, and is not told what it was."""
        self._house.intake.filed.failed(f"A connection was ended by a fault ({type(error).__name__}).")
        if self._dialogue.next is Next.NOTHING:
            self.drop()
        else:
            self._end(replies.FAULT_AND_END)

    def _answer_commands(self) -> None:
        """Answer the commands that are complete, in one write, as long as the client may give any."""
        out: list[bytes] = []
        dialogue = self._dialogue
        while self._may_go_on() and (reply := self._next_reply()) is not None:
            out.append(reply)
            if dialogue.next is not Next.COMMAND:
                self._write(out)
                self._turn_to(dialogue.next)
            elif len(out) >= REPLIES_AT_ONCE:
                self._write(out)
        if out:
            self._write(out)
            self._deadline = self._loop.time() + self._house.limits.command
        if self._half_closed and self._may_go_on():
            self._end(b"")
        elif dialogue.next is not Next.HANDSHAKE:
            self._read_on(len(self._input) <= READ_AHEAD_OCTETS)

    def _may_go_on(self) -> bool:
        return self._dialogue.next is Next.COMMAND and not self._reads_slowly

    def _next_reply(self) -> bytes | None:
        """The reply to the next command; None where none is complete."""
        try:
            line = self._input.take()
        except LineTooLong:
            return self._dialogue.counted(replies.TOO_LONG)
        return None if line is None else self._dialogue.answer(line)

    def _turn_to(self, what: Next) -> None:
        """Go over to what the last reply has announced."""
        if what is Next.NOTHING:
            self._end(b"")
            return
        ahead = self._input.take_all()
        if what is Next.MESSAGE:
            self._body = Body(self._house.room, self._house.limits)
            if ahead:
                self._take_content(ahead)
        else:  # what was sent ahead came in clear, and may be somebody else's: it is forgotten
            self._read_on(False)
            self._handshake = self._loop.create_task(self._take_up_tls())

    def _write(self, out: list[bytes]) -> None:
        if out and self._transport is not None:
            self._transport.write(b"".join(out))
        out.clear()

    def _read_on(self, wanted: bool) -> None:
        if self._transport is None or self._paused is not wanted or self._transport.is_closing():
            return
        self._paused = not wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _end(self, last_words: bytes, *, at_once: bool = False) -> None:
        """Say the last words, and close the connection when the client does.

        To close it first, while more is coming in, would be a reset, and the client might not see the words;
        `at_once` does so where many may come to their end together.
        """
        inside_tls = self._dialogue.next is Next.HANDSHAKE
        self._dialogue.next = Next.NOTHING
        self._input.clear()
        self._mail_deadline = self._deadline = self._loop.time() + self._house.limits.parting
        if self._body is not None and not self._keeping:
            self._drop_body()
        if self._transport is None:
            return
        if inside_tls:
            self._transport.abort()
            return
        if last_words:
            self._transport.write(last_words)
        try:
            if at_once or self._secure or self._half_closed:
                self._transport.close()
            else:
                self._transport.write_eof()
                self._read_on(True)
        except OSError:  # the client was quicker
            self._transport.close()

    # Messages

    def _take_content(self, data: bytes) -> None:
        """Take octets of a message, and have it kept where they are the last."""
        body = self._body
        assert body is not None
        rest = body.feed(data)
        self._deadline = self._loop.time() + self._house.limits.command
        if rest is None:
            return
        self._input.add(rest)
        content = b"" if body.refusal else body.content()
        if body.refusal:
            self._answer_message(body.refusal)
            return
        self._keeping = True
        now, said = datetime.now(UTC), self._dialogue
        addressed = tuple(
            (Envelope(said.mail_from, address, self.peer, now, "lmtp" if said.lmtp else "smtp"), addressee)
            for address, addressee in said.recipients.values()
        )
        self._house.intake.submit(Arrival(addressed, content), self._kept)

    def _kept(self, outcome: Outcome) -> None:
        """The message is on disk, or cannot be."""
        self._keeping = False
        if outcome is Outcome.KEPT:
            self._dialogue.kept()
        self._answer_message(_ANSWERS[outcome])
        self._go_on()

    def _answer_message(self, reply: bytes) -> None:
        dialogue, house = self._dialogue, self._house
        house.counters.count(reply)
        times = dialogue.accepted if dialogue.lmtp else 1  # RFC 2033, 4.2: one for each recipient
        self._drop_body()
        if dialogue.next is Next.NOTHING:  # the client is gone, or was sent away
            return
        dialogue.reset()
        now = self._loop.time()
        self._deadline = now + house.limits.command
        self._mail_deadline = now + house.limits.transaction
        self._write([reply] * times)
        if house.closing:
            self._end(replies.SHUTTING_DOWN, at_once=True)

    def _drop_body(self) -> None:
        if self._body is not None:
            self._body.release()
            self._body = None

    # TLS

    async def _take_up_tls(self) -> None:
        limits, tls = self._house.limits, self._house.tls
        assert self._transport is not None
        assert tls is not None
        self._deadline = self._loop.time() + limits.handshake + limits.parting
        try:
            transport = await self._loop.start_tls(
                self._transport,
                self,
                tls.context,
                server_side=True,
                ssl_handshake_timeout=limits.handshake,
                ssl_shutdown_timeout=limits.tls_parting,
            )
        except OSError:  # also ssl.SSLError and TimeoutError
            transport = None
        if transport is None or self._dialogue.next is not Next.HANDSHAKE:
            self.drop()
            return
        self._transport = transport
        self._paused = False
        self._secure = True
        self._dialogue.secured()
        self._deadline = self._loop.time() + limits.command
        self._go_on()
