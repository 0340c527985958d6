"""What the store can know of a step about OAuth 2.0: the client, its secret, the consent, the token."""

from __future__ import annotations

from live.oauth.scopes import missing_scopes
from live.providers import of
from live.providers.guides.facts import Facts
from live.providers.guides.model import Guide
from live.providers.guides.sight import UNSEEN, Seen, Sight, disproved, not_done, proven
from store.grants import GrantState
from store.oauth_clients import OAuthClient


def _fitting_client(facts: Facts, guide: Guide) -> OAuthClient | str:
    """The asset's client, or why there is none for this guide."""
    client = facts.client
    if facts.asset.sign_in != "oauth":
        return "the asset signs in by password"
    if client is None:
        return "the asset has no OAuth client yet"
    if client.provider != guide.provider:
        return f"its OAuth client {client.name} is of another provider"
    flow = FLOWS.get(guide.id, "authorization_code")
    if client.flow != flow and guide.provider != "custom":  # which way is its server's affair
        return f"its OAuth client {client.name} is for another way ({client.flow.value.replace('_', ' ')})"
    return client


FLOWS = {"office365-app-only": "client_credentials", "gmail-service-account": "service_account"}
"""How the client of a guide gets its tokens, where nobody consents."""


def client_entered(facts: Facts, guide: Guide) -> Seen:
    """The asset signs in through a client that fits the guide."""
    client = _fitting_client(facts, guide)
    return not_done(client) if isinstance(client, str) else proven(f"OAuth client {client.name}")


def secret_kept(facts: Facts, guide: Guide) -> Seen:
    """The client's secret is in the vault, has not ended, and its end is known where it has one."""
    client = _fitting_client(facts, guide)
    if isinstance(client, str):
        return not_done(client)
    rule = of(guide.provider).oauth.secret_rule(client.client_type)
    if client.flow == "authorization_code" and rule == "refused" and not client.has_secret:
        return proven("none is needed: the client is registered without one")
    if not client.has_secret:
        return UNSEEN if rule == "optional" else not_done("no client secret is kept")
    if client.secret_ends is None:
        if of(guide.provider).oauth.longest_secret is None:
            return proven("kept in the vault")
        return not_done("a secret is kept, but not the day on which it ends")
    ends = client.secret_ends.isoformat()
    if client.secret_ends < facts.now.date():
        return disproved(f"the client secret ended on {ends}")
    return proven(f"kept in the vault, ends on {ends}")


def callback_registered(facts: Facts, guide: Guide) -> Seen:
    """Only an owner's consent shows it; a web client's URL that the agent does not serve is wrong."""
    client = _fitting_client(facts, guide)
    if isinstance(client, str):
        return UNSEEN
    if facts.grant is not None and facts.grant.consent_at is not None and not facts.grant.made_with:
        return proven("an owner has consented through this client")
    ours = facts.callback_url
    if client.client_type != "desktop" and ours and client.callback_url != ours:
        return not_done(
            f"the OAuth client has {client.callback_url or 'no callback URL'}, and the agent {ours}"
        )
    return UNSEEN


def granted(facts: Facts, guide: Guide) -> Seen:
    """A token was had by this client: whatever stands before that was done."""
    grant = facts.grant
    if isinstance(_fitting_client(facts, guide), str) or grant is None or grant.made_with:
        return UNSEEN
    had = grant.state is not GrantState.NONE and grant.obtained_at is not None
    return proven("a token was had by this client") if had else UNSEEN


def grant_good(facts: Facts, guide: Guide) -> Seen:
    """The grant is valid, and has the scope that was asked for."""
    client, grant = _fitting_client(facts, guide), facts.grant
    if isinstance(client, str):
        return not_done(client)
    if grant is None or grant.state is GrantState.NONE:
        return not_done("no token was generated yet")
    if grant.made_with:
        words = f"the token was made with {grant.made_with}, which the asset has no longer"
        return disproved(words, None, grant.obtained_at)
    if grant.state is GrantState.CLIENT_FAULT:
        return not_done("the OAuth client must be mended first; no new consent is needed")
    if grant.state is GrantState.CONSENT_REQUIRED:
        words = grant.last_words or "a consent is required"
        return disproved(words, grant.last_diagnosis, grant.obtained_at)
    lacking = missing_scopes(client.scope, grant.scope, guide.provider) if grant.scope else ()
    if lacking:
        return disproved(f"the token lacks the scope {' '.join(lacking)}", None, grant.obtained_at)
    if grant.state is GrantState.RETRYING:
        return proven("the token is kept; its renewal is being tried again")
    return proven("the token is valid, and renewed by itself" if grant.has_refresh else "the token is valid")


def tenant_known(facts: Facts, guide: Guide) -> Seen:
    """The client names a tenant."""
    client = _fitting_client(facts, guide)
    if isinstance(client, str):
        return not_done(client)
    return proven(f"tenant {client.tenant}") if client.tenant else not_done("the client names no tenant")


def own_tenant(facts: Facts, guide: Guide) -> Seen:
    """The same for an app alone, which belongs to one tenant."""
    known = tenant_known(facts, guide)
    client = facts.client
    if known.sight is Sight.PROVEN and client and client.tenant.lower() in MANY_TENANTS:
        return not_done(f"{client.tenant} is no tenant of its own")
    return known


MANY_TENANTS = frozenset({"common", "organizations", "consumers"})


def audience(facts: Facts, guide: Guide) -> Seen:
    """Who signs in may do so in the project: it is published, internal, or has them as a test user."""
    client = _fitting_client(facts, guide)
    if isinstance(client, str) or not client.publishing:
        return granted(facts, guide)
    if client.publishing != "testing":
        return proven(f"the OAuth client says: {client.publishing.value}")
    login = facts.asset.login_id or facts.asset.address
    users = {user.casefold() for user in client.test_user_list}
    if login.casefold() in users:
        return proven(f"{login} is a test user")
    return not_done(f"the project is in Testing, and {login} is not among the test users entered here")


def published(facts: Facts, guide: Guide) -> Seen:
    """The project is not in Testing, as the client says."""
    client = _fitting_client(facts, guide)
    if isinstance(client, str) or not client.publishing:
        return UNSEEN
    if client.publishing == "testing":
        return not_done("the OAuth client says: Testing; consents end after seven days")
    return proven(f"the OAuth client says: {client.publishing.value}")
