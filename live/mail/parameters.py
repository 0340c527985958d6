"""Values with parameters: Content-Type and Content-Disposition (RFC 2045, 5.1; RFC 2183; RFC 2231)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from live.mail.charsets import decoded
from live.mail.encoded_words import words

VALUE_CHARACTERS = 20_000
"""Of one header; a long name in another script takes some 2,000."""
PARAMETERS = 200
"""Of one header: a name in pieces has a dozen."""

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)|([^;]*))', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_PIECE = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """(the value itself in lower case, its parameters decoded by name in lower case). Never raises."""
    value = value[:VALUE_CHARACTERS]
    main = value.partition(";")[0].strip().lower()
    if ";" not in value:
        return main, {}
    found: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for number, match in enumerate(_PARAMETER.finditer(value)):
        if number == PARAMETERS:
            break
        name, quoted, bare = match.groups()
        text = _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare.strip()
        name = name.lower()
        if "*" in name:
            piece = _PIECE.fullmatch(name)
            if piece is not None:
                pieces.setdefault(piece[1], []).append((int(piece[2] or 0), bool(piece[3]), text))
        else:
            found.setdefault(name, words(text) if "=?" in text else text)
    for name, parts in pieces.items():
        found[name] = _joined(parts)  # said twice, the newer form is meant
    return main, found


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    """A parameter in pieces, each percent-encoded or not; the first encoded one names the charset."""
    charset = ""
    out: list[bytes] = []
    for position, (_number, encoded, text) in enumerate(sorted(pieces, key=lambda piece: piece[0])):
        if not encoded:
            out.append(text.encode("utf-8", "replace"))
            continue
        if position == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        out.append(unquote_to_bytes(text.encode("utf-8", "replace")))
    return decoded(b"".join(out), charset, guess=False)
