"""What is said in a connection: each command gets its reply, and a mail its sender and recipients.

No input or output: lines come in, replies go out, and `next` tells what follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

from live.inbound import paths, replies
from live.inbound.house import House
from store.addressees import Addressee
from store.database import StoreError

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


class Next(Enum):
    """What the client sends next."""

    COMMAND = "a command"
    MESSAGE = "a message"
    HANDSHAKE = "the TLS handshake"
    NOTHING = "nothing: the connection ends"


class Dialogue:
    """The state of one connection, SMTP or LMTP."""

    def __init__(self, house: House, *, lmtp: bool) -> None:
        self.lmtp = lmtp
        self.next = Next.COMMAND
        self.mail_from = ""
        self.recipients: dict[int, tuple[str, Addressee]] = {}
        """By asset: the address as it was written, and whose it is."""
        self.accepted = 0
        """Accepted RCPT commands, also those that name an asset again: LMTP answers each."""
        self._house = house
        self._greeted = False
        self._secure = False
        self._in_mail = False
        self._announced = 0
        self._errors = 0

    def answer(self, line: bytes) -> bytes:
        """The reply to a command, given without its end of line."""
        if _CONTROL.search(line):
            reply = replies.BAD_CHARACTERS
        else:
            verb, _, argument = line.partition(b" ")
            command = _COMMANDS.get(verb.upper())
            reply = command(self, argument.strip(b" ")) if command else replies.UNKNOWN
        return self.counted(reply) if reply.startswith(b"5") else reply

    def counted(self, reply: bytes) -> bytes:
        """A reply to something that was refused or led nowhere, or the goodbye where there were too many."""
        self._errors += 1
        if self._errors <= self._house.limits.errors:
            return reply
        self.next = Next.NOTHING
        return replies.TOO_MANY_ERRORS

    def kept(self) -> None:
        """A message was kept: what was wrong before is forgiven."""
        self._errors = 0

    def reset(self) -> None:
        """No mail is under way, and commands follow."""
        self.next = Next.COMMAND
        self.mail_from = ""
        self.recipients = {}
        self.accepted = 0
        self._in_mail = False
        self._announced = 0

    def secured(self) -> None:
        """TLS is up: the client is a stranger again (RFC 3207, 4.2)."""
        self.reset()
        self._greeted = False
        self._secure = True

    def _hello(self, _argument: bytes) -> bytes:
        """EHLO, and LHLO of LMTP."""
        house = self._house
        self.reset()
        self._greeted = True
        tls = house.tls is not None and not self._secure
        return replies.capabilities(house.host, house.limits.size, tls=tls)

    def _ehlo(self, argument: bytes) -> bytes:
        return replies.UNKNOWN if self.lmtp else self._hello(argument)

    def _lhlo(self, argument: bytes) -> bytes:
        return self._hello(argument) if self.lmtp else replies.UNKNOWN

    def _helo(self, _argument: bytes) -> bytes:
        if self.lmtp:
            return replies.UNKNOWN
        self.reset()
        self._greeted = True
        return replies.hello(self._house.host)

    def _mail(self, argument: bytes) -> bytes:
        if not self._greeted:
            return replies.HELLO_FIRST
        if self._in_mail:
            return replies.ONE_MAIL
        try:
            sender = paths.sender(argument)
        except paths.Refused as refused:
            return refused.reply
        if sender.size > self._house.limits.size:
            self._house.counters.too_big += 1
            return replies.TOO_BIG
        if not self._house.room.fits(sender.size):
            self._house.counters.put_off += 1
            return replies.NO_ROOM
        self.mail_from = sender.address
        self._announced = sender.size
        self._in_mail = True
        return replies.SENDER_OK

    def _rcpt(self, argument: bytes) -> bytes:
        if not self._in_mail:
            return replies.MAIL_FIRST
        try:
            address = paths.recipient(argument)
        except paths.Refused as refused:
            return refused.reply
        if self.accepted >= self._house.limits.recipients:
            return replies.TOO_MANY_RECIPIENTS
        try:
            addressee = self._house.addressees.find(paths.bare(address))
        except StoreError as error:
            self._house.intake.filed.failed(str(error), of_the_store=True)
            self._house.counters.put_off += 1
            return replies.FAULT
        if addressee is None:
            self._house.counters.unknown_recipients += 1
            self._house.counters.last_unknown = address
            return replies.UNKNOWN_RECIPIENT
        self.accepted += 1
        self.recipients.setdefault(addressee.asset_id, (address, addressee))
        return replies.RECIPIENT_OK

    def _data(self, argument: bytes) -> bytes:
        if argument:
            return replies.BAD_ARGUMENT
        if not self._in_mail:
            return replies.MAIL_FIRST
        if not self.recipients:
            return replies.RECIPIENT_FIRST
        if not self._house.room.fits(self._announced):
            self._house.counters.put_off += 1
            return replies.NO_ROOM
        self.next = Next.MESSAGE
        return replies.SEND_DATA

    def _rset(self, _argument: bytes) -> bytes:
        self.reset()
        return self.counted(replies.OK)

    def _noop(self, _argument: bytes) -> bytes:
        return self.counted(replies.OK)

    def _help(self, _argument: bytes) -> bytes:
        return self.counted(replies.HELP)

    def _vrfy(self, _argument: bytes) -> bytes:
        return self.counted(replies.CANNOT_VERIFY)

    def _known_but_not_ours(self, _argument: bytes) -> bytes:
        return replies.NOT_IMPLEMENTED

    def _starttls(self, argument: bytes) -> bytes:
        if self._secure:
            return replies.TLS_IS_UP
        if self._house.tls is None:
            return replies.NOT_IMPLEMENTED
        if argument:
            return replies.BAD_ARGUMENT
        self.next = Next.HANDSHAKE
        return replies.START_TLS

    def _quit(self, _argument: bytes) -> bytes:
        self.next = Next.NOTHING
        return replies.BYE

    def _other_protocol(self, _argument: bytes) -> bytes:
        """A browser, led here by a page: what it goes on to say may look like commands."""
        self.next = Next.NOTHING
        return replies.NOT_SMTP


_COMMANDS: dict[bytes, Callable[[Dialogue, bytes], bytes]] = {
    b"EHLO": Dialogue._ehlo,
    b"HELO": Dialogue._helo,
    b"LHLO": Dialogue._lhlo,
    b"MAIL": Dialogue._mail,
    b"RCPT": Dialogue._rcpt,
    b"DATA": Dialogue._data,
    b"RSET": Dialogue._rset,
    b"NOOP": Dialogue._noop,
    b"QUIT": Dialogue._quit,
    b"STARTTLS": Dialogue._starttls,
    b"VRFY": Dialogue._vrfy,
    b"HELP": Dialogue._help,
    b"EXPN": Dialogue._known_but_not_ours,
    b"AUTH": Dialogue._known_but_not_ours,
    b"BDAT": Dialogue._known_but_not_ours,
    b"ETRN": Dialogue._known_but_not_ours,
    b"TURN": Dialogue._known_but_not_ours,
    b"GET": Dialogue._other_protocol,
    b"POST": Dialogue._other_protocol,
    b"PUT": Dialogue._other_protocol,
    b"HEAD": Dialogue._other_protocol,
    b"OPTIONS": Dialogue._other_protocol,
    b"CONNECT": Dialogue._other_protocol,
}
