"""`postroom assets` on inbound mail: the PCI check, how much is kept, and how forwarding stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store import assets
from tests.store import kit
from tests.tui.command_line import InProcess, Result
from tests.tui.inbound_kit import DOMAIN, keep, mail_store, sample

OWN = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


def only(told: Result) -> dict[str, Any]:
    """The one asset of a JSON answer."""
    assert told.status == 0, told.err
    (asset,) = json.loads(told.out)["assets"]
    assert isinstance(asset, dict)
    return asset


def test_what_becomes_of_inbound_mail(postroom: InProcess) -> None:
    given = ("--pci-check", "--keep-days", "30", "--keep-megabytes", "0")
    asset = only(postroom("assets", "add", *OWN, *given, "--json"))
    assert (asset["pci_check"], asset["keep_days"], asset["keep_megabytes"]) == (True, 30, 0)
    shown = postroom("assets", "show", "Own").out
    assert "PCI check:          on: card numbers are masked\n" in shown
    assert "Mail is kept:       30 days\n" in shown
    changed = ("--no-pci-check", "--keep-days", "-", "--keep-megabytes", "-")
    asset = only(postroom("assets", "set", "Own", *changed, "--json"))
    assert (asset["pci_check"], asset["keep_days"], asset["keep_megabytes"]) == (False, None, None)
    assert "90 days, as the configuration says" in postroom("assets", "show", "Own").out
    entry = json.loads(postroom("audit", "--limit", "1", "--json").out)["entries"][0]
    assert (entry["action"], entry["detail"]) == ("asset changed", "pci check, keep days, keep megabytes")


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--keep-days", "-1", "must be a whole number, or -"),
        ("--keep-days", "soon", "must be a whole number, or -"),
        ("--keep-days", "36501", "no whole number from 0 to 36,500. Enter days"),
        ("--keep-megabytes", "99999999", "no whole number from 0 to 10,000,000"),
    ],
)
def test_how_much_mail_is_kept_is_checked(option: str, value: str, why: str, postroom: InProcess) -> None:
    assert postroom("assets", "add", *OWN).status == 0
    told = postroom("assets", "set", "Own", option, value)
    assert (told.status, told.out) == (2, "")
    assert why in told.err


def test_the_state_of_forwarding_is_told(postroom: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "inbound.db"
    store, vault, support = mail_store(path, ["letter", "answer"])
    waits = assets.create(store, vault, kit.fields("Billing"), inbound_domain=DOMAIN)
    keep(store, waits, [sample(waits, "confirmation-en-new")])
    store.close()
    where = ("--store", str(path))
    described = postroom("assets", "list", "--help").out
    found = {
        one["name"]: one for one in json.loads(postroom(*where, "assets", "list", "--json").out)["assets"]
    }
    forwarding = found["Support"]["forwarding"]
    assert all(key in described for key in forwarding)
    assert forwarding["last_mail_at"] == "2026-11-25T09:01:00.000+00:00"
    assert forwarding["usual_gap"] == 60
    assert forwarding["state"] in ("working", "silent", "stopped")
    assert forwarding["words"]
    assert found["Billing"]["forwarding"]["state"] == "awaiting"
    assert found["Billing"]["forwarding"]["last_mail_at"] is None
    assert "! confirm it" in postroom(*where, "assets", "list").out
    assert "Billing" in postroom(*where, "assets", "list", "--filter", "forwarding:awaiting").out
    shown = postroom(*where, "assets", "show", "Support").out
    assert f"Forwarding address: {support.forwarding_address}\n" in shown
    assert "Forwarding: " in shown
    assert "Inbound mail:       2 kept, " in shown
