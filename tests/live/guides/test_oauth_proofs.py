"""Clients, secrets, consents, tokens in real stores: they tick themselves off, or say that it is not so."""

from __future__ import annotations

from datetime import date

from live.providers.guides.progress import Stand
from store import grants, guide_steps
from store.assets import Asset
from store.database import Store
from store.grants import GrantState
from store.vault import Vault
from tests.live.guides.kit import (
    CALLBACK,
    changed,
    consented,
    given,
    judged,
    kept_asset,
    kept_client,
    progress,
    step,
)
from tests.store.oauth_kit import claimed, failed


def test_a_grant_proves_all_that_came_before_it(store: Store, vault: Vault, gmail: Asset) -> None:
    consented(store, vault, gmail)
    found = progress(store, vault, gmail)
    before = found.steps[: (found.index("token") or 0) + 1]
    open_ones = [judged.step.id for judged in before if not judged.done]
    assert open_ones == ["google-publishing"], "nobody has said how the project is published"
    changed(store, vault, gmail, publishing="production")
    assert judged(store, vault, gmail, "google-publishing").stand is Stand.CHECKED
    changed(store, vault, gmail, publishing="testing")
    told = judged(store, vault, gmail, "google-publishing")
    assert told.words == "the OAuth client says: Testing; consents end after seven days"
    assert judged(store, vault, gmail, "google-audience").words == (
        "the project is in Testing, and help.desk@example.com is not among the test users entered here"
    )
    changed(store, vault, gmail, publishing="testing", test_users="HELP.DESK@example.com")
    assert judged(store, vault, gmail, "google-audience").stand is Stand.CHECKED


def test_a_grant_that_died_opens_the_consent(store: Store, vault: Vault, gmail: Asset) -> None:
    consented(store, vault, gmail)
    claimed(store, gmail.id)
    gone = failed(
        gmail.id, GrantState.CONSENT_REQUIRED, words="invalid_grant", diagnosis="any-oauth-invalid-grant"
    )
    grants.keep_failure(store, [gone], owner="me")
    found = progress(store, vault, gmail)
    assert found.steps[found.at].step.id == "token"
    assert found.steps[found.at].diagnosis
    assert step(found, "google-project").stand is Stand.CHECKED


def test_a_fault_of_the_client_asks_for_no_consent(store: Store, vault: Vault, gmail: Asset) -> None:
    consented(store, vault, gmail)
    claimed(store, gmail.id)
    wrong = failed(gmail.id, GrantState.CLIENT_FAULT, words="no", diagnosis="gmail-oauth-secret-invalid")
    grants.keep_failure(store, [wrong], owner="me")
    found = progress(store, vault, gmail)
    assert found.steps[found.at].step.id == "client-secret"
    assert step(found, "token").stand is Stand.LATER
    assert step(found, "token").words == "the OAuth client must be mended first; no new consent is needed"


def test_a_passing_fault_leaves_the_step_done(store: Store, vault: Vault, gmail: Asset) -> None:
    consented(store, vault, gmail)
    claimed(store, gmail.id)
    grants.keep_failure(store, [failed(gmail.id)], owner="me")
    told = judged(store, vault, gmail, "token")
    assert (told.stand, told.words) == (
        Stand.CHECKED,
        "the token is kept; its renewal is being tried again",
    )


def test_a_grant_with_too_little_scope_is_none(store: Store, vault: Vault, gmail: Asset) -> None:
    consented(store, vault, gmail, scope="openid email")
    told = judged(store, vault, gmail, "token")
    assert told.stand is Stand.FAILING
    assert told.words == "the token lacks the scope https://mail.google.com/"


def test_a_grant_of_another_client_proves_nothing(store: Store, vault: Vault, gmail: Asset) -> None:
    consented(store, vault, gmail)
    changed(store, vault, gmail, client_id="another.apps.googleusercontent.com")
    assert judged(store, vault, gmail, "google-project").done is False
    told = judged(store, vault, gmail, "token")
    assert told.stand is Stand.FAILING
    assert "which the asset has no longer" in told.words


def test_a_secret_is_told_with_its_end(store: Store, vault: Vault) -> None:
    asset = kept_asset(store, vault, "office365", "oauth")
    client = kept_client(store, vault, "office365", "authorization_code", client_type="web")
    asset = given(store, vault, asset, client)
    told = judged(store, vault, asset, "client-secret")
    assert (told.done, told.words) == (False, "a secret is kept, but not the day on which it ends")
    changed(store, vault, asset, secret_ends=date(2027, 5, 31))
    told = judged(store, vault, asset, "client-secret")
    assert (told.stand, told.words) == (Stand.CHECKED, "kept in the vault, ends on 2027-05-31")
    changed(store, vault, asset, secret_ends=date(2026, 3, 1))
    told = judged(store, vault, asset, "client-secret")
    assert (told.stand, told.words) == (Stand.FAILING, "the client secret ended on 2026-03-01")


def test_an_app_without_a_secret_needs_none(store: Store, vault: Vault) -> None:
    asset = kept_asset(store, vault, "office365", "oauth")
    client = kept_client(store, vault, "office365", "authorization_code", secret=None)
    told = judged(store, vault, given(store, vault, asset, client), "client-secret")
    assert (told.stand, told.words) == (
        Stand.CHECKED,
        "none is needed: the client is registered without one",
    )


def test_an_app_alone_takes_a_tenant_of_its_own(store: Store, vault: Vault) -> None:
    asset = kept_asset(store, vault, "office365", "oauth")
    client = kept_client(store, vault, "office365", "client_credentials")
    asset = given(store, vault, asset, client)
    assert judged(store, vault, asset, "entra-tenant").stand is Stand.CHECKED
    changed(store, vault, asset, tenant="Common")
    assert judged(store, vault, asset, "entra-tenant").words == "Common is no tenant of its own"
    changed(store, vault, asset, tenant="")
    assert judged(store, vault, asset, "entra-tenant").words == "the client names no tenant"


def test_a_callback_url_that_the_agent_does_not_serve_is_open(store: Store, vault: Vault) -> None:
    asset = kept_asset(store, vault, "gmail", "oauth")
    client = kept_client(
        store, vault, "gmail", "authorization_code", client_type="web", callback_url="https://x.example/cb"
    )
    asset = given(store, vault, asset, client)
    told = step(progress(store, vault, asset, callback_url=CALLBACK), "google-client")
    assert told.words == f"the OAuth client has https://x.example/cb, and the agent {CALLBACK}"
    changed(store, vault, asset, callback_url=CALLBACK)
    assert not step(progress(store, vault, asset, callback_url=CALLBACK), "google-client").provable
    consented(store, vault, asset)
    assert step(progress(store, vault, asset), "google-client").stand is Stand.CHECKED


def test_a_client_of_another_flow_does_not_count(store: Store, vault: Vault, gmail: Asset) -> None:
    guide_steps.choose(store, gmail.id, "gmail-service-account")
    told = judged(store, vault, gmail, "client-entered")
    assert told.words == "its OAuth client Desk app is for another way (authorization code)"
