"""What the keys do to tokens and OAuth clients. Each is awaited in a worker; secrets are read where they are
used."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from live import calendar_export, deadlines
from live.oauth import by_hand
from live.oauth.accept import NotAccepted, accept
from live.oauth.authorize import Exchanged
from live.oauth.faults import TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.refresh import refresh as refreshing
from live.oauth.refreshed import ClockOff, Refreshed
from live.oauth.renewal import renew
from live.oauth.taking_back import steps_for, take_back
from live.oauth.token_keeper import Unwritten
from live.oauth.token_requests import Fetched, secret_of
from store import assets, oauth_clients
from store.assets import Asset
from store.oauth_clients import OAuthClient
from store.token_lines import token_lines
from tui import diagnosis_text, times, token_ways
from tui.desk import Desk
from tui.dialogs.base import Choice, Question, confirmation, message
from tui.dialogs.browser_screen import BrowserScreen
from tui.dialogs.client_form import ClientForm
from tui.dialogs.device_screen import DeviceScreen
from tui.dialogs.token_by_hand import TokenByHand
from tui.panes.list_pane import read_anew
from tui.token_ways import Session, WayId
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from tui.hub import Hub

NEEDED = "Tokens are kept in the vault."


async def refresh(console: Hub, desk: Desk, asset_ids: Sequence[int]) -> None:
    """Renew these grants now, and say how it went."""
    if not await console.unlocked("The refresh tokens are kept in the vault."):
        console.notify("Nothing was refreshed: the vault is locked.", severity="warning", markup=False)
        return
    renewed, failed = 0, []
    console.let_type()
    async with (
        OAuthHttp() as http,
        aclosing(refreshing(desk.store, desk.vault, asset_ids, http=http)) as events,
    ):
        async for event in events:
            if isinstance(event, Unwritten | ClockOff):
                console.notify(visible(event.words), severity="error", timeout=30, markup=False)
            elif isinstance(event, Refreshed):
                renewed += event.well
                failed += [] if event.well else [event]
    await read_anew(console)
    if not failed:
        console.notify(f"{renewed:,} renewed.", markup=False)
    elif len(failed) == 1 and not renewed:
        title = f"The token of {failed[0].asset_name} was not renewed"
        console.push_screen(refused_dialog(title, failed[0].words, failed[0].diagnosis))
    else:
        words = f"{renewed:,} renewed, {len(failed):,} not; h tells the history of each."
        console.notify(words, severity="warning", markup=False)


async def generate(console: Hub, desk: Desk, asset_id: int, *, for_owner: bool = False) -> None:
    """Generate a token by the way that the person chooses; check it, and only then trust it."""
    asset, client = await asyncio.to_thread(_asset_and_client, desk, asset_id)
    if asset is None:
        return
    if client is None:
        words = f"{asset.name} has no OAuth client; e on the Assets pane gives it one."
        console.notify(words, severity="warning", markup=False)
        return
    if not await console.unlocked(NEEDED):
        console.notify("Nothing was generated: the vault is locked.", severity="warning", markup=False)
        return
    way = WayId.OWNER if for_owner else await _chosen_way(console, asset, client)
    if way is None:
        return
    async with OAuthHttp() as http:
        try:
            got = await _by(way, console, desk, http, asset, client)
        except TokenRefused as refused:
            got = refused
        if got is None:
            return
        if isinstance(got, TokenRefused):
            console.push_screen(refused_dialog("No token was generated", got.words, got.diagnosis))
            return
        await _trusted(console, desk, http, asset, client, got)


async def _chosen_way(console: Hub, asset: Asset, client: OAuthClient) -> WayId | None:
    session = Session.of(os.environ)
    open_ways = {way.id: way.why_not for way in token_ways.ways(client, session)}
    if not open_ways[WayId.ALONE]:
        return WayId.ALONE
    # A browser whose answer cannot be heard here still ends on an address that can be pasted back.
    open_ways[WayId.LISTENER] = open_ways[WayId.PASTE]
    offered = [(id_, key, title) for id_, (key, title) in token_ways.CONSOLE.items()]
    lines = [f"{title}: not offered. {open_ways[id_]}" for id_, _key, title in offered if open_ways[id_]]
    words = f"How shall {asset.name} get its token?  {session.words}"
    choices: list[Choice[WayId | None]] = [
        Choice(key, title, id_) for id_, key, title in offered if not open_ways[id_]
    ]
    return await console.push_screen_wait(
        Question("Generate a token", "\n\n".join([words, *lines]), choices, None, stacked=True)
    )


async def _by(
    way: WayId, console: Hub, desk: Desk, http: OAuthHttp, asset: Asset, client: OAuthClient
) -> Exchanged | Fetched | TokenRefused | None:
    """Go one way; what came of it, None when the person left."""
    if way in (WayId.LISTENER, WayId.OWNER):
        screen = BrowserScreen(desk, http, asset, client, for_owner=way is WayId.OWNER)
        return await console.push_screen_wait(screen)
    secret = await asyncio.to_thread(secret_of, desk.store, desk.vault, client.id)
    if way is WayId.DEVICE:
        return await console.push_screen_wait(DeviceScreen(http, asset, client, secret))
    if way is WayId.TOKENS:
        token = await console.push_screen_wait(TokenByHand())
        return await by_hand.tried(http, client, secret, token, now=times.now()) if token else None
    return await renew(http, client, secret, mailbox=asset.address, refresh_token=None, now=times.now())


async def _trusted(
    console: Hub, desk: Desk, http: OAuthHttp, asset: Asset, client: OAuthClient, got: Exchanged | Fetched
) -> None:
    console.notify(f"Checking the new token of {asset.name} …", markup=False)
    console.let_type()
    answer = await accept(desk.store, desk.vault, asset, client, got, http=http)
    if isinstance(answer, NotAccepted):
        words = f"{answer.words}\n\nThe grant from before, if there was one, stays as it was."
        console.push_screen(refused_dialog("The new token was not accepted", words, answer.diagnosis))
        return
    await read_anew(console)
    console.notify(f"{asset.name} signs in with its new token.", markup=False)


def refused_dialog(title: str, words: str, diagnosis_id: str | None) -> Question[None]:
    """Why something was refused, in the parts of every error."""
    return message(title, diagnosis_text.as_content(words, diagnosis_id))


async def revoke(console: Hub, desk: Desk, asset_id: int) -> None:
    """Take the grant back at the provider, after asking; then it is dropped here."""
    asset, client = await asyncio.to_thread(_asset_and_client, desk, asset_id)
    if asset is None or client is None:
        return
    instead = await asyncio.to_thread(steps_for, desk.store, asset_id, client)
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(instead, 1))
    words = "The provider is told, and the tokens are dropped here: sending stops."
    if steps:
        words = f"postroom cannot tell this provider; a person can:\n{steps}\n\nThe tokens are dropped here."
    if not await console.push_screen_wait(
        confirmation(f"Revoke the grant of {asset.name}?", words, "Revoke")
    ):
        return
    if not await console.unlocked(NEEDED):
        return
    console.let_type()
    async with OAuthHttp() as http:
        try:
            told = await take_back(desk.store, desk.vault, http, asset, client)
        except TokenRefused as refused:
            title = "The provider did not take it back"
            console.push_screen(refused_dialog(title, refused.words, refused.diagnosis))
            return
    await read_anew(console)
    console.notify(f"The grant of {asset.name} is gone; the provider: {told}.", markup=False)


async def calendar(console: Hub, desk: Desk) -> None:
    """Write the deadlines as a calendar file beside where the console was started."""
    path = Path.cwd() / "postroom-deadlines.ics"

    def write() -> None:
        path.write_bytes(calendar_export.deadlines_calendar(token_lines(desk.store), times.now()))

    try:
        await asyncio.to_thread(write)
    except OSError as error:
        console.notify(f"{path} cannot be written: {error.strerror}.", severity="warning", markup=False)
        return
    console.notify(f"The deadlines are in {path}.", markup=False)


async def edit_client(console: Hub, desk: Desk, client_id: int | None) -> None:
    """The form, for a new OAuth client or an existing one."""
    client = None
    if client_id is not None:
        client = await asyncio.to_thread(oauth_clients.by_id, desk.store, desk.vault, client_id)
        if client is None:
            console.notify(
                "This OAuth client was deleted by somebody else.", severity="warning", markup=False
            )
            return
    if await console.push_screen_wait(ClientForm(desk, client)) is not None:
        await asyncio.to_thread(deadlines.restate, desk.store, times.now())


async def show_tokens_of(console: Hub, desk: Desk, client_name: str) -> None:
    """The Tokens pane, with the assets of this client only."""
    pane: Any = await console.to_pane("tokens")
    await pane.set_filter(f'client:"{client_name}"')
    pane.table.focus()


def _asset_and_client(desk: Desk, asset_id: int) -> tuple[Asset | None, OAuthClient | None]:
    asset = assets.by_id(desk.store, desk.vault, asset_id)
    if asset is None or asset.oauth_client_id is None:
        return asset, None
    return asset, oauth_clients.by_id(desk.store, desk.vault, asset.oauth_client_id)
