"""The rehearsal's own addresses: what a provider's console shows, and levers for tests and for a tour."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace

from pydantic import SecretStr

from live.rehearsal.authorization import app_only, pages
from live.rehearsal.authorization.faults import Fault, Mishap, Occasion
from live.rehearsal.authorization.http import Answer, Request, json_answer, plain
from live.rehearsal.authorization.issuer import Issuer, Pace

MOST_MINTED = 20_000  # refresh tokens in one request: twice the largest desk


def console(issuer: Issuer, request: Request) -> Answer:
    """Registrations with their secrets, and accounts: what a person copies into a form by hand."""
    return pages.index_page(issuer, f"http://{request.host}")


def pull(issuer: Issuer, request: Request) -> Answer:
    """Do what `/rehearsal/<lever>` names."""
    lever = LEVERS.get((request.method, request.path.removeprefix("/rehearsal/")))
    if lever is None:
        return plain("There is no such lever.", 404)
    try:
        return lever(issuer, request)
    except (KeyError, ValueError) as error:
        return plain(f"This cannot be done: {error}", 400)


def _fault(issuer: Issuer, request: Request) -> Answer:
    """who= an address or a client ID, fault= its name or nothing, on= code or refresh, times= a number."""
    form = request.form
    name, times, on = form.get("fault"), form.get("times"), form.get("on")
    mishap = None
    if name:
        occasion: Occasion = "code" if on == "code" else "refresh" if on == "refresh" else "any"
        mishap = Mishap(Fault(name), occasion, int(times) if times else None)
    issuer.set_mishap(form.get("who"), mishap)
    return json_answer({"who": form.get("who"), "fault": name})


def _revoke(issuer: Issuer, request: Request) -> Answer:
    """who= an address; as a changed password ends its grants."""
    return json_answer({"ended": issuer.revoke(request.form.get("who"))})


def _client(issuer: Issuer, request: Request) -> Answer:
    """who= a client ID, secret= a new one, expired= 1 or 0."""
    form = request.form
    client = issuer.clients[form.get("who")]
    if form.get("secret"):
        client = replace(client, secret=SecretStr(form.get("secret")), secret_expired=False)
    if form.get("expired"):
        client = replace(client, secret_expired=form.get("expired") == "1")
    issuer.clients[client.client_id] = client
    return json_answer({"who": client.client_id, "expired": client.secret_expired})


def _pace(issuer: Issuer, request: Request) -> Answer:
    """Seconds by the names of `Pace`."""
    known = {item.name for item in fields(Pace)}
    changed = {name: float(value) for name, value in request.form.pairs if name in known}
    issuer.pace = replace(issuer.pace, **changed)
    return json_answer(asdict(issuer.pace))


def _mint(issuer: Issuer, request: Request) -> Answer:
    """client= a client ID, who= an address, count= how many refresh tokens."""
    form = request.form
    count = int(form.get("count") or "1")
    if not 0 < count <= MOST_MINTED:
        raise ValueError(f"count goes from 1 to {MOST_MINTED:,}")
    minted = [issuer.mint(form.get("client"), form.get("who")).get_secret_value() for _ in range(count)]
    return json_answer({"refresh_tokens": minted})


def _uses(issuer: Issuer, request: Request) -> Answer:
    """How the refresh tokens were used."""
    return json_answer(asdict(issuer.book.uses()))


def _key_file(issuer: Issuer, request: Request) -> Answer:
    """?who= a service account."""
    client = issuer.clients[request.query.get("who")]
    return json_answer(app_only.key_file(issuer, client, f"http://{request.host}"))


def _admin_consent(issuer: Issuer, request: Request) -> Answer:
    """client= a client ID, tenant= a tenant's id: an administrator consents for everybody."""
    client = issuer.clients[request.form.get("client")]
    issuer.admin_consents.add((client.client_id, request.form.get("tenant")))
    return json_answer({"client": client.client_id})


def _forward(issuer: Issuer, request: Request) -> Answer:
    """who= a mailbox, to= its forwarding address, port= of the receiver on this machine."""
    form = request.form
    issuer.forwards[form.get("who").lower()] = (form.get("to"), int(form.get("port")))
    return json_answer({"who": form.get("who"), "to": form.get("to")})


LEVERS: dict[tuple[str, str], Callable[[Issuer, Request], Answer]] = {
    ("POST", "fault"): _fault,
    ("POST", "revoke"): _revoke,
    ("POST", "client"): _client,
    ("POST", "pace"): _pace,
    ("POST", "mint"): _mint,
    ("GET", "uses"): _uses,
    ("GET", "key.json"): _key_file,
    ("POST", "admin-consent"): _admin_consent,
    ("POST", "forward"): _forward,
}
