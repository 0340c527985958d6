"""Deadlines: from the rules of each provider, the earliest of them, and as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from live.deadlines import client_deadline, deadline_of, restate
from live.oauth.schedule import nothing
from live.providers.office365 import BASIC_ENDS
from store import assets, deadlines, grants, oauth_clients
from store.database import Store
from store.deadlines import Deadline
from store.grant_events import GrantEvent
from store.grants import Failed, Grant, GrantState, Kept, Tokens
from store.kinds import Provider, SignIn
from store.oauth_clients import ClientType, Flow, OAuthClientFields, Publishing
from store.token_lines import token_lines
from store.vault import Vault
from tests.store.kit import NOON, fields

GMAIL = SimpleNamespace(provider="gmail", sign_in="oauth")
OFFICE = SimpleNamespace(provider="office365", sign_in="oauth")
CUSTOM = SimpleNamespace(provider="custom", sign_in="oauth")
HOUR = timedelta(hours=1)


def client(**more: Any) -> OAuthClientFields:
    given = {
        "name": "Desk app",
        "provider": "gmail",
        "client_id": "desk",
        "token_url": "https://auth.example.com/token",
        "scope": "mail",
    }
    return OAuthClientFields(**(given | more))


def grant(**more: Any) -> Grant:
    given: dict[str, Any] = {
        "state": GrantState.VALID,
        "validity": 3_600,
        "obtained_at": NOON,
        "expires_at": NOON + HOUR,
        "consent_at": NOON - timedelta(days=2),
        "has_refresh": True,
    }
    return replace(nothing(1), **(given | more))


def found(asset: Any, of_grant: Grant | None, of_client: OAuthClientFields | None = None) -> Deadline:
    deadline = deadline_of(asset, of_grant, of_client or client(), NOON)
    assert deadline is not None
    return deadline


# One grant


def test_a_google_grant_ends_when_it_is_idle_for_six_months() -> None:
    deadline = found(GMAIL, grant())
    assert deadline.at == NOON + timedelta(days=180)
    assert "six months" in deadline.reason
    assert deadline.who == "operator"


def test_a_google_project_in_testing_ends_seven_days_after_the_consent() -> None:
    deadline = found(GMAIL, grant(), client(publishing=Publishing.TESTING))
    assert deadline.at == NOON + timedelta(days=5)
    assert "in Testing" in deadline.reason
    assert found(OFFICE, grant(), client(publishing=Publishing.TESTING)).at > NOON + timedelta(days=80)


def test_a_microsoft_grant_ends_when_it_is_idle_for_90_days() -> None:
    assert found(OFFICE, grant()).at == NOON + timedelta(days=90)


def test_a_single_page_applications_grant_ends_a_day_after_the_consent() -> None:
    fresh = grant(consent_at=NOON - HOUR)
    deadline = found(OFFICE, fresh, client(client_type=ClientType.SPA))
    assert deadline.at == NOON + timedelta(hours=23)
    assert "single-page" in deadline.reason


def test_an_access_token_alone_is_the_grants_end() -> None:
    for asset in (GMAIL, OFFICE, CUSTOM):
        deadline = found(asset, grant(has_refresh=False))
        assert (deadline.at, deadline.who) == (NOON + HOUR, "mailbox owner")
    assert deadline_of(CUSTOM, grant(has_refresh=False, expires_at=None), client(), NOON) is None


def test_a_refresh_token_may_have_an_end_of_its_own() -> None:
    ends = NOON + timedelta(days=1)
    assert found(GMAIL, grant(refresh_expires_at=ends)).at == ends


def test_another_servers_grant_has_no_known_end() -> None:
    assert deadline_of(CUSTOM, grant(), client(), NOON) is None


@pytest.mark.parametrize("flow", [Flow.CLIENT_CREDENTIALS, Flow.SERVICE_ACCOUNT])
def test_what_nobody_consented_to_does_not_end(flow: Flow) -> None:
    alone = grant(has_refresh=False, consent_at=None)
    assert deadline_of(OFFICE, alone, client(flow=flow, publishing=Publishing.TESTING), NOON) is None


@pytest.mark.parametrize(
    ("broken", "who", "part"),
    [
        (grant(state=GrantState.CONSENT_REQUIRED), "mailbox owner", "new consent"),
        (grant(state=GrantState.CLIENT_FAULT), "operator", "OAuth client"),
        (
            grant(state=GrantState.CONSENT_REQUIRED, last_diagnosis="o365-aadsts-700082"),
            "mailbox owner",
            "90 days",
        ),
        (
            grant(state=GrantState.CLIENT_FAULT, last_diagnosis="o365-aadsts-7000222"),
            "operator",
            "client secret",
        ),
        (nothing(1), "operator", "No token"),
        (None, "operator", "No token"),
    ],
)
def test_what_is_broken_needs_a_person_now(broken: Grant | None, who: str, part: str) -> None:
    deadline = found(OFFICE, broken)
    assert (deadline.at, deadline.who) == (NOON, who)
    assert part in deadline.reason


def test_without_a_client_nothing_can_be_had() -> None:
    deadline = deadline_of(OFFICE, grant(), None, NOON)
    assert deadline is not None
    assert (deadline.at, deadline.who) == (NOON, "operator")


def test_a_failure_that_lasts_makes_the_access_token_the_end() -> None:
    failing = grant(state=GrantState.RETRYING, failures=1, last_diagnosis="any-oauth-timeout")
    assert found(OFFICE, failing).at == NOON + timedelta(days=90)
    lasting = replace(failing, failures=3)
    deadline = found(OFFICE, lasting)
    assert (deadline.at, deadline.who) == (NOON + HOUR, "operator")
    assert "several times" in deadline.reason
    app_only = client(flow=Flow.CLIENT_CREDENTIALS)
    assert found(OFFICE, replace(lasting, has_refresh=False), app_only).at == NOON + HOUR


def test_passwords_of_office_365_end_by_the_timetable() -> None:
    by_password = SimpleNamespace(provider="office365", sign_in="password")
    deadline = deadline_of(by_password, None, None, NOON)
    assert deadline is not None
    assert (deadline.at, deadline.who) == (BASIC_ENDS, "operator")
    for provider in ("gmail", "custom"):
        other = SimpleNamespace(provider=provider, sign_in="password")
        assert deadline_of(other, None, None, NOON) is None


def test_a_secret_ends_at_the_beginning_of_its_last_day() -> None:
    ends = date(2026, 3, 9)
    ahead = client_deadline(client(secret_ends=ends), NOON)
    past = client_deadline(client(secret_ends=ends), NOON + timedelta(days=7))
    assert ahead is not None
    assert past is not None
    assert ahead.at == past.at == datetime(2026, 3, 9, tzinfo=UTC)
    assert "secret ends" in ahead.reason
    assert "has ended" in past.reason
    assert client_deadline(client(), NOON) is None


def test_reasons_stay_the_same_while_time_goes_by() -> None:
    one = deadline_of(OFFICE, grant(), client(), NOON)
    later = deadline_of(OFFICE, grant(obtained_at=NOON + HOUR), client(), NOON + HOUR)
    assert one is not None
    assert later is not None
    assert (one.reason, one.at + HOUR) == (later.reason, later.at)


# Kept


@pytest.fixture
def desk(store: Store, vault: Vault) -> tuple[int, int, int]:
    """An asset with a grant, one without, and one that signs in by password at Office 365."""
    made = oauth_clients.create(
        store, vault, client(provider=Provider.OFFICE365, secret_ends=date(2026, 4, 1))
    )
    by_oauth: dict[str, Any] = {
        "sign_in": SignIn.OAUTH,
        "provider": Provider.OFFICE365,
        "oauth_client_id": made.id,
    }
    with_grant = assets.create(store, vault, fields("With grant", **by_oauth)).id
    without = assets.create(store, vault, fields("Without", **by_oauth)).id
    password = assets.create(
        store, vault, fields("By password", provider=Provider.OFFICE365), password=SecretStr("a password")
    ).id
    tokens = Tokens(SecretStr("access"), SecretStr("refresh"), "mail", 3_600)
    event = GrantEvent(NOON, "consent", "kept", 1.0)
    kept = Kept(with_grant, tokens, NOON, NOON + HOUR, NOON + HOUR, None, event, consented=True)
    grants.keep_tokens(store, vault, [kept])
    return with_grant, without, password


def all_of(store: Store) -> dict[str, Deadline]:
    with store.read() as session:
        return deadlines.all_of(session)


def test_all_are_worked_out_and_kept_once(store: Store, desk: tuple[int, int, int]) -> None:
    with_grant, without, password = desk
    assert restate(store, NOON) == 4
    kept = all_of(store)
    assert kept[f"asset:{with_grant}"].at == NOON + timedelta(days=90)
    assert kept[f"asset:{without}"].at == NOON
    assert kept[f"asset:{password}"].at == BASIC_ENDS.replace(microsecond=0)
    assert kept["oauth_client:1"].at == datetime(2026, 4, 1, tzinfo=UTC)
    assert [line.name for line in token_lines(store)] == ["Without", "With grant", "By password"]


def test_nothing_is_written_where_nothing_changed(store: Store, desk: tuple[int, int, int]) -> None:
    restate(store, NOON)
    watch = store.watch()
    assert restate(store, NOON + HOUR) == 0
    assert not watch.changed()
    watch.close()


def test_what_needs_a_person_since_some_time_keeps_since_when(
    store: Store, desk: tuple[int, int, int]
) -> None:
    with_grant, without, _ = desk
    restate(store, NOON)
    assert restate(store, NOON + timedelta(days=3)) == 0
    assert all_of(store)[f"asset:{without}"].at == NOON
    later = NOON + timedelta(days=4)
    assert grants.claim(store, [with_grant], "me", later, later + HOUR) == [with_grant]
    event = GrantEvent(later, "refresh", "refused", 1.0)
    failed = Failed(with_grant, GrantState.CONSENT_REQUIRED, "no", "o365-aadsts-50173", None, None, event)
    grants.keep_failure(store, [failed], owner="me")
    assert restate(store, later) == 1
    assert restate(store, later + HOUR) == 0
    assert all_of(store)[f"asset:{with_grant}"].at == later


def test_only_the_assets_that_are_named_and_their_clients_are_looked_at(
    store: Store, vault: Vault, desk: tuple[int, int, int]
) -> None:
    _, without, _ = desk
    assert restate(store, NOON, [without]) == 2
    assert all_of(store).keys() == {f"asset:{without}", "oauth_client:1"}
    made = oauth_clients.by_id(store, vault, 1)
    assert made is not None
    changed = made.fields().model_copy(update={"secret_ends": None})
    oauth_clients.update(store, vault, 1, changed, version=made.version)
    assert restate(store, NOON, []) == 1
    assert "oauth_client:1" not in all_of(store)


def test_an_asset_that_changes_its_sign_in_changes_its_deadline(
    store: Store, vault: Vault, desk: tuple[int, int, int]
) -> None:
    _, _, password = desk
    restate(store, NOON)
    asset = assets.by_id(store, vault, password)
    assert asset is not None
    changed = asset.fields().model_copy(update={"provider": Provider.CUSTOM})
    assets.update(store, vault, password, changed, version=asset.version)
    assert restate(store, NOON, [password]) == 1
    assert f"asset:{password}" not in all_of(store)


def test_an_empty_store_has_no_deadlines(store: Store) -> None:
    assert restate(store, NOON) == 0
