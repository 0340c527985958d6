"""Encoded words of header values to text (RFC 2047), as leniently as mail programs do it."""

from __future__ import annotations

import binascii
import re

from live.mail.charsets import decoded
from live.mail.transfer import from_base64

_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\r\n]*)\?=")
_BETWEEN = re.compile(r"\s*")
_LINE = str.maketrans({"\r": " ", "\n": " ", "\t": " ", "\0": " "})


def words(value: str) -> str:
    """The text of a header value, as one line. Never raises.

    White space between two encoded words falls away; bytes of neighbours in the same charset are joined
    before they are decoded, since senders cut in the middle of a character. What is no encoded
    word stays as it is.
    """
    if "=?" in value:
        value = _decoded_words(value)
    return value.translate(_LINE).strip()


def _decoded_words(value: str) -> str:
    told: list[str] = []
    held, charset = b"", ""
    position = 0
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        apart = not (position and _BETWEEN.fullmatch(between))
        label = word[1].lower()
        if held and (apart or label != charset):
            told.append(decoded(held, charset, guess=False))
            held = b""
        if apart:
            told.append(between)
        held, charset = held + _payload(word[2], word[3]), label
        position = word.end()
    if held:
        told.append(decoded(held, charset, guess=False))
    told.append(value[position:])
    return "".join(told)


def _payload(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "bB":
        return from_base64(raw)
    return binascii.a2b_qp(raw, header=True)
