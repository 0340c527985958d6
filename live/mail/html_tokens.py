"""HTML as a run of texts and tags with their places in the source, in linear time and without a tree.

Whoever builds a tree as browsers do (Lexbor, html5ever) repeats unclosed formatting elements in every block
that follows: 68 kB of `<b id=1><b id=2>…` and blocks became 3.2 GB in 7 s, and a hundred thousand nested
blocks took 12 s; libxml2 drops what is deeper than 256. Text and masking need neither tree nor repetition.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

TAG_CHARACTERS = 65_536
"""A tag with its attributes; in a longer one, which holds a picture and no quotes, they are not looked at."""
BROKEN_TAGS = 50
"""So many tags with an open quote cost a look of that length each; then quotes are no longer looked at."""
ATTRIBUTE_CHARACTERS = 16_384
"""As much of a tag's attributes is read: links with tracking reach 4,000."""

_LT = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(r"<(/?[a-zA-Z][^\s/>]{0,60})")
_TAG = re.compile(r"""<(/?[a-zA-Z][^\s/>]{0,60})[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>""")
_RAW = {
    name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "template")
}
"""Elements whose content is no markup (HTML, 13.2.5), and one whose content is never shown."""
_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'/])([^\s"'>/=]+)\s*=\s*(?:"([^"]*)(?:"|\Z)|'([^']*)(?:'|\Z)|([^\s>"']+))"""
)
_LONG_REFERENCE = re.compile(r"&#(?:[xX][0-9a-fA-F]{9,}|[0-9]{9,});?")


Token = tuple[str, int, int]
"""A text (named ""), an opening ("p") or a closing tag ("/p"), and where it starts and ends in the source."""


def tokens(source: str) -> Iterator[Token]:
    """Texts and tags in order, without comments, declarations, scripts and style sheets. Never raises."""
    position, text, length, broken = 0, 0, len(source), 0
    while (mark := _LT.search(source, position)) is not None:
        at = mark.start()
        tag = _TAG.match(source, at, at + TAG_CHARACTERS) if broken < BROKEN_TAGS else None
        if tag is not None:
            name, end = tag[1], tag.end()
        else:
            tag = _NAME.match(source, at)
            if tag is not None:
                broken += 1
                name, end = tag[1], source.find(">", tag.end()) + 1
                if not end:
                    break  # no tag ever ends again: all text
            elif source.startswith(("<!", "<?", "</"), at):
                name, end = "!", _end_of_comment(source, at)
            else:
                position = at + 1  # a "<" that is text
                continue
        if text < at:
            yield "", text, at
        name = name.lower()
        if name != "!":
            yield name, at, end
        if name in _RAW:
            closing = _RAW[name].search(source, end)
            end = closing.start() if closing is not None else length
        position = text = end
    if text < length:
        yield "", text, length


def attributes(source: str, token: Token) -> dict[str, str]:
    """The attributes of a tag by name in lower case, the first of each."""
    found: dict[str, str] = {}
    tag, start, end = token
    start += 1 + len(tag)
    for match in _ATTRIBUTE.finditer(source, start, min(end - 1, start + ATTRIBUTE_CHARACTERS)):
        name, double, single, bare = match.groups()
        found.setdefault(name.lower(), unescaped(double or single or bare or ""))
    return found


def unescaped(text: str) -> str:
    """Text with its character references resolved."""
    if "&" not in text:
        return text
    if "&#" in text:
        text = _LONG_REFERENCE.sub("\ufffd", text)  # html.unescape raises at 4,301 digits
    return html.unescape(text)


def _end_of_comment(source: str, at: int) -> int:
    """Offset after a comment, or after what browsers take as one."""
    if source.startswith("<!--", at):
        if source.startswith((">", "->"), at + 4):
            return source.find(">", at) + 1
        end = source.find("-->", at + 4)
        return end + 3 if end >= 0 else len(source)
    end = source.find(">", at)
    return end + 1 if end >= 0 else len(source)
