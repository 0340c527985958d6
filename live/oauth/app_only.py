"""Tokens without a person: an app of Office 365 by its secret, a Google service account by its key.

No refresh token comes with them: what is renewed is asked for anew, with the same request.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr

from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.answers import MOST_WORDS, TokenRefused
from live.oauth.faults import Fault
from live.oauth.http import CLOCK_OFF, Form, OAuthHttp
from live.oauth.http_answer import clock_words
from live.oauth.service_account import KeyFileRefused, assertion, read_key_file
from live.oauth.token_requests import Fetched, credentials, fetch
from store.oauth_clients import OAuthClientFields

APP_SCOPE = "https://outlook.office365.com/.default"
"""All application permissions of the app at Exchange Online,
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth."""
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


async def client_credentials(
    http: OAuthHttp, client: OAuthClientFields, secret: SecretStr | None, *, now: datetime
) -> Fetched:
    """A token of the app itself (RFC 6749 4.4); which mailboxes it may send from, Exchange decides.

    Raises:
        TokenRefused: none came.
    """
    if secret is None:
        found = OAuthWords.found("client_secret_missing")
        diagnosis = diagnose_oauth(str(client.provider), found).id
        raise TokenRefused(Fault.CLIENT, "The OAuth client has no secret to sign in with.", diagnosis)
    scope = client.scope or APP_SCOPE
    form = {"grant_type": "client_credentials", "scope": scope, **credentials(client, secret)}
    return await fetch(http, str(client.provider), client.token_url, form, asked_scope=scope, now=now)


async def service_account(
    http: OAuthHttp, client: OAuthClientFields, key_file: SecretStr | None, mailbox: str, *, now: datetime
) -> Fetched:
    """A token for a mailbox of a Workspace that has delegated the scope to the service account (RFC 7523).

    Args:
        key_file: the whole JSON key.
        mailbox: its address.

    Raises:
        TokenRefused: none came. With this machine's clock far off it is a passing fault, since the
            assertion's times are wrong then.
    """
    try:
        signed = assertion(read_key_file(key_file or SecretStr("")), mailbox, client.scope, now)
    except KeyFileRefused as error:
        found = OAuthWords.found("oauth_key_file")
        refusal = TokenRefused(Fault.CLIENT, str(error), diagnose_oauth(str(client.provider), found).id)
    else:
        form: Form = {"grant_type": JWT_BEARER, "assertion": signed}
        try:
            return await fetch(
                http, str(client.provider), client.token_url, form, asked_scope=client.scope, now=now
            )
        except TokenRefused as error:
            refusal = _blaming_the_clock(error, client)
    raise refusal


def _blaming_the_clock(refusal: TokenRefused, client: OAuthClientFields) -> TokenRefused:
    """Google's refusal of an assertion's times reads like a dead grant: a clock that is off makes it pass."""
    skew = refusal.skew_seconds
    if skew is None or abs(skew) < CLOCK_OFF or "invalid_grant" not in refusal.words:
        return refusal
    found = diagnose_oauth(str(client.provider), OAuthWords.found("clock_off")).id
    return TokenRefused(
        Fault.PASSING,
        f"{clock_words(skew)} {refusal.words}"[:MOST_WORDS],
        refusal.diagnosis if refusal.kind is Fault.PASSING else found,
        references=refusal.references,
        retry_after=refusal.retry_after,
        ms=refusal.ms,
        skew_seconds=skew,
    )
