"""Reads the arguments of MAIL and RCPT: a path and its parameters (RFC 5321, 4.1.2; RFC 1870, 6152, 6531).

More is accepted than the rules allow a client to send, as other servers do: spaces after the colon, a path
without brackets, addresses of UTF-8 without SMTPUTF8. A 5xx makes a provider give up a customer's mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from live.inbound import replies
from live.inbound.limits import ADDRESS_OCTETS

_PATH = r':[ ]*(?:<((?:"(?:\\.|[^"\\])*"|[^<>"])*)>|([^<> ]+))(?:[ ]+(.*))?'
_MAIL = re.compile(("FROM" + _PATH).encode(), re.IGNORECASE | re.DOTALL)
_RCPT = re.compile(("TO" + _PATH).encode(), re.IGNORECASE | re.DOTALL)
_SIZE = re.compile(rb"[0-9]{1,20}")
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"@([^@]*)')


class Refused(Exception):
    """The argument cannot be used; `reply` says so to the client."""

    def __init__(self, reply: bytes) -> None:
        super().__init__()
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Sender:
    """What MAIL said."""

    address: str
    """Empty for the null sender of bounces."""
    size: int
    """Octets that the client announced; 0 where it did not."""


def sender(argument: bytes) -> Sender:
    """Read the argument of MAIL.

    Raises:
        Refused: it is malformed, or has a parameter that was not announced.
    """
    path, parameters = _split(_MAIL, argument)
    size = 0
    for parameter in parameters.upper().split():
        name, _, value = parameter.partition(b"=")
        if name == b"SIZE" and _SIZE.fullmatch(value):
            size = int(value)
        elif not (name == b"BODY" and value in (b"7BIT", b"8BITMIME")) and parameter != b"SMTPUTF8":
            raise Refused(replies.BAD_PARAMETER)
    return Sender(_address(path, replies.BAD_SENDER) if path else "", size)


def recipient(argument: bytes) -> str:
    """Read the argument of RCPT; returns the address as it was written, without a source route.

    Raises:
        Refused: it is malformed, or has a parameter.
    """
    path, parameters = _split(_RCPT, argument)
    if not path:
        raise Refused(replies.BAD_RECIPIENT)
    if parameters.strip():
        raise Refused(replies.BAD_PARAMETER)
    return _address(path, replies.BAD_RECIPIENT)


def bare(address: str) -> str:
    """The form under which a recipient is looked up: small letters, no quotes that mean nothing, no dot at
    the end of the domain."""
    if (quoted := _QUOTED.fullmatch(address)) is not None:
        address = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL) + "@" + quoted[2]
    return address.lower().removesuffix(".")


def _split(form: re.Pattern[bytes], argument: bytes) -> tuple[bytes, bytes]:
    found = form.fullmatch(argument)
    if found is None:
        raise Refused(replies.BAD_ARGUMENT)
    bracketed, plain, parameters = found.groups()
    return (plain if bracketed is None else bracketed.strip(b" ")), parameters or b""


def _address(path: bytes, refusal: bytes) -> str:
    if path.startswith(b"@"):  # a source route, to be ignored (RFC 5321, appendix C)
        path = path.partition(b":")[2]
    if not path or len(path) > ADDRESS_OCTETS:
        raise Refused(refusal)
    try:
        return path.decode()
    except UnicodeDecodeError:
        raise Refused(refusal) from None
