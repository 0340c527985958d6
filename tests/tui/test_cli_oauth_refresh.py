"""`postroom refresh` and `postroom revoke`, and a new client secret, at a provider that can be put out of
order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live.rehearsal.child import running_provider
from live.rehearsal.endpoints import Endpoints
from tests.tui.command_line import InProcess, Result
from tests.tui.oauth_kit import CLIENT, OAuthDesk, authorized, grant_of

BRANCHES = CLIENT["office365-branches"].client
SALES = "sales@example.com"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture(scope="module")
def own() -> Iterator[Endpoints]:
    """A provider of this module's own."""
    with running_provider() as served:
        yield served


@pytest.fixture
def desk(empty_store: Path, own: Endpoints) -> Iterator[OAuthDesk]:
    made = OAuthDesk(empty_store, own)
    yield made
    for address in (SALES, "legal@example.org", "east@branch.example.org", "west@branch.example.org"):
        made.pull("fault", who=address, fault="")
    assert BRANCHES.secret is not None
    made.pull("client", who=BRANCHES.client_id, secret=BRANCHES.secret.get_secret_value(), expired="0")


@pytest.fixture
def sales(desk: OAuthDesk, postroom: InProcess) -> OAuthDesk:
    """A desk with one asset at Google that has its grant."""
    desk.asset("oauth-well", desk.client("google"))
    assert authorized(postroom, desk, "Sales", SALES).status == 0
    return desk


def refreshes(told: Result) -> list[dict[str, Any]]:
    answer = json.loads(told.out)
    assert answer.keys() == {"postroom", "refreshes"}
    return list(answer["refreshes"])


# Refresh


def test_a_refresh_renews_and_tells_when_the_next_one_is(sales: OAuthDesk, postroom: InProcess) -> None:
    before = grant_of(postroom, sales, "Sales")["grant"]
    told = postroom(*sales.option, "refresh", "sales@example.com")
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("✓ Sales: renewed in ")
    assert "next refresh" in told.out
    assert grant_of(postroom, sales, "Sales")["grant"]["obtained_at"] > before["obtained_at"]
    (one,) = refreshes(postroom(*sales.option, "refresh", "Sales", "--json"))
    assert (one["asset"], one["outcome"], one["diagnosis"]) == ("Sales", "renewed", None)
    described = postroom("refresh", "--help").out
    assert all(name in described for name in one)


def test_due_leaves_alone_what_is_not(sales: OAuthDesk, postroom: InProcess) -> None:
    told = postroom(*sales.option, "refresh", "--due")
    assert (told.status, told.out, told.err) == (0, "", "Nothing is due.\n")
    assert refreshes(postroom(*sales.option, "refresh", "--due", "--json")) == []
    everyone = postroom(*sales.option, "refresh", "--all")
    assert (everyone.status, everyone.out.count("renewed")) == (0, 1)


def test_a_fault_that_passes_is_told_and_keeps_the_grant(sales: OAuthDesk, postroom: InProcess) -> None:
    sales.pull("fault", who=SALES, fault="unavailable", on="refresh")
    told = postroom(*sales.option, "refresh", "Sales")
    assert told.status == 1
    assert told.out.startswith("↻ Sales: retrying")
    assert "HTTP 503" in told.out
    assert "Who can do it: nobody" in told.out
    asset = grant_of(postroom, sales, "Sales")
    assert (asset["grant_state"], asset["grant"]["has_refresh"]) == ("retrying", True)
    assert "↻ retrying, 1 failed try" in postroom(*sales.option, "assets", "show", "Sales").out
    sales.pull("fault", who=SALES, fault="")
    assert postroom(*sales.option, "refresh", "Sales").status == 0


def test_a_definite_answer_wants_a_person(sales: OAuthDesk, postroom: InProcess) -> None:
    sales.pull("revoke", who=SALES)
    (one,) = refreshes(postroom(*sales.option, "refresh", "Sales", "--json"))
    assert one["outcome"] == "consent_required"
    assert one["diagnosis"]["id"] == "gmail-oauth-grant-revoked"
    assert one["diagnosis"]["fix"]
    listed = postroom(*sales.option, "assets", "list").out
    assert "✗ consent" in listed
    assert postroom(*sales.option, "tokens").status == 2
    assert authorized(postroom, sales, "Sales", SALES).status == 0
    assert postroom(*sales.option, "tokens", "--within", "1d").status == 0


