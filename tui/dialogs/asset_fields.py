"""The fields of an asset's form: their labels, hints and choices, and what each holds at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from store.assets import Asset, Provider, Security, SignIn
from store.settings import Settings
from tui import asset_list
from tui.dialogs import client_shown, inbound_fields
from tui.dialogs.form import Field, Remark

OAUTH = ("oauth_client_id", "ask_consent")
"""Fields of an asset that signs in by OAuth 2.0; one that signs in by password has `password` instead."""
ROWS = {"ca_pem": "ca_file"}
"""Where a remark is shown whose field is none of the form's."""
SERVER = ("provider", "host", "port", "security", "cleartext_agreed", "sign_in")
"""Fields that are judged against each other: whoever touches one hears of all."""
NEW = {
    "provider": Provider.GMAIL.value,
    "security": Security.STARTTLS.value,
    "sign_in": SignIn.PASSWORD.value,
}
"""What a new asset's choices are at first."""


def together(field: str) -> tuple[str, ...]:
    """The fields whose change is a reason to judge this one."""
    return SERVER if field in SERVER else (field,)


def row_of(remark: Remark) -> str:
    """The field of the form that a remark belongs to."""
    return ROWS.get(remark.field, remark.field)


def fields(asset: Asset | None, clients: Mapping[str, str], settings: Settings) -> Sequence[Field]:
    """The fields from top to bottom.

    Args:
        clients: the OAuth clients to choose from, id to name.
        settings: say what holds where a field is empty.
    """
    kept = asset is not None and asset.has_password
    password = (
        "one is kept; a new one is tested before it replaces it" if kept else "kept encrypted in the vault"
    )
    own = asset is not None and asset.ca_pem
    authority = "PEM file of an authority to trust for this asset alone"
    return (
        Field("name", "Name", "as the desk calls it, for instance Billing"),
        Field("address", "Address", "the support address, for instance billing@example.com"),
        Field("provider", "Provider", options=asset_list.PROVIDERS),
        Field("host", "Server"),
        Field("port", "Port"),
        Field("security", "Security", options=asset_list.SECURITIES),
        Field("cleartext_agreed", "", "send the password without encryption: yes, I agree", tick=True),
        Field("sign_in", "Sign-in", options=asset_list.METHODS),
        Field("oauth_client_id", "OAuth client", options={"": "none yet", **clients}),
        *client_shown.FIELDS,
        Field("ask_consent", "", "the provider asks for consent again (brings a refresh token)", tick=True),
        Field("username", "User name", "what the server is told; empty: login ID, else address"),
        Field("login_id", "Login ID", "who signs in for a shared mailbox; empty: the address itself"),
        Field("password", "Password", password, secret=True),
        Field("owner", "Owner", "address of the person to ask when only they can act"),
        Field("note", "Note"),
        Field(
            "ca_file", "Own CA file", "one is kept; a path replaces it, - removes it" if own else authority
        ),
        *inbound_fields.fields(settings),
    )


def initial(name: str, asset: Asset | None, clients: Mapping[str, str], settings: Settings) -> str | bool:
    """What a field holds at first."""
    if asset is None and name == "ca_file":
        return str(settings.ca_file or "")
    if asset is None or name in ("password", "ca_file"):
        return NEW.get(name, "")
    if name == "oauth_client_id":
        client = str(asset.oauth_client_id or "")
        return client if client in clients else ""
    value = getattr(asset, name)
    if value is None:
        return ""
    return value if isinstance(value, bool) else str(value)
