"""`postroom assets` for assets that sign in by OAuth 2.0: client, consent prompt, state of the grant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from live.rehearsal.endpoints import Endpoints
from tests.tui.command_line import InProcess
from tests.tui.oauth_kit import OAuthDesk, grant_of

SALES = ("--name", "Sales", "--address", "sales@example.com")
GOOGLE = "Support desk (Google)"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


def test_a_client_brings_sign_in_and_provider_along(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.client("google")
    told = postroom(*desk.option, "assets", "add", *SALES, "--client", GOOGLE, "--ask-consent", "--json")
    assert told.status == 0, told.err
    assert "postroom authorize Sales" in told.err
    (asset,) = json.loads(told.out)["assets"]
    assert (asset["provider"], asset["sign_in"], asset["host"]) == ("gmail", "oauth", "smtp.gmail.com")
    assert (asset["oauth_client"], asset["ask_consent"]) == (GOOGLE, True)
    assert (asset["grant_state"], asset["grant"], asset["has_password"]) == ("none", None, False)
    described = postroom("assets", "show", "--help").out + postroom("assets", "list", "--help").out
    assert all(name in described for name in asset)
    shown = postroom(*desk.option, "assets", "show", "Sales").out
    assert "by OAuth 2.0" in shown
    assert "each time (prompt=consent)" in shown
    assert "Password" not in shown
    (listed,) = json.loads(postroom(*desk.option, "assets", "list", "--method", "oauth", "--json").out)[
        "assets"
    ]
    assert listed == {name: asset[name] for name in listed}


def test_an_asset_with_a_password_says_nothing_of_grants(desk: OAuthDesk, postroom: InProcess) -> None:
    own = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")
    told = postroom(*desk.option, "assets", "add", *own, "--json")
    (asset,) = json.loads(told.out)["assets"]
    assert (asset["oauth_client"], asset["grant_state"], asset["grant"]) == (None, None, None)
    assert "OAuth client" not in postroom(*desk.option, "assets", "show", "Own").out


def test_from_a_password_to_oauth_and_back(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.client("google")
    gmail = (*SALES, "--provider", "gmail", "--password-stdin")
    assert postroom(*desk.option, "assets", "add", *gmail, stdin="abcdefghijklmnop\n").status == 0
    assert postroom(*desk.option, "assets", "set", "Sales", "--sign-in", "oauth").err.endswith(
        "name it with --client.\n"
    )
    assert postroom(*desk.option, "assets", "set", "Sales", "--client", GOOGLE).status == 0
    asset = grant_of(postroom, desk, "Sales")
    assert (asset["sign_in"], asset["oauth_client"], asset["has_password"]) == ("oauth", GOOGLE, True)
    (line,) = json.loads(postroom(*desk.option, "tokens", "--json").out)["tokens"]
    assert (line["asset"], line["group"], line["deadline_at"] is not None) == ("Sales", "now", True)
    back = postroom(
        *desk.option, "assets", "set", "Sales", "--sign-in", "password", "--client", "-", "--json"
    )
    assert json.loads(back.out)["assets"][0]["sign_in"] == "password"
    assert json.loads(postroom(*desk.option, "tokens", "--json").out)["tokens"] == []


def test_a_password_is_refused_where_none_is_used(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.client("google")
    told = postroom(
        *desk.option,
        "assets",
        "add",
        *SALES,
        "--client",
        GOOGLE,
        "--password-stdin",
        stdin="abcdefghijklmnop\n",
    )
    assert (told.status, "uses no password" in told.err) == (2, True)
    assert "abcdefghijklmnop" not in told.err


def test_a_client_of_another_provider_is_refused(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.client("google")
    told = postroom(*desk.option, "assets", "add", *SALES, "--provider", "office365", "--client", GOOGLE)
    assert (told.status, told.out) == (2, "")
    assert "The asset's provider is Office 365" in told.err
    missing = postroom(*desk.option, "assets", "add", *SALES, "--client", "Support desk (Gogle)")
    assert f"did you mean '{GOOGLE}'?" in missing.err


def test_a_mailbox_that_is_no_test_user_is_refused(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.client("google-testing")
    told = postroom(*desk.option, "assets", "add", *SALES, "--client", "Campaigns, in Testing (Google)")
    assert (told.status, "test users" in told.err) == (2, True)
