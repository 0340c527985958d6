"""Names for attachments that can be written to a disk and shown, whatever the sender wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

NAME_CHARACTERS = 120
NAME_BYTES = 230
"""Under the 255 that file systems take (NAME_MAX), with room for " (999)"."""
RAW_CHARACTERS = 4_000
"""What is looked at of a name as sent."""

_SUFFIXES = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/octet-stream": ".bin",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-pkcs7-signature": ".p7s",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
}
"""What a name that is missing ends in; not from the machine's own table, which differs from host to host."""

_STEMS = {
    "message/delivery-status": "delivery-status",
    "text/rfc822-headers": "headers",
    "text/calendar": "invite",
}
_WRONG = re.compile(r'[<>:"|?*\u0000]')
_SPACES = re.compile(r"\s+")
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Controls, bidirectional overrides and other formats, surrogates, private and unassigned, separators."""


def safe_name(raw: str, content_type: str) -> str:
    """A name without path, control and bidirectional characters, leading dots; never empty, never longer than
    `NAME_CHARACTERS`.

    Args:
        raw: as sent, decoded; "" where there is none.
        content_type: in lower case; gives a name to what has none.
    """
    raw = raw[:RAW_CHARACTERS]
    if not raw.isascii():
        raw = unicodedata.normalize("NFC", raw)
    visible = "".join(
        " " if letter.isspace() else letter
        for letter in raw
        if letter.isspace() or (letter.isascii() and letter.isprintable()) or _visible(letter)
    )
    pieces = (_tidy(piece) for piece in reversed(re.split(r"[/\\]", visible)))
    name = next((piece for piece in pieces if piece), "")
    return _bounded(name) if name else unnamed(content_type)


def unnamed(content_type: str) -> str:
    """A name for what has none."""
    stem = _STEMS.get(content_type)
    if stem is None:
        kind = content_type.partition("/")[0]
        stem = kind if kind in ("image", "audio", "video", "text", "message") else "attachment"
    return stem + _SUFFIXES.get(content_type, ".txt" if stem == "text" else ".bin")


def distinct(names: list[str]) -> list[str]:
    """The same names, numbered where one comes again in whatever case: "a.txt", "a (2).txt"."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    told: list[str] = []
    for name in names:
        chosen = name
        while chosen.casefold() in taken:
            counts[name] = counts.get(name, 1) + 1
            chosen = _bounded(name, f" ({counts[name]})")
        taken.add(chosen.casefold())
        told.append(chosen)
    return told


def _visible(letter: str) -> bool:
    return unicodedata.category(letter) not in _INVISIBLE


def _tidy(piece: str) -> str:
    piece = _SPACES.sub(" ", _WRONG.sub("_", piece)).lstrip(" .").rstrip(" .")
    return f"_{piece}" if piece.startswith("-") else piece  # no option of a command


def _bounded(name: str, mark: str = "") -> str:
    """A name with a mark before its suffix, cut in the middle where it is too long."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > 12:
        stem, dot, suffix = name, "", ""
    tail = mark + dot + suffix
    stem = stem[: NAME_CHARACTERS - len(tail)]
    return _cut(stem, NAME_BYTES - _bytes(tail), _bytes) + tail


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _cut(text: str, at_most: int, length: Callable[[str], int]) -> str:
    while length(text) > at_most:
        text = text[:-1]
    return text.rstrip(" .")
