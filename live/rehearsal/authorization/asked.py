"""An authorization request, read and checked (RFC 6749 4.1.1, RFC 7636 4.3)."""

import re
from dataclasses import dataclass, field

from live.rehearsal.authorization import redirects, scopes
from live.rehearsal.authorization.callers import known_client, tenant_of
from live.rehearsal.authorization.http import Fields
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import OFFLINE, Client, Dialect

PROMPTS = {
    Dialect.GOOGLE: frozenset({"none", "consent", "select_account"}),
    Dialect.MICROSOFT: frozenset({"none", "consent", "select_account", "login"}),  # one at a time
}
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer may go: a client's redirect URI that was found to be its own."""

    client: Client
    tenant: str
    """As the address named it, resolved; empty with Google."""
    redirect_uri: str
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be shown to a person."""

    place: Place
    scope: tuple[str, ...]
    challenge: str
    prompt: frozenset[str]
    login_hint: str
    offline: bool

    @property
    def dialect(self) -> Dialect:
        return self.place.client.dialect

    @property
    def details(self) -> dict[str, str]:
        """What fills a refusal's words."""
        client = self.place.client
        return {"app": client.name, "client_id": client.client_id, "tenant": self.place.tenant}


def place_of(issuer: Issuer, dialect: Dialect, tenant_name: str, query: Fields) -> Place:
    """Who asks and where to answer.

    Raises:
        Refused: it cannot be told, and so the answer may go nowhere but to the person's own screen.
    """
    if query.repeated:
        raise Refused(Why.MALFORMED)
    tenant = tenant_of(issuer, tenant_name) if dialect is Dialect.MICROSOFT else ""
    client = known_client(issuer, dialect, tenant, query.get("client_id"))
    redirect_uri = query.get("redirect_uri")
    if not redirects.registered(client, redirect_uri):
        raise Refused(
            Why.REDIRECT_MISMATCH,
            app=client.name,
            client_id=client.client_id,
            redirect_uri=redirect_uri[: redirects.LONGEST],
        )
    return Place(client, tenant, redirect_uri, query.get("state"))


def asked_at(place: Place, query: Fields) -> Asked:
    """The rest of the request.

    Raises:
        Refused: it is no request for a code that could be granted.
    """
    dialect = place.client.dialect
    details = {"app": place.client.name, "client_id": place.client.client_id}
    if query.get("response_type") != "code":
        raise Refused(Why.RESPONSE_TYPE, response_type=query.get("response_type")[:100], **details)
    if query.get("response_mode") not in ("", "query"):
        raise Refused(Why.MALFORMED, **details)
    challenge = _challenge(place.client, query, details)
    scope = scopes.parsed(query.get("scope"))
    if not scope:
        raise Refused(Why.SCOPE_MISSING, **details)
    if foreign := scopes.unknown(dialect, scope):
        raise Refused(Why.SCOPE_INVALID, scope=foreign[:200], **details)
    prompt = frozenset(query.get("prompt").split())
    if not prompt <= PROMPTS[dialect] or (len(prompt) > 1 and dialect is Dialect.MICROSOFT):
        raise Refused(Why.PROMPT, prompt=query.get("prompt")[:100], **details)
    offline = query.get("access_type") == "offline" if dialect is Dialect.GOOGLE else OFFLINE in scope
    return Asked(
        place=place,
        scope=scope,
        challenge=challenge,
        prompt=prompt,
        login_hint=query.get("login_hint"),
        offline=offline,
    )


def _challenge(client: Client, query: Fields, details: dict[str, str]) -> str:
    """The PKCE challenge: S256, and there where a secret could not be kept."""
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if not challenge:
        if client.is_public:
            raise Refused(Why.PKCE_MISSING, **details)
        return ""
    if method != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Refused(Why.PKCE_METHOD, **details)
    return challenge
