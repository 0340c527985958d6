"""What ticks itself off, and what says that it is not so any more: against real stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from live.providers.guides import progress as progressing
from live.providers.guides.progress import Stand
from store import assets, confirmations, guide_steps, registrations
from store.assets import Asset
from store.checks import DOMAIN, FORWARDING, CheckStep, Outcome
from store.database import Store
from store.inbound_kinds import MailKind, Via
from store.vault import Vault
from tests.live.guides.kit import (
    changed,
    consented,
    judged,
    keep_test,
    progress,
    step,
)
from tests.store.inbound.kit import REQUEST, keep, message
from tests.store.kit import NOON, keep_check

OFF = "o365-smtp-auth-disabled-mailbox"


# --- a new asset ---


def test_a_new_asset_opens_at_its_first_step(store: Store, vault: Vault, gmail: Asset) -> None:
    found = progress(store, vault, gmail)
    assert found.steps[found.at].step.id == "google-project"
    assert found.steps[found.at].stand is Stand.NOW
    assert (found.complete, found.chosen) == (False, False)
    assert step(found, "client-entered").stand is Stand.CHECKED
    assert step(found, "token").words == "no token was generated yet"
    assert step(found, "register").words == (
        "not yet: its connection test has never been run and no forwarded message has come yet"
    )


def test_a_tick_counts_where_the_store_cannot_tell(store: Store, vault: Vault, gmail: Asset) -> None:
    guide_steps.tick(store, gmail.id, "google-project", "Google Cloud project")
    found = progress(store, vault, gmail)
    assert found.steps[found.at].step.id == "google-branding"
    ticked = step(found, "google-project")
    assert (ticked.stand, ticked.provable) == (Stand.BY_HAND, False)
    assert ticked.tick
    assert ticked.tick.by == store.actor.user


def test_a_tick_on_what_is_certainly_not_done_is_told_of(store: Store, vault: Vault, gmail: Asset) -> None:
    guide_steps.tick(store, gmail.id, "token", "The owner's consent")
    told = judged(store, vault, gmail, "token")
    assert told.stand is Stand.FAILING
    assert told.words == "no token was generated yet"


def test_a_tick_of_a_step_of_another_guide_is_left_alone(store: Store, vault: Vault, office: Asset) -> None:
    guide_steps.tick(store, office.id, "google-project", "Google Cloud project")
    assert progress(store, vault, office).done == 0


# --- SMTP AUTH and the connection test ---


@pytest.mark.parametrize("diagnosis", [OFF, "o365-smtp-auth-disabled-tenant"])
def test_smtp_auth_that_is_off_opens_its_step(
    store: Store, vault: Vault, office: Asset, diagnosis: str
) -> None:
    guide_steps.tick(store, office.id, "smtp-auth", "Authenticated SMTP")
    keep_test(store, office, diagnosis)
    found = progress(store, vault, office)
    opened = found.steps[found.at]
    assert opened.step.id == "smtp-auth"
    assert opened.stand is Stand.FAILING
    assert opened.diagnosis
    assert opened.diagnosis.id == diagnosis
    assert opened.words == "535 5.7.139 no"
    assert opened.tick, "who ticked it is told"
    test = step(found, "test")
    assert test.stand is Stand.FAILING
    assert test.diagnosis is opened.diagnosis


def test_a_test_that_passes_proves_the_switch_and_wins_over_no_tick(
    store: Store, vault: Vault, office: Asset
) -> None:
    keep_test(store, office)
    found = progress(store, vault, office)
    for step_id in ("password-timetable", "password-policies", "smtp-auth", "test"):
        assert step(found, step_id).stand is Stand.CHECKED, step_id


def test_what_was_proven_and_is_not_any_more_says_since_when(
    store: Store, vault: Vault, office: Asset
) -> None:
    keep_test(store, office, started_at=NOON - timedelta(days=3))
    keep_test(store, office, OFF)
    told = judged(store, vault, office, "smtp-auth")
    assert (told.stand, told.proven_at) == (Stand.FAILING, NOON - timedelta(days=3))
    assert judged(store, vault, office, "test").proven_at == NOON - timedelta(days=3)
    keep_test(store, office)
    assert judged(store, vault, office, "smtp-auth").stand is Stand.CHECKED


def test_a_stopped_test_says_nothing(store: Store, vault: Vault, office: Asset) -> None:
    keep_test(store, office, OFF)
    keep_check(store, office.id, Outcome.CANCELLED, asset_name=office.name)
    assert judged(store, vault, office, "smtp-auth").stand is Stand.FAILING


def test_a_failure_that_no_step_mends_stays_with_the_test(store: Store, vault: Vault, office: Asset) -> None:
    keep_test(store, office, "any-dns-no-such-host", rung="connect")
    found = progress(store, vault, office)
    assert found.steps[found.at].step.id == "test"
    assert judged(store, vault, office, "smtp-auth").stand is Stand.LATER


def test_a_test_before_the_token_is_early_and_no_failure(store: Store, vault: Vault, gmail: Asset) -> None:
    keep_test(store, gmail, "any-oauth-grant-missing", rung="sign-in")
    told = judged(store, vault, gmail, "test")
    assert (told.stand, told.diagnosis) == (Stand.LATER, None)
    assert told.words == "The asset signs in by OAuth, but has no grant yet."


def test_a_test_by_password_says_nothing_of_the_way_by_oauth(
    store: Store, vault: Vault, office: Asset
) -> None:
    keep_test(store, office)
    guide_steps.choose(store, office.id, "office365-oauth")
    found = progress(store, vault, office)
    assert (found.guide.id, found.chosen) == ("office365-oauth", True)
    assert step(found, "smtp-auth").stand is Stand.LATER
    assert step(found, "client-entered").words == "the asset signs in by password"


# --- forwarding ---


def test_gmails_request_proves_the_first_step_and_waits_in_the_second(
    store: Store, vault: Vault, gmail: Asset
) -> None:
    ask = message(1, gmail.id, kind=MailKind.CONFIRMATION, via=Via.DIRECT, confirmation=REQUEST)
    (kept_one,) = keep(store, ask)
    found = progress(store, vault, gmail)
    assert step(found, "forward-add").stand is Stand.CHECKED
    assert step(found, "forward-confirm").words == "the request is here and waits: Enter shows it"
    confirmations.confirmation_done(store, kept_one.id)
    found = progress(store, vault, gmail)
    assert step(found, "forward-confirm").words == f"marked as done by {store.actor.user}"
    assert step(found, "forward-on").stand is Stand.LATER, "confirming alone forwards nothing"
    assert step(found, "received").words == "no forwarded message has come yet"


def test_a_strangers_request_proves_nothing(store: Store, vault: Vault, gmail: Asset) -> None:
    strange = replace(REQUEST, requester="mallory@example.net", matches=False)
    keep(store, message(1, gmail.id, kind=MailKind.CONFIRMATION, via=Via.DIRECT, confirmation=strange))
    found = progress(store, vault, gmail)
    assert step(found, "forward-add").done is False
    assert step(found, "forward-confirm").words == "another mailbox has asked, not this one: look who"


def test_mail_that_comes_proves_the_forwarding(store: Store, vault: Vault, gmail: Asset) -> None:
    keep(store, message(-10, gmail.id))
    found = progress(store, vault, gmail)
    for step_id in ("forward-add", "forward-confirm", "forward-on", "received"):
        assert step(found, step_id).stand is Stand.CHECKED, step_id


def test_mail_that_stopped_coming_disproves_it(store: Store, vault: Vault, gmail: Asset) -> None:
    guide_steps.tick(store, gmail.id, "forward-on", "Forward a copy, save")
    keep(store, message(-60 * 24 * 30, gmail.id))
    told = judged(store, vault, gmail, "forward-on")
    assert told.stand is Stand.FAILING
    assert told.proven_at == NOON - timedelta(days=30)
    assert "no mail for" in told.words


def probe(store: Store, asset: Asset, diagnosis: str) -> None:
    lost = CheckStep("arrival", Outcome.FAILED, 1.0, "nothing came", (), diagnosis)
    keep_check(
        store,
        asset.id,
        Outcome.FAILED,
        kind=FORWARDING,
        asset_name=asset.name,
        steps=(lost,),
        started_at=NOON,
    )


def test_forwarding_that_the_tenant_blocks_opens_the_policy(
    store: Store, vault: Vault, office: Asset
) -> None:
    keep_test(store, office)
    probe(store, office, "o365-fwd-external-blocked")
    found = progress(store, vault, office)
    assert found.steps[found.at].step.id == "outbound-policy"
    assert found.steps[found.at].stand is Stand.FAILING
    assert found.steps[found.at].proven_at is None, "no mail has come: the connection test is another matter"
    assert step(found, "forward-exchange").stand is Stand.LATER
    keep(store, message(1, office.id))
    assert judged(store, vault, office, "outbound-policy").stand is Stand.CHECKED, "a later mail says more"


def test_a_rule_that_is_missing_is_no_failure_but_beats_a_tick(
    store: Store, vault: Vault, office: Asset
) -> None:
    probe(store, office, "o365-fwd-rule-missing")
    told = judged(store, vault, office, "forward-exchange")
    assert told.stand is Stand.LATER
    assert told.provable
    guide_steps.tick(store, office.id, "forward-exchange", "Forward a copy")
    assert judged(store, vault, office, "forward-exchange").stand is Stand.FAILING


# --- the end ---


def test_a_finding_on_the_domain_holds_nothing_up(store: Store, vault: Vault, office: Asset) -> None:
    keep_test(store, office)
    keep(store, message(-1, office.id))
    lacking = CheckStep("dmarc", Outcome.FAILED, 1.0, "none", (), "domain-dmarc-missing")
    keep_check(store, office.id, Outcome.FAILED, kind=DOMAIN, asset_name=office.name, steps=(lacking,))
    guide_steps.tick(store, office.id, "password", "Password into asset")
    found = progress(store, vault, office)
    assert step(found, "domain").stand is Stand.FAILING
    assert step(found, "register").words == "it can be registered now"
    registrations.record(store, office.id, "Desk One")
    found = progress(store, vault, office)
    assert step(found, "register").words == "registered, mapped to the service Desk One"
    registrations.retire(store, office.id)
    assert judged(store, vault, office, "register").words == "retired, mapped to the service Desk One"


def test_a_whole_way_ends_complete(store: Store, vault: Vault, gmail: Asset) -> None:
    changed(store, vault, gmail, publishing="internal")
    consented(store, vault, gmail)
    keep_test(store, gmail)
    keep(store, message(-1, gmail.id))
    registrations.record(store, gmail.id, "Desk One")
    found = progress(store, vault, gmail)
    assert found.complete
    assert [judged.step.id for judged in found.steps if not judged.done] == ["domain"]
    assert found.steps[found.at].step.id == "domain"


def test_an_asset_that_is_gone_has_no_guide(store: Store, vault: Vault, office: Asset) -> None:
    assets.delete(store, vault, [office.id])
    assert progressing.of_asset(store, vault, office.id, NOON) is None
