"""One way to new tokens for every flow, without a person."""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr

from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.answers import TokenRefused
from live.oauth.app_only import client_credentials, service_account
from live.oauth.faults import Fault
from live.oauth.http import OAuthHttp
from live.oauth.token_requests import Fetched, refresh
from store.oauth_clients import Flow, OAuthClientFields


async def renew(
    http: OAuthHttp,
    client: OAuthClientFields,
    secret: SecretStr | None,
    *,
    mailbox: str,
    refresh_token: SecretStr | None,
    now: datetime,
    granted_scope: str = "",
) -> Fetched:
    """New tokens: by the refresh token where a person consented, else by asking anew.

    Args:
        secret: the client's secret, or the service account's key file.
        mailbox: the address to sign in as; used by service accounts only.
        refresh_token: the newest of the grant; used where a person consented.
        granted_scope: of the grant; empty: the client's.

    Raises:
        TokenRefused: none came.
    """
    if client.flow == Flow.CLIENT_CREDENTIALS:
        return await client_credentials(http, client, secret, now=now)
    if client.flow == Flow.SERVICE_ACCOUNT:
        return await service_account(http, client, secret, mailbox, now=now)
    if refresh_token is None:
        found = OAuthWords.found("no_refresh_token")
        diagnosis = diagnose_oauth(str(client.provider), found).id
        raise TokenRefused(Fault.CONSENT, "The grant has no refresh token to renew it with.", diagnosis)
    return await refresh(http, client, secret, refresh_token, now=now, granted_scope=granted_scope)
