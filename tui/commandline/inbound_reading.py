"""`postroom inbound show`: one message, opened."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from live.inbound import export as exports
from live.mail.masking import masked_source
from live.mail.reading import Attachment, Mail, attachment_bytes
from live.mail.reading import read as read_mail
from store import inbound
from store.inbound import InboundMessage
from tui import inbound_list
from tui.commandline.faults import UsageError
from tui.commandline.inbound_access import require_reason, unlock_log
from tui.commandline.opening import opened
from tui.commandline.printing import narrate, print_json, print_line, print_pairs
from tui.times import exact


def show(options: Namespace) -> int:
    """Print one message, or save one of its attachments."""
    _refuse_contradictions(options)
    with opened(options) as desk:
        row = inbound.message(desk.store, options.id)
        if row is None:
            raise UsageError(f"There is no message {options.id}; it may be past its time.")
        require_reason(desk, options)
        unlock_log(desk, options)
        content = inbound.opened(desk.store, desk.vault, options.id, reason=options.reason.strip())
    if row.pci:
        content = masked_source(content)
    if options.source:
        _print_source(content)
        return 0
    mail = read_mail(content)
    if options.save is not None:
        _save(options.save, options.to, mail.attachments, content)
    elif options.json:
        print_json(message=_shape(row, mail))
    elif options.headers:
        for name, value in mail.headers:
            print_line(f"{name}: {value}")
    else:
        _print_message(row, mail)
    return 0


def _refuse_contradictions(options: Namespace) -> None:
    if (options.save is None) != (options.to is None):
        raise UsageError("--save N and --to FILE belong together.")
    if options.json and (options.source or options.headers or options.save is not None):
        raise UsageError("--json holds text and headers; it goes without --headers, --source and --save.")
    if options.to is not None and os.path.lexists(options.to):
        raise UsageError(f"{options.to} exists; name a new file, nothing is written over.")


def _many(attachments: int) -> str:
    if attachments == 1:
        return "1 attachment"
    return f"{attachments} attachments" if attachments else "no attachments"


def _shape(row: InboundMessage, mail: Mail) -> dict[str, object]:
    return {
        **exports.described(row),
        "text": mail.text,
        "html_only": mail.html_only,
        "trouble": mail.trouble,
        "headers": [list(header) for header in mail.headers],
        "parts": [
            {"number": number, "name": one.name, "type": one.content_type, "size": one.size}
            for number, one in enumerate(mail.attachments, 1)
        ],
    }


def _print_message(row: InboundMessage, mail: Mail) -> None:
    print_pairs(_pairs(row, mail))
    print_line()
    for line in mail.text.split("\n"):
        print_line(line)
    if not mail.text.strip():
        narrate("This message has no text.")


def _pairs(row: InboundMessage, mail: Mail) -> Iterator[tuple[str, str]]:
    yield "Asset", row.asset_name
    yield "Came", exact(row.received_at)
    yield "From", exports.sender(row) or "<>"
    yield "To", row.recipients or "nobody named"
    yield "Subject", inbound_list.subject(row)
    yield "Kind", row.kind
    for mark in row.marks:
        yield "Note", inbound_list.MARKS.get(mark, mark)
    if mail.trouble:
        yield "Note", mail.trouble
    if mail.html_only:
        yield "Note", "the text is made out of HTML"
    for number, one in enumerate(mail.attachments, 1):
        yield f"With {number}", f"{one.name}  {one.content_type}  {one.size:,} octets"


def _print_source(content: bytes) -> None:
    """The bytes as they are, for a file or a program; for a terminal, which would obey some of them, as clean
    text."""
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    for line in text.split("\n"):
        print_line(line.removesuffix("\r"))
    narrate("Made harmless for the terminal; with `> FILE` come the bytes themselves.")


def _save(number: int, path: Path, attachments: tuple[Attachment, ...], content: bytes) -> None:
    if number > len(attachments):
        raise UsageError(f"The message has {_many(len(attachments))}; there is no {number}.")
    part = attachment_bytes(content, attachments[number - 1].path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(part)
    except OSError:  # a full disk
        path.unlink()
        raise
    narrate(f"{len(part):,} octets are in {path}.")
