"""`postroom clients`: presets, remarks, and secrets that are never an argument and never told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from live import providers
from store.oauth_clients import ClientType, Flow, Provider, Publishing
from tests.tui.command_line import InProcess, Result
from tui.commandline import grammar_clients

SECRET = "GOCSPX-planted-secret-0815"
PHRASE = "correct horse battery"
GOOGLE_ID = "104711471147-abcdefghijklmnopqrstuvwxyz012345.apps.googleusercontent.com"
ENTRA_ID = "8d6c5a4e-1111-4000-8000-1234567890ab"
TENANT = "11111111-2222-4333-8444-555555555555"
DESK = (
    *("--name", "Desk app", "--provider", "gmail", "--client-id", GOOGLE_ID),
    *("--publishing", "production", "--secret-stdin"),
)
OFFICE = ("--name", "Office", "--provider", "office365", "--client-id", ENTRA_ID, "--tenant", TENANT)


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    made = InProcess(tmp_path / "home", monkeypatch, capsys)
    assert made("vault", "init", "--keep", "file", "--passphrase-stdin", stdin=PHRASE).status == 0
    return made


def only(told: Result) -> dict[str, Any]:
    """The one client of a JSON answer."""
    assert told.status == 0, told.err
    answer = json.loads(told.out)
    assert answer.keys() == {"postroom", "clients"}
    (client,) = answer["clients"]
    assert isinstance(client, dict)
    return client


def test_choices_are_those_of_the_store() -> None:
    assert tuple(Provider) == grammar_clients.PROVIDERS
    assert tuple(Flow) == grammar_clients.FLOWS
    assert tuple(ClientType) == grammar_clients.TYPES
    assert tuple(word.value or "unknown" for word in Publishing) == grammar_clients.PUBLISHINGS


def test_a_preset_fills_urls_and_scope(postroom: InProcess) -> None:
    client = only(postroom("clients", "add", *DESK, "--json", stdin=SECRET))
    preset = providers.preset("gmail", "authorization_code", "")
    assert {name: client[name] for name in preset} == preset
    assert (client["has_secret"], client["assets"], client["asset_names"]) == (True, 0, [])
    assert (client["publishing"], client["test_users"], client["version"]) == ("production", [], 1)
    described = postroom("clients", "show", "--help").out
    assert all(name in described for name in client)
    assert only(postroom("clients", "show", "desk APP", "--json")) == client
    listed = only(postroom("clients", "list", "--json"))
    assert listed == {name: value for name, value in client.items() if name != "asset_names"}


def test_a_tenant_goes_into_every_url_and_another_one_replaces_it(postroom: InProcess) -> None:
    client = only(postroom("clients", "add", *OFFICE, "--json"))
    urls = ("authorization_url", "token_url", "refresh_url", "device_url")
    assert all(TENANT in client[name] for name in urls)
    mixed = only(
        postroom("clients", "set", "Office", "--tenant", "example.com", "--device-url", "", "--json")
    )
    assert all("/example.com/" in mixed[name] for name in urls[:3])
    assert mixed["device_url"] == ""
    again = only(postroom("clients", "set", "Office", "--tenant", TENANT, "--json"))
    assert (again["device_url"], TENANT in again["token_url"]) == ("", True)


def test_app_only_asks_for_what_it_needs_alone(postroom: InProcess) -> None:
    told = postroom(
        "clients", "add", *OFFICE, "--flow", "client_credentials", "--secret-stdin", "--json", stdin="abc8Q~x"
    )
    client = only(told)
    assert client["scope"] == "https://outlook.office365.com/.default"
    assert (client["authorization_url"], client["callback_url"], client["device_url"]) == ("", "", "")


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (DESK, "\n", "standard input must hold exactly one line"),
        ((*OFFICE, "--client-type", "web", "--secret-stdin"), ENTRA_ID, "Secret ID"),
        ((*DESK, "--scope", "https://mail.google.com"), SECRET, "scope"),
        (
            (
                *OFFICE,
                "--scope",
                "https://outlook.office.com/SMTP.Send https://graph.microsoft.com/Mail.Send",
            ),
            "",
            "scope",
        ),
        ((*OFFICE[:-2],), "", "enant"),
        (("--name", "Own", "--provider", "custom", "--client-id", "x"), "", "URL"),
    ],
)
def test_what_cannot_work_is_refused(
    words: tuple[str, ...], stdin: str, said: str, postroom: InProcess
) -> None:
    told = postroom("clients", "add", *words, stdin=stdin)
    assert (told.status, told.out) == (2, "")
    assert said in told.err
    assert json.loads(postroom("clients", "list", "--json").out)["clients"] == []


def test_what_is_doubtful_is_told_and_kept(postroom: InProcess) -> None:
    told = postroom(
        "clients", "add", *DESK[:-3], "--publishing", "testing", "--secret-stdin", "--json", stdin=SECRET
    )
    assert only(told)["publishing"] == "testing"
    assert "7 days" in told.err
    users = ("--test-user", "a@example.com", "--test-user", "b@example.com")
    assert only(postroom("clients", "set", "Desk app", *users, "--json"))["test_users"] == [
        "a@example.com",
        "b@example.com",
    ]
    assert only(postroom("clients", "set", "Desk app", "--test-user", "-", "--json"))["test_users"] == []


def test_an_end_is_a_date_and_can_be_taken_back(postroom: InProcess) -> None:
    only(postroom("clients", "add", *DESK, "--json", stdin=SECRET))
    dated = only(postroom("clients", "set", "Desk app", "--secret-ends", "2099-05-31", "--json"))
    assert dated["secret_ends"] == "2099-05-31"
    wrong = postroom("clients", "set", "Desk app", "--secret-ends", "31.5.2099")
    assert (wrong.status, "write it as in 2027-05-31" in wrong.err) == (2, True)
    assert only(postroom("clients", "set", "Desk app", "--secret-ends", "-", "--json"))["secret_ends"] is None
    past = postroom("clients", "set", "Desk app", "--secret-ends", "2020-05-31")
    assert past.status == 2


def test_a_service_accounts_key_is_a_whole_file(postroom: InProcess, tmp_path: Path) -> None:
    words = (
        "--name",
        "Workspace",
        "--provider",
        "gmail",
        "--flow",
        "service_account",
        "--client-id",
        "1047114711471",
    )
    typed = postroom("clients", "add", *words, "--secret-prompt")
    assert (typed.status, "--secret-file" in typed.err) == (2, True)
    file = tmp_path / "key.json"
    file.write_text('{\n  "type": "service_account"\n}\n')
    file.chmod(0o600)
    broken = postroom("clients", "add", *words, "--secret-file", str(file))
    assert (broken.status, "key" in broken.err) == (2, True)


def test_a_name_is_taken_once_and_a_missing_one_is_told(postroom: InProcess) -> None:
    only(postroom("clients", "add", *DESK, "--json", stdin=SECRET))
    twice = postroom("clients", "add", *DESK, stdin=SECRET)
    assert (twice.status, "already used" in twice.err) == (2, True)
    missing = postroom("clients", "show", "Desk ap")
    assert missing.err == "postroom: There is no OAuth client 'Desk ap'; did you mean 'Desk app'?\n"
    assert postroom("clients", "set", "Desk app").err.startswith("postroom: There is nothing to change")


def test_remove_asks_and_refuses_what_is_used(postroom: InProcess) -> None:
    only(postroom("clients", "add", *DESK, "--json", stdin=SECRET))
    sales = ("--name", "Sales", "--address", "sales@example.com", "--client", "Desk app")
    assert postroom("assets", "add", *sales).status == 0
    assert "--yes" in postroom("clients", "remove", "Desk app").err
    used = postroom("clients", "remove", "Desk app", "--yes")
    assert (used.status, "used by 1 asset" in used.err) == (2, True)
    shown = postroom("clients", "show", "Desk app")
    assert "Assets (1):        Sales" in shown.out
    assert postroom("assets", "set", "Sales", "--sign-in", "password", "--client", "-").status == 0
    assert postroom("clients", "remove", "Desk app", "--yes").status == 0
    assert (
        postroom("clients", "list").err
        == "There are no OAuth clients yet; set one up with `postroom clients add`.\n"
    )


def test_a_secret_needs_the_vault(postroom: InProcess, tmp_path: Path) -> None:
    assert postroom("vault", "lock").status == 0
    told = postroom("clients", "add", *DESK, stdin=SECRET)
    assert (told.status, "postroom vault unlock" in told.err) == (2, True)
    both = postroom("clients", "add", *DESK, "--passphrase-stdin", stdin=f"{SECRET}\n{PHRASE}\n")
    assert "--passphrase-file" in both.err
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)
    assert postroom("clients", "add", *DESK, "--passphrase-file", str(phrase), stdin=SECRET).status == 0


def test_the_secret_appears_nowhere(postroom: InProcess, tmp_path: Path) -> None:
    told = [
        postroom("clients", "add", *DESK, stdin=SECRET),
        postroom("clients", "add", *DESK, stdin=SECRET),
        postroom(
            "clients", "set", "Desk app", "--secret-stdin", "--scope", "https://mail.google.com", stdin=SECRET
        ),
        postroom("clients", "set", "Desk app", "--secret-stdin", "--json", stdin=SECRET),
        postroom("clients", "show", "Desk app", "--json"),
        postroom("clients", "list"),
        postroom("audit", "--json"),
    ]
    assert [one.status for one in told] == [0, 2, 2, 0, 0, 0, 0]
    assert SECRET not in "".join(one.out + one.err for one in told)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file())
    assert SECRET.encode() not in kept
