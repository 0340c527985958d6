"""The connection test of an asset that signs in by OAuth: its grant, and a token that is renewed once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from live import connection_tests
from live.connection_tests import Bounds, StepBegan
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.authorization.issuer import Pace
from live.rehearsal.authorization.registry import Client
from store import grants
from store.checks import CheckRun, CheckStep, Outcome
from store.database import Store
from store.vault import Vault
from tests.live.authorization_kit import ANN, CAT, GOOGLE, PUBLIC
from tests.live.oauth.house import SMTP_OFF, House, house_of
from tests.live.oauth.kit import assert_silent
from tests.live.oauth.stock import OLD_ACCESS, granted, held, until

BOTH = pytest.mark.parametrize("registered", [GOOGLE, PUBLIC], ids=["google", "microsoft"])
REFUSED = {GOOGLE.client_id: "gmail-smtp-xoauth2-400", PUBLIC.client_id: "o365-smtp-5-7-3"}


@pytest.fixture
async def house(store: Store, vault: Vault) -> AsyncIterator[House]:
    async with house_of(store, vault) as one:
        yield one


def step(run: CheckRun, name: str) -> CheckStep:
    (found,) = [step for step in run.steps if step.name == name]
    return found


def ended(run: CheckRun) -> tuple[str, str | None] | None:
    return (run.failed_step.name, run.failed_step.diagnosis) if run.failed_step else None


@BOTH
async def test_a_stale_token_is_renewed_before_the_sign_in(house: House, registered: Client) -> None:
    _, asset = house.ready(registered)
    house.grant(registered, asset)
    run = await house.tested(asset)
    assert run.outcome is Outcome.PASSED, ended(run)
    names = [step.name for step in run.steps]
    assert names[names.index("sign-in") - 1] == "grant"
    found = step(run, "grant")
    facts = dict(found.facts)
    assert (facts["state"], facts["age"]) == ("valid", "0 s")
    assert facts["refresh token"] == "yes"
    assert facts["scope"]
    assert facts["ends"] in ("in 90 s", "in 120 s", "in 2 min")
    assert found.words.startswith("The access token was stale, and was renewed.")
    assert dict(step(run, "sign-in").facts)["mechanism"] == "XOAUTH2"
    assert house.server.issuer.book.uses().once == 1


async def test_a_fresh_token_is_used_and_nothing_is_asked(house: House) -> None:
    _, asset = house.ready(PUBLIC)
    house.grant(PUBLIC, asset)
    await house.tested(asset)
    run = await house.tested(asset)
    assert run.outcome is Outcome.PASSED
    assert step(run, "grant").words == ""
    assert house.server.issuer.book.uses().once == 1


@BOTH
async def test_a_token_that_should_be_good_is_renewed_once_when_it_is_refused(
    house: House, registered: Client
) -> None:
    _, asset = house.ready(registered)
    house.grant(registered, asset, ended=False)
    run = await house.tested(asset)
    assert run.outcome is Outcome.PASSED, ended(run)
    assert ("token", "refused once, then renewed") in step(run, "sign-in").facts
    assert "it was renewed, and is tried on a new connection" in run.transcript
    assert run.transcript.count("connected to") == 2
    assert house.server.issuer.book.uses().once == 1
    access, refresh = held(house.store, house.vault, asset.id)
    assert_silent(repr(run), [OLD_ACCESS, SecretStr(access), SecretStr(refresh)])


async def test_a_token_of_somebody_else_is_renewed_once_and_no_more(house: House) -> None:
    _, asset = house.ready(GOOGLE)
    refresh = house.server.issuer.mint(GOOGLE.client_id, CAT)
    now = datetime.now(UTC) + timedelta(minutes=50)
    grants.keep_tokens(house.store, house.vault, [granted(asset.id, refresh, now)])
    run = await house.tested(asset)
    assert ended(run) == ("sign-in", "gmail-smtp-xoauth2-400")
    assert ("token", "refused once, then renewed") in step(run, "sign-in").facts
    assert house.server.issuer.book.uses_of(refresh) == 1
    assert dict(step(run, "sign-in").facts)["as"] == ANN


async def test_a_token_that_was_just_renewed_is_not_renewed_again(house: House) -> None:
    _, asset = house.ready(GOOGLE)
    refresh = house.server.issuer.mint(GOOGLE.client_id, CAT)
    grants.keep_tokens(house.store, house.vault, [granted(asset.id, refresh, datetime.now(UTC))])
    assert ended(await house.tested(asset)) == ("sign-in", "gmail-smtp-xoauth2-400")
    assert house.server.issuer.book.uses_of(refresh) == 1


async def test_a_policy_that_stands_in_the_way_is_not_the_tokens_fault(house: House) -> None:
    """535 5.7.139 against 535 5.7.3: no token helps, and none is asked for."""
    _, asset = house.ready(PUBLIC, SMTP_OFF)
    house.grant(PUBLIC, asset)
    run = await house.tested(asset)
    assert ended(run) == ("sign-in", "o365-smtp-auth-disabled-tenant")
    run = await house.tested(asset)
    assert ended(run) == ("sign-in", "o365-smtp-auth-disabled-tenant")
    uses = house.server.issuer.book.uses()
    assert (uses.once, uses.more) == (1, 0)


@BOTH
async def test_a_refused_token_that_cannot_be_renewed_for_good_is_diagnosed_by_that(
    house: House, registered: Client
) -> None:
    _, asset = house.ready(registered)
    house.grant(registered, asset, ended=False)
    house.server.issuer.set_mishap(registered.client_id, Mishap(Fault.REVOKED))
    run = await house.tested(asset)
    diagnosis = "gmail-oauth-grant-revoked" if registered is GOOGLE else "o365-aadsts-50173"
    assert ended(run) == ("sign-in", diagnosis)
    words = step(run, "sign-in").words
    assert words.startswith("535")
    assert "invalid_grant" in words


@BOTH
async def test_a_refused_token_that_cannot_be_renewed_now_stays_a_refused_token(
    house: House, registered: Client
) -> None:
    _, asset = house.ready(registered)
    house.grant(registered, asset, ended=False)
    house.server.issuer.set_mishap(registered.client_id, Mishap(Fault.UNAVAILABLE))
    run = await house.tested(asset)
    assert ended(run) == ("sign-in", REFUSED[registered.client_id])
    assert "503" in dict(step(run, "sign-in").facts)["renewing the token"]


@pytest.mark.parametrize(
    ("fault", "diagnosis"),
    [
        (Fault.REVOKED, "o365-aadsts-50173"),
        (Fault.SECRET_EXPIRED, "o365-aadsts-7000222"),
        (Fault.UNAVAILABLE, "o365-aadsts-90033"),
    ],
)
async def test_a_grant_that_is_over_fails_at_its_own_rung(house: House, fault: Fault, diagnosis: str) -> None:
    _, asset = house.ready(PUBLIC)
    house.grant(PUBLIC, asset)
    house.server.issuer.set_mishap(PUBLIC.client_id, Mishap(fault))
    run = await house.tested(asset, http=house.http)
    assert ended(run) == ("grant", diagnosis)
    assert step(run, "certificate").outcome is Outcome.PASSED
    assert step(run, "sign-in").outcome is Outcome.SKIPPED


async def test_no_grant_and_a_locked_vault_are_said(house: House) -> None:
    _, asset = house.ready(PUBLIC)
    assert ended(await house.tested(asset)) == ("grant", "any-oauth-grant-missing")
    house.grant(PUBLIC, asset)
    house.vault.lock()
    run = await house.tested(asset)
    assert ended(run) == ("grant", "any-auth-vault-locked")
    assert house.server.issuer.book.uses().unused == 1


async def test_a_test_that_is_stopped_while_it_renews_loses_no_token(house: House) -> None:
    house.server.issuer.pace = Pace(token_delay=0.3)
    _, asset = house.ready(PUBLIC)
    house.grant(PUBLIC, asset)
    tests = connection_tests.run(house.store, house.vault, [asset.id], bounds=Bounds())
    async with aclosing(tests) as events:
        async for event in events:
            if isinstance(event, StepBegan) and event.name == "grant":
                await until(lambda: house.server.issuer.book.uses().once == 1)
                break
    refresh = held(house.store, house.vault, asset.id)[1]
    assert house.server.issuer.book.uses_of(SecretStr(refresh)) == 0
    found = grants.of(house.store, asset.id)
    assert found is not None
    assert found.rotation == 2
