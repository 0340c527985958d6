"""Out of the log and in again: the same bytes, one audit entry, nothing written over, nothing that a
spreadsheet or a terminal would obey."""

from __future__ import annotations

import asyncio
import base64
import csv
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from live.inbound import choice, export, importing, mailboxes
from live.rehearsal.sample_mail import Route, everything
from store import assets, audit, inbound
from store.inbound_search import EVERYTHING, parse
from store.vault import Vault, VaultLocked
from tests.live.inbound.kit import Desk
from tests.tui.inbound_kit import NOW, keep, sample


async def last(steps: AsyncIterator[Any]) -> Any:
    """The last of the steps."""
    return [step async for step in steps][-1]


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A log with one of every kind of sample mail for Billing."""
    keys = [mail.key for mail in everything(Route(desk.billing.address, desk.address))]
    keep(desk.store, desk.billing, [sample(desk.billing, key, number) for number, key in enumerate(keys)])
    return desk


@pytest.mark.parametrize("form", [export.EML, export.MBOX, export.JSONL])
async def test_what_is_exported_comes_back_byte_by_byte(
    full: Desk, tmp_path: Path, form: export.Form
) -> None:
    target = tmp_path / form.file_name
    done = await last(export.exported(full.store, full.vault, EVERYTHING, (), form, target))
    kept = full.contents()
    assert done == export.Exported(len(kept), len(kept))
    if form is export.JSONL:
        lines = target.read_bytes().splitlines()
        found = [base64.b64decode(json.loads(line)["source"]) for line in lines]
    else:
        found = list(mailboxes.messages(target))
    # mbox cannot tell whether a mail ended its last line
    ended = [
        content if content.endswith(b"\n") or form is not export.MBOX else content + b"\n" for content in kept
    ]
    assert sorted(found) == sorted(ended)


async def test_files_are_the_owners_alone_and_none_is_written_over(full: Desk, tmp_path: Path) -> None:
    target = tmp_path / "messages.mbox"
    await last(export.exported(full.store, full.vault, EVERYTHING, (), export.MBOX, target))
    assert target.stat().st_mode & 0o777 == 0o600
    before = target.read_bytes()
    with pytest.raises(FileExistsError):
        await last(export.exported(full.store, full.vault, EVERYTHING, (), export.MBOX, target))
    assert target.read_bytes() == before


async def test_one_audit_entry_says_what_left_and_why(full: Desk, tmp_path: Path) -> None:
    search = parse("kind:bounce ", NOW)
    steps = export.exported(
        full.store, full.vault, search, (), export.EML, tmp_path / "out", reason="ticket 4711"
    )
    done = await last(steps)
    entries = [one for one in audit.page(full.store) if one.action == "messages exported"]
    assert len(entries) == 1
    assert str(done.written) in entries[0].detail
    assert "ticket 4711" in entries[0].detail


async def test_a_locked_log_gives_headers_and_no_bodies(full: Desk, tmp_path: Path) -> None:
    locked = Vault(full.store)
    await last(export.exported(full.store, locked, EVERYTHING, (), export.CSV, tmp_path / "a.csv"))
    assert len((tmp_path / "a.csv").read_text().splitlines()) > 100
    with pytest.raises(VaultLocked):
        await last(export.exported(full.store, locked, EVERYTHING, (), export.MBOX, tmp_path / "b.mbox"))


async def test_a_table_holds_nothing_that_a_program_would_run(desk: Desk, tmp_path: Path) -> None:
    mail, at = sample(desk.billing, "letter")
    evil = b"Subject: =cmd|' /C calc'!A0 \x1b[2J\xe2\x80\xae\r\n"
    content = b"".join(
        evil if line.startswith(b"Subject:") else line for line in mail.content.splitlines(keepends=True)
    )
    keep(desk.store, desk.billing, [(replace(mail, content=content), at)])
    await last(export.exported(desk.store, desk.vault, EVERYTHING, (), export.CSV, tmp_path / "a.csv"))
    raw = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert "\x1b" not in raw
    assert "\u202e" not in raw
    row = next(csv.DictReader(raw.splitlines()))
    assert row["subject"].startswith("'=cmd")


async def test_card_numbers_do_not_leave_where_the_check_is_on(desk: Desk, tmp_path: Path) -> None:
    mail, at = sample(desk.orders, "letter")
    content = mail.content + b"\r\nMy card is 4111 1111 1111 1111, thank you.\r\n"
    keep(desk.store, desk.orders, [(replace(mail, content=content), at)])
    keep(desk.store, desk.billing, [(replace(mail, content=content), at)])
    await last(export.exported(desk.store, desk.vault, EVERYTHING, (), export.EML, tmp_path / "out"))
    texts = [file.read_bytes() for file in sorted((tmp_path / "out").iterdir())]
    assert sum(b"4111 1111 1111 1111" in text for text in texts) == 1
    assert sum(b"4111 11** **** 1111" in text for text in texts) == 1


async def test_an_import_brings_in_what_was_exported(full: Desk, tmp_path: Path) -> None:
    target = tmp_path / "messages.mbox"
    await last(export.exported(full.store, full.vault, EVERYTHING, (), export.MBOX, target))
    before = len(full.contents())
    orders = assets.by_id(full.store, full.vault, full.orders.id)
    assert orders is not None
    done = await last(importing.imported(full.store, orders, [target]))
    assert done.kept + done.known == before
    imported = [one for one in full.messages() if one.asset_id == orders.id]
    assert len(imported) == done.kept
    assert {one.source for one in imported} == {"import"}
    assert not any(mark in one.marks for one in imported for mark in ("direct", "mismatch"))
    again = await last(importing.imported(full.store, orders, [target]))
    assert (again.kept, again.known) == (0, before)
    assert not any(one.repeats for one in full.messages())


async def test_an_import_that_was_stopped_goes_on(
    full: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_MESSAGES", 10)
    target = tmp_path / "messages.mbox"
    await last(export.exported(full.store, full.vault, EVERYTHING, (), export.MBOX, target))
    orders = assets.by_id(full.store, full.vault, full.orders.id)
    assert orders is not None
    steps = importing.imported(full.store, orders, [target])
    first = await anext(steps)
    await steps.aclose()
    assert first.kept == 10
    done = await last(importing.imported(full.store, orders, [target]))
    assert done.known >= 10
    kept = [one.digest for one in full.messages() if one.asset_id == orders.id]
    assert len(kept) == len(set(kept))
    assert inbound.count(full.store, parse("asset:Orders ", NOW)) == len(kept)


async def test_a_stream_takes_an_export_too(full: Desk, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as stream:
        done = await last(export.exported(full.store, full.vault, EVERYTHING, (), export.JSONL, stream))
        assert stream.closed
    assert len((tmp_path / "out").read_bytes().splitlines()) == done.written


async def test_stopped_midway_an_export_holds_whole_messages(
    full: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "PAGE", 40)
    target = tmp_path / "out.jsonl"
    steps = export.exported(full.store, full.vault, EVERYTHING, (), export.JSONL, target)
    assert (await anext(steps)).written == 40
    second = asyncio.ensure_future(anext(steps))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    lines = target.read_bytes().splitlines()
    assert len(lines) in (40, 80)
    assert all(json.loads(line)["id"] for line in lines)


def test_what_is_told_of_a_message_is_masked_where_the_check_is_on(desk: Desk) -> None:
    mail, at = sample(desk.billing, "attached-card")
    (number,) = keep(desk.store, desk.billing, [(mail, at)])
    row = inbound.message(desk.store, number)
    assert row is not None
    row = replace(row, sender_name="4111 1111 1111 1111", attachment_names=("4111111111111111.csv",))
    assert "4111 1111 1111 1111" in export.sender(row)
    checked = replace(row, pci=True)
    assert "1111 1111" not in str(export.described(checked)) + export.sender(checked)
    assert export.described(checked)["attachments"] == ["411111******1111.csv"]


async def test_dates_that_nobody_believes_are_not_taken_over(full: Desk, tmp_path: Path) -> None:
    for number, date in enumerate(("Mon, 01 Jan 0001 00:00:00 +0000", "Fri, 01 Jan 2100 00:00:00 +0000")):
        text = f"From: a@example.com\r\nDate: {date}\r\nSubject: {number}\r\n\r\n"
        (tmp_path / f"{number}.eml").write_text(text)
    orders = assets.by_id(full.store, full.vault, full.orders.id)
    assert orders is not None
    await last(importing.imported(full.store, orders, [tmp_path]))
    came = [one.received_at for one in full.messages() if one.source == "import"]
    assert len(came) == 2
    assert all(abs(datetime.now(UTC) - at) < timedelta(minutes=5) for at in came)
