"""An asset's fields from the options of `assets add` and `set`: presets, old values, remarks."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from live import oauth_remarks, providers
from live.asset_remarks import FIELDS, remarks, tidied
from live.providers import Submission
from store import assets
from store.assets import Asset, AssetFields, Security, SignIn
from store.oauth_clients import OAuthClient
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate

OPTIONS = {
    "name": "name",
    "address": "address",
    "provider": "provider",
    "host": "host",
    "port": "port",
    "security": "security",
    "username": "user_name",
    "login_id": "login_id",
    "owner": "owner",
    "note": "note",
    "cleartext_agreed": "allow_cleartext",
    "sign_in": "sign_in",
    "ask_consent": "ask_consent",
    "pci_check": "pci_check",
    "keep_days": "keep_days",
    "keep_megabytes": "keep_megabytes",
}
"""By field: the option that sets it."""

NO_CLIENT = "-"
"""What `--client` says to take the OAuth client away."""
AS_CONFIGURED = "-"
"""What `--keep-days` and `--keep-megabytes` say to let the configuration decide."""
NO_AUTHORITY = "-"
"""What `--ca-file` says to take the trusted authority away."""


def new(options: Namespace, client: OAuthClient | None = None, *, ca_file: Path | None = None) -> AssetFields:
    """The fields of a new asset; the provider, or that of its OAuth client, fills in what is not given.

    Args:
        ca_file: the authority's where the options name none.

    Raises:
        UsageError: no server is known. AssetError: the certificate authority cannot be read.
    """
    given = _given(options, client)
    if options.ca_file is None and ca_file is not None:
        given["ca_pem"] = assets.read_ca_file(str(ca_file))
    given.setdefault("provider", client.provider.value if client else assets.Provider.CUSTOM.value)
    fields = {**_preset(given), **given}
    if not fields["host"]:
        raise UsageError("Only you know the server of a custom provider; name it with --host.")
    return _made(fields)


def changed(
    asset: Asset, options: Namespace, client: OAuthClient | None = None
) -> tuple[AssetFields, frozenset[str]]:
    """The fields of an asset as they shall be, and which of them the options touch.

    Another provider brings its server, port and security along, where the options do not say otherwise.
    """
    given = _given(options, client)
    if "provider" in given and given["provider"] != asset.provider:
        given = {**{key: value for key, value in _preset(given).items() if value}, **given}
    return _made({**asset.fields().model_dump(mode="json"), **given}), frozenset(given)


def refuse_errors(
    fields: AssetFields, password: SecretStr | None, touched: Container[str] = FIELDS
) -> AssetFields:
    """Tell what is doubtful in the touched fields, and refuse what cannot work; returns the fields tidied.

    Raises:
        UsageError: some field has an error; all but the first of them were told on stderr.
    """
    found = remarks(fields, password, datetime.now(UTC))
    errors = [remark for remark in found if remark.severity == "error"]
    for remark in found:
        if remark.severity == "warning" and (
            remark.field in touched or (remark.field == "password" and password)
        ):
            narrate(f"{FIELDS[remark.field]}: {remark.text} {remark.remedy}")
    for remark in errors[1:]:
        narrate(f"{FIELDS[remark.field]}: {remark.text} {remark.remedy}")
    if errors:
        raise UsageError(f"{FIELDS[errors[0].field]}: {errors[0].text} {errors[0].remedy}")
    return _made(tidied(fields.model_dump(mode="json")))


def refuse_misfit(fields: AssetFields, client: OAuthClient | None, password: SecretStr | None) -> None:
    """Refuse an asset that has no OAuth client, or does not fit it; tell what is doubtful in the two.

    Raises:
        UsageError: they do not fit, or a password is given to an asset that signs in without.
    """
    if fields.sign_in != SignIn.OAUTH:
        return
    if client is None:
        raise UsageError("Sign-in by OAuth 2.0 goes through an OAuth client; name it with --client.")
    if password is not None:
        raise UsageError(
            "Sign-in by OAuth 2.0 uses no password; use --sign-in password, or leave the password out."
        )
    now = datetime.now(UTC)
    alone = oauth_remarks.remarks(client.fields(), None, now, has_secret=client.has_secret)
    both = oauth_remarks.remarks(client.fields(), None, now, has_secret=client.has_secret, asset=fields)
    found = [remark for remark in both if remark not in alone]
    errors = [remark for remark in found if remark.severity == "error"]
    for remark in (*(remark for remark in found if remark.severity == "warning"), *errors[1:]):
        narrate(f"OAuth client: {remark.text} {remark.remedy}")
    if errors:
        raise UsageError(f"OAuth client {client.name}: {errors[0].text} {errors[0].remedy}")


def _given(options: Namespace, client: OAuthClient | None) -> dict[str, Any]:
    given = {field: getattr(options, option) for field, option in OPTIONS.items()}
    given = {field: value for field, value in given.items() if value is not None}
    for field in ("keep_days", "keep_megabytes"):
        if given.get(field) == AS_CONFIGURED:
            given[field] = None
    if options.ca_file is not None:
        given["ca_pem"] = "" if options.ca_file == NO_AUTHORITY else assets.read_ca_file(options.ca_file)
    if client is not None:
        given["oauth_client_id"] = client.id
        given.setdefault("sign_in", SignIn.OAUTH.value)
    elif options.client == NO_CLIENT:
        given["oauth_client_id"] = None
    return given


def _preset(given: dict[str, Any]) -> dict[str, Any]:
    """The provider's way in that agrees with what is given: `--security ssl` alone brings port 465 along."""
    ways = providers.of(given["provider"]).ways
    way = next((way for way in ways if _agrees(way, given)), ways[0])
    return {"host": way.host, "port": way.port, "security": way.security}


def _agrees(way: Submission, given: dict[str, Any]) -> bool:
    offered = {"port": way.port, "security": way.security, **({"host": way.host} if way.host else {})}
    return all(given.get(field, value) == value for field, value in offered.items())


def _made(fields: dict[str, Any]) -> AssetFields:
    """The fields, without an agreement to clear text where there is none to agree to."""
    if fields["security"] != Security.NONE.value:
        fields = {**fields, "cleartext_agreed": False}
    return AssetFields.model_validate(fields)
