"""Addresses out of address headers (RFC 5322, 3.4), and what people write instead of them."""

from __future__ import annotations

import re

from live.mail.encoded_words import words

VALUE_CHARACTERS = 65_536
"""Of one address header: some 1,500 addresses."""
ADDRESSES = 1_000
"""Of one mail; a list shows the first few."""

_PLAIN = re.compile(
    r'(?:"?([^"<>@,;:()\\]*?)"?\s*<([^<>\s@,;"()]+@[^<>\s@,;"()]+)>|([^<>\s@,;:"()]+@[^<>\s@,;:"()]+))'
)
"""One address of the usual two forms: a third of the time of the way through all tokens."""
_PLAIN_CHARACTERS = 300
"""Longer ones go the other way, which takes linear time."""
_TOKEN = re.compile(
    r"(=\?[^?\s]{1,80}\?[bBqQ]\?[^?\s]*\?=)"  # may hold commas, against the rules
    r'|"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)'
    r"|<([^<>]*)>"
    r"|\(([^()\\]*(?:\\.[^()\\]*)*)(?:\)|\\?\Z)"
    r'|([,;])|(:)|([^"<>(),;:=]+)|(.)',
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ROUTE = re.compile(r"^@[^:]*:")


def addresses(value: str, at_most: int = ADDRESSES) -> list[tuple[str, str]]:
    """(display name decoded, bare address) of an address header's raw value, in order. Never raises.

    Groups are dissolved; names without an address are passed over.
    """
    value = value[:VALUE_CHARACTERS]
    plain = _PLAIN.fullmatch(value) if len(value) <= _PLAIN_CHARACTERS else None
    if plain is not None:
        return [(words(plain[1] or ""), plain[2] or plain[3])]
    found: list[tuple[str, str]] = []
    name: list[str] = []
    address = comment = ""
    for token in _TOKEN.finditer(value):
        word, quoted, angled, remark, comma, colon, text, stray = token.groups()
        if comma:
            _add(found, name, address, comment)
            name, address, comment = [], "", ""
            if len(found) >= at_most:
                return found
        elif colon and not address:
            name = []  # a group's name
        elif angled is not None:
            address = address or _ROUTE.sub("", angled.strip())
        elif quoted is not None:
            name.append(_ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted)
        elif remark is not None:
            comment = comment or remark
        elif text is not None and text.startswith("@") and name and not address:
            address = f'"{name.pop()}"{text.strip()}'
        elif word or text or stray == "=":
            name.append(word or text or stray)
    _add(found, name, address, comment)
    return found[:at_most]


def _add(found: list[tuple[str, str]], name: list[str], address: str, comment: str) -> None:
    told = "".join(name).strip()
    if not address and "@" in told:
        # `sender@example.com (The Sender)`, or words and an address without brackets
        bare = next(word for word in told.split() if "@" in word) if " " in told else told
        found.append((words(comment), bare))
    elif address:
        found.append((words(" ".join(told.split()) or comment), address))
