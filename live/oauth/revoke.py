"""Taking a grant back at the provider (RFC 7009), and what to do where the provider has no such endpoint.

authlib's `prepare_revoke_token_request` is not used for the reason given in `live.oauth.token_requests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from live.oauth.answers import network_refusal, refused
from live.oauth.faults import NetworkFault
from live.oauth.http import OAuthHttp
from live.oauth.http_answer import Answer
from live.oauth.token_requests import credentials
from store.kinds import Provider
from store.oauth_clients import OAuthClientFields

Hint = Literal["refresh_token", "access_token"]

MICROSOFT_STEPS = (
    "As the mailbox, open https://myapps.microsoft.com, choose Manage your application in the app's menu, "
    "and revoke the permissions that the mailbox itself consented to; or",
    "As an administrator, open the Microsoft Entra admin center > Enterprise apps > the app > Permissions, "
    "and revoke the consent; then Users > the mailbox > Revoke sessions, which ends the refresh tokens.",
    "An access token that is out serves until it ends, for up to 90 minutes.",
)
"""https://support.microsoft.com/account-billing/169be2b4-ee26-4338-aea8-d19bb2f329ee,
https://learn.microsoft.com/entra/identity/users/users-revoke-access."""
OTHER_STEPS = (
    "Withdraw the app's access in the account's settings at the provider, or ask its administrator.",
    "Or give the OAuth client its revocation URL, where the provider has one (RFC 7009).",
)


@dataclass(frozen=True, slots=True)
class Revoked:
    """The provider holds the grant for ended."""

    already: bool
    """Whether it knew no such token any more."""
    ms: float
    """Milliseconds that it took."""


def steps_instead(client: OAuthClientFields) -> tuple[str, ...]:
    """What a person does where `revoke` cannot; empty: it can."""
    if client.revocation_url:
        return ()
    return MICROSOFT_STEPS if client.provider == Provider.OFFICE365 else OTHER_STEPS


async def revoke(
    http: OAuthHttp,
    client: OAuthClientFields,
    secret: SecretStr | None,
    token: SecretStr,
    *,
    hint: Hint = "refresh_token",
) -> Revoked:
    """Take a grant back, by its refresh token: at Google the access tokens made from it end as well.

    The client must have a revocation URL; see `steps_instead`.

    Raises:
        live.oauth.answers.TokenRefused: it was not taken back, or nobody knows.
    """
    form: dict[str, str | SecretStr] = {"token": token, "token_type_hint": hint}
    if client.provider != Provider.GMAIL:  # Google asks for the token alone
        form |= credentials(client, secret)
    try:
        answer = await http.post(client.revocation_url, form)
    except NetworkFault as fault:
        refusal = network_refusal(fault, str(client.provider))
    else:
        if 200 <= answer.status < 300 and not answer.is_page:
            return Revoked(already=False, ms=answer.ms)  # RFC 7009 2.2: for an unknown token as well
        if _unknown(answer):
            return Revoked(already=True, ms=answer.ms)
        refusal = refused(answer, str(client.provider))
    raise refusal


def _unknown(answer: Answer) -> bool:
    """Google's way to say that the token was revoked before, or has ended."""
    return answer.status == 400 and (answer.data or {}).get("error") == "invalid_token"
