"""What a code, a refresh token or a device code is exchanged for (RFC 6749 4.1.3 and 6, RFC 8628 3.4)."""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from live.rehearsal.authorization import scopes
from live.rehearsal.authorization.book import Grant, Refresh
from live.rehearsal.authorization.faults import Fault
from live.rehearsal.authorization.http import Fields
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import OFFLINE, Client, Dialect

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1
STEP_S = 5.0  # RFC 8628 3.5: slow_down lengthens the interval by so much
EARLY_S = 0.1  # by which a poll may come before its time: clocks and networks do not agree to the tick

Tokens = dict[str, Any]


def by_code(issuer: Issuer, client: Client, tenant: str, form: Fields, fault: Fault | None) -> Tokens:
    """Redeem an authorization code, once.

    Raises:
        Refused: it is not this client's, not for this redirect URI or verifier, was used, or has ended.
    """
    code = issuer.book.code(form.get("code"))
    if code is None or code.grant.client_id != client.client_id:
        raise Refused(Why.CODE_UNKNOWN)
    if code.grant.tenant != tenant:
        raise Refused(Why.TENANT_OTHER)
    if code.used:
        raise Refused(Why.CODE_USED)
    if code.ends_at <= issuer.clock():
        raise Refused(Why.CODE_ENDED)
    if form.get("redirect_uri") != code.redirect_uri:
        uri = form.get("redirect_uri")[:2_000]
        raise Refused(Why.REDIRECT_MISMATCH, client_id=client.client_id, redirect_uri=uri)
    _check_verifier(form.get("code_verifier"), code.challenge)
    scope = _scope(code.grant, form)
    code.used = True
    with_refresh = code.with_refresh and fault is not Fault.NO_REFRESH_TOKEN
    if with_refresh and client.dialect is Dialect.GOOGLE:
        issuer.book.crowd_out(client, code.grant.address)
    return _tokens(issuer, code.grant, scope, with_refresh=with_refresh)


def by_refresh_token(
    issuer: Issuer, client: Client, tenant: str, form: Fields, fault: Fault | None
) -> Tokens:
    """Renew an access token; Microsoft's refresh token is replaced with it.

    Raises:
        Refused: it is not this client's, has ended, or was used before: then its whole family ends.
    """
    entry = issuer.book.refresh_token(form.get("refresh_token"))
    if entry is None:
        raise Refused(Why.GRANT_UNKNOWN)
    if entry.grant.client_id != client.client_id:
        raise Refused(Why.GRANT_FOREIGN)
    scope = _scope(entry.grant, form)
    entry.uses += 1
    _check_life(issuer, client, entry)
    now = entry.grant.used_at = issuer.clock()
    rotates = client.dialect is Dialect.MICROSOFT and fault is not Fault.NO_REFRESH_TOKEN
    if rotates and entry.spent_at is None:
        entry.spent_at = now
    return _tokens(issuer, entry.grant, scope, with_refresh=rotates)


def by_device_code(issuer: Issuer, client: Client, tenant: str, form: Fields, fault: Fault | None) -> Tokens:
    """Ask whether the person has entered the code.

    Raises:
        Refused: not yet, too early, never, or too late.
    """
    device = issuer.devices.of_device(form.get("device_code"))
    if device is None or device.client_id != client.client_id or device.tenant != tenant:
        raise Refused(Why.DEVICE_UNKNOWN)
    now, before = issuer.clock(), device.polled_at
    device.polled_at = now
    if device.ends_at <= now or device.decision == "taken":
        raise Refused(Why.DEVICE_ENDED)
    if device.decision == "denied":
        raise Refused(Why.DECLINED)
    if device.decision == "pending" or device.grant is None:
        if before is not None and now - before < device.interval - EARLY_S:
            device.interval += STEP_S
            raise Refused(Why.SLOW_DOWN)
        raise Refused(Why.PENDING)
    device.decision = "taken"
    grant = device.grant
    offline = client.dialect is Dialect.GOOGLE or OFFLINE in grant.scope
    with_refresh = offline and fault is not Fault.NO_REFRESH_TOKEN
    return _tokens(issuer, grant, _scope(grant, Fields()), with_refresh=with_refresh)


def whose(issuer: Issuer, form: Fields) -> str:
    """The address of the account that a code or token belongs to, "" where there is none."""
    code = issuer.book.code(form.get("code"))
    refresh = issuer.book.refresh_token(form.get("refresh_token"))
    device = issuer.devices.of_device(form.get("device_code"))
    found = next((entry for entry in (code, refresh, device) if entry is not None), None)
    return found.grant.address if found and found.grant else ""


def _check_verifier(verifier: str, challenge: str) -> None:
    """Compare a PKCE verifier (RFC 7636 4.6)."""
    if not verifier and challenge:
        raise Refused(Why.VERIFIER_MISSING)
    if not verifier and not challenge:
        return
    computed = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    if not VERIFIER.fullmatch(verifier) or not hmac.compare_digest(computed, challenge.encode()):
        raise Refused(Why.VERIFIER_WRONG)


def _check_life(issuer: Issuer, client: Client, entry: Refresh) -> None:
    """Refuse a refresh token that is over, in the words that tell why."""
    grant, now = entry.grant, issuer.clock()
    details = {"issued": _moment(grant.consented_at), "now": _moment(now)}
    if not grant.live:
        raise Refused(Why.GRANT_REVOKED, **details)
    if grant.refresh_ends_at is not None and grant.refresh_ends_at <= now:
        raise Refused(Why.GRANT_SPA_ENDED if client.kind == "spa" else Why.GRANT_REVOKED, **details)
    if now - grant.used_at >= issuer.pace.idle:
        raise Refused(Why.GRANT_IDLE, **details)
    if entry.spent_at is not None and now - entry.spent_at >= issuer.pace.reuse_grace:
        grant.live = False  # RFC 9700 4.14.2: somebody else may hold the other one
        raise Refused(Why.GRANT_REVOKED, **details)


def _scope(grant: Grant, form: Fields) -> tuple[str, ...]:
    """What the access token is good for: with Microsoft one resource, as asked for, as far as granted."""
    asked = scopes.parsed(form.get("scope")) or grant.scope
    if foreign := scopes.unknown(grant.dialect, set(asked) - set(grant.scope)):
        raise Refused(Why.SCOPE_INVALID, scope=foreign[:200])
    left = tuple(name for name in asked if name in grant.scope)
    if not left:
        raise Refused(Why.SCOPE_UNGRANTED)
    if grant.dialect is Dialect.MICROSOFT and len({scopes.resource(name) for name in left} - {""}) > 1:
        raise Refused(Why.SCOPE_INVALID, scope=" ".join(left))
    return left


def _tokens(issuer: Issuer, grant: Grant, scope: tuple[str, ...], *, with_refresh: bool) -> Tokens:
    """A token answer as the provider shapes it."""
    access, life = issuer.access_token(grant, scope)
    told: Tokens = {"token_type": "Bearer", "scope": scopes.told(grant.dialect, scope)}
    told["expires_in"] = int(life)
    if grant.dialect is Dialect.MICROSOFT:
        told["ext_expires_in"] = int(life)
    told["access_token"] = access
    if with_refresh:
        told["refresh_token"] = issuer.book.new_refresh(grant)
    if grant.tells_end and grant.refresh_ends_at is not None:
        told["refresh_token_expires_in"] = max(0, int(grant.refresh_ends_at - issuer.clock()))
    return told


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
