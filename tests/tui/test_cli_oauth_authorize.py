"""`postroom authorize`: every way to a token, checked before it is trusted, at the rehearsal's servers."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.rehearsal.authorization.consent import consent, enter_code
from live.rehearsal.child import running_provider
from live.rehearsal.endpoints import Endpoints
from store.oauth_clients import ClientType
from tests.tui.command_line import PATIENCE_S, InProcess, child, line_of
from tests.tui.oauth_kit import MAILBOX, OAuthDesk, authorized, ended_on, grant_of

TOKENS = re.compile(r"ya29\.|1//0|EwB|GOCSPX-|[?&]code=|\b1\.A")
"""How tokens, codes and secrets of the rehearsal begin."""


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


@pytest.fixture
def own() -> Iterator[Endpoints]:
    """A provider of this test's own, which it may put out of order."""
    with running_provider() as served:
        yield served


def silent(*texts: str) -> bool:
    """Whether none of the texts holds a token, a code or a secret."""
    return not any(TOKENS.search(text) for text in texts)


def test_a_url_that_nobody_may_be_sent_to_is_told(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google", authorization_url="http://login.example.com/auth"))
    told = postroom(*desk.option, "authorize", "Sales", "--owner-link")
    assert (told.status, told.out) == (1, "")
    assert "plain http" in told.err
    assert "Who can do it: operator" in told.err


# The owner's link, and the address pasted back


def test_a_link_for_the_owner_and_the_address_pasted_back(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google"))
    made = postroom(*desk.option, "authorize", "Sales", "--owner-link", "--days", "2")
    assert made.status == 0
    link = made.out.strip()
    assert link.startswith(f"{desk.endpoints.authorization}/google/")
    assert "state=" in link
    assert "postroom authorize Sales --paste" in made.err
    told = postroom(*desk.option, "authorize", "Sales", "--paste", stdin=ended_on(link, "sales@example.com"))
    assert (told.status, told.out) == (0, "")
    assert "✓ Sales signs in with its new token." in told.err
    assert silent(told.err, made.err)
    asset = grant_of(postroom, desk, "Sales")
    assert (asset["sign_in"], asset["oauth_client"], asset["grant_state"]) == (
        "oauth",
        "Support desk (Google)",
        "valid",
    )
    grant = asset["grant"]
    assert grant["has_refresh"]
    assert (grant["scope"], grant["failures"]) == ("https://mail.google.com/", 0)
    assert grant["access_length"] > 100
    shown = postroom(*desk.option, "assets", "show", "Sales").out
    assert "✓ valid" in shown
    assert "••••" in shown
    assert silent(shown, json.dumps(asset))
    assert postroom(*desk.option, "test", "Sales").status == 0


def test_an_answer_counts_once(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google"))
    link = postroom(*desk.option, "authorize", "Sales", "--owner-link").out
    answer = ended_on(link, "sales@example.com")
    assert postroom(*desk.option, "authorize", "Sales", "--paste", stdin=answer).status == 0
    rotation = grant_of(postroom, desk, "Sales")["grant"]["obtained_at"]
    again = postroom(*desk.option, "authorize", "Sales", "--paste", stdin=answer)
    assert again.status == 1
    assert "used already" in again.err
    assert grant_of(postroom, desk, "Sales")["grant"]["obtained_at"] == rotation


@pytest.mark.parametrize(
    "pasted", ["", "hello", "http://127.0.0.1/callback", "http://127.0.0.1/?code=4%2F0abc"]
)
def test_what_is_no_answer_is_wrong_usage_and_uses_nothing_up(
    pasted: str, desk: OAuthDesk, postroom: InProcess
) -> None:
    desk.asset("oauth-well", desk.client("google"))
    link = postroom(*desk.option, "authorize", "Sales", "--owner-link").out
    told = postroom(*desk.option, "authorize", "Sales", "--paste", stdin=pasted)
    assert told.status == 2
    answer = ended_on(link, "sales@example.com")
    assert postroom(*desk.option, "authorize", "Sales", "--paste", stdin=answer).status == 0


def test_the_answer_of_another_assets_link_is_that_assets(desk: OAuthDesk, postroom: InProcess) -> None:
    client = desk.client("google")
    desk.asset("oauth-well", client)
    desk.asset("oauth-busy", client)
    link = postroom(*desk.option, "authorize", "Feedback", "--owner-link").out
    told = postroom(
        *desk.option, "authorize", "Sales", "--paste", stdin=ended_on(link, "feedback@example.com")
    )
    assert told.status == 1
    assert "belongs to Feedback" in told.err
    assert grant_of(postroom, desk, "Sales")["grant_state"] == "none"
    assert grant_of(postroom, desk, "Feedback")["grant_state"] == "valid"


def test_a_qr_code_is_shown_beside_the_link(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google"))
    told = postroom(*desk.option, "authorize", "Sales", "--owner-link", "--qr")
    code = [line for line in told.err.splitlines() if set(line) <= set(" ▄▀█") and "█" in line]
    assert len(code) > 30
    assert len({len(line) for line in code}) == 1
    assert told.out.count("\n") == 1


# What is refused, and why


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("oauth-unticked", "box"),
        ("oauth-no-refresh", "--consent"),
        ("oauth-mix-up", "authorization server"),
    ],
)
def test_a_token_that_is_not_what_was_asked_for_is_refused(
    key: str, said: str, desk: OAuthDesk, postroom: InProcess
) -> None:
    sample = MAILBOX[key]
    desk.asset(key, desk.client("google"), ask_consent=False)
    told = authorized(postroom, desk, sample.asset_name, sample.address)
    assert told.status == 1
    assert said in told.err
    assert "Who can do it:" in told.err
    assert silent(told.err)
    assert grant_of(postroom, desk, sample.asset_name)["grant_state"] == "none"


def test_the_wrong_browser_session_does_not_become_the_mailbox(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google"))
    assert authorized(postroom, desk, "Sales", "sales@example.com").status == 0
    before = grant_of(postroom, desk, "Sales")["grant"]
    told = authorized(postroom, desk, "Sales", "visitor@example.com")
    assert told.status == 1
    assert "another account signed in" in told.err
    assert grant_of(postroom, desk, "Sales")["grant"] == before
    assert postroom(*desk.option, "test", "Sales").status == 0


def test_a_denial_is_told(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google"))
    link = postroom(*desk.option, "authorize", "Sales", "--owner-link").out
    answer = ended_on(link, "sales@example.com", deny=True)
    told = postroom(*desk.option, "authorize", "Sales", "--paste", stdin=answer)
    assert told.status == 1
    assert "access_denied" in told.err


def test_consent_asked_for_where_only_an_administrator_may(desk: OAuthDesk, postroom: InProcess) -> None:
    sample = MAILBOX["oauth-consent-off"]
    desk.asset(sample.key, desk.client("office365"), ask_consent=True)
    told = authorized(postroom, desk, sample.asset_name, sample.address)
    assert told.status == 1
    assert "AADSTS90094" in told.err
    assert "--no-consent" in told.err
    link = postroom(*desk.option, "authorize", sample.asset_name, "--owner-link", "--no-consent").out
    assert "prompt=consent" not in link
    answer = ended_on(link, sample.address)
    assert postroom(*desk.option, "authorize", sample.asset_name, "--paste", stdin=answer).status == 0


# A browser whose answer is heard


def opened(url: str) -> None:
    urllib.request.urlopen(url, timeout=PATIENCE_S).read()


def test_the_browsers_answer_is_heard_on_a_port_of_this_machine(desk: OAuthDesk, tmp_path: Path) -> None:
    desk.asset("oauth-well", desk.client("google"))
    with child(*desk.option, "authorize", "Sales", home=tmp_path / "home") as process:
        link = line_of(process)
        opened(ended_on(link, "sales@example.com"))
        out, err = process.communicate(timeout=PATIENCE_S)
    told = err.decode()
    assert (process.returncode, out) == (0, b"")
    assert "Taken: any browser" in told
    assert "Not offered: device code (--device). Google's device code takes a short list of scopes" in told
    assert "Not offered: a browser on this machine" in told
    assert "Also open: a link for the owner (--owner-link)" in told
    assert "✓ Sales signs in" in told
    assert silent(told)


def test_over_ssh_the_line_for_the_port_is_ready(desk: OAuthDesk, tmp_path: Path) -> None:
    desk.asset("oauth-revoked", desk.client("office365"))
    ssh = {"SSH_CONNECTION": "192.0.2.7 50000 198.51.100.4 2222", "DISPLAY": "localhost:10.0"}
    with child(*desk.option, "authorize", "Legal", home=tmp_path / "home", environ=ssh) as process:
        address = ended_on(line_of(process), "legal@example.org")
        opened(address.replace("localhost", "127.0.0.1"))
        _, err = process.communicate(timeout=PATIENCE_S)
    told = err.decode()
    assert process.returncode == 0
    found = re.search(r"ssh -p 2222 -N -L (\d+):127\.0\.0\.1:\1 \S+@198\.51\.100\.4", told)
    assert found
    assert f":{found[1]}/" in address
    assert "This is an SSH session" in told


def test_a_browser_is_opened_where_there_is_a_screen(desk: OAuthDesk, tmp_path: Path) -> None:
    desk.asset("oauth-well", desk.client("google"))
    browser = tmp_path / "browser"
    seen = tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}.part && mv {seen}.part {seen}\n')
    browser.chmod(0o700)
    screen = {"WAYLAND_DISPLAY": "wayland-0", "BROWSER": f"{browser} %s"}
    with child(*desk.option, "authorize", "Sales", home=tmp_path / "home", environ=screen) as process:
        link = line_of(process).strip()
        opened(ended_on(link, "sales@example.com"))
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert seen.read_text() == link
    assert "Taken: a browser on this machine" in err.decode()


def test_a_callback_that_leads_elsewhere_is_pasted_back(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google", callback_url="https://desk.example.com/callback"))
    told = postroom(*desk.option, "authorize", "Sales")
    assert told.status == 2
    assert "leads to no port of this machine" in told.err
    assert "--owner-link" in told.err


def test_an_answer_that_no_provider_gives_ends_it(desk: OAuthDesk, tmp_path: Path) -> None:
    desk.asset("oauth-well", desk.client("google"))
    with child(*desk.option, "authorize", "Sales", home=tmp_path / "home") as process:
        address = ended_on(line_of(process), "sales@example.com")
        opened(f"{address}&code=another")
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert "code more than once" in err.decode()


def test_a_port_that_is_taken_is_told(desk: OAuthDesk, postroom: InProcess) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        web = {"client_type": ClientType.WEB, "callback_url": f"http://127.0.0.1:{port}/callback"}
        desk.asset("oauth-well", desk.client("google", **web))
        told = postroom(*desk.option, "authorize", "Sales")
    assert told.status == 2
    assert f"Port {port} of 127.0.0.1 cannot be listened on" in told.err


def test_a_store_that_is_held_by_somebody_gets_the_token_later(desk: OAuthDesk, tmp_path: Path) -> None:
    desk.asset("oauth-well", desk.client("google"))
    with child(*desk.option, "authorize", "Sales", home=tmp_path / "home") as process:
        address = ended_on(line_of(process), "sales@example.com")
        opened(address)
        assert process.stderr is not None
        while b"Checking the new token" not in (line := process.stderr.readline()):
            assert line
        with sqlite3.connect(desk.path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            line = process.stderr.readline()
            other.execute("ROLLBACK")
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert "cannot be kept" in line.decode() or "✓ Sales" in line.decode()
    assert "✓ Sales signs in" in line.decode() + err.decode()


# Device code, tokens made elsewhere, nobody at all


def test_device_code_is_shown_and_waited_for(own: Endpoints, empty_store: Path, tmp_path: Path) -> None:
    desk = OAuthDesk(empty_store, own)
    desk.pull("pace", device_interval="1")
    desk.asset("oauth-revoked", desk.client("office365"))
    with child(*desk.option, "authorize", "Legal", "--device", home=tmp_path / "home") as process:
        address, code = line_of(process).strip(), line_of(process).strip()
        asyncio.run(enter_code(address, code, account="legal@example.org"))
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (0, b""), err
    assert "✓ Legal signs in" in err.decode()
    assert silent(err.decode())


def test_device_code_is_not_for_google(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google"))
    told = postroom(*desk.option, "authorize", "Sales", "--device")
    assert told.status == 2
    assert "no mail scope is on it" in told.err


def test_a_refresh_token_made_elsewhere_is_tried_at_once(desk: OAuthDesk, postroom: InProcess) -> None:
    client = desk.client("google")
    desk.asset("oauth-well", client)
    minted = desk.pull("mint", client=client.client_id, who="sales@example.com")["refresh_tokens"][0]
    answer = json.dumps({"access_token": "ya29.x", "refresh_token": minted, "expires_in": 3599})
    told = postroom(*desk.option, "authorize", "Sales", "--tokens-stdin", stdin=answer)
    assert told.status == 0, told.err
    assert silent(told.out, told.err)
    assert grant_of(postroom, desk, "Sales")["grant_state"] == "valid"
    wrong = postroom(*desk.option, "authorize", "Sales", "--tokens-stdin", stdin="1//0planted\n")
    assert (wrong.status, "planted" in wrong.err) == (1, False)
    none = postroom(*desk.option, "authorize", "Sales", "--tokens-stdin", stdin="https://example.com/")
    assert (none.status, "not a token" in none.err) == (2, True)
    assert grant_of(postroom, desk, "Sales")["grant_state"] == "valid"


def test_an_app_needs_nobody(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-app-only", desk.client("office365-app"))
    told = postroom(*desk.option, "authorize", "Night mailer")
    assert told.status == 0, told.err
    assert "nobody is needed" in told.err
    asset = grant_of(postroom, desk, "Night mailer")
    assert (asset["grant_state"], asset["grant"]["consent_at"]) == ("valid", None)
    link = postroom(*desk.option, "authorize", "Night mailer", "--owner-link")
    assert (link.status, "nobody's consent" in link.err) == (2, True)


# Usage


def test_an_asset_with_a_password_is_told_what_to_do(desk: OAuthDesk, postroom: InProcess) -> None:
    words = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")
    assert postroom(*desk.option, "assets", "add", *words).status == 0
    told = postroom(*desk.option, "authorize", "Own")
    assert (told.status, "postroom assets set Own --client NAME" in told.err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ("--days", "2"),
        ("--paste", "--qr"),
        ("--tokens-stdin", "--passphrase-stdin"),
        ("--device", "--paste"),
        ("--owner-link", "--days", "15"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-well", desk.client("google"))
    assert postroom(*desk.option, "authorize", "Sales", *words).status == 2


def test_nothing_secret_is_seen_in_the_process_list(desk: OAuthDesk, tmp_path: Path) -> None:
    desk.asset("oauth-well", desk.client("google"))
    with child(*desk.option, "authorize", "Sales", home=tmp_path / "home") as process:
        link = line_of(process)
        address = asyncio.run(consent(link.strip(), account="sales@example.com"))
        seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        threading.Thread(target=opened, args=(address,)).start()
        process.communicate(timeout=PATIENCE_S)
    assert b"state=" not in seen
    assert b"code=" not in seen
