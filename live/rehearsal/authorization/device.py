"""Device authorization (RFC 8628): the codes for the device, and the page where a person enters theirs."""

from urllib.parse import urlencode

from live.rehearsal.authorization import google, microsoft, pages, scopes, spoiling
from live.rehearsal.authorization.callers import authenticated, claimed_client_id, tenant_of
from live.rehearsal.authorization.consenting import (
    covered_by_administrator,
    granted,
    new_grant,
    people_of,
    refuse_policies,
    signed_in,
)
from live.rehearsal.authorization.device_book import Device, new_user_code
from live.rehearsal.authorization.http import Answer, Request, json_answer
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import Dialect

PAGES = {Dialect.GOOGLE: "/google/device", Dialect.MICROSOFT: "/microsoft/devicelogin"}


def begin(issuer: Issuer, dialect: Dialect, tenant_name: str, request: Request) -> Answer:
    """Give out a device code and a user code; Google does so for no scope of mail."""
    try:
        device = _device(issuer, dialect, tenant_name, request)
    except Refused as refused:
        return spoiling.refusal(dialect, refused)
    device_code = issuer.devices.add(device)
    address = f"http://{request.host}{PAGES[dialect]}"
    told = {
        "device_code": device_code,
        "user_code": device.user_code,
        "expires_in": int(issuer.pace.device),
        "interval": int(device.interval),
    }
    if dialect is Dialect.GOOGLE:
        return json_answer({**told, "verification_url": address})
    message = (
        f"To sign in, use a web browser to open the page {address} and enter the code {device.user_code} to "
        "authenticate."
    )
    return json_answer({**told, "verification_uri": address, "message": message})


def _device(issuer: Issuer, dialect: Dialect, tenant_name: str, request: Request) -> Device:
    tenant = tenant_of(issuer, tenant_name) if dialect is Dialect.MICROSOFT else ""
    named = issuer.clients.get(claimed_client_id(request))
    # Google's own endpoint takes no secret here, Microsoft's none where public flows are on.
    lenient = dialect is Dialect.GOOGLE or (named is not None and named.public_flows)
    client = authenticated(issuer, dialect, tenant, request, secret_needed=not lenient)
    if dialect is Dialect.MICROSOFT and not client.public_flows:
        raise Refused(Why.SECRET_MISSING, client_id=client.client_id)
    scope = scopes.parsed(request.form.get("scope"))
    if not scope:
        raise Refused(Why.SCOPE_MISSING)
    if dialect is Dialect.GOOGLE:
        if foreign := next((name for name in scope if name not in scopes.GOOGLE_DEVICE), ""):
            raise Refused(Why.DEVICE_SCOPE, scope=foreign[:200])
    elif foreign := scopes.unknown(dialect, scope):
        raise Refused(Why.SCOPE_INVALID, scope=foreign[:200])
    return Device(
        client_id=client.client_id,
        scope=scope,
        tenant=tenant,
        user_code=new_user_code(),
        ends_at=issuer.clock() + issuer.pace.device,
        interval=issuer.pace.device_interval,
    )


def enter(issuer: Issuer, dialect: Dialect, request: Request) -> Answer:
    """The person's side: the code, then who they are and what the device may do."""
    user_code = request.query.get("user_code")
    if not user_code:
        return pages.user_code_page(dialect, request.path)
    device = issuer.devices.of_person(user_code, issuer.clock())
    client = issuer.clients.get(device.client_id) if device else None
    if device is None or client is None or client.dialect is not dialect:
        return pages.user_code_page(dialect, request.path, "That code didn’t work. Check it and try again.")
    if request.method != "POST":
        return pages.consent_page(
            issuer,
            client,
            device.scope,
            action=f"{request.path}?{urlencode({'user_code': device.user_code})}",
            people=people_of(issuer, dialect),
            chosen=None,
            boxes=True,
        )
    try:
        return _decided(issuer, device, request)
    except Refused as refused:
        return google.error_page(refused) if dialect is Dialect.GOOGLE else microsoft.error_page(refused)


def _decided(issuer: Issuer, device: Device, request: Request) -> Answer:
    client = issuer.clients[device.client_id]
    details = {"app": client.name, "client_id": client.client_id, "tenant": device.tenant}
    person = signed_in(issuer, client.dialect, request.form.get("account"), details, other=True)
    refuse_policies(issuer, client, person, asking=False)
    scope = device.scope
    if not covered_by_administrator(issuer, client, person):
        scope = granted(client.dialect, device.scope, request.form.all("scope"))
    if request.form.get("decision") != "allow" or not scope:
        device.decision = "denied"
        return pages.word_page("Denied", f"{client.name} was not let in.")
    device.grant = new_grant(issuer, client, person, scope, device.tenant)
    device.decision = "allowed"
    return pages.word_page(
        "Done", f"You have signed in to {client.name} on your device. You may close this page."
    )
