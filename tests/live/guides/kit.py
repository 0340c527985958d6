"""Assets, clients and facts for the tests of the set-up guides."""

from __future__ import annotations

from typing import Any

from live.providers import guides, preset
from live.providers.guides import progress as progressing
from live.providers.guides.facts import Facts, read
from live.providers.guides.progress import Judged, Progress
from store import assets, grants, oauth_clients
from store.assets import Asset
from store.checks import CONNECTION, CheckStep, Outcome
from store.database import Store
from store.kinds import SignIn
from store.oauth_clients import OAuthClient, OAuthClientFields
from store.vault import Vault
from tests.store.kit import NOON, fields, keep_check
from tests.store.oauth_kit import CLIENT_SECRET, client_fields, kept, tokens

TENANT = "00000000-0000-4000-8000-000000000002"
DOMAIN = "in.example.net"
MAIL_SCOPE = "https://mail.google.com/"
CALLBACK = "https://desk.example.com/oauth/callback"


def kept_asset(store: Store, vault: Vault, provider: str, sign_in: str, **more: Any) -> Asset:
    """An asset with a forwarding address."""
    given = {"provider": provider, "sign_in": sign_in, "host": "smtp.example.com", "port": 587, **more}
    return assets.create(store, vault, fields(given.pop("name", "Support"), **given), inbound_domain=DOMAIN)


def kept_client(store: Store, vault: Vault, provider: str, flow: str, **more: Any) -> OAuthClient:
    """A client as the form makes it, with a secret."""
    secret = more.pop("secret", CLIENT_SECRET)
    tenant = TENANT if provider == "office365" else ""
    filled = {**preset(provider, flow, tenant), "provider": provider, "flow": flow, "tenant": tenant}
    filled = {key: value for key, value in {**filled, **more}.items() if value or key in more}
    if provider == "custom":
        filled = {"token_url": "https://login.example.com/token", "scope": "mail", **filled}
    return oauth_clients.create(store, vault, client_fields("Desk app", **filled), secret=secret)


def given(store: Store, vault: Vault, asset: Asset, client: OAuthClient) -> Asset:
    """The asset with the client."""
    new = asset.fields().model_copy(update={"sign_in": SignIn.OAUTH, "oauth_client_id": client.id})
    return assets.update(store, vault, asset.id, new, version=asset.version)


def facts(store: Store, vault: Vault, asset: Asset, *, callback_url: str = "") -> Facts:
    """What is known of it at noon."""
    found = read(store, vault, asset.id, NOON, callback_url=callback_url, inbound_domain=DOMAIN)
    assert found
    return found


def progress(store: Store, vault: Vault, asset: Asset, *, callback_url: str = "") -> Progress:
    """How far it is at noon."""
    found = progressing.of_asset(
        store, vault, asset.id, NOON, callback_url=callback_url, inbound_domain=DOMAIN
    )
    assert found
    return found


def step(found: Progress, step_id: str) -> Judged:
    place = found.index(step_id)
    assert place is not None
    return found.steps[place]


def judged(store: Store, vault: Vault, asset: Asset, step_id: str) -> Judged:
    """One step as it stands."""
    return step(progress(store, vault, asset), step_id)


def keep_test(store: Store, asset: Asset, diagnosis: str = "", rung: str = "sign-in", **more: Any) -> None:
    """A connection test that passed, or was stopped at this rung by this diagnosis."""
    steps: list[CheckStep] = []
    for name in ("connect", "ehlo", "sign-in", "envelope"):
        if diagnosis and name == rung:
            steps.append(CheckStep(name, Outcome.FAILED, 1.0, "535 5.7.139 no", (), diagnosis))
        elif diagnosis and steps and steps[-1].outcome is not Outcome.PASSED:
            steps.append(CheckStep(name, Outcome.SKIPPED, 0.0))
        else:
            steps.append(CheckStep(name, Outcome.PASSED, 1.0))
    outcome = Outcome.FAILED if diagnosis else Outcome.PASSED
    told = {"kind": CONNECTION, "asset_name": asset.name, "steps": tuple(steps), **more}
    keep_check(store, asset.id, outcome, **told)


EVERY = [guide.id for guide in guides.every()]
FLOWS = {"gmail-service-account": "service_account", "office365-app-only": "client_credentials"}


def changed(store: Store, vault: Vault, asset: Asset, **more: object) -> None:
    """The asset's client with other fields."""
    assert asset.oauth_client_id is not None
    client = oauth_clients.by_id(store, vault, asset.oauth_client_id)
    assert client
    fields = OAuthClientFields.model_validate({**client.fields().model_dump(), **more})
    oauth_clients.update(store, vault, client.id, fields, version=client.version)


def consented(store: Store, vault: Vault, asset: Asset, scope: str = MAIL_SCOPE) -> None:
    grants.keep_tokens(store, vault, [kept(asset.id, tokens=tokens(scope=scope), consented=True)])
