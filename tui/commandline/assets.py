"""`postroom assets`: list, show, add, change and remove assets."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import SecretStr

from live.asset_remarks import FIELDS
from store import assets
from store.assets import Asset, AssetFields, AssetLine, EditConflict
from tui.asset_list import METHODS, PROVIDERS, SECURITIES, chosen, rows
from tui.commandline import asset_shapes, opening, secret_input, trial
from tui.commandline.asset_fields import changed, new, refuse_errors
from tui.commandline.choosing import all_named, named
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk
from tui.times import ago, exact

NOT_KEPT = 1


def list_all(options: Namespace) -> int:
    """Print the assets that the options leave, by name, each with its latest check."""
    now = datetime.now(UTC)
    with opening.opened(options) as desk:
        lines = [row.line for row in chosen(rows(assets.lines(desk.store), now), options.filter, "name")]
    kept = [line for line in lines if _wanted(line, options)]
    if options.json:
        print_json(assets=[asset_shapes.of_line(line) for line in kept])
    elif kept:
        print_table(
            ("STATE", "NAME", "ADDRESS", "PROVIDER", "SIGN-IN", "SERVER", "CHECKED", "STOPPED AT"),
            (_cells(line, now) for line in kept),
        )
    else:
        narrate("No asset is like that." if _filtered(options) else "There are no assets yet.")
    return 0


def show(options: Namespace) -> int:
    """Print everything about one asset, but for its password."""
    with opening.opened(options) as desk:
        _print(desk, named(desk, options.asset), options)
    return 0


def add(options: Namespace) -> int:
    """Set up an asset; its password is kept without a test."""
    with opening.opened(options) as desk:
        fields = new(options)
        password = secret_input.given_password(options)
        fields = refuse_errors(fields, password)
        if password is not None:
            opening.unlock(desk, options)
        asset = assets.create(
            desk.store, desk.vault, fields, inbound_domain=desk.settings.inbound_domain, password=password
        )
        _print(desk, asset, options)
        told = f"{asset.name} is set up; test it with: postroom test {asset_shapes.quoted(asset.name)}"
        narrate(told if password else f"{asset.name} is set up; it has no password yet.")
        if not asset.forwarding_address:
            narrate("It gets its forwarding address once inbound_domain is set in the configuration.")
    return 0


def change(options: Namespace) -> int:
    """Change fields and password; 1 when the server did not take the new password: nothing was changed."""
    with opening.opened(options) as desk:
        asset = named(desk, options.asset)
        fields, touched = changed(asset, options)
        password = secret_input.given_password(options)
        if not touched and password is None:
            raise UsageError("There is nothing to change; name a field, or give a password.")
        fields = refuse_errors(fields, password, touched)
        tried = None
        if password is not None:
            opening.unlock(desk, options)
            if asset.has_password and not options.without_test:
                tried = trial.tried(fields, password)
                if not tried.proven:
                    trial.explain_refusal(tried)
                    return NOT_KEPT
        asset = _updated(desk, asset, fields, password)
        if tried is not None:
            trial.keep(desk, asset, tried)
        _print(desk, asset, options)
        narrate(f"{asset.name} is changed.")
    return 0


def _updated(desk: Desk, asset: Asset, fields: AssetFields, password: SecretStr | None) -> Asset:
    try:
        return assets.update(
            desk.store, desk.vault, asset.id, fields, version=asset.version, password=password
        )
    except EditConflict as conflict:
        for field, (theirs, mine) in conflict.differing.items():
            narrate(f"{FIELDS.get(field, field)}: kept is {str(theirs)!r}, yours would be {str(mine)!r}")
        raise


def remove(options: Namespace) -> int:
    """Delete assets after asking; without a terminal only with --yes."""
    with opening.opened(options) as desk:
        doomed = all_named(desk, options.names)
        names = _listed([asset.name for asset in doomed])
        if not options.yes and not _agreed(f"Delete {names}, with passwords and checks?"):
            narrate("Nothing was deleted.")
            return 0
        deleted = assets.delete(desk.store, desk.vault, [asset.id for asset in doomed])
    narrate(
        f"Deleted {names}." if deleted == len(doomed) else f"Deleted {deleted}; others were gone already."
    )
    return 0


def _agreed(question: str) -> bool:
    if not (sys.stdin.isatty() and secret_input.someone_is_there()):
        raise UsageError("There is no terminal to ask in; use --yes to delete without being asked.")
    narrate(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _wanted(line: AssetLine, options: Namespace) -> bool:
    return (
        options.provider in (None, line.provider)
        and options.method in (None, line.sign_in)
        and options.state in (None, asset_shapes.state(line))
    )


def _filtered(options: Namespace) -> bool:
    return bool(options.provider or options.method or options.state or options.filter)


def _cells(line: AssetLine, now: datetime) -> tuple[str, ...]:
    return (
        asset_shapes.state_words(line),
        line.name,
        line.address,
        PROVIDERS[line.provider],
        METHODS[line.sign_in],
        f"{line.host}:{line.port}",
        ago(line.checked_at, now) if line.checked_at else "never",
        asset_shapes.stopped_at(line),
    )


def _print(desk: Desk, asset: Asset, options: Namespace) -> None:
    (line,) = assets.lines(desk.store, asset.id)
    if options.json:
        print_json(assets=[asset_shapes.of_asset(asset, line)])
        return
    print_line(asset.name)
    print_pairs(_pairs(asset, line), "  ")


def _pairs(asset: Asset, line: AssetLine) -> Iterable[tuple[str, str]]:
    checked = f", {exact(line.checked_at)}" if line.checked_at else ""
    stopped = f" at {asset_shapes.stopped_at(line)}" if line.failed_step else ""
    yield "State", f"{asset_shapes.state_words(line)}{stopped}{checked}"
    yield "Address", asset.address
    yield "Provider", PROVIDERS[asset.provider]
    yield "Server", f"{asset.host}:{asset.port}, security {SECURITIES[asset.security]}"
    if asset.security == assets.Security.NONE:
        yield "Clear text", "agreed" if asset.cleartext_agreed else "not agreed: the password is not sent"
    yield "Signs in as", f"{asset.sign_in_name}, by {METHODS[asset.sign_in]}"
    yield "Password", "kept in the vault" if asset.has_password else "none"
    if asset.ca_pem:
        yield "Trusts", "a certificate authority of its own, besides the system's"
    yield "Forwarding address", asset.forwarding_address or "none; set inbound_domain in the configuration"
    yield "Owner", asset.owner or "not stated"
    if asset.note:
        yield "Note", asset.note
    yield "Changed", f"{exact(asset.updated_at)}, version {asset.version}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
