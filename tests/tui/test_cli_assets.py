"""`postroom assets`: every field an option, presets, remarks, passwords that must prove themselves first."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live.rehearsal.child import running_provider
from live.rehearsal.desk import prepare
from live.rehearsal.endpoints import Endpoints
from store import assets
from store.assets import AssetFields
from store.database import Store
from store.vault import Vault
from tests.tui.command_line import InProcess, Result

GMAIL = ("--name", "Sales", "--address", "sales@example.com", "--provider", "gmail")
OWN = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")


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


def only(told: Result) -> dict[str, Any]:
    """The one asset of a JSON answer."""
    assert told.status == 0, told.err
    answer = json.loads(told.out)
    assert answer.keys() == {"postroom", "assets"}
    assert answer["postroom"] == 1
    (asset,) = answer["assets"]
    assert isinstance(asset, dict)
    return asset


def test_add_fills_in_the_preset(postroom: InProcess) -> None:
    asset = only(postroom("assets", "add", *GMAIL, "--json"))
    assert (asset["host"], asset["port"], asset["security"]) == ("smtp.gmail.com", 465, "ssl")
    assert (asset["state"], asset["has_password"], asset["version"]) == ("never", False, 1)
    assert asset["forwarding_address"] == ""


@pytest.mark.parametrize(
    ("options", "way"),
    [
        (("--provider", "gmail", "--security", "starttls"), ("smtp.gmail.com", 587, "starttls")),
        (("--provider", "gmail", "--port", "587"), ("smtp.gmail.com", 587, "starttls")),
        (("--provider", "office365"), ("smtp.office365.com", 587, "starttls")),
        (("--host", "mail.example.org"), ("mail.example.org", 587, "starttls")),
        (("--host", "mail.example.org", "--security", "ssl"), ("mail.example.org", 465, "ssl")),
        (("--host", "mail.example.org", "--port", "465"), ("mail.example.org", 465, "ssl")),
        (("--host", "mail.example.org", "--port", "2525"), ("mail.example.org", 2525, "starttls")),
    ],
)
def test_what_is_given_chooses_among_the_ways_in(
    options: tuple[str, ...], way: tuple[str, int, str], postroom: InProcess
) -> None:
    asset = only(postroom("assets", "add", "--name", "X", "--address", "x@example.com", *options, "--json"))
    assert (asset["host"], asset["port"], asset["security"]) == way


def test_every_field_is_an_option(postroom: InProcess, tmp_path: Path, endpoints: Endpoints) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(endpoints.ca_pem)
    options = {
        "--user-name": "agent",
        "--login-id": "agent@example.org",
        "--owner": "owner@example.org",
        "--note": "Monday to Friday",
        "--ca-file": str(authority),
    }
    given = [word for pair in options.items() for word in pair]
    asset = only(postroom("assets", "add", *OWN, *given, "--json"))
    assert asset["sign_in_name"] == asset["user_name"] == "agent"
    assert (asset["login_id"], asset["owner"]) == ("agent@example.org", "owner@example.org")
    assert (asset["note"], asset["ca_pem"]) == ("Monday to Friday", endpoints.ca_pem.strip())
    shown = postroom("assets", "show", "OWN@example.org")
    assert "Monday to Friday" in shown.out
    assert "a certificate authority of its own" in shown.out
    assert only(postroom("assets", "set", "Own", "--ca-file", "-", "--note", "", "--json"))["ca_pem"] == ""


def test_clear_text_takes_an_explicit_yes(postroom: InProcess) -> None:
    none = (*OWN, "--security", "none", "--port", "25", "--json")
    refused = postroom("assets", "add", *none)
    assert (refused.status, refused.out) == (2, "")
    assert "nobody has agreed" in refused.err
    assert only(postroom("assets", "add", *none, "--allow-cleartext"))["cleartext_agreed"] is True
    taken_back = postroom("assets", "set", "Own", "--no-allow-cleartext")
    assert taken_back.status == 2
    assert (
        only(postroom("assets", "set", "Own", "--security", "ssl", "--port", "465", "--json"))[
            "cleartext_agreed"
        ]
        is False
    )


def test_another_provider_brings_its_preset(postroom: InProcess) -> None:
    only(postroom("assets", "add", *OWN, "--json"))
    asset = only(postroom("assets", "set", "own", "--provider", "office365", "--json"))
    assert (asset["host"], asset["port"]) == ("smtp.office365.com", 587)
    back = only(postroom("assets", "set", "own", "--provider", "custom", "--json"))
    assert back["host"] == "smtp.office365.com"


def test_errors_refuse_and_warnings_are_told(postroom: InProcess) -> None:
    refused = postroom("assets", "add", "--name", " ", "--address", "nonsense", "--host", "mail.example.org")
    assert (refused.status, refused.out) == (2, "")
    assert "name:" in refused.err
    assert "address:" in refused.err
    pasted = postroom(
        "assets",
        "add",
        "--name",
        "Own",
        "--address",
        " own@example.org\t",
        "--host",
        "mail.example.org",
        "--json",
    )
    assert only(pasted)["address"] == "own@example.org"
    assert "address:" in pasted.err
    quiet = postroom("assets", "set", "Own", "--note", "x")
    assert quiet.err == "Own is changed.\n"


def test_a_custom_server_must_be_named(postroom: InProcess) -> None:
    told = postroom("assets", "add", "--name", "X", "--address", "x@example.com")
    assert told.err == "postroom: Only you know the server of a custom provider; name it with --host.\n"
    assert told.status == 2


def test_taken_names_and_addresses_are_one_sentence(postroom: InProcess) -> None:
    only(postroom("assets", "add", *OWN, "--json"))
    told = postroom("assets", "add", *OWN[:2], "--address", "other@example.org", "--host", "mail.example.org")
    assert told.status == 2
    assert told.err.splitlines()[-1] == "postroom: The name Own is already used by the asset Own."


def test_an_unknown_name_offers_the_nearest(postroom: InProcess) -> None:
    only(postroom("assets", "add", *GMAIL, "--json"))
    assert "did you mean 'Sales'?" in postroom("assets", "show", "Sails").err
    assert postroom("assets", "set", "Nobody", "--note", "x").err == "postroom: There is no asset 'Nobody'.\n"


def test_set_needs_something_to_change(postroom: InProcess) -> None:
    only(postroom("assets", "add", *GMAIL, "--json"))
    told = postroom("assets", "set", "Sales")
    assert told.status == 2
    assert "nothing to change" in told.err


def test_forwarding_address_comes_with_the_inbound_domain(postroom: InProcess) -> None:
    told = postroom("assets", "add", *GMAIL)
    assert "inbound_domain" in told.err
    config = postroom.home / ".config" / "postroom" / "postroom.toml"
    config.parent.mkdir(parents=True)
    config.write_text('inbound_domain = "in.example.net"\n')
    asset = only(postroom("assets", "show", "Sales", "--json"))
    assert asset["forwarding_address"].startswith("sales.")
    assert asset["forwarding_address"].endswith("@in.example.net")


def test_list_and_its_filters(desk: tuple[str, str], postroom: InProcess) -> None:
    assert postroom(*desk, "test", "Billing", "Complaints").status == 1
    everything = json.loads(postroom(*desk, "assets", "list", "--json").out)["assets"]
    assert len(everything) == 14
    assert [line["name"] for line in everything] == sorted(
        (line["name"] for line in everything), key=str.casefold
    )

    def names(*options: str) -> list[str]:
        return [
            line["name"]
            for line in json.loads(postroom(*desk, "assets", "list", "--json", *options).out)["assets"]
        ]

    assert names("--state", "passed") == ["Billing"]
    assert names("--state", "failed") == ["Complaints"]
    assert len(names("--state", "never")) == 12
    assert names("--provider", "custom", "--filter", "branch example.net north") == ["Branch North"]
    assert names("--method", "oauth") == []
    assert names("--filter", "provider:office365 returns") == ["Returns EU"]
    (failed,) = json.loads(postroom(*desk, "assets", "list", "--json", "--state", "failed").out)["assets"]
    assert (failed["failed_step"], failed["diagnosis"]) == ("sign-in", "gmail-smtp-bad-credentials")
    table = postroom(*desk, "assets", "list", "--state", "failed").out.splitlines()
    assert table[0].split()[:3] == ["STATE", "NAME", "ADDRESS"]
    assert table[1].startswith("✗ failed  Complaints  complaints@example.com")
    assert len(table) == 2


def test_an_empty_list_says_so(postroom: InProcess) -> None:
    assert postroom("assets", "list") == Result(0, "", "There are no assets yet.\n")
    assert postroom("assets", "list", "--state", "failed").err == "No asset is like that.\n"
    assert json.loads(postroom("assets", "list", "--json").out) == {"postroom": 1, "assets": []}


def test_remove_needs_yes_where_nobody_can_be_asked(postroom: InProcess) -> None:
    only(postroom("assets", "add", *GMAIL, "--json"))
    only(postroom("assets", "add", *OWN, "--json"))
    refused = postroom("assets", "remove", "Sales", stdin="y\n")
    assert refused.status == 2
    assert "--yes" in refused.err
    missing = postroom("assets", "remove", "Sales", "Nobody", "--yes")
    assert missing.status == 2
    assert len(json.loads(postroom("assets", "list", "--json").out)["assets"]) == 2
    done = postroom("assets", "remove", "Sales", "own@example.org", "sales", "--yes")
    assert done == Result(0, "", "Deleted Sales and Own.\n")
    assert json.loads(postroom("assets", "list", "--json").out)["assets"] == []


def test_hostile_text_does_not_reach_the_terminal_raw(postroom: InProcess, tmp_path: Path) -> None:
    refused = postroom(
        "assets", "add", "--name", "Evil\u202egnp", *OWN[2:], "--note", "\x1b]52;c;ZXZpbA==\x07"
    )
    assert refused.status == 2
    file = tmp_path / "theirs.db"
    store = Store.open(file)
    fields = AssetFields(
        name="Evil\u202egnp",
        address="\x9b31m@example.org",
        host="h\x1b[2J",
        port=25,
        note="\x1b]52;c;eA==\x07",
    )
    assets.create(store, Vault(store), fields)
    store.close()
    at = ("--store", str(file))
    shown = [
        postroom(*at, "assets", *words) for words in (["list"], ["show", fields.name], ["list", "--json"])
    ]
    shown += [
        refused,
        postroom(*at, "audit"),
        postroom(*at, "audit", "--json"),
        postroom(*at, "test", "--all"),
    ]
    for one in shown:
        assert [char for char in one.out + one.err if not char.isprintable() and char != "\n"] == []
    assert "Evil<U+202E>gnp" in shown[0].out


def test_the_store_is_private(postroom: InProcess) -> None:
    only(postroom("assets", "add", *GMAIL, "--json"))
    file = postroom.home / ".local" / "share" / "postroom" / "postroom.db"
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(file.parent).st_mode) == 0o700
