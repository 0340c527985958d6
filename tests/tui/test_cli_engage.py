"""`postroom assets register`, `retire`, `registrations`, `engage-token`, `remove` of a registered asset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store import registrations
from store.assets import names
from tests.live.engage_server import answer, engaged
from tests.tui.command_line import InProcess, Result, terminal
from tests.tui.engage_kit import CAREERS, TOKEN, found, in_store, mail_came, trusted_authority, with_token

SERVICE = "Desk One"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    monkeypatch.setenv("SSL_CERT_FILE", trusted_authority(tmp_path))
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def path(told_store: Path) -> Path:
    mail_came(told_store)
    return told_store


def run(postroom: InProcess, path: Path, *words: str, **more: Any) -> Result:
    return postroom("--store", str(path), "assets", *words, **more)


def register(postroom: InProcess, path: Path, *more: str) -> Result:
    return run(postroom, path, "register", "Billing", "--service", SERVICE, "--yes-name", "Billing", *more)


def test_registered_by_hand(path: Path, postroom: InProcess) -> None:
    told = register(postroom, path, "--json")
    assert told.status == 0, told.err
    one = json.loads(told.out)["registration"]
    assert (one["asset"], one["service"], one["state"]) == ("Billing", SERVICE, "registered")
    assert one["how"] == "by hand"
    shown = json.loads(run(postroom, path, "show", "Billing", "--json").out)["assets"][0]
    assert (shown["engage"], shown["engage_service"]) == ("registered", SERVICE)
    assert "Webex Engage:" in run(postroom, path, "show", "Billing").out
    again = register(postroom, path)
    assert again.status == 2
    assert "a mapping never changes" in again.err


def test_what_is_missing_is_said(path: Path, postroom: InProcess) -> None:
    told = run(postroom, path, "register", "Careers", "--service", SERVICE, "--yes-name", "Careers")
    assert told.status == 2
    assert "its connection test has failed and no forwarded message has come yet" in told.err
    assert found(path, CAREERS) is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--service", SERVICE), "add --yes-name Billing"),
        (("--service", SERVICE, "--yes-name", "billing"), "--yes-name says 'billing', and it is 'Billing'"),
        ((), "Name the service"),
        (("--settle", "registered"), "nothing to settle"),
    ],
)
def test_nothing_is_registered_without_the_name(
    path: Path, postroom: InProcess, more: tuple[str, ...], told: str
) -> None:
    result = run(postroom, path, "register", "Billing", *more)
    assert result.status == 2
    assert told in result.err
    assert found(path) is None


def test_typed_in_a_terminal(path: Path, tmp_path: Path, own_home: Path) -> None:
    words = ("--store", str(path), "assets", "register", "Billing", "--service", SERVICE)
    with terminal(*words, home=tmp_path / "home") as seen:
        seen.shows("Type the asset's name to go on: Billing")
        seen.type("no\n")
        seen.shows("Nothing was registered.")
        assert seen.ends() == 1
    with terminal(*words, home=tmp_path / "home") as seen:
        seen.shows("Type the asset's name to go on: Billing")
        seen.type("Billing\n")
        seen.shows("Billing is registered for Desk One.")
        assert seen.ends() == 0


def test_the_token_is_kept_and_forgotten(path: Path, postroom: InProcess) -> None:
    told = run(postroom, path, "engage-token", "--token-stdin", stdin=f"{TOKEN}\n")
    assert (told.status, told.out) == (0, "")
    assert "no engage_url" in told.err
    assert TOKEN not in told.err
    assert "forgotten" in run(postroom, path, "engage-token", "--remove").err
    assert "no token" in run(postroom, path, "engage-token", "--remove").err
    assert run(postroom, path, "engage-token", "--token-stdin", stdin="two words\n").status == 2


def test_handed_on(path: Path, postroom: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    with_token(path)
    with engaged() as engage:
        monkeypatch.setenv("POSTROOM_ENGAGE_URL", engage.url)
        told = register(postroom, path)
        assert told.status == 0, told.err
    assert "This is sent:" in told.err
    assert '"service": "Desk One"' in told.err
    assert TOKEN not in told.err + told.out
    assert len(engage.requests) == 1
    one = found(path)
    assert one is not None
    assert (one.state, one.how) == ("registered", "localhost")


def test_refused(path: Path, postroom: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    with_token(path)
    with engaged(answer(403, "\x1b[31mno")) as engage:
        monkeypatch.setenv("POSTROOM_ENGAGE_URL", engage.url)
        told = register(postroom, path)
    assert told.status == 1
    assert "answered 403, the token may not do this" in told.err
    assert "\x1b" not in told.err
    assert found(path) is None


def test_lost_and_settled(path: Path, postroom: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    with_token(path)
    with engaged(b"") as engage:
        monkeypatch.setenv("POSTROOM_ENGAGE_URL", engage.url)
        told = register(postroom, path)
        assert told.status == 2
        assert "--settle registered" in told.err
        again = register(postroom, path)
        assert again.status == 2
        assert "is not known" in again.err
        assert len(engage.requests) == 1
    refused = run(postroom, path, "remove", "Billing", "--yes")
    assert refused.status == 2
    assert "settle that first" in refused.err
    settled = run(postroom, path, "register", "Billing", "--settle", "not-registered", "--json")
    assert json.loads(settled.out)["registration"] is None
    assert found(path) is None


def test_a_plain_url_is_no_setting(path: Path, postroom: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_ENGAGE_URL", "http://engage.example.com/")
    told = register(postroom, path)
    assert told.status == 2
    assert "https://" in told.err


def test_retired_is_refused_for_use(path: Path, postroom: InProcess) -> None:
    register(postroom, path)
    assert run(postroom, path, "retire", "Billing").status == 2
    assert run(postroom, path, "retire", "Billing", "--yes").status == 0
    for words in (("test", "Billing"), ("test", "--domain", "Billing")):
        told = postroom("--store", str(path), *words)
        assert told.status == 2
        assert "Billing is retired" in told.err
    one = found(path)
    assert one is not None
    assert one.state == "retired"
    assert run(postroom, path, "retire", "Billing", "--back").status == 0
    assert run(postroom, path, "retire", "Billing", "--back").status == 2


def test_removed_all_the_same(
    path: Path, postroom: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    register(postroom, path)
    for more in (
        ("--yes",),
        ("--yes", "--yes-name", "Billing"),
        ("--yes-name", "Billing", "--orphan", "Desk"),
        ("Press", "--yes", "--yes-name", "Billing", "--orphan", SERVICE),
    ):
        told = run(postroom, path, "remove", "Billing", *more)
        assert told.status == 2, more
        assert "Billing" in in_store(path, names)
    for file in tmp_path.glob("*.json"):
        file.unlink()
    told = run(postroom, path, "remove", "Billing", "--yes-name", "Billing", "--orphan", SERVICE)
    assert told.status == 0, told.err
    exported = Path(told.out.strip())
    assert exported.parent == tmp_path
    assert json.loads(exported.read_text())["registration"]["service"] == SERVICE
    listed = json.loads(run(postroom, path, "registrations", "--json").out)["registrations"]
    assert [(one["asset"], one["asset_id"], one["state"]) for one in listed] == [
        ("Billing", None, "tombstone")
    ]
    assert "tombstone" in run(postroom, path, "registrations").out
    assert in_store(path, registrations.services) == [SERVICE]


def test_names_of_services_for_an_asset_that_has_none(path: Path, postroom: InProcess) -> None:
    told = run(postroom, path, "remove", "Press", "--yes", "--orphan", SERVICE)
    assert told.status == 2
    assert "this is not" in told.err


def test_no_registrations_yet(path: Path, postroom: InProcess) -> None:
    assert "No asset is registered" in run(postroom, path, "registrations").err
    assert json.loads(run(postroom, path, "registrations", "--json").out)["registrations"] == []
