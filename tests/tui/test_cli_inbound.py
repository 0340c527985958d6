"""`postroom inbound list`, `search` and `confirmations`: what is printed, without a key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.command_line import InProcess, Result
from tests.tui.inbound_desk import MESSAGE, PLAIN, InboundDesk, answer, prepare
from tui.commandline import grammar_inbound


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("inbound"))


@pytest.fixture
def desk(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InboundDesk:
    return InboundDesk(prepared, tmp_path, monkeypatch, capsys)


@pytest.fixture
def sealed(desk: InboundDesk) -> InboundDesk:
    """A desk whose key file holds the credentials key alone."""
    desk.has_key(PLAIN)
    return desk


# list and search


def test_list_is_newest_first_and_says_what_is_left(sealed: InboundDesk) -> None:
    told = sealed("list", "--limit", "3")
    assert told.status == 0
    heads, *rows = told.out.splitlines()
    assert heads.split() == ["ID", "WHEN", "ASSET", "FROM", "SUBJECT", "KIND", "SIZE", "MARKS"]
    assert [row.split()[0] for row in rows] == ["7", "6", "5"]
    assert "direct" in rows[2]
    assert told.err == "4 older ones are not shown; see --limit.\n"


def test_list_as_json_has_the_documented_shape(sealed: InboundDesk) -> None:
    found = answer(sealed("list", "--json"))
    assert found.keys() == {"postroom", "total", "messages"}
    assert found["total"] == len(found["messages"]) == 7
    assert all(message.keys() == MESSAGE for message in found["messages"])
    documented = grammar_inbound.MESSAGE_SHAPE
    assert all(key in documented for key in MESSAGE)
    first = found["messages"][-1]
    assert (first["id"], first["asset"], first["kind"], first["came_by"]) == (
        1,
        "Support",
        "ordinary",
        "smtp",
    )
    assert first["received_at"] == "2026-11-25T09:00:00.000+00:00"
    assert (first["from"], first["from_name"]) == ("customer@example.net", "Robin Example")
    assert "invoice.pdf" in found["messages"][-4]["attachments"]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["kind:bounce"], [3]),
        (["has:attachment", "asset:Support", "kind:ordinary"], [4]),
        (["mark:direct"], [5]),
        (["broken", "on", "arrival"], [5, 2, 1]),
        (["broken on arrival"], [5, 2, 1]),
        (["subject:broken on"], [5, 2, 1]),
        (["subject:on broken"], []),
        (['subject:"broken on"'], [5, 2, 1]),
        (["from:customer@example.net", "subject:docum*"], [4]),
        (["asset:orders"], [7]),
    ],
)
def test_search_finds(words: list[str], ids: list[int], sealed: InboundDesk) -> None:
    found = answer(sealed("search", "--json", *words))
    assert [message["id"] for message in found["messages"]] == ids
    assert found["total"] == len(ids)


def test_a_search_without_hits_says_so(sealed: InboundDesk) -> None:
    assert sealed("search", "nowhere") == Result(0, "", "No message matches.\n")


@pytest.mark.parametrize("command", ["list", "search", "tail"])
def test_a_search_that_cannot_be_understood_is_explained(command: str, sealed: InboundDesk) -> None:
    told = sealed(command, "kind:letter")
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("postroom: kind: takes ordinary, confirmation, bounce")


def test_an_empty_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = InProcess(tmp_path, monkeypatch, capsys)("inbound", "list")
    assert told == Result(0, "", "No mail has come in yet.\n")


# confirmations


def test_confirmations_are_shown_without_the_key_and_marked_as_done(sealed: InboundDesk) -> None:
    told = sealed("confirmations", "--json")
    assert told.status == 1
    (one,) = json.loads(told.out)["confirmations"]
    assert all(key in grammar_inbound.CONFIRMATIONS_SHAPE for key in one)
    assert (one["message"], one["asset"], one["matches"], one["done_at"]) == (6, "Support", True, None)
    assert one["link"].startswith("https://mail-settings.google.com/mail/vf-")
    assert one["cancel_link"].startswith("https://mail-settings.google.com/mail/uf-")
    table = sealed("confirmations")
    assert table.status == 1
    assert one["link"] in table.out
    assert one["cancel_link"] not in table.out
    done = sealed("confirmations", "--done", "6")
    assert (done.status, done.out) == (0, "")
    assert "Marked as done" in done.err
    assert sealed("confirmations") == Result(0, "", "No confirmation waits.\n")
    (kept,) = answer(sealed("confirmations", "--all", "--json"))["confirmations"]
    assert kept["done_at"]
    assert kept["done_by"]
    assert "waits" not in sealed("confirmations", "--all").out


@pytest.mark.parametrize("number", ["1", "99"])
def test_what_is_no_confirmation_cannot_be_done(number: str, sealed: InboundDesk) -> None:
    told = sealed("confirmations", "--done", number)
    assert told.status == 2
    assert told.err == f"postroom: Message {number} is no confirmation that waits.\n"
