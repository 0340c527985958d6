"""Composes the text of a mail out of its parts: which of them, in what order, decoded and laid out."""

from __future__ import annotations

from dataclasses import dataclass, field

from live.mail.charsets import declared_in_html, decoded
from live.mail.encoded_words import words
from live.mail.fields import first
from live.mail.flowed import unflowed
from live.mail.html_text import html_to_text
from live.mail.parts import Part, Tree
from live.mail.quoted import quoted_ranges
from live.mail.roles import MESSAGES, is_text

TEXT_CHARACTERS = 2_000_000
"""Of all texts of a mail together: a thousand pages. The source holds the rest."""
PLAIN_BYTES = 8_000_000
"""As much of a plain part is decoded: 2,000,000 characters of four bytes."""
HTML_BYTES = 20_000_000
"""As much of an HTML part is decoded; pictures in the source make long ones of short texts."""
STUB_CHARACTERS = 300
"""A plain part up to this length that speaks of HTML only says that there is another one."""
HEAD_CHARACTERS = 1_000
"""Of each header above an attached message."""

CUT = f"its text is longer than {TEXT_CHARACTERS:,} characters, the rest is in the source"
HTML_CUT = "its HTML has more elements than are read, the rest is in the source"


@dataclass(frozen=True, slots=True)
class Nested:
    """A message that is attached to a mail, and where it stands in the text."""

    path: str
    """Of the attachment that it is."""
    subject: str
    sender: str
    """From as written, decoded."""
    line: int
    """The line of the text, from 0, at which it starts."""


@dataclass(slots=True)
class BodyText:
    """The text as far as it has been composed."""

    names: dict[str, str]
    """Path of an attachment → its name."""
    images: dict[str, str]
    """Content-ID → name."""
    lines: list[str] = field(default_factory=list)
    quoted: list[tuple[int, int]] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    left: int = TEXT_CHARACTERS
    plain: bool = False
    html: bool = False

    def add(self, text: str) -> None:
        """Put a text under those before it."""
        text = text.strip("\n")
        if not text.strip():
            return
        if len(text) > self.left:
            text = text[: self.left]
            self.complain(CUT)
        if not text:
            return
        self.left -= len(text)
        if self.lines:
            self.lines.append("")
        base = len(self.lines)
        self.quoted += ((base + start, base + end) for start, end in quoted_ranges(text))
        self.lines += text.split("\n")

    def complain(self, trouble: str) -> None:
        """Say once what is not as it should be."""
        if trouble not in self.troubles:
            self.troubles.append(trouble)


def body_text(found: Tree, names: dict[str, str], images: dict[str, str]) -> BodyText:
    """Compose the text of a mail and of the messages attached to it.

    Of alternatives the plain one is taken, unless it is empty or only points at the HTML one.
    """
    body = BodyText(names, images)
    _part(body, found.root, alone=True)
    return body


def _part(body: BodyText, part: Part, *, alone: bool = False) -> None:
    if part.content_type in MESSAGES:
        if part.children:
            _message(body, part)
    elif part.content_type == "multipart/alternative" and part.children:
        _alternative(body, part)
    elif part.children:
        for child in part.children:
            _part(body, child)
    elif is_text(part, alone=alone):
        if part.content_type == "text/html":
            _add_html(body, part)
        else:
            _add_plain(body, _plain(part))


def _message(body: BodyText, part: Part) -> None:
    inner = part.children[0]
    told = {
        name: words(first(inner.fields, name.lower()))[:HEAD_CHARACTERS]
        for name in ("From", "To", "Date", "Subject")
    }
    if body.lines:
        body.lines.append("")
    body.nested.append(Nested(part.path, told["Subject"], told["From"], len(body.lines)))
    head = [f"[attached message: {body.names.get(part.path, 'message.eml')}]"]
    head += [f"{name}: {value}" for name, value in told.items() if value]
    body.lines += head
    body.left = max(0, body.left - sum(map(len, head)))
    _part(body, inner, alone=True)


def _alternative(body: BodyText, part: Part) -> None:
    for child in part.children:
        if child.content_type == "text/plain" and is_text(child, alone=False):
            text = _plain(child)
            if not _is_stub(text, part):
                _add_plain(body, text)
                return
    for child in reversed(part.children):
        before = len(body.lines)
        _part(body, child)
        if len(body.lines) > before:
            return


def _is_stub(text: str, part: Part) -> bool:
    told = text.strip("\ufeff\u00a0 \t\r\n\u200b")
    if not told:
        return True
    short = len(told) < STUB_CHARACTERS and "html" in told.lower()
    return short and any(child.content_type != "text/plain" for child in part.children)


def _plain(part: Part) -> str:
    text = decoded(part.decoded(PLAIN_BYTES), part.parameters.get("charset", ""))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _add_plain(body: BodyText, text: str) -> None:
    body.plain = body.plain or bool(text.strip())
    body.add(text)


def _add_html(body: BodyText, part: Part) -> None:
    content = part.decoded(HTML_BYTES)
    charset = part.parameters.get("charset", "") or declared_in_html(content)
    text, cut = html_to_text(decoded(content, charset), body.images, body.left)
    if cut:
        body.complain(CUT if len(text) >= body.left else HTML_CUT)
    body.html = body.html or bool(text.strip())
    body.add(text)
