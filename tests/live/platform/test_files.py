"""Events out of files: JSON Lines and CSV, by whatever program they were written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.inbound.importing import imported
from live.inbound.mailboxes import NotAMailbox
from live.mail.glance import glance
from live.platform import files
from live.platform.events import read
from live.platform.rebuilt import rebuilt
from store import assets, inbound
from store.database import Store
from store.inbound_search import Search
from store.vault import Vault
from tests.live.platform.kit import CONTENT, body_of, event
from tests.store.kit import fields, raw

FIELDS = (
    "transid",
    "appId",
    "tenantId",
    "from",
    "to",
    "subject",
    "textMessage",
    "htmlMessage",
    "attachments",
    "ts",
)


def lines(path: Path, *events: object) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in events), encoding="utf-8")
    return path


def table(path: Path, *rows: dict[str, str], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def row(**more: str) -> dict[str, str]:
    return {name: value for name, value in event(ts="2026-03-01T10:00:00Z", **more).items() if name in FIELDS}


def test_json_lines_make_the_same_mail_as_the_webhook(tmp_path: Path) -> None:
    path = lines(tmp_path / "events.jsonl", event(), event(event="Subscribe"), event(transid="2"))
    found = list(files.messages(path))
    mail = read(body_of())
    assert mail is not None
    assert found[0] == rebuilt(mail)
    assert len(found) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = table(
        tmp_path / "events.csv",
        row(subject="Größe?"),
        row(transid="2"),
        encoding=encoding,
        delimiter=delimiter,
    )
    first, second = files.messages(path)
    look = glance(first)
    assert (look.subject, look.sender, look.recipients) == (
        "Größe?",
        "ann@example.net",
        "Help.desk@example.com",
    )
    assert glance(second).subject == CONTENT["subject"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jsonl", b'{"from": "x"}\n{', "line 2, is not JSON"),
        ("a.jsonl", b"[1]\n", "no object"),
        ("a.ndjson", b"[" * 100_000, "not JSON"),
        ("a.jsonl", b'{"a": "\xff"}\n', "UTF-8"),
        ("a.csv", b"", "no column"),
        ("a.csv", b"a,b\n1,2\n", "no column from"),
        ("a.csv", b"from,subject\n\xff,x\n", "UTF-8"),
    ],
)
def test_what_is_no_file_of_events(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NotAMailbox, match=why):
        list(files.messages(path))


def test_what_is_too_large_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_OCTETS", 2_000)
    large = "x" * 5_000
    passed: list[int] = []
    path = lines(tmp_path / "a.jsonl", event(textMessage=large), event(), event(subject=large, transid="3"))
    assert len(list(files.messages(path, lambda: passed.append(1)))) == 1
    assert len(passed) == 2


@settings(max_examples=50)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(FIELDS),
            st.text(st.characters(codec="utf-8", exclude_characters="\0")),
            min_size=1,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_a_row_holds(tmp_path_factory: pytest.TempPathFactory, told: list[dict[str, str]]) -> None:
    path = table(tmp_path_factory.mktemp("csv") / "a.csv", *(row() | one for one in told))
    for content in files.messages(path):
        assert not glance(content).unreadable


async def test_an_import_keeps_each_once_and_makes_no_events(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    asset = assets.create(store, vault, fields("Help desk"))
    path = lines(tmp_path / "events.jsonl", event(ts="2026-03-01T10:00:00Z"), event(transid="2"))
    hostile = table(
        tmp_path / "events.csv", row(), row(subject='=HYPERLINK("http://x","y")\n+1', transid="3")
    )
    done = [one async for one in imported(store, asset, [path, hostile])][-1]
    assert (done.kept, done.known, done.unreadable) == (3, 1, 0)
    done = [one async for one in imported(store, asset, [path])][-1]
    assert (done.kept, done.known) == (0, 2)
    found = inbound.page(store, Search())
    assert {line.subject for line in found} == {CONTENT["subject"], '=HYPERLINK("http://x","y") +1'}
    assert min(line.received_at for line in found).isoformat() == "2026-03-01T10:00:00+00:00"
    assert raw(store.path, "SELECT count(*) FROM outbox") == [(0,)]
