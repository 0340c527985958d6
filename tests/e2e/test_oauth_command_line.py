"""OAuth at the command line as a person goes about it: in a terminal, over SSH, and by curl."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live.rehearsal.authorization.consent import consent
from tests.tui.command_line import PATIENCE_S, Terminal, environment, finished, serving, terminal

WAITING = "It is not shown."
SSH = {"SSH_CONNECTION": "192.0.2.7 50000 198.51.100.4 22"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A served rehearsal."""
    home = tmp_path_factory.mktemp("served")
    scratch = {"TMPDIR": str(tmp_path_factory.mktemp("scratch"))}
    with serving(home, scratch) as (_, rehearsal):
        yield rehearsal


def link_in(seen: Terminal) -> str:
    """The authorization address, which is longer than a line of the screen."""
    seen.shows(WAITING)
    begin = seen.raw.index(b"http://127.0.0.1")
    return seen.raw[begin : seen.raw.index(b"\r", begin)].decode()


def browse(link: str, account: str) -> str:
    return asyncio.run(consent(link, account=account))


def test_an_address_is_pasted_back_unseen(told: dict[str, Any], tmp_path: Path) -> None:
    words = ("--store", told["store"], "authorize", "Legal")
    with terminal(*words, home=tmp_path, environ=SSH) as seen:
        address = browse(link_in(seen), "legal@example.org")
        assert "ssh -N -L" in seen.text
        seen.type("nothing of the kind\n")
        seen.shows("Paste the whole address")
        middle = len(address) // 2  # as a terminal breaks what is copied from it
        seen.type(f"\x1b[200~{address[:middle]}\n  {address[middle:]}\x1b[201~\n")
        assert seen.ends() == 0
        assert "✓ Legal signs in with its new token." in seen.text
        assert b"code=" not in seen.raw
        assert address[middle:].encode() not in seen.raw


def test_a_long_address_passes_through_the_terminal_whole(told: dict[str, Any], tmp_path: Path) -> None:
    words = ("--store", told["store"], "authorize", "Legal", "--paste")
    made = finished("--store", told["store"], "authorize", "Legal", "--owner-link", home=tmp_path)
    address = browse(made.out.strip(), "legal@example.org") + "&session_state=" + "x" * 6_000
    with terminal(*words, home=tmp_path) as seen:
        seen.shows(WAITING)
        seen.type(f"{address}\n")
        assert seen.ends() == 0


def test_the_browser_is_heard_while_pasting_is_possible(told: dict[str, Any], tmp_path: Path) -> None:
    with terminal("--store", told["store"], "authorize", "Legal", home=tmp_path) as seen:
        address = browse(link_in(seen), "legal@example.org").replace("localhost", "127.0.0.1")
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as page:
            assert b"The answer has arrived" in page.read()
        assert seen.ends() == 0


@pytest.mark.parametrize(("keys", "status"), [("\x03", 130), ("\x04", 2)])
def test_the_terminal_is_itself_again_after_an_end(
    keys: str, status: int, told: dict[str, Any], tmp_path: Path
) -> None:
    with terminal("--store", told["store"], "authorize", "Legal", home=tmp_path) as seen:
        seen.shows(WAITING)
        assert not seen.echoes
        seen.type(keys)
        assert seen.ends() == status
        assert "Traceback" not in seen.text
        assert seen.echoes


def test_a_killed_authorization_leaves_the_old_token(told: dict[str, Any], tmp_path: Path) -> None:
    words = ("--store", told["store"], "assets", "show", "Sales", "--json")
    before = json.loads(finished(*words, home=tmp_path).out)["assets"][0]["grant"]["consent_at"]
    with terminal("--store", told["store"], "authorize", "Sales", home=tmp_path) as seen:
        seen.shows(WAITING)
        seen.process.kill()
        seen.ends()
    assert json.loads(finished(*words, home=tmp_path).out)["assets"][0]["grant"]["consent_at"] == before


def test_revoke_and_remove_ask_in_a_terminal(told: dict[str, Any], tmp_path: Path) -> None:
    with terminal("--store", told["store"], "revoke", "Events", home=tmp_path) as seen:
        seen.shows("Revoke the grant of Events at the provider, and forget its tokens?")
        seen.type("n\n")
        assert seen.ends() == 0
        assert "Nothing was revoked." in seen.text
    with terminal("--store", told["store"], "revoke", "Events", home=tmp_path) as seen:
        seen.shows("[y/N]")
        seen.type("y\n")
        assert seen.ends() == 0
        assert "is revoked" in seen.text


def test_a_secret_is_asked_for_and_never_shown(told: dict[str, Any], tmp_path: Path) -> None:
    words = ("clients", "set", "Branches (Office 365)", "--secret-ends", "2099-12-31", "--secret-prompt")
    secret = "new8Q~rehearsal-branches-client-secret-02"
    with terminal("--store", told["store"], *words, home=tmp_path, rows=60) as seen:
        seen.shows("Client secret:")
        seen.type(f"{secret}\n")
        seen.shows("Client secret once more:")
        seen.type(f"{secret}\n")
        assert seen.ends() == 0
        assert secret.encode() not in seen.raw
        assert "got a new token with it" in seen.text
        assert "renewed now: 2." in seen.text


@pytest.mark.skipif(shutil.which("curl") is None, reason="this is about curl")
def test_the_way_by_curl_works_as_it_is_told(told: dict[str, Any], tmp_path: Path) -> None:
    postroom = tmp_path / "bin" / "postroom"
    postroom.parent.mkdir()

    settings = environment(tmp_path / "home")

    postroom.write_text(f'#!/bin/sh\nexec {sys.executable} -m tui "$@"\n')
    postroom.chmod(0o700)
    settings["PATH"] = f"{postroom.parent}:{settings['PATH']}"
    ran = subprocess.run(
        ["/bin/sh", "-c", "\n".join(told["token_by_curl"])],
        env=settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stderr
    assert "✓ Reservations signs in with its new token." in ran.stderr


def test_tokens_are_told_to_monitoring(told: dict[str, Any], tmp_path: Path) -> None:
    words = ("--store", told["store"], "tokens")
    now = finished(*words, home=tmp_path)
    assert now.status == 2
    assert "need" in now.out.splitlines()[0]
    assert now.err == ""
    calendar = finished(*words, "--ics", str(tmp_path / "deadlines.ics"), "--json", home=tmp_path)
    assert json.loads(calendar.out)["postroom"] == 1
    assert (tmp_path / "deadlines.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