def test_some_of_several_fail(sales: OAuthDesk, postroom: InProcess) -> None:
    sales.asset("oauth-revoked", sales.client("office365"))
    assert authorized(postroom, sales, "Legal", "legal@example.org").status == 0
    sales.pull("revoke", who="legal@example.org")
    told = postroom(*sales.option, "refresh", "--all")
    assert told.status == 1
    assert told.out.splitlines()[-1] == "2 refreshed: 1 renewed, 1 not."
    named = refreshes(postroom(*sales.option, "refresh", "Legal", "Sales", "--json"))
    assert [(one["asset"], one["outcome"]) for one in named] == [
        ("Legal", "consent_required"),
        ("Sales", "renewed"),
    ]
    assert "trace" in named[0]["references"]


def test_what_has_no_grant_is_passed_over(desk: OAuthDesk, postroom: InProcess) -> None:
    assert postroom(*desk.option, "refresh", "--all").err.startswith("No asset has a grant yet")
    words = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")
    assert postroom(*desk.option, "assets", "add", *words).status == 0
    told = postroom(*desk.option, "refresh", "Own")
    assert (told.status, told.out.splitlines()[0]) == (1, "– Own: skipped")
    assert "signs in by password" in told.out
    assert postroom(*desk.option, "refresh").status == 2
    assert postroom(*desk.option, "refresh", "Own", "--all").status == 2


def test_a_locked_vault_asks_nothing(sales: OAuthDesk, postroom: InProcess) -> None:
    (sales.path.parent / "vault.key").unlink()
    told = postroom(*sales.option, "refresh", "--all")
    assert (told.status, told.out) == (2, "")
    assert "postroom vault unlock" in told.err


# Revoke


def test_revoke_asks_and_forgets_the_tokens(sales: OAuthDesk, postroom: InProcess) -> None:
    asked = postroom(*sales.option, "revoke", "Sales")
    assert (asked.status, "--yes" in asked.err) == (2, True)
    assert grant_of(postroom, sales, "Sales")["grant_state"] == "valid"
    told = postroom(*sales.option, "revoke", "Sales", "--yes")
    assert (told.status, told.out) == (0, "")
    assert "postroom authorize Sales" in told.err
    asset = grant_of(postroom, sales, "Sales")
    assert (asset["grant_state"], asset["grant"]) == ("none", None)
    assert postroom(*sales.option, "revoke", "Sales", "--yes").status == 2
    audit = json.loads(postroom(*sales.option, "audit", "revoked", "--json").out)["entries"]
    assert [(entry["asset"], entry["detail"]) for entry in audit] == [
        ("Sales", "The provider took the grant back.")
    ]


def test_a_refused_revocation_changes_nothing(sales: OAuthDesk, postroom: InProcess) -> None:
    client = ("clients", "set", "Support desk (Google)", "--revocation-url", "http://127.0.0.1:1/revoke")
    assert postroom(*sales.option, *client).status == 0
    told = postroom(*sales.option, "revoke", "Sales", "--yes")
    assert told.status == 1
    assert "Connection refused" in told.err
    assert grant_of(postroom, sales, "Sales")["grant_state"] == "valid"


