"""What the keys do about the registration of an asset to Webex Engage: register, settle, retire, and delete
all the same. Each is awaited in a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from store import assets, engage_token, registrations
from store.registrations import Registration, RegistrationError, RegistrationState
from tui import engage_words, times
from tui.desk import Desk
from tui.dialogs.ask_line import AskLine
from tui.dialogs.base import Choice, Question, message, trouble
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.engage.call import Handover
    from store.assets import Asset, AssetLine
    from tui.hub import Hub

NAMED = 10
"""Assets that a question names; the rest are counted."""


async def register(console: Hub, desk: Desk, asset_id: int) -> None:
    """What can be done now: register, settle what is unknown, retire, or take back into use."""
    asset = await asyncio.to_thread(assets.by_id, desk.store, desk.vault, asset_id)
    if asset is None:
        console.notify("This asset was deleted by somebody else.", severity="warning", markup=False)
        return
    found = await asyncio.to_thread(registrations.of, desk.store, asset_id)
    try:
        if found is None:
            await _offer(console, desk, asset)
        elif found.state is RegistrationState.UNKNOWN:
            await _settle(console, desk, asset, found)
        elif found.state is RegistrationState.RETIRED:
            await _take_back(console, desk, asset, found)
        else:
            await _shown(console, desk, asset, found)
    except RegistrationError as error:
        console.push_screen(message("Nothing was changed", str(error)))


async def _offer(console: Hub, desk: Desk, asset: Asset) -> None:
    missing = await asyncio.to_thread(registrations.missing, desk.store, asset.id)
    if missing:
        words = engage_words.not_yet(asset.name, missing)
        await console.push_screen_wait(message("Not ready to be registered", words))
        return
    known = await asyncio.to_thread(registrations.services, desk.store)
    title = f"Register {asset.name} to Webex Engage"
    service = await console.push_screen_wait(
        AskLine(title, engage_words.which_service(known), "go on", placeholder="Service", check=_service)
    )
    if service is None:
        return
    what = None
    if desk.settings.engage_url:
        what = await _prepared(console, desk, asset, service)
        if what is None:
            return
    words = engage_words.for_good(asset.name, service, what.host if what else "")
    sure = await console.push_screen_wait(
        AskLine("This cannot be undone", words, "register", check=_typed(asset.name))
    )
    if sure is None:
        console.notify("Nothing was registered.", markup=False)
    elif what is None:
        await asyncio.to_thread(registrations.record, desk.store, asset.id, service)
        console.notify(visible(f"{asset.name} is registered for {service}."), markup=False)
    else:
        await _hand_on(console, desk, asset, service, what)


async def _prepared(console: Hub, desk: Desk, asset: Asset, service: str) -> Handover | None:
    """The request, after the person has seen it; None: nothing is to be sent."""
    from live.engage.call import handover  # 60 ms with httpx

    if not await console.unlocked("The token for Engage is kept in the vault."):
        console.notify("Nothing was registered: the vault is locked.", severity="warning", markup=False)
        return None
    if not await _has_token(console, desk):
        return None
    what = handover(asset, service, desk.settings.engage_url, desk.settings.engage_organization)
    choices = (Choice("y", "Go on", True), Choice("n", "Send nothing", False))
    question = Question(f"What is sent to {what.host}", engage_words.request(what), choices, False)
    return what if await console.push_screen_wait(question) else None


async def _has_token(console: Hub, desk: Desk) -> bool:
    """Whether a token is kept, after asking for one where there is none."""
    if await asyncio.to_thread(engage_token.is_kept, desk.store, desk.vault):
        return True
    typed = await console.push_screen_wait(
        AskLine("The token for Engage", engage_words.TOKEN, "keep it in the vault", masked=True, check=_token)
    )
    if typed is None:
        return False
    await asyncio.to_thread(engage_token.keep, desk.store, desk.vault, SecretStr(typed))
    return True


async def _hand_on(console: Hub, desk: Desk, asset: Asset, service: str, what: Handover) -> None:
    from live.engage.call import Came
    from live.engage.registering import hand_on

    words = f"Handing the registration on to {what.host}; it has 30 seconds to answer."
    console.notify(visible(words), markup=False)
    called = await hand_on(desk.store, desk.vault, asset.id, service, what)
    if called.came is Came.REGISTERED:
        console.notify(visible(f"{asset.name} is registered for {service}."), markup=False)
    elif called.came is Came.REFUSED:
        await console.push_screen_wait(
            trouble(f"{asset.name} was not registered", called.words, *engage_words.REFUSED)
        )
    else:
        await console.push_screen_wait(
            trouble("It is not known whether it is registered", called.words, *engage_words.UNKNOWN)
        )


async def _settle(console: Hub, desk: Desk, asset: Asset, found: Registration) -> None:
    if found.is_under_way(times.now()):
        words = f"{asset.name} is being handed on to {found.how} at this moment; wait for a minute."
        console.notify(visible(words), severity="warning", markup=False)
        return
    choices: tuple[Choice[bool | None], ...] = (
        Choice("r", "It is registered there", True),
        Choice("x", "It is not", False),
        Choice("n", "I do not know", None),
    )
    question = Question[bool | None](
        f"Is {asset.name} registered?", engage_words.settling(asset, found), choices, None
    )
    registered = await console.push_screen_wait(question)
    if registered is None:
        return
    await asyncio.to_thread(registrations.settle, desk.store, asset.id, registered=registered)
    told = f"is registered for {found.service}" if registered else "is not registered; R registers it anew"
    console.notify(visible(f"{asset.name} {told}."), markup=False)


async def _shown(console: Hub, desk: Desk, asset: Asset, found: Registration) -> None:
    choices = (Choice("t", "Retire it", True), Choice("n", "Leave as it is", False))
    words = engage_words.registered(asset, found, times.now())
    question = Question(f"{asset.name} is registered to Webex Engage", words, choices, False)
    if await console.push_screen_wait(question):
        await _retire(console, desk, asset.id, asset.name)


async def _retire(console: Hub, desk: Desk, asset_id: int, name: str) -> None:
    await asyncio.to_thread(registrations.retire, desk.store, asset_id)
    console.notify(visible(f"{name} is retired: kept, and not used."), markup=False)


async def _take_back(console: Hub, desk: Desk, asset: Asset, found: Registration) -> None:
    choices = (Choice("u", "Use it again", True), Choice("n", "Leave as it is", False))
    words = engage_words.retired(asset, found, times.now())
    if await console.push_screen_wait(Question(f"{asset.name} is retired", words, choices, False)):
        await asyncio.to_thread(registrations.take_back, desk.store, asset.id)
        console.notify(visible(f"{asset.name} is in use again."), markup=False)


# Deleting


async def not_deleted(console: Hub, desk: Desk, lines: Sequence[AssetLine], *, others: int) -> bool:
    """Say that registered assets are not deleted, and what can be done; returns whether to go on with the
    others.

    Args:
        lines: the registered ones among those that were to be deleted.
        others: how many there are besides.
    """
    if len(lines) == 1 and not others:
        try:
            await _retire_or_delete(console, desk, lines[0])
        except RegistrationError as error:
            console.push_screen(message("Nothing was deleted", str(error)))
        return False
    named = "\n".join(f"{line.name} (service {line.service})" for line in lines[:NAMED])
    more = f"\n… and {len(lines) - NAMED:,} more" if len(lines) > NAMED else ""
    words = f"{named}{more}\n\n{engage_words.LEFT_OUT}"
    choices = [Choice("n", "Leave all as it is", False)]
    if others:
        choices.insert(0, Choice("y", f"Go on with the other {others:,}", True))
    return await console.push_screen_wait(Question("Registered to Webex Engage", words, choices, False))


async def _retire_or_delete(console: Hub, desk: Desk, line: AssetLine) -> None:
    found = await asyncio.to_thread(registrations.of, desk.store, line.id)
    if found is None or found.state is RegistrationState.UNKNOWN:
        words = f"Whether {line.name} is registered to Engage is not known. Press R and settle that first."
        await console.push_screen_wait(message("Nothing was deleted", words))
        return
    choices = [Choice("x", "Delete all the same", "delete"), Choice("n", "Leave as it is", "")]
    if found.state is RegistrationState.REGISTERED:
        choices.insert(0, Choice("r", "Retire it", "retire"))
    question = Question(f"{line.name} is registered", engage_words.retire_instead(line), choices, "")
    chosen = await console.push_screen_wait(question)
    if chosen == "retire":
        await _retire(console, desk, line.id, line.name)
    elif chosen == "delete":
        await _delete(console, desk, line, found)


async def _delete(console: Hub, desk: Desk, line: AssetLine, found: Registration) -> None:
    """Two names are typed; in between the settings are written to a file."""
    from tui import asset_export

    first = await console.push_screen_wait(
        AskLine(
            f"Delete {line.name} though it is registered",
            engage_words.before_export(line, Path.cwd()),
            "write the export and go on",
            check=_typed(line.name),
        )
    )
    if first is None:
        return
    try:
        path = await asyncio.to_thread(asset_export.write, desk, line.id, Path.cwd(), times.now())
    except OSError as error:
        happened = f"{error.strerror or type(error).__name__} ({error.filename or Path.cwd()})"
        await console.push_screen_wait(trouble("Nothing was deleted", happened, *engage_words.NO_EXPORT))
        return
    second = await console.push_screen_wait(
        AskLine(
            "What will be orphaned",
            engage_words.orphans(line, path),
            "delete for good",
            check=_typed(found.service),
        )
    )
    if second is None:
        console.notify(visible(f"Nothing was deleted; the export stays: {path}"), markup=False)
        return
    await asyncio.to_thread(
        assets.delete_registered, desk.store, desk.vault, line.id, service=found.service, export=str(path)
    )
    console.notify(visible(f"{line.name} is deleted; its settings are in {path}."), markup=False)
    await console.to_pane("assets")


def _typed(wanted: str) -> Callable[[str], str]:
    """Accepts this text alone, or the form in which the screen shows it."""

    def check(typed: str) -> str:
        if typed.strip() not in (wanted.strip(), visible(wanted).strip()):
            raise ValueError(f"Type {wanted} exactly, or press Esc.")
        return wanted

    return check


def _service(typed: str) -> str:
    try:
        return registrations.service_name(typed)
    except RegistrationError as error:
        raise ValueError(str(error)) from None


def _token(typed: str) -> str:
    token = typed.strip()
    if not engage_token.SHAPE.match(token):
        raise ValueError("A bearer token is one word of plain characters; paste it again.")
    return token
