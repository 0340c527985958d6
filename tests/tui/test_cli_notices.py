"""`postroom notices`: listed, shown, acknowledged and sent."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from store.grants import GrantState
from tests.live.notices.kit import breaks, client, connected
from tests.tui.command_line import InProcess
from tests.tui.test_notices_pane import opened


@pytest.fixture
def postroom(
    empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    made = InProcess(tmp_path / "home", monkeypatch, capsys)
    toml = empty_store.with_name("postroom.toml")
    kept = [line for line in toml.read_text(encoding="utf-8").splitlines() if not line.startswith("notices")]
    said = tmp_path / "said"
    write = f"import os; open({str(said)!r}, 'a').write(os.environ['POSTROOM_NOTICE_CAUSE'])"
    hook = f"hook = {json.dumps([sys.executable, '-c', write])}"
    toml.write_text("\n".join([*kept, "[notices]", hook]) + "\n", encoding="utf-8")
    monkeypatch.setenv("POSTROOM_STORE", str(empty_store))
    with opened(empty_store) as desk:
        (asset,) = connected(desk.store, desk.vault, "Billing", client_id=client(desk.store, desk.vault))
        with desk.store.write() as session:
            session.connection().exec_driver_sql("DELETE FROM deadlines")
        breaks(desk.store, GrantState.CONSENT_REQUIRED, asset)
        desk.look()
    return made


def test_a_list_for_people_and_for_programs(postroom: InProcess) -> None:
    table = postroom("notices", "list").out.splitlines()
    assert table[0].split() == ["ID", "STATE", "SINCE", "CAUSE", "ASSETS", "LAST", "TOLD", "TOLD", "TO"]
    assert "✗ needs you" in table[1]
    assert "Billing: a new consent is needed" in table[1]
    (found,) = json.loads(postroom("notices", "list", "--json").out)["notices"]
    assert (found["id"], found["kind"], found["level"], found["assets"]) == (1, "consent", "now", 1)
    assert postroom("notices", "list", "--filter", "nobody").err == "There are no such notices.\n"


def test_one_in_full(postroom: InProcess) -> None:
    told = postroom("notices", "show", "1")
    assert told.status == 0
    for words in (
        "Who can act:",
        "the mailbox's owner",
        "Billing <Billing@example.com>",
        "the hook: waiting",
    ):
        assert words in told.out
    (found,) = json.loads(postroom("notices", "show", "1", "--json").out)["notices"]
    assert [one["name"] for one in found["members"]] == ["Billing"]
    assert [one["state"] for one in found["tellings"][0]["sendings"]] == ["waiting"]
    wrong = postroom("notices", "show", "9")
    assert (wrong.status, wrong.out) == (2, "")
    assert "There is no notice 9" in wrong.err


def test_acknowledged_and_taken_back(postroom: InProcess) -> None:
    assert postroom("notices", "ack", "1").err == "Notice 1 is acknowledged.\n"
    assert postroom("notices", "ack", "1").err == "Notice 1: nothing was to be changed.\n"
    (found,) = json.loads(postroom("notices", "list", "--json").out)["notices"]
    assert found["acknowledged_by"]
    assert postroom("notices", "ack", "1", "--back").err == "Notice 1 is open again.\n"
    assert postroom("notices", "ack", "1", "7").status == 2


def test_sent_now_without_an_agent(postroom: InProcess, tmp_path: Path) -> None:
    told = postroom("notices", "send", "1")
    assert told.status == 0
    assert "✓ the hook: sent" in told.err
    assert (tmp_path / "said").read_text(encoding="utf-8") == "Billing: a new consent is needed"
    assert postroom("notices", "send", "4").status == 2
