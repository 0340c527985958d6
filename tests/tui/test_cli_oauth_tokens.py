"""`postroom tokens`: three groups by deadline, one cause told once, and a status that monitoring can use."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from pydantic import SecretStr

from live.rehearsal.endpoints import Endpoints
from store import grants
from store.assets import Asset
from store.grant_events import GrantEvent
from store.grants import Failed, GrantState, Kept, Tokens
from tests.tui.command_line import InProcess
from tests.tui.oauth_kit import OAuthDesk
from tui.commandline.grammar import parser

NOW = datetime.now(UTC)
TOKEN = "ya29.planted-token-0815"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


def granted(desk: OAuthDesk, asset: Asset, *, consented: timedelta = timedelta(0)) -> None:
    """Keep a grant as a consent some time ago would have brought it."""
    then = NOW - consented
    tokens = Tokens(SecretStr(TOKEN), SecretStr(TOKEN), "https://mail.google.com/", 3_600)
    event = GrantEvent(then, "consent", "kept", 1.0)
    ends, next_at = NOW + timedelta(hours=1), NOW + timedelta(minutes=50)
    with desk.opened() as (store, vault):
        grants.keep_tokens(
            store, vault, [Kept(asset.id, tokens, then, ends, next_at, None, event, consented=True)]
        )


def broken(desk: OAuthDesk, asset: Asset, state: GrantState, diagnosis: str) -> None:
    """Let a definite answer have come for an asset's grant."""
    with desk.opened() as (store, _):
        grants.claim(store, [asset.id], "test", NOW, NOW + timedelta(minutes=1))
        event = GrantEvent(NOW, "refresh", "refused", 1.0)
        failed = Failed(asset.id, state, "no \x1b[2J more", diagnosis, None, None, event)
        grants.keep_failure(store, [failed], owner="test")


def told(postroom: InProcess, desk: OAuthDesk, *words: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON."""
    result = postroom(*desk.option, "tokens", "--json", *words)
    assert result.err == ""
    return result.status, json.loads(result.out)


def groups(answer: dict[str, Any]) -> dict[str, str]:
    return {token["asset"]: token["group"] for token in answer["tokens"]}


def test_an_empty_store_is_well(desk: OAuthDesk, postroom: InProcess) -> None:
    result = postroom(*desk.option, "tokens")
    assert (result.status, result.out) == (0, "Nobody is needed now · 0 within 7 d · 0 well\n")
    assert "No asset signs in by OAuth" in result.err
    status, answer = told(postroom, desk)
    assert (status, answer) == (
        0,
        {"postroom": 1, "within_hours": 168, "needs_now": 0, "soon": 0, "well": 0, "tokens": []},
    )


def test_the_most_urgent_group_gives_the_status(desk: OAuthDesk, postroom: InProcess) -> None:
    client = desk.client("google-testing")
    events, sales = desk.asset("oauth-testing", client), desk.asset("oauth-well", desk.client("google"))
    granted(desk, sales)
    granted(desk, events, consented=timedelta(days=4))
    status, answer = told(postroom, desk)
    assert (status, groups(answer)) == (1, {"Events": "soon", "Sales": "well"})
    assert (answer["needs_now"], answer["soon"], answer["well"]) == (0, 1, 1)
    assert told(postroom, desk, "--within", "2d")[0] == 0
    assert told(postroom, desk, "--within", "71h")[0] == 0
    assert told(postroom, desk, "--within", "30w")[0] == 1
    broken(desk, sales, GrantState.CONSENT_REQUIRED, "gmail-oauth-grant-revoked")
    status, answer = told(postroom, desk)
    assert (status, groups(answer)) == (2, {"Sales": "now", "Events": "soon"})
    first = answer["tokens"][0]
    assert (first["state"], first["diagnosis"]) == ("consent_required", "gmail-oauth-grant-revoked")
    assert first["why"].startswith("The refresh token is dead.")
    assert first["who"]


def test_a_token_of_json_has_what_its_help_says(desk: OAuthDesk, postroom: InProcess) -> None:
    granted(desk, desk.asset("oauth-well", desk.client("google")))
    _, answer = told(postroom, desk)
    (token,) = answer["tokens"]
    described = postroom("tokens", "--help").out
    assert all(name in described for name in (*answer, *token))
    assert token["expires_at"] == (NOW + timedelta(hours=1)).isoformat(timespec="milliseconds")
    assert TOKEN not in json.dumps(answer)


def test_passwords_that_end_stand_there_too(desk: OAuthDesk, postroom: InProcess) -> None:
    words = ("--name", "Old", "--address", "old@example.org", "--provider", "office365")
    assert postroom(*desk.option, "assets", "add", *words).status == 0
    own = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")
    assert postroom(*desk.option, "assets", "add", *own).status == 0
    _, answer = told(postroom, desk)
    assert list(groups(answer)) == ["Old"]
    (token,) = answer["tokens"]
    assert (token["sign_in"], token["state"], token["oauth_client"]) == ("password", "none", None)


def test_one_ended_secret_is_one_cause(desk: OAuthDesk, postroom: InProcess) -> None:
    client = desk.client("office365-branches")
    for key in ("branch-east", "branch-south", "branch-west"):
        asset = desk.asset(key, client)
        granted(desk, asset)
        broken(desk, asset, GrantState.CLIENT_FAULT, "o365-aadsts-7000222")
    result = postroom(*desk.option, "tokens")
    assert result.status == 2
    lines = result.out.splitlines()
    assert lines[0] == "3 need a person now · 0 within 7 d · 0 well"
    assert lines[1] == (
        "One cause for 3 mailboxes, Branches (Office 365): The client secret has passed its end date. "
        "All assets of this OAuth client stand still. (Branch East, Branch South, Branch West)"
    )
    assert [line.split()[0] for line in lines[2:]] == ["NEEDED", "now", "now", "now"]
    assert "\x1b" not in result.out


def test_a_calendar_is_written_in_one_step(desk: OAuthDesk, postroom: InProcess, tmp_path: Path) -> None:
    granted(desk, desk.asset("oauth-testing", desk.client("google-testing")), consented=timedelta(days=4))
    file = tmp_path / "calendar" / "deadlines.ics"
    missing = postroom(*desk.option, "tokens", "--ics", str(file))
    assert (missing.status, "No such file or directory" in missing.err) == (2, True)
    file.parent.mkdir()
    old = os.umask(0o027)
    try:
        result = postroom(*desk.option, "tokens", "--ics", str(file))
    finally:
        os.umask(old)
    assert result.status == 1
    assert result.err == f"Wrote the deadlines of 1 asset to {file}.\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(file.parent) == ["deadlines.ics"]
    (event,) = icalendar.Calendar.from_ical(file.read_bytes()).events
    assert str(event["SUMMARY"]) == "Events: sending stops"


@pytest.mark.parametrize(("text", "hours"), [("36h", 36), ("7d", 168), ("2w", 336)])
def test_times(text: str, hours: int) -> None:
    assert parser().parse_args(["tokens", "--within", text]).within == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["7", "d", "-1d", "1.5d", "7 d", "99999d", "٣d"])
def test_no_times(text: str, postroom: InProcess) -> None:
    result = postroom("tokens", f"--within={text}")
    assert (result.status, "write hours, days or weeks" in result.err) == (2, True)
