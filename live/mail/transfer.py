"""Content-Transfer-Encodings undone (RFC 2045, 6), also where they are broken; nothing here raises."""

from __future__ import annotations

import binascii
import re
import string

_BASE64 = (string.ascii_letters + string.digits + "+/").encode()
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.MULTILINE)


def from_base64(content: bytes) -> bytes:
    """Base64 with whatever stands between, and with its end missing."""
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        letters = content.partition(b"=")[0].translate(None, _NOT_BASE64)
        rest = len(letters) % 4
        if rest == 1:
            letters = letters[:-1]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def decoded_body(content: bytes, encoding: str) -> bytes:
    """A part's body by its Content-Transfer-Encoding (in lower case); unknown ones are left as they are."""
    if encoding == "base64":
        return from_base64(content)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(content)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _from_uuencode(content)
    return content


def decoded_size(content: bytes, start: int, end: int, encoding: str) -> int:
    """How long a body is when decoded; base64 is counted without decoding, which spares a copy of it.

    The count is exact for base64 of letters and line ends, and some bytes off for a broken one.
    """
    if encoding == "base64":
        letters = end - start
        for other in (b"\r", b"\n", b"=", b" "):
            letters -= content.count(other, start, end)
        return letters * 3 // 4
    if encoding in ("quoted-printable", "x-uuencode", "uuencode", "x-uue", "uue"):
        return len(decoded_body(content[start:end], encoding))
    return end - start


def _from_uuencode(content: bytes) -> bytes:
    begin = _UU_BEGIN.search(content)
    if begin is None:
        return content
    out: list[bytes] = []
    for line in content[begin.end() :].split(b"\n"):
        line = line.rstrip(b"\r")
        if line in (b"end", b""):
            break
        out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Encoders that pad wrongly; the same workaround as in Python's own email package.
        try:
            return binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])
        except binascii.Error:
            return b""
