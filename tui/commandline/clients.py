"""`postroom clients`: list, show, add, change and remove OAuth clients (app registrations)."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from pydantic import SecretStr

from live.oauth_remarks import FIELDS
from store import assets, oauth_clients
from store.kinds import Provider
from store.oauth_clients import ClientType, Flow, OAuthClient, OAuthClientConflict, OAuthClientFields
from tui.commandline import asking, client_shapes, client_trial, opening, secret_input
from tui.commandline.asset_shapes import quoted
from tui.commandline.choosing import client_named
from tui.commandline.client_fields import changed, new, refuse_errors
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk

NOT_KEPT = 1


def list_all(options: Namespace) -> int:
    """Print all clients, by name."""
    today = datetime.now(UTC).date()
    with opening.opened(options) as desk:
        clients = oauth_clients.all_clients(desk.store, desk.vault)
    if options.json:
        print_json(clients=[client_shapes.of_client(client) for client in clients])
    elif clients:
        print_table(client_shapes.TITLES, (client_shapes.cells(client, today) for client in clients))
    else:
        narrate("There are no OAuth clients yet; set one up with `postroom clients add`.")
    return 0


def show(options: Namespace) -> int:
    """Print everything about one client, but for its secret, and the assets that use it."""
    with opening.opened(options) as desk:
        _print(desk, client_named(desk, options.client), options)
    return 0


def add(options: Namespace) -> int:
    """Set up a client."""
    with opening.opened(options) as desk:
        fields = new(options)
        secret = _secret(fields, options)
        fields = refuse_errors(fields, secret)
        if secret is not None:
            opening.unlock(desk, options)
        client = oauth_clients.create(desk.store, desk.vault, fields, secret=secret)
        client_trial.restate(desk, client.id)
        _print(desk, client, options)
        told = f"{client.name} is set up; give it to an asset with: postroom assets set ASSET --client "
        narrate(f"{told}{quoted(client.name)}")
        if fields.callback_url and not _any_loopback(fields):
            narrate(f"Register this redirect URI at the provider, to the letter: {fields.callback_url}")
    return 0


def change(options: Namespace) -> int:
    """Change fields and secret; 1 when the provider did not take the new secret: nothing was changed."""
    with opening.opened(options) as desk:
        client = client_named(desk, options.client)
        fields, touched = changed(client, options)
        secret = _secret(fields, options)
        if not touched and secret is None:
            raise UsageError("There is nothing to change; name a field, or give a secret.")
        fields = refuse_errors(fields, secret, has_secret=client.has_secret, touched=touched)
        if secret is not None:
            opening.unlock(desk, options)
            if not options.without_test and not client_trial.taken(desk, client, fields, secret):
                return NOT_KEPT
        client = _updated(desk, client, fields, secret)
        client_trial.restate(desk, client.id)
        if secret is not None:
            client_trial.mend_the_rest(desk, client.id)
        _print(desk, client, options)
        narrate(f"{client.name} is changed.")
    return 0


def remove(options: Namespace) -> int:
    """Delete a client after asking; without a terminal only with --yes.

    Raises:
        OAuthClientError: assets still use it.
    """
    with opening.opened(options) as desk:
        client = client_named(desk, options.client)
        if not options.yes and not asking.agreed(
            f"Delete the OAuth client {client.name}, with its secret?", "delete"
        ):
            narrate("Nothing was deleted.")
            return 0
        oauth_clients.delete(desk.store, desk.vault, client.id)
    narrate(f"Deleted {client.name}.")
    return 0


def _any_loopback(fields: OAuthClientFields) -> bool:
    """Google's desktop clients take every address of 127.0.0.1 without registration."""
    return fields.provider == Provider.GMAIL and fields.client_type == ClientType.DESKTOP


def _secret(fields: OAuthClientFields, options: Namespace) -> SecretStr | None:
    return secret_input.given_client_secret(options, whole=fields.flow == Flow.SERVICE_ACCOUNT)


def _updated(
    desk: Desk, client: OAuthClient, fields: OAuthClientFields, secret: SecretStr | None
) -> OAuthClient:
    try:
        return oauth_clients.update(
            desk.store, desk.vault, client.id, fields, version=client.version, secret=secret
        )
    except OAuthClientConflict as conflict:
        theirs = conflict.theirs.fields().model_dump(mode="json")
        for field, mine in fields.model_dump(mode="json").items():
            if theirs[field] != mine:
                narrate(f"{FIELDS.get(field, field)}: kept is {theirs[field]!r}, yours would be {mine!r}")
        raise


def _print(desk: Desk, client: OAuthClient, options: Namespace) -> None:
    using = set(oauth_clients.assets_of(desk.store, client.id))
    names = [line.name for line in assets.lines(desk.store) if line.id in using] if using else []
    if options.json:
        print_json(clients=[{**client_shapes.of_client(client), "asset_names": names}])
        return
    print_line(client.name)
    print_pairs(client_shapes.pairs(client, names, datetime.now(UTC).date()), "  ")
