"""Finds the assets and OAuth clients that a command line names."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable

from store import assets, oauth_clients, registrations, webhooks
from store.assets import Asset, SignIn
from store.oauth_clients import OAuthClient
from store.webhooks import Endpoint
from tui.commandline.faults import UsageError
from tui.desk import Desk


def named(desk: Desk, name: str) -> Asset:
    """The asset of that name or address.

    Raises:
        UsageError: there is none; the text offers the nearest name.
    """
    found = assets.by_name(desk.store, desk.vault, name)
    if found is None:
        raise UsageError(f"There is no asset {name!r}{_near(name, assets.names(desk.store))}")
    return found


def client_named(desk: Desk, name: str) -> OAuthClient:
    """The OAuth client of that name.

    Raises:
        UsageError: there is none; the text offers the nearest name.
    """
    found = oauth_clients.by_name(desk.store, desk.vault, name)
    if found is None:
        names = [client.name for client in oauth_clients.all_clients(desk.store, desk.vault)]
        raise UsageError(f"There is no OAuth client {name!r}{_near(name, names)}")
    return found


def webhook_named(desk: Desk, name: str) -> Endpoint:
    """The webhook of that name.

    Raises:
        UsageError: there is none; the text offers the nearest name.
    """
    found = webhooks.by_name(desk.store, desk.vault, name)
    if found is None:
        names = [endpoint.name for endpoint in webhooks.all_endpoints(desk.store, desk.vault)]
        raise UsageError(f"There is no webhook {name!r}{_near(name, names)}")
    return found


def by_oauth(desk: Desk, name: str) -> tuple[Asset, OAuthClient]:
    """The asset of that name or address, and the OAuth client that it signs in through.

    Raises:
        UsageError: it signs in by password, or has no client; the text says what to do.
    """
    asset = named(desk, name)
    quoted = shlex.quote(asset.name)
    if asset.sign_in != SignIn.OAUTH:
        raise UsageError(
            f"{asset.name} signs in by password; to change that: postroom assets set {quoted} --client NAME"
        )
    client = None
    if asset.oauth_client_id is not None:
        client = oauth_clients.by_id(desk.store, desk.vault, asset.oauth_client_id)
    if client is None:
        raise UsageError(
            f"{asset.name} has no OAuth client; give it one with: postroom assets set {quoted} --client NAME"
        )
    return asset, client


def in_use(desk: Desk, asset: Asset) -> Asset:
    """The asset, if it is not retired.

    Raises:
        store.registrations.AssetRetired: it is.
    """
    with desk.store.read() as session:
        registrations.refuse_retired(session, asset.id, asset.name)
    return asset


def all_named(desk: Desk, names: Iterable[str]) -> list[Asset]:
    """The assets of these names, each once, in the order in which they are named.

    Raises:
        UsageError: there is none of a name.
    """
    return list({found.id: found for found in (named(desk, name) for name in names)}.values())


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else "."
