"""`postroom audit`: the newest acts first, by words and up to a limit."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.tui.command_line import InProcess, Result

HOST = ("--host", "mail.example.com")


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    monkeypatch.setenv("SSH_CONNECTION", "2001:db8::7 50000 2001:db8::1 22")
    return InProcess(tmp_path / "home", monkeypatch, capsys)


def test_json_newest_first(postroom: InProcess) -> None:
    postroom("assets", "add", "--name", "One", "--address", "one@example.com", *HOST)
    postroom("assets", "add", "--name", "Two", "--address", "two@example.com", *HOST)
    postroom("assets", "remove", "One", "--yes")
    told = postroom("audit", "--json")
    answer = json.loads(told.out)
    assert (answer.keys(), answer["postroom"], told.err) == ({"postroom", "entries"}, 1, "")
    entries = answer["entries"]
    assert [(one["action"], one["asset"]) for one in entries] == [
        ("asset deleted", "One"),
        ("asset created", "Two"),
        ("asset created", "One"),
    ]
    for one in entries:
        assert one.keys() == {"id", "at", "user", "client", "action", "asset_id", "asset", "detail"}
        assert datetime.fromisoformat(one["at"]).utcoffset() == timedelta(0)
        assert one["client"] == "2001:db8::7"


def test_words_and_limit(postroom: InProcess) -> None:
    for number in range(4):
        postroom("assets", "add", "--name", f"N{number}", "--address", f"n{number}@example.com", *HOST)
    told = postroom("audit", "--limit", "2", "created", "example.com")
    assert [line.split()[-1] for line in told.out.splitlines()[1:]] == ["n3@example.com", "n2@example.com"]
    assert told.err == "2 older entries are not shown; see --limit.\n"
    assert postroom("audit", "created", "nobody") == Result(0, "", "No entries hold these words.\n")
    assert json.loads(postroom("audit", "--json", "N2").out)["entries"][0]["asset"] == "N2"


def test_nothing_yet(postroom: InProcess) -> None:
    assert postroom("audit") == Result(0, "", "Nothing was done here yet.\n")
