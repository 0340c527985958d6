"""What a connection test is aimed at: where to connect, and as whom to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from live.smtp.token_source import TokenSource
from store.assets import AssetFields, SignIn


@dataclass(frozen=True, slots=True)
class Target:
    """One mailbox to test."""

    provider: str
    """"gmail", "office365" or "custom"; decides how replies are diagnosed."""
    address: str
    host: str
    port: int
    security: str
    """"ssl" (TLS from the first byte), "starttls" or "none"."""
    sign_in_name: str
    credential: SecretStr | None
    credential_kind: Literal["password", "token"]
    ca_pem: str = ""
    """A certificate authority that is trusted for this mailbox, besides the system's."""
    cleartext_agreed: bool = False
    """A person's yes to sending the credential without TLS."""
    missing: str = "password_missing"
    """Where there is no credential: the condition that says why."""
    tokens: TokenSource | None = None
    """Where the access token comes from, once the connection stands; None: the credential is at hand."""


def target_of(
    asset: AssetFields,
    credential: SecretStr | None,
    *,
    missing: str = "password_missing",
    tokens: TokenSource | None = None,
) -> Target:
    """The target of an asset's test.

    Args:
        credential: the password, or the access token of an asset that signs in by OAuth.
        missing: the condition that is reported when there is none.
        tokens: where the access token comes from instead.
    """
    return Target(
        provider=str(asset.provider),
        address=asset.address,
        host=asset.host,
        port=asset.port,
        security=str(asset.security),
        sign_in_name=asset.sign_in_name,
        credential=credential,
        credential_kind="token" if asset.sign_in == SignIn.OAUTH else "password",
        ca_pem=asset.ca_pem,
        cleartext_agreed=asset.cleartext_agreed,
        missing=missing,
        tokens=tokens,
    )
