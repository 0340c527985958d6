"""Who is known to the authorization server: clients, people, and what goes wrong with each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import SecretStr

from live.rehearsal.authorization.faults import Mishap

GOOGLE_MAIL = "https://mail.google.com/"
SMTP_SEND = "https://outlook.office.com/SMTP.Send"
OFFLINE = "offline_access"
TENANT = "11111111-2222-4333-8444-555555555555"


class Dialect(StrEnum):
    """Whose manner of speaking."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


@dataclass(frozen=True, slots=True)
class Client:
    """An app registration as the provider keeps it."""

    name: str
    """As the consent page shows it."""
    dialect: Dialect
    client_id: str
    secret: SecretStr | None = None
    """None: a public client, which has none."""
    kind: Literal["desktop", "web", "spa"] = "desktop"
    redirect_uris: tuple[str, ...] = ()
    """As registered. Google's desktop clients need none: any loopback address serves."""
    tenant: str = ""
    """Microsoft: the only tenant that it works for; empty: for any organisation."""
    secret_expired: bool = False
    other_secret: SecretStr | None = None
    """A second secret, which never expires: a registration may have several."""
    standing: Literal["", "deleted", "disabled"] = ""
    test_users: tuple[str, ...] | None = None
    """Google's project in Testing: only these may sign in, and a grant ends after a week; None: published."""
    public_flows: bool = True
    """Microsoft's "Allow public client flows", which the device code needs."""
    app_mailboxes: tuple[str, ...] = ()
    """The mailboxes that it may send from by itself (app-only, or with a service account's assertion)."""
    mishap: Mishap | None = None

    @property
    def is_public(self) -> bool:
        """Whether its secret, if any, cannot be kept: then PKCE is required (RFC 8252 8.1 and 8.5)."""
        return self.kind != "web"


@dataclass(frozen=True, slots=True)
class Person:
    """An account that can sign in."""

    address: str
    dialect: Dialect
    tenant: str = TENANT
    """Microsoft only."""
    mishap: Mishap | None = None
    session_of: str = ""
    """With `Fault.WRONG_ACCOUNT`: who the browser is signed in as."""
    acts_for: tuple[str, ...] = ()
    """Shared mailboxes that this account may send from."""
