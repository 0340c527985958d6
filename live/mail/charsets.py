"""Bytes to text, whatever charset they are said to be in: mail lies about it, so nothing here raises."""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import lru_cache

SAMPLE_BYTES = 16_384
"""What a charset is guessed from: more costs tens of milliseconds and does not guess better."""
GUESS_AT_LEAST = 16
"""Fewer bytes that are not ASCII make every guess a lottery; then it is the Western charset."""

_WESTERN = "cp1252"
"""What everyone means who says ISO-8859-1 or US-ASCII (https://encoding.spec.whatwg.org/#names-and-labels)."""

_MEANT = {
    "ascii": _WESTERN,
    "iso8859-1": _WESTERN,
    "latin_1": _WESTERN,
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
"""Codec as declared (Python's name) → the superset that senders really use, after the same table."""

_LABELS = {
    "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "",
    "unknown-8bit": "",
    "default": "",
    "cp-850": "cp850",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-euc-jp": "euc_jp",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "utf8mb4": "utf-8",
}
"""Labels of mail that Python does not know."""

_NOT_TEXT = frozenset(
    ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "palmos")
)
"""Codecs that are no charset of mail; the first two take quadratic time."""

_PUNCTUATION = re.compile(r"[^a-z0-9.]+")
_LONE = re.compile("[\ud800-\udfff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


_KNOWN = (
    frozenset(aliases)
    | frozenset(aliases.values())
    | {"cp720", "cp737", "cp856", "cp874", "koi8_t", "koi8_u", "utf_8_sig"}
)
"""Every other label is refused unasked: Python keeps each label that it was asked for in memory for good."""


@lru_cache(maxsize=256)
def codec(label: str) -> str:
    """Python's name of the codec for a declared charset, or "" where there is none for text."""
    label = label[:60].strip().strip("\"'").lower()
    label = _LABELS.get(label, label)
    plain = _PUNCTUATION.sub("_", label)
    if plain not in _KNOWN and plain.replace(".", "_") not in _KNOWN:
        return ""
    try:
        name = codecs.lookup(plain).name
        "".encode(name)  # refuses those that are not text encodings
    except (LookupError, ValueError):
        return ""
    return "" if name in _NOT_TEXT else _MEANT.get(name, name)


def decoded(content: bytes, label: str = "", *, guess: bool = True) -> str:
    """The text of some bytes: as declared if they are that, else UTF-8, a guess, or Western. Never raises.

    A Western label is believed only where the bytes are not UTF-8: text that happens to be both is UTF-8.

    Args:
        label: the charset as declared; "" where none is.
        guess: whether a wrong or missing label may cost some milliseconds of guessing.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _scrubbed(content[len(mark) :].decode(name, "replace"))
    name = codec(label)
    if name in ("", _WESTERN, "utf-8"):
        text = _strictly(content, "utf-8")
        if text is not None and not ("\x1b$" in text or "\x1b(" in text):
            return text
        if text is not None:
            return _strictly(content, "iso2022_jp_ext") or text
    if name:
        text = _strictly(content, name)
        if text is not None:
            return _scrubbed(text)
    return _despite(content, name, guess)


def _despite(content: bytes, name: str, guess: bool) -> str:
    """The text of bytes that are not what they were declared as."""
    text = _strictly(content, "utf-8")
    if text is not None:
        return text
    if name:
        text = content.decode(name, "replace")
        # A mail that was cut, or a stray byte, spoils a character or two; a wrong label spoils many.
        if text.count("\ufffd") <= 1 + len(text) // 50:
            return _scrubbed(text)
    best = _guessed(content) if guess else ""
    return _scrubbed(content.decode(best or _WESTERN, "replace" if best else "postroom-western"))


def declared_in_html(content: bytes) -> str:
    """The charset that an HTML document names in its first kilobytes; "" where none."""
    found = _META.search(content, 0, 4_096)
    return found[1].decode("ascii") if found else ""


def _strictly(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _guessed(content: bytes) -> str:
    sample = content[:SAMPLE_BYTES]
    if len(sample.translate(None, bytes(range(128)))) < GUESS_AT_LEAST:
        return ""
    from charset_normalizer import from_bytes

    try:
        best = from_bytes(sample, enable_fallback=False).best()
    except Exception:  # noqa: BLE001  # a guess is worth nothing more than this
        return ""
    return codec(best.encoding) if best else ""


def _scrubbed(text: str) -> str:
    """Without lone surrogates, which UTF-7 and UTF-16 smuggle in, and which no file or store takes."""
    return _LONE.sub("\ufffd", text)


def _western(error: UnicodeError) -> tuple[str, int]:
    """The five octets that Windows-1252 leaves open, as Latin-1 has them."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("postroom-western", _western)
