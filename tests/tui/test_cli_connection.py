"""`postroom test`: every rung as text and as JSON, exit status, vault, and what a hostile server says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from live.rehearsal.child import running_provider
from live.rehearsal.desk import prepare
from live.rehearsal.endpoints import Endpoints, Listener
from tests.tui.command_line import InProcess, Result


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Endpoints]:
    with running_provider() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, endpoints: Endpoints) -> tuple[str, str]:
    """The rehearsal desk, as the global option that names it."""
    directory = tmp_path / "desk"
    directory.mkdir(mode=0o700)
    return "--store", str(prepare(directory, endpoints))


def answered(told: Result) -> list[dict[str, Any]]:
    answer = json.loads(told.out)
    assert answer.keys() == {"postroom", "tests"}
    tests = answer["tests"]
    assert isinstance(tests, list)
    return tests


def test_an_asset_that_is_set_up_at_the_rehearsal_trusts_it(
    desk: tuple[str, str], postroom: InProcess, endpoints: Endpoints, tmp_path: Path
) -> None:
    """By `ca_file` in its configuration, which names the authority that it has written there."""
    where = ("--host", "localhost", "--port", str(endpoints.ports[Listener.CUSTOM_SSL]), "--security", "ssl")
    mailbox = ("--address", "custom-starttls@example.net", *where, "--password-stdin")
    password = "Rehearsal-custom-starttls-1\n"
    assert postroom(*desk, "assets", "add", "--name", "Mine", *mailbox, stdin=password).status == 0
    told = postroom(*desk, "test", "Mine", "--json")
    assert (told.status, answered(told)[0]["outcome"]) == (0, "passed")
    assert (tmp_path / "desk" / "rehearsal-ca.pem").read_text() == endpoints.ca_pem
    assert postroom(*desk, "assets", "set", "Mine", "--ca-file", "-").status == 0
    (failed,) = answered(postroom(*desk, "test", "Mine", "--json"))
    (stopped,) = [step for step in failed["steps"] if step["outcome"] == "failed"]
    assert stopped["diagnosis"]["id"] == "any-cert-unknown-issuer"
    assert "PEM file" in " ".join(stopped["diagnosis"]["fix"])
    (tmp_path / "desk" / "rehearsal-ca.pem").unlink()
    refused = postroom(*desk, "assets", "add", "--name", "Other", *mailbox, stdin=password)
    assert refused.status == 2
    assert "rehearsal-ca.pem cannot be read" in refused.err


def test_json_has_the_stated_shape_in_the_order_asked_for(desk: tuple[str, str], postroom: InProcess) -> None:
    told = postroom(*desk, "test", "Warranty", "press@example.net", "warranty", "--json")
    assert (told.status, told.err) == (1, "")
    failed, passed = answered(told)
    assert [failed["asset"], passed["asset"]] == ["Warranty", "Press"]
    for one in (failed, passed):
        assert one.keys() == {
            *("asset", "asset_id", "kind", "address", "outcome", "started_at", "ms", "steps"),
            "transcript",
        }
        assert datetime.fromisoformat(one["started_at"]).utcoffset() == timedelta(0)
        for step in one["steps"]:
            assert step.keys() == {"rung", "outcome", "ms", "words", "facts", "diagnosis"}
            assert all(fact.keys() == {"label", "value"} for fact in step["facts"])
            assert (step["diagnosis"] is not None) == (step["outcome"] == "failed")
    assert (passed["outcome"], {step["outcome"] for step in passed["steps"]}) == ("passed", {"passed"})
    (stopped,) = [step for step in failed["steps"] if step["outcome"] == "failed"]
    assert stopped["rung"] == "sign-in"
    assert "5.7.139" in stopped["words"]
    assert stopped["diagnosis"].keys() == {"id", "cause", "fix", "who", "again", "source"}
    assert stopped["diagnosis"]["id"] == "o365-smtp-auth-disabled-mailbox"
    assert [step["outcome"] for step in failed["steps"]][-1] == "skipped"


def test_text_has_words_and_diagnosis(desk: tuple[str, str], postroom: InProcess) -> None:
    told = postroom(*desk, "test", "Warranty")
    assert told.status == 1
    for words in (
        "✗ Warranty: failed at Sign-in after ",
        "✓ Resolve",
        "      | 535 5.7.139 Authentication unsuccessful",
        "Why:           SMTP AUTH is switched off for this mailbox.",
        "What to do:    1. ",
        "Who can do it: tenant administrator",
        "Trying again:  Not before this is mended.",
        "Source:        https://learn.microsoft.com/",
        "– Send as address not tried",
    ):
        assert words in told.out
    assert "tested:" not in told.out
    both = postroom(*desk, "test", "Press", "Warranty")
    assert both.out.splitlines()[-1] == "2 tested: 1 passed, 1 failed."
    assert postroom(*desk, "test", "Press").status == 0


def test_send_to_delivers_a_message(desk: tuple[str, str], postroom: InProcess) -> None:
    told = postroom(*desk, "test", "Press", "--send-to", "you@example.com", "--json")
    assert told.status == 0
    assert answered(told)[0]["steps"][-1]["rung"] == "message"


@pytest.mark.parametrize("words", [(), ("--all", "Press"), ("Nobody",), ("Press", "Nobody")])
def test_wrong_usage_tests_nothing(
    words: tuple[str, ...], desk: tuple[str, str], postroom: InProcess
) -> None:
    told = postroom(*desk, "test", *words)
    assert (told.status, told.out) == (2, "")
    assert len(told.err.splitlines()) == 1
    assert json.loads(postroom(*desk, "assets", "list", "--state", "never", "--json").out)["assets"] != []


def test_nothing_to_test(postroom: InProcess) -> None:
    told = postroom("test", "--all")
    assert (told.status, told.out) == (2, "")
    assert "postroom assets add" in told.err


def test_a_locked_vault_is_told_and_the_ladder_ends_at_the_sign_in(
    desk: tuple[str, str], postroom: InProcess
) -> None:
    assert postroom(*desk, "vault", "lock").status == 0
    told = postroom(*desk, "test", "Press", "--json")
    assert told.status == 1
    assert "postroom vault unlock" in told.err
    (stopped,) = [step for step in answered(told)[0]["steps"] if step["outcome"] == "failed"]
    assert stopped["rung"] == "sign-in"
    assert stopped["diagnosis"]["id"] == "any-auth-vault-locked"
    assert postroom(*desk, "test", "Press", "--passphrase-stdin", stdin="rehearsal").status == 0
    assert postroom(*desk, "test", "Press", "--passphrase-stdin", stdin="wrong one").status == 2
    assert postroom(*desk, "vault", "status").out.startswith("The vault is locked")


def test_without_any_vault_the_ladder_still_climbs(endpoints: Endpoints, postroom: InProcess) -> None:
    port = str(endpoints.ports[Listener.DEAD])
    postroom(
        "assets", "add", "--name", "X", "--address", "x@example.com", "--host", "127.0.0.1", "--port", port
    )
    told = postroom("test", "X", "--json")
    assert (told.status, told.err) == (1, "")
    (stopped,) = [step for step in answered(told)[0]["steps"] if step["outcome"] == "failed"]
    assert stopped["rung"] == "connect"


def test_what_a_hostile_server_says_is_harmless(endpoints: Endpoints, postroom: InProcess) -> None:
    port = str(endpoints.ports[Listener.ESCAPES])
    postroom(
        "assets", "add", "--name", "X", "--address", "x@example.com", "--host", "127.0.0.1", "--port", port
    )
    for words in (("test", "X"), ("test", "X", "--json"), ("assets", "show", "X"), ("audit",)):
        told = postroom(*words)
        raw = [one for one in told.out + told.err if not one.isprintable() and one != "\n"]
        assert raw == [], words
    assert "␛" in postroom("test", "X").out
