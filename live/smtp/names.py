"""Hosts, addresses and sign-in names as they go over the wire, or a sentence on why they cannot."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from email.errors import MessageError
from email.headerregistry import Address

CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
"""In a command line these start another command, or another field (NUL in PLAIN, \\x01 in XOAUTH2)."""
LONGEST_HOST = 253
"""Characters, RFC 1035 3.1."""
LONGEST_LABEL = 63
LONGEST_ADDRESS = 254
"""Characters, RFC 5321 4.5.3.1.3 without the brackets."""


class WireNameError(ValueError):
    """A name cannot be sent; the text is one sentence, `condition` is what to diagnose."""

    def __init__(self, sentence: str, condition: str) -> None:
        super().__init__(sentence)
        self.condition = f"condition:{condition}"


def bare_host(host: str) -> str:
    """The host without the brackets of an IPv6 literal and without the final dot of an absolute name."""
    return host.removeprefix("[").removesuffix("]").removesuffix(".")


def is_number(host: str) -> bool:
    """Whether the host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_on_wire(host: str) -> str:
    """The host in ASCII, internationalised names encoded (RFC 3490).

    The encoding of Python knows IDNA 2003 only, which turns some letters into others (ß into ss) and so names
    another host: such a name is refused instead of connected to.

    Raises:
        WireNameError: it cannot be a host.
    """
    bare = bare_host(host)
    if is_number(bare):
        return bare
    if not bare or CONTROLS.search(bare) or any(char.isspace() for char in bare):
        raise WireNameError("The server's name is empty or holds spaces or control characters.", "bad_host")
    if len(bare) > LONGEST_HOST:
        raise WireNameError(f"The server's name is longer than {LONGEST_HOST} characters.", "bad_host")
    name = unicodedata.normalize("NFC", bare).lower()
    try:
        encoded = name.encode("idna")
        same = encoded.decode("idna") == name
    except UnicodeError:
        raise WireNameError(
            f"The server's name has an empty part, or one that is longer than {LONGEST_LABEL} characters.",
            "bad_host",
        ) from None
    if not same:
        raise WireNameError("The server's name has letters that need the xn-- form: write it so.", "bad_host")
    return encoded.decode("ascii")


def address_on_wire(address: str) -> str:
    """The address in ASCII, an internationalised domain encoded.

    Raises:
        WireNameError: it is no address, or its local part is not ASCII (that would take SMTPUTF8, RFC 6531).
    """
    refuse_controls("address", address)
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(char.isspace() or char in "<>" for char in address):
        raise WireNameError("The address does not have the form name@domain.", "bad_address")
    if not local.isascii():
        raise WireNameError(
            "The part of the address before the @ has letters outside ASCII: that takes SMTPUTF8.",
            "non_ascii_address",
        )
    try:
        wire = f"{local}@{domain if domain.startswith('[') and domain.isascii() else host_on_wire(domain)}"
    except WireNameError:
        raise WireNameError("The part of the address after the @ is no domain.", "bad_address") from None
    if len(wire) > LONGEST_ADDRESS:
        raise WireNameError(f"The address is longer than {LONGEST_ADDRESS} characters.", "bad_address")
    return wire


def mailbox_on_wire(address: str) -> str:
    """The address in ASCII, as an envelope and a message's header take it; the latter takes fewer forms.

    Raises:
        WireNameError: it is no address, or one that only SMTPUTF8 can carry.
    """
    wire = address_on_wire(address)
    try:
        Address(addr_spec=wire)
    except (ValueError, IndexError, MessageError):  # IndexError: on some broken local parts
        raise WireNameError("The address does not have the form name@domain.", "bad_address") from None
    return wire


def refuse_controls(field: str, value: str) -> None:
    """Refuse a value with control characters; the text names the field, never the value.

    Raises:
        WireNameError: it holds some.
    """
    if CONTROLS.search(value):
        raise WireNameError(
            f"The {field} holds a line break or another control character: type it again.",
            "forbidden_character",
        )
