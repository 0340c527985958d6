"""The domain check by keys and on the command line, against a name server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.live.dns_server import NameServer, serving, well
from tests.tui.command_line import InProcess
from tests.tui.person import Person, at_console
from tui.dialogs.run_screen import RunScreen
from tui.live_tests import LiveTest
from tui.widgets.ladder_view import LadderView


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> Iterator[NameServer]:
    with serving(well()) as server:
        monkeypatch.setenv("POSTROOM_DNS_SERVER", server.address)
        yield server


@pytest.fixture
def postroom(
    told_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


def ladder(person: Person) -> str:
    view = person.console.screen.query_one(LadderView)
    return str(view.query_one("#ladder", Static).content)


def recorded(record: object) -> bool:
    """Whether it is a domain check that is over."""
    return not isinstance(record, LiveTest) and getattr(record, "kind", "") == "domain"


async def ended(person: Person) -> None:
    await person.until(lambda: person.pane.id == "checks" and person.console.tests.ended, "end of the check")
    await person.until(lambda: not person.console.tests.busy, "rest")
    await person.until(lambda: recorded(person.pane.table.current), "recorded check")
    await person.settled()


async def test_by_one_key_and_opened_like_other_checks(told_store: Path, names: NameServer) -> None:
    async with at_console(told_store, size=(120, 40)) as person:
        before = person.headline
        await person.goes_to("Spare Parts")
        await person.press("D")
        await ended(person)
        await person.sees("Domain check")
        assert "Spare Parts  ✓ domain check passed" in ladder(person)
        assert "not tried: No mail signed for example.com" in ladder(person)
        await person.press("enter")
        await person.at(RunScreen)
        assert "Domain check of Spare Parts" in person.lines[0]
        assert "v=spf1 include:_spf.google.com ~all" in ladder(person)
        await person.press("escape")
        await person.go("assets")
        assert person.headline == before


async def test_what_is_wrong_is_explained(told_store: Path, names: NameServer) -> None:
    names.zone["example.com", "TXT"] = ['"v=spf1 a -all"']
    del names.zone["_dmarc.example.com", "TXT"]
    async with at_console(told_store, size=(120, 40)) as person:
        await person.goes_to("Spare Parts")
        await person.press("enter")
        await person.sees("Never tested")
        await person.press("D")
        await ended(person)
        assert "domain check failed" in ladder(person)
        assert "The domain does not say what is to become of forged mail." in " ".join(ladder(person).split())
        await person.press("x")
        await person.is_told("the diagnosis")
        names.zone |= well()
        await person.press("t")  # a check of the same kind once more
        await person.until(
            lambda: person.console.tests.ended == 1 and "✓ domain check" in ladder(person), "well"
        )


async def test_hostile_records_meet_no_terminal(told_store: Path, names: NameServer) -> None:
    names.zone["_dmarc.example.com", "TXT"] = ['"v=DMARC1; p=none; rua=\\027]52;c;eA==\\007[/b]"']
    async with at_console(told_store, size=(120, 40)) as person:
        await person.goes_to("Spare Parts")
        await person.press("D")
        await ended(person)
        await person.press("enter")
        await person.at(RunScreen)
        assert "\x1b" not in person.text
        assert "[/b]" in ladder(person)


def test_on_the_command_line(
    told_store: Path, names: NameServer, postroom: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_DNS_SERVER", names.address)
    words = ("--store", str(told_store), "test", "--domain", "Spare Parts")
    told = postroom(*words)
    assert told.status == 0, told.err
    assert "✓ SPF" in told.out
    (one,) = json.loads(postroom(*words, "--json").out)["tests"]
    assert (one["kind"], one["outcome"]) == ("domain", "passed")
    assert [step["rung"] for step in one["steps"]] == ["mx", "spf", "dkim", "dmarc", "certificate"]
    names.zone["example.com", "MX"] = ["0 ."]
    told = postroom(*words)
    assert told.status == 1
    assert "a null MX" in told.out
    assert postroom(*words, "--send-to", "a@example.com").status == 2


@pytest.mark.parametrize("server", ["dns.example.com", "192.0.2.1:0", "192.0.2.1:70000", "[2001:db8::1", "x"])
def test_a_name_server_has_an_address(
    told_store: Path, postroom: InProcess, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("POSTROOM_DNS_SERVER", server)
    told = postroom("--store", str(told_store), "test", "--domain", "Press")
    assert told.status == 2
    assert "POSTROOM_DNS_SERVER" in told.err
