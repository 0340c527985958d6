"""`postroom assets`: list, show, add, change and remove assets."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import SecretStr

from live.asset_remarks import FIELDS
from store import assets, forwarding_states, grants, oauth_clients, registrations
from store.assets import Asset, AssetFields, AssetLine, EditConflict, SignIn
from store.forwarding_states import state_of
from store.grants import Grant
from store.oauth_clients import OAuthClient
from store.settings import Settings
from store.token_lines import TokenLine, token_lines
from tui.asset_list import FORWARDINGS, METHODS, PROVIDERS, SECURITIES, chosen, rows
from tui.commandline import (
    asking,
    asset_shapes,
    client_trial,
    engage,
    grant_shapes,
    opening,
    secret_input,
    trial,
)
from tui.commandline.asset_fields import NO_CLIENT, changed, new, refuse_errors, refuse_misfit
from tui.commandline.choosing import all_named, client_named, named
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk
from tui.times import ago, exact

NOT_KEPT = 1
HEADS = (
    *("STATE", "NAME", "ADDRESS", "PROVIDER", "SIGN-IN", "GRANT", "SERVER", "CHECKED", "FORWARDING"),
    "STOPPED AT",
)


def list_all(options: Namespace) -> int:
    """Print the assets that the options leave, by name, each with its latest check."""
    now = datetime.now(UTC)
    with opening.opened(options) as desk:
        lines = [row.line for row in chosen(rows(assets.lines(desk.store), now), options.filter, "name")]
        tokens = {line.asset_id: line for line in token_lines(desk.store, retired=True)}
    kept = [line for line in lines if _wanted(line, options)]
    if options.json:
        print_json(assets=[asset_shapes.of_line(line, tokens.get(line.id)) for line in kept])
    elif kept:
        print_table(
            HEADS,
            (_cells(line, tokens.get(line.id), now) for line in kept),
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
        client = _client(desk, options)
        fields = new(options, client, ca_file=desk.settings.ca_file)
        password = secret_input.given_password(options)
        refuse_misfit(fields, client, password)
        fields = refuse_errors(fields, password)
        if password is not None:
            opening.unlock(desk, options)
        asset = assets.create(
            desk.store, desk.vault, fields, inbound_domain=desk.settings.inbound_domain, password=password
        )
        client_trial.restate_asset(desk, asset.id)
        _print(desk, asset, options)
        narrate(_next_act(asset, password))
        if not asset.forwarding_address:
            narrate("It gets its forwarding address once inbound_domain is set in the configuration.")
    return 0


def change(options: Namespace) -> int:
    """Change fields and password; 1 when the server did not take the new password: nothing was changed."""
    with opening.opened(options) as desk:
        asset = named(desk, options.asset)
        client = _client(desk, options)
        fields, touched = changed(asset, options, client)
        password = secret_input.given_password(options)
        if not touched and password is None:
            raise UsageError("There is nothing to change; name a field, or give a password.")
        _refuse_misfit(desk, fields, password)
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
        client_trial.restate_asset(desk, asset.id)
        _print(desk, asset, options)
        narrate(f"{asset.name} is changed.")
    return 0


def _next_act(asset: Asset, password: SecretStr | None) -> str:
    name = asset_shapes.quoted(asset.name)
    if asset.sign_in == SignIn.OAUTH:
        return f"{asset.name} is set up; generate its token with: postroom authorize {name}"
    if password is None:
        return f"{asset.name} is set up; it has no password yet."
    return f"{asset.name} is set up; test it with: postroom test {name}"


def _client(desk: Desk, options: Namespace) -> OAuthClient | None:
    """The OAuth client that the options name."""
    return client_named(desk, options.client) if options.client not in (None, NO_CLIENT) else None


def _refuse_misfit(desk: Desk, fields: AssetFields, password: SecretStr | None) -> None:
    client = None
    if fields.oauth_client_id is not None:
        client = oauth_clients.by_id(desk.store, desk.vault, fields.oauth_client_id)
    refuse_misfit(fields, client, password)


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
        kept = {one.id: found for one in doomed if (found := registrations.of(desk.store, one.id))}
        if len(doomed) == 1 and kept:
            return engage.remove_registered(desk, doomed[0], kept[doomed[0].id], options)
        if kept:
            held = _listed([one.name for one in doomed if one.id in kept])
            raise UsageError(f"Registered to Webex Engage: {held}. Nothing was deleted; name each alone.")
        if options.yes_name or options.orphan:
            raise UsageError("--yes-name and --orphan are for an asset that is registered; this is not.")
        names = _listed([asset.name for asset in doomed])
        if not options.yes and not asking.agreed(f"Delete {names}, with passwords and checks?", "delete"):
            narrate("Nothing was deleted.")
            return 0
        deleted = assets.delete(desk.store, desk.vault, [asset.id for asset in doomed])
    narrate(
        f"Deleted {names}." if deleted == len(doomed) else f"Deleted {deleted}; others were gone already."
    )
    return 0


def _wanted(line: AssetLine, options: Namespace) -> bool:
    return (
        options.provider in (None, line.provider)
        and options.method in (None, line.sign_in)
        and options.state in (None, asset_shapes.state(line))
    )


def _filtered(options: Namespace) -> bool:
    return bool(options.provider or options.method or options.state or options.filter)


def _cells(line: AssetLine, token: TokenLine | None, now: datetime) -> tuple[str, ...]:
    return (
        asset_shapes.state_words(line),
        line.name,
        line.address,
        PROVIDERS[line.provider],
        METHODS[line.sign_in],
        grant_shapes.state_words(token.state) if token and line.sign_in == assets.SignIn.OAUTH else "",
        f"{line.host}:{line.port}",
        ago(line.checked_at, now) if line.checked_at else "never",
        asset_shapes.forwarding_words(line, now),
        asset_shapes.stopped_at(line),
    )


def _print(desk: Desk, asset: Asset, options: Namespace) -> None:
    (line,) = assets.lines(desk.store, asset.id)
    token = next(iter(token_lines(desk.store, asset.id, retired=True)), None)
    grant = grants.of(desk.store, asset.id)
    if options.json:
        print_json(assets=[asset_shapes.of_asset(asset, line, token, grant)])
        return
    print_line(asset.name)
    print_pairs(_pairs(asset, line, token, grant, _inbound_pairs(desk, asset, line)), "  ")


def _pairs(
    asset: Asset,
    line: AssetLine,
    token: TokenLine | None,
    grant: Grant | None,
    inbound: Iterable[tuple[str, str]],
) -> Iterable[tuple[str, str]]:
    checked = f", {exact(line.checked_at)}" if line.checked_at else ""
    stopped = f" at {asset_shapes.stopped_at(line)}" if line.failed_step else ""
    yield "State", f"{asset_shapes.state_words(line)}{stopped}{checked}"
    yield "Address", asset.address
    yield "Provider", PROVIDERS[asset.provider]
    yield "Server", f"{asset.host}:{asset.port}, security {SECURITIES[asset.security]}"
    if asset.security == assets.Security.NONE:
        yield "Clear text", "agreed" if asset.cleartext_agreed else "not agreed: the password is not sent"
    yield "Signs in as", f"{asset.sign_in_name}, by {METHODS[asset.sign_in]}"
    if asset.sign_in == SignIn.OAUTH:
        yield (
            "OAuth client",
            token.client_name if token and token.client_name else "none; give one with --client",
        )
        yield "Asks for consent", "each time (prompt=consent)" if asset.ask_consent else "where it is missing"
        yield from grant_shapes.pairs(grant, datetime.now(UTC))
    else:
        yield "Password", "kept in the vault" if asset.has_password else "none"
    if token is not None and token.deadline_at is not None:
        yield "Ends", f"{exact(token.deadline_at)}: {token.deadline_reason}"
    if asset.ca_pem:
        yield "Trusts", "a certificate authority of its own, besides the system's"
    yield from inbound
    if line.engage:
        yield "Webex Engage", f"{line.engage}, service {line.service}"
    yield "Owner", asset.owner or "not stated"
    if asset.note:
        yield "Note", asset.note
    yield "Changed", f"{exact(asset.updated_at)}, version {asset.version}"


def _inbound_pairs(desk: Desk, asset: Asset, line: AssetLine) -> Iterable[tuple[str, str]]:
    yield "Forwarding address", asset.forwarding_address or "none; set inbound_domain in the configuration"
    now = datetime.now(UTC)
    state, last = state_of(line, now), f", {exact(line.last_mail_at)}" if line.last_mail_at else ""
    yield "Forwarding", f"{FORWARDINGS[state.kind][0]} {state.words}{last}"
    figures = forwarding_states.figures(desk.store, asset.id)
    yield "Inbound mail", f"{figures.messages:,} kept, {figures.bytes:,} octets"
    yield "Mail is kept", kept_words(asset, desk.settings)
    yield "PCI check", "on: card numbers are masked" if asset.pci_check else "off"


def kept_words(asset: Asset, settings: Settings) -> str:
    """How long, and how much of, an asset's mail is kept."""
    days = settings.inbound_keep_days if asset.keep_days is None else asset.keep_days
    most = settings.inbound_keep_megabytes if asset.keep_megabytes is None else asset.keep_megabytes
    own = asset.keep_days is not None or asset.keep_megabytes is not None
    told = f"{days:,} days" if days else "without end"
    size = f", at most {most:,} MB" if most else ""
    return f"{told}{size}" + ("" if own else ", as the configuration says")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