def test_where_the_provider_cannot_be_told_the_steps_are(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.asset("oauth-revoked", desk.client("office365"))
    assert authorized(postroom, desk, "Legal", "legal@example.org").status == 0
    told = postroom(*desk.option, "revoke", "Legal", "--yes")
    assert told.status == 0
    assert "forgotten here" in told.err
    assert "https://myapps.microsoft.com" in told.err
    assert grant_of(postroom, desk, "Legal")["grant"] is None


# A client's new secret


@pytest.fixture
def branches(desk: OAuthDesk, postroom: InProcess) -> OAuthDesk:
    """Two mailboxes of one client whose secret has ended at the provider."""
    client = desk.client("office365-branches", secret_ends=None)
    for key, address in (("branch-east", "east"), ("branch-west", "west")):
        desk.asset(key, client)
        name = f"Branch {address.title()}"
        assert authorized(postroom, desk, name, f"{address}@branch.example.org").status == 0
    desk.pull("client", who=BRANCHES.client_id, expired="1")
    assert postroom(*desk.option, "refresh", "--all").status == 1
    assert grant_of(postroom, desk, "Branch East")["grant_state"] == "client_fault"
    return desk


SET = ("clients", "set", BRANCHES.name, "--secret-stdin")


def test_a_secret_that_is_refused_is_not_kept(branches: OAuthDesk, postroom: InProcess) -> None:
    told = postroom(*branches.option, *SET, "--secret-ends", "2099-01-01", stdin="bad8Q~wrong-secret-000001")
    assert (told.status, told.out) == (1, "")
    assert "the old secret stays" in told.err
    assert "AADSTS7000215" in told.err
    assert "--without-test" in told.err
    assert "wrong-secret" not in told.err
    shown = json.loads(postroom(*branches.option, "clients", "show", BRANCHES.name, "--json").out)
    assert shown["clients"][0]["version"] == 1


def test_a_secret_of_another_tenant_is_not_tried_on_the_grants_of_this_one(
    branches: OAuthDesk, postroom: InProcess
) -> None:
    told = postroom(*branches.option, *SET, "--tenant", "example.com", stdin="bad8Q~new-secret-000001")
    assert told.status == 0, told.err
    assert "No asset of this client has a token to try it on" in told.err
    found = grant_of(postroom, branches, "Branch West")
    assert found["grant_state"] == "consent_required"
    assert found["grant"]["made_with"].startswith("the tenant ")


def test_a_secret_is_tried_on_one_asset_and_mends_the_rest(branches: OAuthDesk, postroom: InProcess) -> None:
    fresh = "new8Q~rehearsal-branches-client-secret-99"
    branches.pull("client", who=BRANCHES.client_id, secret=fresh)
    told = postroom(*branches.option, *SET, "--secret-ends", "2099-01-01", stdin=fresh)
    assert told.status == 0, told.err
    assert "✓ Branch East got a new token with it." in told.err
    assert "Stood still for the old secret: 1; renewed now: 1." in told.err
    assert fresh not in told.err + told.out
    for name in ("Branch East", "Branch West"):
        assert grant_of(postroom, branches, name)["grant_state"] == "valid"
    assert postroom(*branches.option, "test", "--all").status == 0


def test_without_test_a_secret_is_kept_untried(branches: OAuthDesk, postroom: InProcess) -> None:
    told = postroom(*branches.option, *SET, "--without-test", "--json", stdin="bad8Q~wrong-secret-000001")
    assert told.status == 0
    assert json.loads(told.out)["clients"][0]["version"] == 2
    assert "✗ Branch East: client fault" in told.err


def test_a_secret_of_a_client_that_nothing_uses_is_kept_untried(desk: OAuthDesk, postroom: InProcess) -> None:
    desk.client("office365-branches", secret_ends=None)
    told = postroom(*desk.option, *SET, stdin="bad8Q~wrong-secret-000001")
    assert told.status == 0
    assert "No asset of this client has a token to try it on" in told.err


def test_an_asset_whose_own_consent_ended_says_nothing_of_a_secret(
    branches: OAuthDesk, postroom: InProcess
) -> None:
    fresh = "new8Q~rehearsal-branches-client-secret-99"
    branches.pull("client", who=BRANCHES.client_id, secret=fresh)
    branches.pull("revoke", who="east@branch.example.org")
    told = postroom(*branches.option, *SET, stdin=fresh)
    assert told.status == 0, told.err
    assert "✓ Branch West got a new token with it." in told.err
    assert grant_of(postroom, branches, "Branch East")["grant_state"] == "consent_required"
