"""What pasted values bring along: white space that nobody sees, schemes, ports, paths, display names."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass

LONGEST_HOST = 253
"""Characters, RFC 1035 3.1."""
LONGEST_ADDRESS = 254
"""Characters, RFC 5321 4.5.3.1.3 without the angle brackets."""
LONGEST_LOCAL_PART = 64
"""Characters before the @, RFC 5321 4.5.3.1.1."""

INVISIBLE = frozenset("\u00ad\u034f\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
"""Drawn as nothing; web pages and office programs leave them in what is copied."""
JOINERS = frozenset("\u200c\u200d")
"""Invisible too, but part of the spelling of names in several scripts, and of emoji."""
BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

WORDS = {
    " ": "a space",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    "\u00a0": "a non-breaking space (U+00A0)",
    "\u00ad": "a soft hyphen (U+00AD)",
    "\u200b": "a zero-width space (U+200B)",
    "\u200c": "a zero-width non-joiner (U+200C)",
    "\u200d": "a zero-width joiner (U+200D)",
    "\u2060": "a word joiner (U+2060)",
    "\ufeff": "a byte order mark (U+FEFF)",
}
HOST = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<rest>[^/?#\\]*)(?P<path>.*)", re.I | re.DOTALL)
MAILTO = re.compile(r"(?:mailto:)+", re.I)
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)


def is_space(character: str) -> bool:
    """Whether it is white space, seen or unseen."""
    return character.isspace() or character in INVISIBLE


def is_control(character: str) -> bool:
    """Whether it steers a terminal or a protocol, or cannot be encoded at all."""
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or character in BIDIRECTIONAL
        or "\ufff9" <= character <= "\ufffb"  # interlinear annotation: hides one text behind another
    )


def stripped(text: str) -> str:
    """The text without white space at its ends, the unseen kinds included."""
    start, end = 0, len(text)
    while start < end and is_space(text[start]):
        start += 1
    while end > start and is_space(text[end - 1]):
        end -= 1
    return text[start:end]


def spaceless(text: str) -> str:
    """The text without any white space."""
    return "".join(character for character in text if not is_space(character))


def named(character: str) -> str:
    """A character that cannot be shown, in words."""
    return WORDS.get(character) or f"the character U+{ord(character):04X}"


@dataclass(frozen=True, slots=True)
class HostParts:
    """A pasted host, taken apart."""

    host: str
    port: int | None = None
    scheme: str = ""
    user: str = ""
    """What stands before an @: the value is, or holds, a mailbox address."""
    path: str = ""
    colon: bool = False
    """Whether a port was meant, be it a number or not."""

    @property
    def is_bare(self) -> bool:
        """Whether it was nothing but a host."""
        return not (self.scheme or self.user or self.path or self.colon)


def host_parts(text: str) -> HostParts:
    """Take a pasted host apart: `smtps://user@smtp.example.com:465/inbox` as well as `[2001:db8::1]:587`."""
    if _address(text):
        return HostParts(text)
    found = HOST.fullmatch(text)
    assert found is not None  # every part of the pattern may be empty
    user, _, rest = found["rest"].rpartition("@")
    host, colon, port = rest, "", ""
    if rest.startswith("["):
        host, _, tail = rest[1:].partition("]")
        _, colon, port = tail.rpartition(":")
    elif not _address(rest):
        host, colon, port = rest.partition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None
    return HostParts(host, number, (found["scheme"] or "").lower(), user, found["path"], bool(colon))


def is_host(text: str) -> bool:
    """Whether it can be a host: an IP address, or a name (international ones included)."""
    if _address(text):
        return True
    name = text.removesuffix(".")
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return len(name) <= LONGEST_HOST and all(LABEL.fullmatch(label) for label in name.split("."))


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    address = _address(host)
    return address.is_loopback if address else (host == "localhost" or host.endswith(".localhost"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def address_fault(text: str) -> tuple[str, str] | None:
    """Why the text is no mailbox address, and the address that was probably meant ("" when unknown).

    Only the form `name@domain.example` is taken; the quoted names of RFC 5321 4.1.2 are no one's mailbox.
    """
    inner = re.search(r"<([^<>]*)>", text)
    meant = stripped(MAILTO.sub("", inner[1] if inner else text, count=1))
    meant = meant if meant != text and address_fault(meant) is None else ""
    if inner or "<" in text or ">" in text:
        return "has a display name or angle brackets", meant
    if MAILTO.match(text):
        return "begins with mailto:", meant
    if "," in text or ";" in text:
        return "holds more than one address", ""
    local, _, domain = text.partition("@")
    if text.count("@") != 1:
        return "has no @" if not text.count("@") else "has more than one @", ""
    if not local or local.startswith(".") or local.endswith(".") or ".." in local or '"' in local:
        return "has no proper name before the @", ""
    if "." not in domain.strip("."):
        return "has no full domain after the @", ""
    if not is_host(domain) or domain.endswith(".") or _address(domain):
        return "has no proper domain after the @", ""
    if len(text) > LONGEST_ADDRESS or len(local) > LONGEST_LOCAL_PART:
        return f"is too long ({LONGEST_ADDRESS} characters in all, {LONGEST_LOCAL_PART} before the @)", ""
    return None
