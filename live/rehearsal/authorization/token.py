"""The token endpoint: who asks, for what, and what goes wrong on the way (RFC 6749 3.2)."""

from dataclasses import replace

from live.rehearsal.authorization import app_only, exchange, spoiling
from live.rehearsal.authorization.callers import authenticated, claimed_client_id, tenant_of
from live.rehearsal.authorization.consenting import covered_by_administrator
from live.rehearsal.authorization.faults import Fault
from live.rehearsal.authorization.http import Answer, Request
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import Client, Dialect, Person

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_CREDENTIALS = "client_credentials"
EXCHANGES = {
    "authorization_code": exchange.by_code,
    "refresh_token": exchange.by_refresh_token,
    DEVICE_CODE: exchange.by_device_code,
}


def token(issuer: Issuer, dialect: Dialect, tenant_name: str, request: Request) -> Answer:
    """Answer a client."""
    try:
        answer = _answered(issuer, dialect, tenant_name, request)
    except Refused as refused:
        refused.details.setdefault("grant_type", request.form.get("grant_type")[:100])
        answer = spoiling.refusal(dialect, refused)
    return replace(answer, delay_s=answer.delay_s + issuer.pace.token_delay)


def _answered(issuer: Issuer, dialect: Dialect, tenant_name: str, request: Request) -> Answer:
    form = request.form
    if form.repeated:
        raise Refused(Why.MALFORMED)
    who, fault = _struck(issuer, request)
    answer = spoiling.instead(dialect, fault, issuer.pace)
    if answer is not None:
        issuer.strikes(who)
        return answer
    tenant = tenant_of(issuer, tenant_name) if dialect is Dialect.MICROSOFT else ""
    if form.get("grant_type") == JWT_BEARER and dialect is Dialect.GOOGLE:
        return _by_assertion(issuer, request)
    device = form.get("grant_type") == DEVICE_CODE
    client = authenticated(
        issuer, dialect, tenant, request, secret_needed=not (device and _lenient(issuer, request))
    )
    if fault in spoiling.STRIKES:
        issuer.strikes(who)
    if fault in spoiling.REFUSALS and not _cured(issuer, client, who, fault):
        raise Refused(spoiling.REFUSALS[fault], client_id=client.client_id, app=client.name)
    if form.get("grant_type") == CLIENT_CREDENTIALS and dialect is Dialect.MICROSOFT:
        tokens = app_only.by_client_credentials(issuer, client, tenant, form)
    elif form.get("grant_type") in EXCHANGES:
        tokens = EXCHANGES[form.get("grant_type")](issuer, client, tenant, form, fault)
    else:
        raise Refused(Why.GRANT_TYPE)
    return spoiling.answered(fault, tokens, issuer.pace)


def _by_assertion(issuer: Issuer, request: Request) -> Answer:
    tokens, person = app_only.by_assertion(issuer, request.form, f"http://{request.host}{request.path}")
    fault = issuer.fault(person, on="code")
    early = spoiling.instead(Dialect.GOOGLE, fault, issuer.pace)
    if early is not None or fault in spoiling.STRIKES:
        issuer.strikes(person)
    if fault in spoiling.REFUSALS:
        raise Refused(spoiling.REFUSALS[fault])
    return early or spoiling.answered(fault, tokens, issuer.pace)


def _cured(issuer: Issuer, client: Client, who: Person | Client | None, fault: Fault) -> bool:
    """Whether an administrator has given the consent that was missing."""
    if fault is not Fault.ADMIN_CONSENT_NEEDED or not isinstance(who, Person):
        return False
    return covered_by_administrator(issuer, client, who)


def _struck(issuer: Issuer, request: Request) -> tuple[Person | Client | None, Fault | None]:
    """With whom something goes wrong, the account before the client, and what."""
    refreshing = request.form.get("grant_type") == "refresh_token"
    person = issuer.person(exchange.whose(issuer, request.form))
    client = issuer.clients.get(claimed_client_id(request))
    for who in (person, client):
        fault = issuer.fault(who, on="refresh" if refreshing else "code")
        if fault is not None:
            return who, fault
    return None, None


def _lenient(issuer: Issuer, request: Request) -> bool:
    """Whether the client may use Microsoft's public flows, which ask for no secret."""
    client = issuer.clients.get(claimed_client_id(request))
    return client is not None and client.dialect is Dialect.MICROSOFT and client.public_flows
