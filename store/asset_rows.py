"""The table of assets, and an asset as the other rooms see it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime
from store.kinds import Provider, Security, SignIn

PASSWORD = "password"
"""Name of the secret that holds an asset's SMTP password."""

MOST_KEPT = {"keep_days": 36_500, "keep_megabytes": 10**9}
"""What may be set of retention: a hundred years, a petabyte; beyond are slips of the finger."""


class AssetFields(SQLModel):
    """What a person sets."""

    name: str
    address: str
    provider: Provider = Provider.CUSTOM
    sign_in: SignIn = SignIn.PASSWORD
    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    """What AUTH sends; empty: the login ID, else the address."""
    login_id: str = ""
    """The account that signs in where the address itself cannot (a shared mailbox); empty: the address."""
    owner: str = ""
    """Address of the person who owns the mailbox, asked when only they can act."""
    note: str = ""
    ca_pem: str = ""
    """A certificate authority in PEM that is trusted for this asset alone, besides the system's."""
    cleartext_agreed: bool = False
    """A person's explicit yes to sending the password without TLS (security None)."""
    oauth_client_id: int | None = Field(default=None, foreign_key="oauth_clients.id", index=True)
    """The app registration through which it signs in, where `sign_in` is OAuth 2.0."""
    ask_consent: bool = False
    """Whether the provider is told to ask for consent again (`prompt=consent`)."""
    pci_check: bool = False
    """Whether card numbers are masked in what is shown, exported and delivered of its mail."""
    keep_days: int | None = None
    """Days that its mail is kept; None: as the settings say, 0: without end."""
    keep_megabytes: int | None = None
    """How much of its mail is kept, in 10^6 octets; None: as the settings say, 0: no limit."""

    @property
    def sign_in_name(self) -> str:
        return self.username or self.login_id or self.address


class AssetRow(AssetFields, table=True):
    """The table. Name and address are unique in their folded forms (see `store.folding`)."""

    __tablename__ = "assets"
    __table_args__ = (
        Index("assets_name", "name_key", unique=True),
        Index("assets_address", "address_key", unique=True),
        Index(
            "assets_forwarding_address",
            "forwarding_address",
            unique=True,
            sqlite_where=text("forwarding_address != ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    provider: str = Provider.CUSTOM.value  # type: ignore[assignment]  # kept as the plain word
    sign_in: str = SignIn.PASSWORD.value  # type: ignore[assignment]
    security: str = Security.STARTTLS.value  # type: ignore[assignment]
    name_key: str
    address_key: str
    forwarding_address: str = ""
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Asset(AssetFields):
    """An asset as the other rooms see it."""

    id: int
    forwarding_address: str
    """The generated address that the mailbox forwards to; empty while no inbound domain is configured."""
    version: int
    """Grows by one with every edit; an edit that began on an older one is refused."""
    created_at: datetime
    updated_at: datetime
    has_password: bool

    def fields(self) -> AssetFields:
        """The part that a person sets."""
        return AssetFields(**{name: getattr(self, name) for name in AssetFields.model_fields})


def owner_of_secrets(asset_id: int) -> str:
    """Under what name the vault keeps an asset's secrets."""
    return f"asset:{asset_id}"
