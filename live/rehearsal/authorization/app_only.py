"""Tokens without a person: client credentials (RFC 6749 4.4) and signed assertions (RFC 7523)."""

from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError

from live.rehearsal.authorization import scopes
from live.rehearsal.authorization.book import Grant
from live.rehearsal.authorization.http import Fields
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import Client, Dialect, Person

LONGEST_S = 3_600.0  # between an assertion's iat and exp
LEEWAY_S = 300.0  # by which a clock may be off


def by_client_credentials(issuer: Issuer, client: Client, tenant: str, form: Fields) -> dict[str, Any]:
    """A token for the application itself; what it may send from shows only at SMTP.

    https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth

    Raises:
        Refused: the address names no tenant, the client has no secret, or the scope is no `.default`.
    """
    if tenant == "common":
        raise Refused(Why.TENANT_NEEDED)
    if client.secret is None:
        raise Refused(Why.SECRET_MISSING)
    scope = form.get("scope")
    if not scope:
        raise Refused(Why.SCOPE_MISSING)
    if scope not in (*scopes.APP_ONLY, f"{scopes.GRAPH}.default"):
        raise Refused(Why.SCOPE_INVALID, scope=scope[:200])
    grant = Grant(client.client_id, client.dialect, "", (scope,), tenant, issuer.clock())
    access, life = issuer.access_token(grant, grant.scope)
    return {
        "token_type": "Bearer",
        "expires_in": int(life),
        "ext_expires_in": int(life),
        "access_token": access,
    }


def by_assertion(issuer: Issuer, form: Fields, audience: str) -> tuple[dict[str, Any], Person]:
    """A token for the mailbox that a service account's assertion names; returns it with whose it is.

    https://developers.google.com/identity/protocols/oauth2/service-account

    Raises:
        Refused: the signature, the times, the audience or the scope is wrong, or the mailbox is not its own.
    """
    claims = _claims(issuer, form.get("assertion"))
    client = issuer.clients.get(str(claims.get("iss")))
    if client is None or client.dialect is not Dialect.GOOGLE:
        raise Refused(Why.ASSERTION_PERSON)
    if claims.get("aud") != audience:
        raise Refused(Why.ASSERTION_AUDIENCE, audience=audience)
    _check_times(claims, issuer.clock())
    scope = scopes.parsed(str(claims.get("scope", "")))
    if not scope or (foreign := scopes.unknown(Dialect.GOOGLE, scope)):
        raise Refused(Why.SCOPE_INVALID, scope=foreign[:200] if scope else "")
    person = issuer.person(str(claims.get("sub", "")))
    if person is None:
        raise Refused(Why.ASSERTION_PERSON)
    if person.address.lower() not in map(str.lower, client.app_mailboxes):
        raise Refused(Why.ASSERTION_UNAUTHORISED)
    grant = Grant(client.client_id, Dialect.GOOGLE, person.address, scope, "", issuer.clock())
    access, life = issuer.access_token(grant, scope)
    return {"access_token": access, "expires_in": int(life), "token_type": "Bearer"}, person


def key_file(issuer: Issuer, client: Client, base: str) -> dict[str, str]:
    """The JSON key file that a service account's owner downloads; holds the private key."""
    key = issuer.service_key
    return {
        "type": "service_account",
        "project_id": "rehearsal",
        "private_key_id": str(key.kid),
        "private_key": key.as_pem(private=True).decode(),
        "client_email": client.client_id,
        "client_id": "100000000000000000001",
        "auth_uri": f"{base}/google/o/oauth2/v2/auth",
        "token_uri": f"{base}/google/token",
    }


def _claims(issuer: Issuer, assertion: str) -> dict[str, Any]:
    """The claims of an assertion whose signature is good (RS256 and nothing else)."""
    try:
        return dict(jwt.decode(assertion, issuer.service_key, algorithms=["RS256"]).claims)
    except BadSignatureError:
        raise Refused(Why.ASSERTION_SIGNATURE) from None
    except (JoseError, ValueError, TypeError):
        raise Refused(Why.ASSERTION_MALFORMED) from None


def _check_times(claims: dict[str, Any], now: float) -> None:
    begin, end = claims.get("iat"), claims.get("exp")
    if not isinstance(begin, int | float) or not isinstance(end, int | float):
        raise Refused(Why.ASSERTION_TIMES)
    if not (begin - LEEWAY_S <= now < end + LEEWAY_S) or not 0 < end - begin <= LONGEST_S:
        raise Refused(Why.ASSERTION_TIMES)
