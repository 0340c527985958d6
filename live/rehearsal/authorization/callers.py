"""Who asks: the tenant of the address, the client, and whether the client is who it says (RFC 6749 2.3)."""

import binascii
from base64 import b64decode
from hmac import compare_digest
from urllib.parse import unquote_plus

from pydantic import SecretStr

from live.rehearsal.authorization.http import Request
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import Client, Dialect

ANY_TENANT = ("common", "organizations")


def tenant_of(issuer: Issuer, name: str) -> str:
    """The tenant that an address names by its id or by a domain; "common" and "organizations" stay.

    Raises:
        Refused: there is no such tenant.
    """
    named = name.lower()
    if named in ANY_TENANT:
        return named
    domains = {person.address.rpartition("@")[2].lower(): person.tenant for person in issuer.people.values()}
    ids = {*domains.values(), *(client.tenant for client in issuer.clients.values())} - {""}
    if named in ids:
        return named
    if named in domains:
        return domains[named]
    raise Refused(Why.TENANT_UNKNOWN, tenant=name[:100])


def known_client(issuer: Issuer, dialect: Dialect, tenant: str, client_id: str) -> Client:
    """The client of that id.

    Raises:
        Refused: there is none in this tenant, or it may not be used.
    """
    client = issuer.clients.get(client_id)
    details = {"client_id": client_id[:200], "tenant": tenant, "app": client.name if client else ""}
    if client is None or client.dialect is not dialect:
        raise Refused(Why.CLIENT_UNKNOWN, **details)
    if client.standing:
        raise Refused(Why.CLIENT_DELETED if client.standing == "deleted" else Why.CLIENT_DISABLED, **details)
    if client.tenant and tenant in ANY_TENANT:
        raise Refused(Why.TENANT_COMMON, **details)
    if client.tenant and tenant != client.tenant:
        raise Refused(Why.CLIENT_UNKNOWN, **details)
    return client


def authenticated(
    issuer: Issuer, dialect: Dialect, tenant: str, request: Request, *, secret_needed: bool = True
) -> Client:
    """The client that asks, after its secret was compared; by Basic, or in the form, but not both.

    Args:
        secret_needed: False: a client may leave its secret out, as it may with Microsoft's device code.

    Raises:
        Refused: it is not known, or its secret is missing, wrong, too much, or has expired.
    """
    client_id, secret = _credentials(request)
    client = known_client(issuer, dialect, tenant, client_id)
    details = {"client_id": client.client_id, "app": client.name}
    if client.secret is None:
        if secret:
            raise Refused(Why.SECRET_UNWANTED, **details)
    elif not secret:
        if secret_needed:
            raise Refused(Why.SECRET_MISSING, **details)
    elif client.other_secret is not None and _same(secret, client.other_secret):
        pass
    elif not _same(secret, client.secret):
        raise Refused(Why.SECRET_WRONG, **details)
    elif client.secret_expired:
        raise Refused(Why.SECRET_EXPIRED, **details)
    if client.kind == "spa" and dialect is Dialect.MICROSOFT and not request.origin:
        raise Refused(Why.SPA_ORIGIN, **details)
    return client


def _same(sent: str, kept: SecretStr) -> bool:
    return compare_digest(sent.encode(), kept.get_secret_value().encode())


def claimed_client_id(request: Request) -> str:
    """The client ID that a request names, believed or not; "" where it names none that can be read."""
    try:
        return _credentials(request)[0]
    except Refused:
        return ""


def _credentials(request: Request) -> tuple[str, str]:
    """Client ID and secret, which may be empty."""
    in_form = request.form.get("client_id"), request.form.get("client_secret")
    scheme, _, coded = request.authorization.partition(" ")
    if scheme.lower() != "basic":
        return in_form
    try:
        name, colon, secret = b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Refused(Why.MALFORMED) from None
    named = unquote_plus(name), unquote_plus(secret)
    if not colon or in_form[1] or in_form[0] not in ("", named[0]):
        raise Refused(Why.MALFORMED)
    return named
