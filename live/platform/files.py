"""Reads platform events out of files, JSON Lines or CSV with the event's field names, as mails, one at a
time."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from live.inbound.mailboxes import NotAMailbox, TooLarge
from live.platform.events import MOST_OCTETS, NAMES, mail_of
from live.platform.rebuilt import rebuilt

JSON_LINES = (".jsonl", ".ndjson")
CSV = (".csv",)
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""How spreadsheets mark what they write."""


def holds_events(path: Path) -> bool:
    """Whether a file is read here, which its name tells."""
    return path.suffix.lower() in (*JSON_LINES, *CSV) and path.is_file()


def messages(path: Path, too_large: TooLarge = lambda: None) -> Iterator[bytes]:
    """The mails in a file of events; events that are no mail are passed over.

    Args:
        too_large: called for each event that is passed over since it is larger than `MOST_OCTETS`.

    Raises:
        NotAMailbox: a line is no event; the text names it. OSError.
    """
    events = _csv(path, too_large) if path.suffix.lower() in CSV else _json_lines(path, too_large)
    for event in events:
        mail = mail_of(event)
        if mail is not None:
            yield rebuilt(mail)


def _json_lines(path: Path, too_large: TooLarge) -> Iterator[Mapping[str, Any]]:
    with _opened(path) as file:
        for number, line in _lines(path, file, too_large):
            if not line.strip():
                continue
            try:
                event = json.loads(line, strict=False)
            except (ValueError, RecursionError):
                raise NotAMailbox(f"{path}, line {number:,}, is not JSON.") from None
            if not isinstance(event, dict):
                raise NotAMailbox(f"{path}, line {number:,}, is JSON, but no object.")
            yield event


def _csv(path: Path, too_large: TooLarge) -> Iterator[Mapping[str, Any]]:
    """Rows by the names in the first; a row that is a mail's says nothing of its kind in most exports."""
    before = csv.field_size_limit(MOST_OCTETS)
    try:
        with _opened(path, newline="") as file:
            rows = _table(path, file)
            while (row := _row(path, rows)) is not None:
                if sum(len(value) for value in row.values() if isinstance(value, str)) > MOST_OCTETS:
                    too_large()
                else:
                    yield {name: value for name, value in row.items() if name and isinstance(value, str)}
    finally:
        csv.field_size_limit(before)


def _table(path: Path, file: IO[str]) -> csv.DictReader[str]:
    """The table, once its first row was read: some countries' spreadsheets write semicolons."""
    try:
        sample = file.readline(MOST_OCTETS)
        file.seek(0)
        rows = csv.DictReader(file, delimiter=";" if sample.count(";") > sample.count(",") else ",")
        names = [name.strip() for name in rows.fieldnames or ()]
    except UnicodeError:
        raise _not_text(path, 1) from None
    except csv.Error as error:
        raise NotAMailbox(f"{path} is no CSV ({error}).") from None
    if not any(name in names for name in NAMES["sender"]):
        wanted = " or ".join(NAMES["sender"])
        raise NotAMailbox(f"{path} has no column {wanted} in its first row, as events have it.")
    rows.fieldnames = names
    return rows


def _row(path: Path, rows: csv.DictReader[str]) -> dict[str, Any] | None:
    try:
        return next(rows, None)
    except csv.Error as error:
        raise NotAMailbox(f"{path}, line {rows.line_num:,}, is no CSV ({error}).") from None
    except UnicodeError:
        raise _not_text(path, rows.line_num) from None


def _lines(path: Path, file: IO[str], too_large: TooLarge) -> Iterator[tuple[int, str]]:
    number = 0
    with contextlib.suppress(StopIteration):
        while True:
            number += 1
            try:
                line = file.readline(MOST_OCTETS + 1)
                whole = line
                while len(whole) > MOST_OCTETS and not whole.endswith("\n"):
                    whole = file.readline(MOST_OCTETS + 1)  # the rest of it is passed over
            except UnicodeError:
                raise _not_text(path, number) from None
            if not line:
                return
            if len(line) > MOST_OCTETS:
                too_large()
            else:
                yield number, line


@contextlib.contextmanager
def _opened(path: Path, newline: str | None = "\n") -> Iterator[IO[str]]:
    with path.open("rb") as raw:
        start = raw.read(3)
        raw.seek(0)
        encoding = next((name for bom, name in BOMS.items() if start.startswith(bom)), "utf-8")
        yield io.TextIOWrapper(raw, encoding, newline=newline)


def _not_text(path: Path, number: int) -> NotAMailbox:
    return NotAMailbox(f"{path}, line {number:,} or after, is not text in UTF-8; save the file so.")
