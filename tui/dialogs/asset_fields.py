"""The fields of an asset's form: their labels, hints and widgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Input, Label, Select

from store.assets import Asset, Provider, Security, SignIn
from tui import asset_list
from tui.widgets.tick import Tick
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.asset_remarks import Remark

TEXTS = {
    "name": "Name",
    "address": "Address",
    "host": "Server",
    "port": "Port",
    "username": "User name",
    "login_id": "Login ID",
    "password": "Password",
    "owner": "Owner",
    "note": "Note",
    "ca_file": "Own CA file",
}
HINTS = {
    "name": "as the desk calls it, for instance Billing",
    "address": "the support address, for instance billing@example.com",
    "username": "what the server is told; empty: login ID, else address",
    "login_id": "who signs in for a shared mailbox; empty: the address itself",
    "owner": "address of the person to ask when only they can act",
    "ca_file": "PEM file of an authority to trust for this asset alone",
}
ORDER = (
    *("name", "address", "provider", "host", "port", "security", "cleartext_agreed", "sign_in"),
    *("oauth_client_id", "ask_consent", "username", "login_id", "password", "owner", "note", "ca_file"),
)
OAUTH = ("oauth_client_id", "ask_consent")
"""Fields of an asset that signs in by OAuth 2.0; one that signs in by password has `password` instead."""
ROWS = {"ca_pem": "ca_file"}
"""Where a remark is shown whose field is none of the form's."""


SERVER = ("provider", "host", "port", "security", "cleartext_agreed", "sign_in")
"""Fields that are judged against each other: whoever touches one hears of all."""


def together(field: str) -> tuple[str, ...]:
    """The fields whose change is a reason to judge this one."""
    return SERVER if field in SERVER else (field,)


def row_of(remark: Remark) -> str:
    """The field of the form that a remark belongs to."""
    return ROWS.get(remark.field, remark.field)


def widgets(field: str, asset: Asset | None, clients: Mapping[str, str]) -> ComposeResult:
    """Label and box of a field, holding what the asset has.

    Args:
        clients: the OAuth clients to choose from, id to name.
    """
    options: list[tuple[str, str]]
    if field == "sign_in":
        yield Label("Sign-in")
        options = [(label, key) for key, label in asset_list.METHODS.items()]
        method = asset.sign_in if asset else SignIn.PASSWORD
        yield Select(options, value=str(method), allow_blank=False, compact=True, id=field)
    elif field == "oauth_client_id":
        yield Label("OAuth client")
        options = [("none yet", ""), *((visible(name), key) for key, name in clients.items())]
        client = str(asset.oauth_client_id or "") if asset else ""
        known = client if client in clients else ""
        yield Select(options, value=known, allow_blank=False, compact=True, id=field)
    elif field == "ask_consent":
        yield Label("")
        asked = asset.ask_consent if asset else False
        yield Tick(
            "the provider asks for consent again (brings a refresh token)", asked, compact=True, id=field
        )
    elif field == "provider":
        yield Label("Provider")
        options = [(label, key) for key, label in asset_list.PROVIDERS.items()]
        chosen = asset.provider if asset else Provider.GMAIL
        yield Select(options, value=str(chosen), allow_blank=False, compact=True, id="provider")
    elif field == "security":
        yield Label("Security")
        options = [(label, key) for key, label in asset_list.SECURITIES.items()]
        security = asset.security if asset else Security.STARTTLS
        yield Select(options, value=str(security), allow_blank=False, compact=True, id="security")
    elif field == "cleartext_agreed":
        yield Label("")
        agreed = asset.cleartext_agreed if asset else False
        yield Tick("send the password without encryption: yes, I agree", agreed, compact=True, id=field)
    else:
        yield Label(TEXTS[field])
        kept = "" if field in ("password", "ca_file") or asset is None else str(getattr(asset, field))
        yield Input(kept, hint(field, asset), password=field == "password", compact=True, id=field)


def hint(field: str, asset: Asset | None) -> str:
    """What an empty box says."""
    if field == "password" and asset is not None and asset.has_password:
        return "one is kept; a new one is tested before it replaces it"
    if field == "password":
        return "kept encrypted in the vault"
    if field == "ca_file" and asset is not None and asset.ca_pem:
        return "one is kept; a path replaces it, - removes it"
    return HINTS.get(field, "")
