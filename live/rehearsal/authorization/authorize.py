"""The authorization endpoint: GET shows who asks for what, POST sends the person's answer to the redirect."""

import secrets
from collections.abc import Iterable, Mapping
from uuid import uuid4

from live.rehearsal.authorization import google, microsoft, redirects
from live.rehearsal.authorization.asked import Asked, Place, asked_at, place_of
from live.rehearsal.authorization.book import Code
from live.rehearsal.authorization.callers import ANY_TENANT
from live.rehearsal.authorization.consenting import (
    covered_by_administrator,
    granted,
    new_grant,
    people_of,
    refuse_policies,
    session_of,
    signed_in,
)
from live.rehearsal.authorization.faults import Fault
from live.rehearsal.authorization.http import Answer, Request, redirect
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.pages import consent_page
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import OFFLINE, Dialect, Person

ON_SCREEN = frozenset({Why.PERSON_UNKNOWN, Why.PERSON_FOREIGN})
"""What Microsoft tells the person alone; the rest goes into the redirect, once that is known to be good."""
OTHER = "use_another"
"""What the link "Use another account" adds to the page's address."""
FOREIGN_ISSUER = "https://example.net"


def authorize(issuer: Issuer, dialect: Dialect, tenant: str, request: Request) -> Answer:
    """Answer a browser. `tenant` is the word in the address; empty with Google."""
    try:
        place = place_of(issuer, dialect, tenant, request.query)
    except Refused as refused:
        return _on_screen(dialect, refused)
    try:
        asked = asked_at(place, request.query)
        return (
            _decided(issuer, asked, request) if request.method == "POST" else _shown(issuer, asked, request)
        )
    except Refused as refused:
        if refused.why in ON_SCREEN or (dialect is Dialect.GOOGLE and refused.why is not Why.DENIED):
            return _on_screen(dialect, refused)
        words = {"error": "access_denied"} if dialect is Dialect.GOOGLE else microsoft.redirected(refused)
        return _redirected(place, words)


def _shown(issuer: Issuer, asked: Asked, request: Request) -> Answer:
    hinted = issuer.person(asked.login_hint)
    in_session = session_of(issuer, hinted, other=_other(request))
    elsewhere = in_session if in_session != hinted else None
    return consent_page(
        issuer,
        asked.place.client,
        asked.scope,
        action=request.target,
        people=[elsewhere] if elsewhere else people_of(issuer, asked.dialect),
        another=f"{request.target}&{OTHER}=1" if elsewhere else "",
        chosen=in_session,
        boxes=in_session is None or not _covered(issuer, asked, in_session),
    )


def _decided(issuer: Issuer, asked: Asked, request: Request) -> Answer:
    """Give out a code, or refuse.

    Raises:
        Refused: by the person, or by a policy.
    """
    client, form = asked.place.client, request.form
    person = signed_in(issuer, asked.dialect, form.get("account"), asked.details, other=_other(request))
    if asked.place.tenant not in ("", *ANY_TENANT, person.tenant):
        raise Refused(Why.PERSON_FOREIGN, user=person.address, **asked.details)
    refuse_policies(issuer, client, person, asking="consent" in asked.prompt)
    if form.get("decision") != "allow":
        raise Refused(Why.DENIED, **asked.details)
    covered = _covered(issuer, asked, person)
    scope = asked.scope if covered else granted(asked.dialect, asked.scope, form.all("scope"))
    if not scope:
        raise Refused(Why.DENIED, **asked.details)
    grant = new_grant(issuer, client, person, scope, asked.place.tenant)
    code = issuer.book.new_code(
        Code(
            grant=grant,
            redirect_uri=asked.place.redirect_uri,
            challenge=asked.challenge,
            # Google gives another refresh token only after asking once more.
            with_refresh=(asked.offline and not covered)
            if asked.dialect is Dialect.GOOGLE
            else OFFLINE in scope,
            ends_at=issuer.clock() + issuer.pace.code,
        )
    )
    return _redirected(asked.place, _answer(issuer, asked, person, code, scope))


def _answer(issuer: Issuer, asked: Asked, person: Person, code: str, scope: Iterable[str]) -> dict[str, str]:
    """What goes into the redirect besides the state."""
    fault = issuer.fault(person)
    if fault in (Fault.WRONG_STATE, Fault.WRONG_ISSUER, Fault.REDIRECT_SERVER_ERROR):
        issuer.strikes(person)
    if fault is Fault.REDIRECT_SERVER_ERROR:
        return {"error": "server_error"}
    answer = {"code": code}
    if asked.dialect is Dialect.GOOGLE:
        answer |= {"scope": " ".join(scope), "authuser": "0", "prompt": "consent"}
    else:
        answer |= {"session_state": str(uuid4())}
    if fault is Fault.WRONG_STATE:
        answer["state"] = secrets.token_urlsafe(32)
    if fault is Fault.WRONG_ISSUER:
        answer["iss"] = FOREIGN_ISSUER
    return answer


def _other(request: Request) -> bool:
    return request.query.get(OTHER) == "1"


def _redirected(place: Place, answer: Mapping[str, str]) -> Answer:
    """Send the browser back, with the state and, as Google does, the issuer (RFC 9207)."""
    told = {"state": place.state} if place.state else {}
    if place.client.dialect is Dialect.GOOGLE:
        told["iss"] = google.ISSUER
    return redirect(redirects.answered(place.redirect_uri, {**told, **answer}))


def _on_screen(dialect: Dialect, refused: Refused) -> Answer:
    return google.error_page(refused) if dialect is Dialect.GOOGLE else microsoft.error_page(refused)


def _covered(issuer: Issuer, asked: Asked, person: Person) -> bool:
    """Whether nobody need be asked: this was consented to earlier, by the person or an administrator."""
    if "consent" in asked.prompt:
        return False
    return covered_by_administrator(issuer, asked.place.client, person) or set(asked.scope) <= (
        issuer.book.consents.get((asked.place.client.client_id, person.address.lower()), frozenset())
    )
