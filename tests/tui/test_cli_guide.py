"""`postroom guide`: the guide as text and JSON, ticks and methods, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from live.providers import guides
from store import assets, audit, guide_steps
from store.checks import CheckStep, Outcome
from store.vault import Vault
from tests.store.kit import keep_check
from tests.tui.command_line import InProcess, Result
from tests.tui.engage_kit import in_store
from tests.tui.hostile import ATTACKS, dangerous
from tui.commandline.grammar_guide import GUIDES

OFF = CheckStep("sign-in", Outcome.FAILED, 1.0, "535 5.7.139 no", (), "o365-smtp-auth-disabled-mailbox")


@pytest.fixture
def postroom(
    told_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


def run(postroom: InProcess, path: Path, *words: str) -> Result:
    return postroom("--store", str(path), "guide", *words)


def told(postroom: InProcess, path: Path, *words: str) -> dict[str, Any]:
    result = run(postroom, path, *words, "--json")
    assert result.status == 0, result.err
    found: dict[str, Any] = json.loads(result.out)["guide"]
    return found


def switched_off(path: Path) -> None:
    """The test of Bookings meets a mailbox without SMTP AUTH."""

    def keep(store: Any) -> None:
        asset_id = assets.names(store)["Bookings"]
        keep_check(store, asset_id, Outcome.FAILED, steps=(OFF,), asset_name="Bookings")

    in_store(path, keep)


def test_the_methods_are_the_guides() -> None:
    assert tuple(guide.id for guide in guides.every()) == GUIDES


def test_text_lists_all_steps_and_tells_the_next(told_store: Path, postroom: InProcess) -> None:
    result = run(postroom, told_store, "bookings@example.com")
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "Bookings: 0 of 10 steps done · Office 365 by password"
    assert lines[3].split() == ["STATE", "STEP", "ID", "WHO"]
    assert lines[4].startswith("→ now ")
    assert "smtp-auth" in result.out
    assert "→ Password timetable (password-timetable): now" in lines
    assert "Who does it: operator (you)." in result.out
    assert max(map(len, lines)) < 120


def test_all_of_it_can_be_sent_to_an_administrator(told_store: Path, postroom: InProcess) -> None:
    result = run(postroom, told_store, "Bookings", "--all")
    assert "Set-CASMailbox -Identity 'bookings@example.com' -SmtpClientAuthenticationDisabled $false" in (
        result.out
    )
    assert result.out.count("Who does it:") == 10


def test_one_step_with_its_diagnosis(told_store: Path, postroom: InProcess) -> None:
    switched_off(told_store)
    result = run(postroom, told_store, "Bookings", "--step", "smtp-auth")
    assert result.out.startswith("✗ Authenticated SMTP (smtp-auth): failing\n")
    assert "Why: SMTP AUTH is switched off for this mailbox." in result.out
    assert "The answer: 535 5.7.139 no" in result.out
    step = told(postroom, told_store, "Bookings", "--step", "smtp-auth")["steps"]
    assert [one["id"] for one in step] == ["smtp-auth"]
    assert step[0]["diagnosis"]["id"] == "o365-smtp-auth-disabled-mailbox"
    assert told(postroom, told_store, "Bookings")["now"] == "smtp-auth"


def test_json_has_the_stated_shape(told_store: Path, postroom: InProcess) -> None:
    found = told(postroom, told_store, "Bookings")
    assert (found["asset"], found["method"], found["chosen"], found["complete"]) == (
        "Bookings",
        "office365-password",
        False,
        False,
    )
    assert (found["done"], found["now"]) == (0, "password-timetable")
    switch = next(step for step in found["steps"] if step["id"] == "smtp-auth")
    assert set(switch) == {
        *("id", "title", "who", "state", "seen", "diagnosis", "well_at", "ticked_by", "ticked_at"),
        *("optional", "text", "values", "link"),
    }
    assert (switch["who"], switch["state"]) == ("tenant administrator", "later")
    assert switch["values"][0] == {"label": "Mailbox", "value": "bookings@example.com", "missing": ""}


def test_ticks_are_kept_and_audited(told_store: Path, postroom: InProcess) -> None:
    done = run(postroom, told_store, "Bookings", "--tick", "smtp-auth")
    assert (done.status, done.out, done.err) == (0, "", "Authenticated SMTP is done.\n")
    assert run(postroom, told_store, "Bookings", "--tick", "smtp-auth").err == (
        "Authenticated SMTP was ticked already.\n"
    )
    switch = told(postroom, told_store, "Bookings", "--step", "smtp-auth")["steps"][0]
    assert switch["state"] == "by hand"
    assert switch["ticked_by"]
    assert switch["ticked_at"].endswith("+00:00")
    taken = run(postroom, told_store, "Bookings", "--untick", "smtp-auth")
    assert taken.err == "The tick of Authenticated SMTP is taken back.\n"
    acts = in_store(told_store, lambda store: [entry.action for entry in audit.page(store, limit=2)])
    assert acts == ["set-up tick taken back", "set-up step ticked"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--tick", "password"), "postroom sees that it is not done, and ticks it by itself"),
        (("--untick", "smtp-auth"), "Authenticated SMTP was not ticked by hand"),
        (("--tick", "nonsense"), "This guide has no step 'nonsense'; there are password-timetable"),
        (("--step", "\x1b[2J"), "This guide has no step"),
        (("--method", "gmail-oauth"), "gmail-oauth is not for this provider; there are office365-oauth"),
    ],
)
def test_what_is_refused(told_store: Path, postroom: InProcess, words: tuple[str, ...], why: str) -> None:
    result = run(postroom, told_store, "Bookings", *words)
    assert (result.status, result.out) == (2, "")
    assert why in result.err
    assert dangerous(result.err.replace("\n", "")) == []


def test_an_unknown_asset_and_a_wrong_method_are_wrong_usage(told_store: Path, postroom: InProcess) -> None:
    assert "did you mean 'Bookings'" in run(postroom, told_store, "Booking").err
    assert run(postroom, told_store, "Bookings", "--method", "fax").status == 2
    assert run(postroom, told_store, "Bookings", "--step", "a", "--all").status == 2


def test_a_method_is_kept_and_given_up(told_store: Path, postroom: InProcess) -> None:
    found = told(postroom, told_store, "Bookings", "--method", "office365-app-only")
    assert (found["method"], found["chosen"]) == ("office365-app-only", True)
    assert told(postroom, told_store, "Bookings")["method"] == "office365-app-only"
    role = next(step for step in found["steps"] if step["id"] == "exchange-principal")["values"][1]
    assert (role["value"], role["missing"]) == (None, "the OAuth client is not entered yet")
    found = told(postroom, told_store, "Bookings", "--method", "automatic")
    assert (found["method"], found["chosen"]) == ("office365-password", False)
    asset_id = in_store(told_store, lambda store: assets.names(store)["Bookings"])
    assert in_store(told_store, lambda store: guide_steps.chosen(store, asset_id)) == ""


def test_hostile_names_are_printed_harmless(told_store: Path, postroom: InProcess) -> None:
    worst = " ".join(ATTACKS.values()).replace("long" * 500, "long")

    def spoil(store: Any) -> None:
        vault = Vault(store)
        asset = assets.by_id(store, vault, assets.names(store)["Bookings"])
        assert asset
        fields = asset.fields().model_copy(update={"name": worst, "address": f"{worst}@example.com"})
        assets.update(store, vault, asset.id, fields, version=asset.version)
        step = CheckStep("sign-in", Outcome.FAILED, 1.0, worst, (), "o365-smtp-auth-disabled-mailbox")
        keep_check(store, asset.id, Outcome.FAILED, steps=(step,), asset_name=worst)

    in_store(told_store, spoil)
    result = run(postroom, told_store, worst, "--all")
    assert result.status == 0, result.err
    assert dangerous(result.out.replace("\n", "")) == []
    assert dangerous(run(postroom, told_store, worst, "--json").out.replace("\n", "")) == []
