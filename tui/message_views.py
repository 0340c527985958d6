"""The views of one message as lines of text: text, headers, source, attachments, trail. Pure functions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui import inbound_list, times
from tui.widgets.record_list import fitted
from tui.widgets.text_view import TextLine
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.mail.reading import Attachment, Mail
    from store.audit import AuditEntry
    from store.inbound import InboundMessage

VIEWS = ("text", "headers", "source", "attachments", "trail")
TYPE_WIDTH, SIZE_WIDTH, MIN_NAME = 26, 6, 12
"""Cells of an attachment's type and size, and those that its name has at least."""
SOURCE_BYTES = 2_000_000
"""More of a source than this is not read by a person on a screen; `w` saves the whole."""

CAME_BY = {
    "smtp": "received over SMTP",
    "lmtp": "received over LMTP",
    "import": "brought in by an import",
    "platform": "taken from the platform's webhook",
}
REBUILT = "x-postroom-rebuilt"
"""The header of such mail, see `live.platform.rebuilt`."""
FORWARDED = {
    "gmail": "forwarded by Gmail",
    "exchange": "forwarded by Exchange",
    "inbox rule": "redirected by an inbox rule of Exchange",
    "other": "forwarded by another mail system",
    "direct": "sent straight to the forwarding address",
    "": "how it was forwarded is not known",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """One message as it was opened. `content` is masked already where the asset asks for it."""

    row: InboundMessage
    content: bytes
    mail: Mail
    readers: tuple[AuditEntry, ...]

    def __repr__(self) -> str:
        return f"Opened({self.row.id})"


def head(opened: Opened) -> list[TextLine]:
    """Sender, recipients, subject, time: what stands above every text."""
    row = opened.row
    sender = f"{row.sender_name} <{row.sender}>" if row.sender_name else row.sender or "<>"
    lines = [
        TextLine(f"From     {sender}"),
        TextLine(f"To       {row.recipients or 'nobody named'}"),
        TextLine(f"Subject  {inbound_list.subject(row)}", "head"),
        TextLine(f"Came     {times.exact(row.received_at)}", "quiet"),
    ]
    lines += [TextLine(f"! {inbound_list.MARKS[mark]}", "soon") for mark in row.marks]
    if opened.mail.trouble:
        lines.append(TextLine(f"! {opened.mail.trouble}", "soon"))
    if opened.mail.attachments:
        names = ", ".join(one.name for one in opened.mail.attachments)
        lines.append(TextLine(f"With     {names}", "quiet"))
    return [*lines, TextLine("")]


def text(opened: Opened, *, folded: bool) -> list[TextLine]:
    """The text under its head; quoted parts as one line each where they are folded."""
    mail = opened.mail
    lines = mail.text.split("\n")
    quoted = dict(mail.quoted)
    shown: list[TextLine] = []
    at = 0
    while at < len(lines):
        end = quoted.get(at)
        if end is None:
            shown.append(TextLine(lines[at]))
            at += 1
            continue
        if folded:
            shown.append(TextLine(f"… {end - at:,} quoted lines; z unfolds them", "quiet"))
        else:
            shown += (TextLine(line, "quiet") for line in lines[at:end])
        at = end
    note = [TextLine("(made readable from HTML)", "quiet")] if mail.html_only else []
    if not mail.text.strip():
        note = [TextLine("This message has no text.", "quiet")]
    return [*head(opened), *note, *shown]


def headers(opened: Opened) -> list[TextLine]:
    """All headers in their order, decoded."""
    return [TextLine(f"{name}: {value}") for name, value in opened.mail.headers]


def source(opened: Opened) -> list[TextLine]:
    """The source, byte by byte as Latin-1 where it is not UTF-8."""
    content = opened.content[:SOURCE_BYTES]
    try:
        words = content.decode("utf-8")
    except UnicodeDecodeError:
        words = content.decode("latin-1")
    lines = [TextLine(line.removesuffix("\r")) for line in words.split("\n")]
    if len(opened.content) > SOURCE_BYTES:
        more = len(opened.content) - SOURCE_BYTES
        lines.append(TextLine(f"… {inbound_list.size(more)} more; w saves the whole", "quiet"))
    return lines


def attachments(opened: Opened, width: int) -> list[TextLine]:
    """The attachments with the number that saves each.

    Args:
        width: cells of a line; names are cut so that the columns hold.
    """
    found: Sequence[Attachment] = opened.mail.attachments
    if not found:
        return [TextLine("This message has no attachments.", "quiet")]
    lines = [TextLine("Press w to save one; nothing is ever opened from here.", "quiet"), TextLine("")]
    names = [visible(one.name) for one in found]
    room = max(MIN_NAME, min(max(map(cell_len, names)), width - len("  1  ") - TYPE_WIDTH - 2 - SIZE_WIDTH))
    for number, (name, one) in enumerate(zip(names, found, strict=True), 1):
        kind = fitted(visible(one.content_type), TYPE_WIDTH)
        size = inbound_list.size(one.size)
        lines.append(TextLine(f"{number:>3}  {fitted(name, room)}  {kind}{size:>{SIZE_WIDTH}}"))
    return lines


def trail(opened: Opened, now: datetime) -> list[TextLine]:
    """How it came: envelope, way of forwarding, hops with their delays, kind, and who has opened it."""
    from live.mail.hops import hops

    row = opened.row
    glyph, word, _tone = inbound_list.KINDS.get(row.kind, ("?", row.kind, ""))
    forwarded = FORWARDED.get(row.via, row.via)
    return [
        TextLine("How it came", "head"),
        TextLine(f"  {CAME_BY.get(row.source, row.source)}{f' from {row.peer}' if row.peer else ''}"),
        *_rebuilt(opened.mail.headers),
        TextLine(f"  envelope from  <{row.mail_from}>"),
        TextLine(f"  envelope to    <{row.rcpt_to}>"),
        TextLine(f"  {forwarded}{f', mailbox {row.forwarded_by}' if row.forwarded_by else ''}"),
        *(TextLine(f"  ! {inbound_list.MARKS[mark]}", "soon") for mark in row.marks),
        TextLine(f"  kind           {glyph} {word}{f': {row.detail}' if row.detail else ''}"),
        TextLine(f"  Message-ID     {row.message_id or 'none'}"),
        TextLine(f"  repeats        {row.repeats or 'none'}"),
        TextLine(""),
        TextLine("Hops, the earliest first", "head"),
        *_hops(hops(opened.mail.headers), row.received_at),
        TextLine(""),
        TextLine("Opened by", "head"),
        *(_reader(one, now) for one in opened.readers),
    ]


def _rebuilt(headers: Sequence[tuple[str, str]]) -> Iterator[TextLine]:
    """What is to be known of a mail that was made of an event's fields; anybody can write such a header, who
    then says so of a mail of his own."""
    if any(name.lower() == REBUILT for name, _ in headers):
        yield TextLine(
            "  ! rebuilt from the fields of a platform event: not as the sender wrote it, and its", "soon"
        )
        yield TextLine("    attachments stay with the platform", "soon")


def _reader(entry: AuditEntry, now: datetime) -> TextLine:
    return TextLine(f"  {entry.user}, {times.ago(entry.at, now)}, {times.exact(entry.at)}")


def _hops(found: Sequence[object], received_at: datetime) -> Iterator[TextLine]:
    from live.mail.hops import Hop

    before: datetime | None = None
    for hop in found:
        assert isinstance(hop, Hop)
        delay = _delay(before, hop.at)
        yield TextLine(f"  {times.exact(hop.at) if hop.at else 'no time':<26} {delay:>8}  {hop.words}")
        before = hop.at or before
    yield TextLine(f"  {times.exact(received_at):<26} {_delay(before, received_at):>8}  here")


def _delay(before: datetime | None, at: datetime | None) -> str:
    if before is None or at is None:
        return ""
    seconds = round((at - before).total_seconds())
    if abs(seconds) < 120:
        return f"{seconds:+} s"
    return f"{seconds // 60:+} min" if abs(seconds) < 7_200 else f"{seconds // 3_600:+} h"


def saved(opened: Opened, attachment: Attachment | None, path: Path) -> int:
    """Write an attachment, or the whole message, into a new file (mode 0600); returns its bytes.

    Raises:
        OSError: it exists, or cannot be written.
    """
    from live.mail.reading import attachment_bytes

    content = attachment_bytes(opened.content, attachment.path) if attachment else opened.content
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return len(content)
