"""`postroom assets register`, `retire`, `registrations` and `engage-token`: the way to Webex Engage."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from store import assets, engage_token, registrations
from store.assets import Asset
from store.registrations import Registration, RegistrationState
from tui import asset_export, engage_words
from tui.commandline import asking, asset_shapes, opening, secret_input
from tui.commandline.choosing import named
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_table
from tui.desk import Desk
from tui.times import exact

NOT_REGISTERED = 1
UNKNOWN = 2
NAME, SERVICE = "--yes-name", "--orphan"
SETTLED = {"registered": True, "not-registered": False}


def register(options: Namespace) -> int:
    """Register an asset, or settle what is unknown; 1 when it was refused, 2 when nobody knows."""
    with opening.opened(options) as desk:
        asset = named(desk, options.asset)
        if options.settle:
            return _settle(desk, asset, options)
        if not options.service:
            raise UsageError("Name the service to map the asset to: --service NAME")
        service = registrations.service_name(options.service)
        _refuse_unready(desk, asset)
        if desk.settings.engage_url:
            return _hand_on(desk, asset, service, options)
        if not _sure(asset, service, "", options):
            return _left()
        registrations.record(desk.store, asset.id, service)
        return _told(desk, asset, options, f"{asset.name} is registered for {service}.")


def _refuse_unready(desk: Desk, asset: Asset) -> None:
    found = registrations.of(desk.store, asset.id)
    if found is not None and found.state is RegistrationState.UNKNOWN:
        quoted = asset_shapes.quoted(asset.name)
        raise UsageError(
            f"Whether {asset.name} is registered is not known; look in Webex Engage, then: "
            f"postroom assets register {quoted} --settle registered, or --settle not-registered"
        )
    if found is not None:
        raise UsageError(
            f"{asset.name} is {found.state.value}, for the service {found.service}; a mapping never changes."
        )
    missing = registrations.missing(desk.store, asset.id)
    if missing:
        raise UsageError(f"{asset.name} cannot be registered yet: {' and '.join(missing)}.")


def _settle(desk: Desk, asset: Asset, options: Namespace) -> int:
    registered = SETTLED[options.settle]
    registrations.settle(desk.store, asset.id, registered=registered)
    told = "registered" if registered else "not registered, and can be registered anew"
    return _told(desk, asset, options, f"{asset.name} is {told}.")


def _hand_on(desk: Desk, asset: Asset, service: str, options: Namespace) -> int:
    from live.engage.call import Came, handover
    from live.engage.registering import hand_on

    opening.unlock(desk, options)
    what = handover(asset, service, desk.settings.engage_url, desk.settings.engage_organization)
    narrate("This is sent:")
    for line in engage_words.request(what).split("\n"):
        narrate(f"  {line}")
    if not _sure(asset, service, what.host, options):
        return _left()
    called = asyncio.run(hand_on(desk.store, desk.vault, asset.id, service, what))
    if called.came is Came.REGISTERED:
        return _told(desk, asset, options, f"{called.words} {asset.name} is registered for {service}.")
    narrate(f"✗ {called.words}")
    why, remedy = engage_words.REFUSED if called.came is Came.REFUSED else engage_words.UNKNOWN
    narrate(why)
    if called.came is Came.REFUSED:
        narrate(remedy)
        return NOT_REGISTERED
    quoted = asset_shapes.quoted(asset.name)
    narrate(f"Look in Webex Engage, then: postroom assets register {quoted} --settle registered, or")
    narrate("--settle not-registered. postroom does not send it again.")
    return UNKNOWN


def _sure(asset: Asset, service: str, host: str, options: Namespace) -> bool:
    if options.yes_name is not None:
        return _same(options.yes_name, asset.name, NAME)
    return asking.typed(engage_words.for_good(asset.name, service, host), asset.name, NAME)


def _same(given: str, wanted: str, option: str) -> bool:
    if given.strip() != wanted.strip():
        raise UsageError(f"{option} says {given!r}, and it is {wanted!r}; nothing was done.")
    return True


def _left() -> int:
    narrate("Nothing was registered.")
    return NOT_REGISTERED


def _told(desk: Desk, asset: Asset, options: Namespace, words: str) -> int:
    found = registrations.of(desk.store, asset.id)
    if options.json:
        print_json(registration=asset_shapes.of_registration(found) if found else None)
    narrate(words)
    return 0


def retire(options: Namespace) -> int:
    """Keep a registered asset without using it, or use it again."""
    with opening.opened(options) as desk:
        asset = named(desk, options.asset)
        if options.back:
            registrations.take_back(desk.store, asset.id)
            narrate(f"{asset.name} is in use again.")
            return 0
        question = f"Retire {asset.name}: keep it, and use it no more?"
        if not options.yes and not asking.agreed(question, "retire it"):
            narrate("Nothing was changed.")
            return 0
        registrations.retire(desk.store, asset.id)
        narrate(f"{asset.name} is retired: kept, and not used.")
    return 0


def registered(options: Namespace) -> int:
    """Print all registrations, tombstones included."""
    with opening.opened(options) as desk:
        found = registrations.every(desk.store)
    if options.json:
        print_json(registrations=[asset_shapes.of_registration(one) for one in found])
    elif found:
        print_table(("STATE", "ASSET", "ADDRESS", "SERVICE", "SINCE", "BY"), map(_cells, found))
    else:
        narrate("No asset is registered to Webex Engage yet.")
    return 0


def _cells(one: Registration) -> tuple[str, ...]:
    at = one.buried_at or one.retired_at or one.registered_at or one.asked_at
    return one.state.value, one.asset_name, one.address, one.service, exact(at), one.asked_by


def token(options: Namespace) -> int:
    """Keep the token for Engage, or forget it."""
    with opening.opened(options) as desk:
        if options.remove:
            there = engage_token.drop(desk.store, desk.vault)
            narrate("The token for Engage is forgotten." if there else "There is no token for Engage.")
            return 0
        if options.token_stdin and options.passphrase_stdin:
            raise UsageError("Standard input cannot bring both; use --passphrase-file for the passphrase.")
        opening.unlock(desk, options)
        if options.token_stdin:
            given = secret_input.from_stdin("token")[0]
        elif options.token_file:
            given = secret_input.from_file(options.token_file, "token")[0]
        else:
            given = secret_input.prompted("token for Engage", "--token-stdin or --token-file FILE")
        engage_token.keep(desk.store, desk.vault, given)
        narrate("The token for Engage is kept.")
        if not desk.settings.engage_url:
            narrate("It is not used yet: the configuration has no engage_url.")
    return 0


def remove_registered(desk: Desk, asset: Asset, found: Registration, options: Namespace) -> int:
    """Delete an asset though it is registered: two names are typed, and in between its settings are written
    to a file."""
    (line,) = assets.lines(desk.store, asset.id)
    if found.state is RegistrationState.UNKNOWN:
        with desk.store.read() as session:
            registrations.refuse_deletion(session, asset.id)
    directory = options.export_to or Path.cwd()
    if options.yes_name is None and options.orphan is None:
        narrate(engage_words.retire_instead(line))
        narrate(f"To retire it: postroom assets retire {asset_shapes.quoted(asset.name)}")
    if not _typed(options.yes_name, engage_words.before_export(line, directory), asset.name, NAME):
        narrate("Nothing was deleted.")
        return 0
    if options.orphan is not None:  # before a file is written for nothing
        _same(options.orphan, found.service, SERVICE)
    path = asset_export.write(desk, asset.id, directory, datetime.now(UTC))
    print_line(str(path))
    if not _typed(options.orphan, engage_words.orphans(line, path), found.service, SERVICE):
        narrate("Nothing was deleted; the export stays.")
        return 0
    assets.delete_registered(desk.store, desk.vault, asset.id, service=found.service, export=str(path))
    narrate(f"{asset.name} is deleted; a tombstone stays, and the service {found.service} is orphaned.")
    return 0


def _typed(given: str | None, question: str, wanted: str, option: str) -> bool:
    return _same(given, wanted, option) if given is not None else asking.typed(question, wanted, option)
