"""Writes messages out of the log: as `.eml` files, mbox, JSON Lines, or a table of their headers.

`.eml` files hold the very bytes that came. In mbox, lines that look like a separator are quoted as in mboxrd
(https://www.loc.gov/preservation/digital/formats/fdd/fdd000385.shtml), which can be undone without loss.
Where the asset's PCI check is on, card numbers are masked in whatever leaves.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from live.inbound import choice
from live.inbound.unbroken import in_thread
from live.mail.masking import masked, masked_source
from store import audit, inbound
from store.database import Store
from store.inbound import InboundMessage
from store.inbound_search import Search
from store.vault import Vault

_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
Target = Path | BinaryIO
FORMULA = ("=", "+", "-", "@")
"""A spreadsheet takes a cell that begins so for a formula, and runs it."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of export."""

    id: str
    key: str
    title: str
    file_name: str
    explained: str
    needs_bodies: bool = True


EML = Form(
    "eml", "e", ".eml files, the bytes as they came", "messages", "A directory for one .eml file per message:"
)
MBOX = Form("mbox", "m", "one mbox file", "messages.mbox", "A file for all messages, in mboxrd form:")
JSONL = Form(
    "jsonl", "l", "JSON Lines, with the source", "messages.jsonl", "A file with one JSON object a line:"
)
CSV = Form("csv", "c", "CSV of the headers alone", "messages.csv", "A file with one line a message:", False)
FORMS = (EML, MBOX, JSONL, CSV)


@dataclass(frozen=True, slots=True)
class Exported:
    """How far the export has come."""

    written: int
    total: int

    def words(self) -> str:
        """In one line."""
        return f"{self.written:,} of {self.total:,} messages written."


async def exported(
    store: Store,
    vault: Vault,
    search: Search,
    ids: Sequence[int],
    form: Form,
    to: Target,
    *,
    reason: str = "",
) -> AsyncGenerator[Exported, None]:
    """Write the messages of these ids, or all that match, newest first; yields after each page.

    Files are made with mode 0600, and none is written over. One audit entry is written for the whole, before
    the first byte. Stopped at any moment, what was written are whole messages.

    Args:
        to: a new file, a directory for `.eml` files, or an open stream, which is closed at the end.

    Raises:
        VaultLocked: the bodies cannot be opened. OSError: the file exists, or cannot be written. StoreError.
    """
    total = await in_thread(_begun, store, search, ids, form, to, reason)
    sink = await in_thread(SINKS[form.id], to)
    written = 0
    pages = choice.pages(store, search, ids)
    try:
        while lines := await in_thread(next, pages, None):
            wanted = [line.id for line in lines]
            written += await in_thread(_written, store, vault, wanted, form, sink)
            yield Exported(written, max(total, written))
    finally:
        await in_thread(sink.close)


def _begun(store: Store, search: Search, ids: Sequence[int], form: Form, to: Target, reason: str) -> int:
    total = choice.many(store, search, ids)
    where = to if isinstance(to, Path) else "a stream"
    detail = f"{total:,} as {form.id} to {where}" + (f"; {reason}" if reason else "")
    with store.write() as session:
        audit.record(session, store.actor, "messages exported", detail=detail)
    return total


def _written(store: Store, vault: Vault, ids: Sequence[int], form: Form, sink: Sink) -> int:
    rows = {row.id: row for row in inbound.messages(store, ids)}
    if not form.needs_bodies:
        for row in rows.values():
            sink.add(row, b"")
        return len(rows)
    count = 0
    for message_id, content in inbound.contents(store, vault, list(rows)):
        sink.add(rows[message_id], _leaving(rows[message_id], content))
        count += 1
    return count


def _leaving(row: InboundMessage, content: bytes) -> bytes:
    return masked_source(content) if row.pci else content


def _new_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class Sink:
    """Where an export goes."""

    def __init__(self, to: Target) -> None:
        self._file = _new_file(to) if isinstance(to, Path) else to

    def add(self, row: InboundMessage, content: bytes) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._file.close()


class EmlSink(Sink):
    """A directory of files that are named by time and number."""

    def __init__(self, to: Target) -> None:
        if not isinstance(to, Path):
            raise TypeError("many files do not go into one stream")
        to.mkdir(mode=0o700, exist_ok=True)
        self._path = to

    def add(self, row: InboundMessage, content: bytes) -> None:
        with _new_file(self._path / f"{row.received_at:%Y%m%dT%H%M%S}-{row.id}.eml") as file:
            file.write(content)

    def close(self) -> None:
        pass


class MboxSink(Sink):
    """One mbox file."""

    def add(self, row: InboundMessage, content: bytes) -> None:
        sender = row.mail_from if re.fullmatch(r"[!-~]+", row.mail_from) else "MAILER-DAEMON"
        self._file.write(f"From {sender} {row.received_at:%a %b %d %H:%M:%S %Y}\n".encode("ascii"))
        self._file.write(_FROM_LINE.sub(rb">\1", content))
        self._file.write(b"\n" if content.endswith(b"\n") else b"\n\n")


class JsonSink(Sink):
    """One JSON object a line; what a terminal would obey is escaped."""

    def add(self, row: InboundMessage, content: bytes) -> None:
        record = {**described(row), "source": base64.b64encode(content).decode("ascii")}
        self._file.write(json.dumps(record).encode("ascii") + b"\n")


class CsvSink(Sink):
    """A table of headers."""

    def __init__(self, to: Target) -> None:
        super().__init__(to)
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", newline="")
        self._rows = csv.writer(self._text)
        self._begun = False

    def add(self, row: InboundMessage, content: bytes) -> None:
        record = described(row)
        if not self._begun:
            self._rows.writerow(record)
            self._begun = True
        self._rows.writerow([_cell(value) for value in record.values()])

    def close(self) -> None:
        self._text.close()


SINKS: dict[str, Callable[[Target], Sink]] = {
    EML.id: EmlSink,
    MBOX.id: MboxSink,
    JSONL.id: JsonSink,
    CSV.id: CsvSink,
}


def sender(row: choice.Line) -> str:
    """Who wrote it: name and address, the name masked where the asset asks for it."""
    name = masked(row.sender_name) if row.pci else row.sender_name
    return f"{name} <{row.sender}>" if name else row.sender


def described(row: InboundMessage) -> dict[str, object]:
    """A message's columns as plain values, as JSON and CSV name them."""
    shown = masked if row.pci else str
    return {
        "id": row.id,
        "asset": row.asset_name,
        "received_at": row.received_at.isoformat(timespec="milliseconds"),
        "sent_at": row.sent_at.isoformat(timespec="milliseconds") if row.sent_at else None,
        "from": row.sender,
        "from_name": shown(row.sender_name),
        "to": row.recipients,
        "subject": shown(row.subject),
        "message_id": row.message_id,
        "kind": row.kind,
        "detail": shown(row.detail),
        "size": row.size,
        "attachments": [shown(name) for name in row.attachment_names],
        "marks": list(row.marks),
        "repeats": row.repeats,
        "forwarded": row.via,
        "forwarded_by": row.forwarded_by,
        "envelope_from": row.mail_from,
        "envelope_to": row.rcpt_to,
        "peer": row.peer,
        "came_by": row.source,
    }


def _cell(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = "".join(_printable(text))
    return f"'{text}" if text.startswith(FORMULA) else text


def _printable(text: str) -> Iterator[str]:
    for character in text:
        yield character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
