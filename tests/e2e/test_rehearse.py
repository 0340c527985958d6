"""`postroom rehearse` as a person runs it: it judges, serves or opens the console, and leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from live.rehearsal.accounts import SAMPLES
from live.rehearsal.endpoints import Listener
from live.rehearsal.oauth_samples import OAUTH_SAMPLES
from tests.tui.command_line import PATIENCE_S, child, finished, line_of, serving, terminal


@pytest.fixture
def scratch(tmp_path: Path) -> dict[str, str]:
    """A directory for temporary files of its own, to see what is left in it."""
    directory = tmp_path / "scratch"
    directory.mkdir()
    return {"TMPDIR": str(directory)}


def left(scratch: dict[str, str]) -> list[str]:
    return os.listdir(scratch["TMPDIR"])


def alive(port: int) -> bool:
    """Whether the rehearsal's provider still listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_rehearse_without_a_terminal_judges_every_sample(tmp_path: Path, scratch: dict[str, str]) -> None:
    told = finished("rehearse", home=tmp_path, environ=scratch)
    assert told.status == 0, told.out
    assert told.err == ""
    lines = told.out.splitlines()
    heads = [line for line in lines if line[0] in "✓✗"]
    assert len(heads) == 23
    assert all(line.endswith("as meant") for line in heads)
    assert sum("Why:" in line for line in lines) == sum(line.startswith("✗") for line in heads) == 15
    assert lines[-1] == "23 tests: all ended as meant."
    assert left(scratch) == []
    assert not (tmp_path / ".local").exists()


def test_rehearse_every_as_json_in_spite_of_foreign_settings(tmp_path: Path, scratch: dict[str, str]) -> None:
    settings = {
        "POSTROOM_STORE": str(tmp_path / "mine.db"),
        "POSTROOM_CONFIG": str(tmp_path / "none.toml"),
        "POSTROOM_VAULT_KEY": "nonsense",
        "POSTROOM_KEY_FILE": str(tmp_path / "mine.key"),
    }
    told = finished("rehearse", "--every", "--json", home=tmp_path, environ={**scratch, **settings})
    samples = json.loads(told.out)["samples"]
    assert [one for one in samples if not one["as_meant"]] == []
    assert told.status == 0
    assert {one["asset"] for one in samples} == {sample.asset_name for sample in (*SAMPLES, *OAUTH_SAMPLES)}
    assert (left(scratch), list(tmp_path.glob("mine*"))) == ([], [])


def test_rehearse_takes_no_store(tmp_path: Path) -> None:
    told = finished("rehearse", "--store", str(tmp_path / "mine.db"), home=tmp_path)
    assert told.status == 2
    assert list(tmp_path.glob("mine*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_served_rehearsal_is_for_other_commands(
    tmp_path: Path, scratch: dict[str, str], number: int
) -> None:
    with serving(tmp_path, scratch) as (process, told):
        known = {"store", "config", "key_file", "ports", "commands"}
        assert told.keys() == {*known, "authorization", "token_by_browser", "token_by_curl"}
        assert told["authorization"] == f"http://127.0.0.1:{told['ports']['authorization']}"
        assert set(told["ports"]) == set(Listener)
        assert all(Path(told[file]).is_file() for file in ("store", "config", "key_file"))
        assert f"postroom --store {told['store']} test --all" in told["commands"]
        tested = finished("--store", told["store"], "test", "Billing", "Complaints", home=tmp_path)
        assert tested.status == 1
        assert tested.out.splitlines()[-1] == "2 tested: 1 passed, 1 failed."
        assert alive(told["ports"]["gmail-ssl"])
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr.read() == b""
    assert left(scratch) == []
    assert not alive(told["ports"]["gmail-ssl"])


def test_a_served_rehearsal_as_text(tmp_path: Path, scratch: dict[str, str]) -> None:
    with child("rehearse", "--serve", home=tmp_path, environ=scratch) as process:
        lines: list[str] = []
        while not lines or "--paste" not in lines[-1]:
            lines.append(line_of(process))
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
    text = "".join(lines)
    assert "Store:" in text
    assert "gmail-starttls:" in text
    assert "Authorization server: http://127.0.0.1:" in text
    assert " authorize Reservations --owner-link" in text


def test_a_killed_rehearsal_takes_its_provider_along(tmp_path: Path, scratch: dict[str, str]) -> None:
    with serving(tmp_path, scratch) as (process, told):
        process.kill()
        process.wait(PATIENCE_S)
    until = time.monotonic() + PATIENCE_S
    while alive(told["ports"]["gmail-ssl"]):
        assert time.monotonic() < until


def quit_by_key(seen: Any) -> None:
    seen.type("q")


def terminated(seen: Any) -> None:
    seen.process.terminate()


def hung_up(seen: Any) -> None:
    seen.hang_up()


@pytest.mark.parametrize("end", [quit_by_key, terminated, hung_up])
def test_rehearse_in_a_terminal_opens_the_console_and_leaves_nothing(
    end: Any, tmp_path: Path, scratch: dict[str, str]
) -> None:
    with terminal("rehearse", home=tmp_path, environ=scratch) as seen:
        seen.shows("Spare Parts")
        for words in ("Loyalty Club", "Branch North", "2 never tested", "need you"):
            seen.shows(words)
        (directory,) = left(scratch)
        assert directory.startswith("postroom-rehearsal-")
        end(seen)
        seen.ends()
    assert left(scratch) == []


def test_sigterm_while_the_desk_is_prepared_leaves_nothing(tmp_path: Path, scratch: dict[str, str]) -> None:
    with terminal("rehearse", home=tmp_path, environ=scratch) as seen:
        seen.shows("Preparing the rehearsal desk")
        seen.process.terminate()
        assert seen.ends() == 128 + signal.SIGTERM
    assert left(scratch) == []
