"""The fields of an asset's form: their labels, hints and widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Input, Label, Select

from store.assets import Asset, Provider, Security
from tui import asset_list
from tui.widgets.tick import Tick

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
    *("name", "address", "provider", "host", "port", "security", "cleartext_agreed", "username", "login_id"),
    *("password", "owner", "note", "ca_file"),
)
ROWS = {"sign_in": "provider", "ca_pem": "ca_file"}
"""Where a remark is shown whose field is none of the form's."""


def row_of(remark: Remark) -> str:
    """The field of the form that a remark belongs to."""
    return ROWS.get(remark.field, remark.field)


def widgets(field: str, asset: Asset | None) -> ComposeResult:
    """Label and box of a field, holding what the asset has."""
    if field == "provider":
        yield Label("Provider")
        options: list[tuple[str, str]] = [(label, key) for key, label in asset_list.PROVIDERS.items()]
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
