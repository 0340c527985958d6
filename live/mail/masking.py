"""Card numbers in mail: masked in what is shown and exported, found in attachments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from live.mail.cards import has_cards, masked
from live.mail.charsets import decoded
from live.mail.field_masking import IDENTIFIERS
from live.mail.fields import block, start_of_mail, with_line_feeds
from live.mail.html_text import html_to_text
from live.mail.names import distinct
from live.mail.parts import Part, Tree, tree
from live.mail.reading import Mail
from live.mail.roles import attachments
from live.mail.source_masking import HEADER, masked_source

__all__ = [
    "HEADER",
    "attachments_with_cards",
    "has_cards",
    "holds_cards",
    "mask_mail",
    "masked",
    "masked_source",
]

ATTACHMENT_BYTES = 4_000_000
"""Looked at of one attachment: some 50,000 lines. It takes about half a second at the worst."""
ALL_BYTES = 8_000_000
"""Looked at of all attachments of a mail."""

_TEXT_TYPES = (
    "application/csv application/json application/ld+json application/rtf application/sql "
    "application/x-ndjson application/x-sql application/x-yaml application/xhtml+xml application/xml "
    "application/yaml message/delivery-status"
)
_TYPES = frozenset(_TEXT_TYPES.split())
_TEXT_SUFFIXES = (
    ".csv .eml .htm .html .ini .json .log .md .ndjson .rtf .sql .tsv .txt .vcf .xhtml .xml .yaml .yml"
)
_SUFFIXES = tuple(_TEXT_SUFFIXES.split())


def mask_mail(mail: Mail) -> Mail:
    """The mail with card numbers masked in headers, text and names; lines and their numbers stay the same."""
    # An asterisk is no character for a file's name.
    names = distinct([masked(one.name).replace("*", "_") for one in mail.attachments])
    return replace(
        mail,
        headers=tuple(
            (name, value if name.lower() in IDENTIFIERS else masked(value)) for name, value in mail.headers
        ),
        text=masked(mail.text),
        attachments=tuple(replace(one, name=name) for one, name in zip(mail.attachments, names, strict=True)),
        nested=tuple(
            replace(one, subject=masked(one.subject), sender=masked(one.sender)) for one in mail.nested
        ),
    )


def attachments_with_cards(content: bytes) -> tuple[str, ...]:
    """The paths of the text attachments that hold card numbers, looked at up to `ALL_BYTES`. Never raises.

    Takes some 100 ms a megabyte of text; nothing where a mail has no attachments of a text kind.
    """
    try:
        return tuple(_with_cards(content, attachments))
    except Exception:  # noqa: BLE001  # a fault of ours must not keep a mail from being kept
        return ()


def holds_cards(content: bytes) -> bool:
    """Whether a mail's text, or a text attachment, holds card numbers, looked at up to `ALL_BYTES`. Never
    raises.

    Takes up to a third of a millisecond for 4 KB, and as `attachments_with_cards` for much.
    """
    try:
        return any(True for _ in _with_cards(content, Tree.walk))
    except Exception:  # noqa: BLE001  # as above
        return False


def _with_cards(content: bytes, chosen: Callable[[Tree], Iterable[Part]]) -> Iterator[str]:
    """The paths of the chosen parts that are text and hold card numbers."""
    content = with_line_feeds(content)
    start = start_of_mail(content)
    left = ALL_BYTES
    for part in chosen(tree(content, block(content, start), start=start)):
        if left <= 0:
            return
        if part.children or not _is_text(part):
            continue
        raw = part.decoded(min(left, ATTACHMENT_BYTES))
        left -= len(raw)
        text = decoded(raw, part.parameters.get("charset", ""), guess=False)
        if has_cards(text) or ("<" in text and has_cards(html_to_text(text)[0])):
            yield part.path


def _is_text(part: Part) -> bool:
    kind = part.content_type
    if kind.startswith("multipart/"):
        return True  # its parts cannot be told apart: it is shown as it stands
    return kind.startswith("text/") or kind in _TYPES or part.name.lower().strip().endswith(_SUFFIXES)
