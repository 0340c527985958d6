"""Masks card numbers in the header block of a mail's source, field by field."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

from live.mail.addresses import addresses
from live.mail.cards import has_cards, masked
from live.mail.encoded_words import words
from live.mail.fields import FIELD
from live.mail.parameters import parameters

_IDENTIFIERS = (
    "message-id references in-reply-to content-id received x-received return-path dkim-signature "
    "x-google-dkim-signature domainkey-signature authentication-results arc-seal arc-message-signature "
    "arc-authentication-results received-spf resent-message-id content-transfer-encoding "
    "mime-version delivered-to x-forwarded-to x-forwarded-for x-postroom-asset x-postroom-probe"
)
IDENTIFIERS = frozenset(_IDENTIFIERS.split())
"""Fields that machines write, in whose long numbers one in fifty would pass for a card's."""
_ADDRESSES = frozenset(
    ("from", "to", "cc", "bcc", "sender", "reply-to", "resent-from", "resent-to", "resent-cc")
)
_WORD_BYTES = 42
"""Of text in one encoded word: with charset and marks under the 75 characters of RFC 2047, 2."""


def masked_fields(content: bytes, start: int, end: int, eol: str) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, new bytes) of each value in the block from `start` to `end` that holds a card number."""
    position = start
    while (field := FIELD.match(content, position, end)) is not None:
        position = field.end()
        name = field[1].decode("ascii").lower()
        if name in IDENTIFIERS:
            continue
        raw = field[2]
        told = _masked_value(name, raw, eol)
        if told != raw:
            yield (*field.span(2), told)


def _masked_value(name: str, raw: bytes, eol: str) -> bytes:
    try:
        text, charset = raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, charset = raw.decode("latin-1"), "latin-1"
    line = " ".join(part.strip() for part in text.split("\n"))
    tail = "\r" if text.endswith("\r") else ""
    told = masked(text)
    if name in ("content-type", "content-disposition"):
        main, found = parameters(line)
        if any(has_cards(value) for value in found.values()):
            told = _with_parameters(main, found, eol) + tail
    elif "=?" in text:
        if name in _ADDRESSES:
            people = addresses(line)
            if any(has_cards(person) for person, _address in people):
                told = f" {', '.join(f'{_name(masked(one))} <{address}>' for one, address in people)}{tail}"
        elif has_cards(words(line)):
            told = f" {_encoded(masked(words(line)), eol)}{tail}"
    return (
        told.encode(charset)
        if charset == "latin-1" and told.isprintable()
        else told.encode(charset, "replace")
    )


def _with_parameters(main: str, found: dict[str, str], eol: str) -> str:
    """A value with its parameters masked, all but the boundary, which has to stay as the parts have it."""
    told = [f" {main}"]
    for name, value in found.items():
        value = value if name == "boundary" else masked(value)
        if value.isascii():
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            told.append(f';{eol} {name}="{quoted}"')
        else:
            told.append(f";{eol} {name}*=utf-8''{quote(value, safe='')}")
    return "".join(told)


def _name(name: str) -> str:
    if not name.isascii():
        return _encoded(name, "").replace("\n", " ")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _encoded(text: str, eol: str) -> str:
    """Text for a header: as it is, or in encoded words, one a line."""
    if text.isascii():
        return text
    told: list[str] = []
    piece = b""
    for letter in text:
        raw = letter.encode("utf-8", "replace")
        if len(piece) + len(raw) > _WORD_BYTES:
            told.append(_word(piece))
            piece = b""
        piece += raw
    told.append(_word(piece))
    return f"{eol} ".join(told)


def _word(piece: bytes) -> str:
    return f"=?utf-8?b?{b64encode(piece).decode('ascii')}?="
