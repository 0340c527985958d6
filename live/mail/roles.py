"""Which parts of a mail are its text, and which are attachments (RFC 2183, and how mail programs use it)."""

from __future__ import annotations

from collections.abc import Iterator

from live.mail.names import distinct, safe_name, unnamed
from live.mail.parts import Part, Tree

TEXTS = ("text/plain", "text/html")
MESSAGES = ("message/rfc822", "message/global")


def is_text(part: Part, *, alone: bool) -> bool:
    """Whether a part without children is text to be read where it stands.

    Args:
        alone: it is a mail's only part; a name does not make it an attachment then.
    """
    if part.content_type.startswith("multipart/"):
        return alone  # its parts could not be told apart: better shown as it is than not at all
    return part.content_type in TEXTS and part.disposition != "attachment" and (alone or not part.name)


def attachments(found: Tree) -> Iterator[Part]:
    """The parts that are listed and saved, in order; an attached message comes before what is in it."""
    stack = [(found.root, True)]
    while stack:
        part, alone = stack.pop()
        message = part.content_type in MESSAGES
        if message or not (part.children or is_text(part, alone=alone)):
            yield part
        stack.extend((child, message) for child in reversed(part.children))


def names(parts: list[Part]) -> list[str]:
    """Safe names for attachments, each different from the others."""
    return distinct([_name(part) for part in parts])


def _name(part: Part) -> str:
    if part.name:
        name = safe_name(part.name, part.content_type)
        if part.content_type in MESSAGES and "." not in name:
            return safe_name(f"{name}.eml", part.content_type)
        return name
    return unnamed(part.content_type)
