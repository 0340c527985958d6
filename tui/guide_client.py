"""Gives an asset the OAuth client that its set-up guide asks for: its own, another of the desk's, or a new
one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from live import deadlines
from live.providers.guides import PLAYGROUND
from live.providers.guides.oauth_proofs import FLOWS
from store import assets, oauth_clients
from store.asset_errors import AssetError, EditConflict
from store.kinds import SignIn
from tui import times, token_verbs
from tui.desk import Desk
from tui.dialogs.base import Choice, Question, confirmation
from tui.dialogs.client_form import ClientForm
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.providers.guides import Guide
    from store.assets import Asset
    from store.oauth_clients import OAuthClient
    from tui.hub import Hub

OFFERED = 8
"""OAuth clients that are offered by a digit; the asset's form has all."""
NEW = -1
"""Stands for a client that is yet to be entered."""
GONE = "This asset was deleted by somebody else."


class NewClient(ClientForm):
    """The form of a new client, begun as the guide has it."""

    def __init__(self, desk: Desk, first: Mapping[str, str]) -> None:
        super().__init__(desk, None)
        self._first_values = first

    def initial(self, name: str) -> str | bool:
        return self._first_values.get(name) or super().initial(name)


async def choose(console: Hub, desk: Desk, asset_id: int, guide: Guide) -> None:
    """The form of the asset's client; without one that fits, another of the provider's, or a new one."""
    asset = await asyncio.to_thread(assets.by_id, desk.store, desk.vault, asset_id)
    if asset is None:
        console.notify(GONE, severity="warning", markup=False)
        return
    flow = FLOWS.get(guide.id, "authorization_code")
    found = await asyncio.to_thread(oauth_clients.all_clients, desk.store, desk.vault)
    fitting = [
        client
        for client in found
        if client.provider == asset.provider and (client.flow == flow or asset.provider == "custom")
    ]
    own = next((client for client in fitting if client.id == asset.oauth_client_id), None)
    if own is not None and asset.sign_in == SignIn.OAUTH:
        await token_verbs.edit_client(console, desk, own.id)
        return
    taken = await _chosen(console, asset, fitting)
    if taken is None:
        return
    if taken == NEW:
        taken = await console.push_screen_wait(_new_client(desk, asset, guide, flow)) or 0
    client = await asyncio.to_thread(oauth_clients.by_id, desk.store, desk.vault, taken)
    if client is not None:
        await _give(console, desk, asset, client)


async def _chosen(console: Hub, asset: Asset, fitting: list[OAuthClient]) -> int | None:
    """The id of the client to be given to the asset, `NEW`, or None for a person who thinks better of it."""
    if not fitting:
        return NEW
    choices: list[Choice[int | None]] = [
        Choice(str(number), visible(client.name), client.id)
        for number, client in enumerate(fitting[:OFFERED], 1)
    ]
    choices.append(Choice("n", "Enter a new one", NEW))
    words = f"Through which OAuth client shall {asset.name} sign in?"
    return await console.push_screen_wait(Question("OAuth client", words, choices, None, stacked=True))


def _new_client(desk: Desk, asset: Asset, guide: Guide, flow: str) -> NewClient:
    playground = guide.id == "gmail-playground"
    web = playground or bool(desk.settings.callback_url)
    first = {
        "provider": str(asset.provider),
        "flow": flow,
        "client_type": "web" if web and flow == "authorization_code" else "desktop",
        "callback_url": PLAYGROUND if playground else desk.settings.callback_url if web else "",
    }

    return NewClient(desk, first)


async def _give(console: Hub, desk: Desk, asset: Asset, client: OAuthClient) -> None:
    """Let the asset sign in through the client, after asking."""
    before = "signs in by password now" if asset.sign_in == SignIn.PASSWORD else "has no client that fits now"
    words = f"{asset.name} {before}. From then on it signs in by OAuth 2.0, through {client.name}."
    title = f"Give {client.name} to {asset.name}?"
    if not await console.push_screen_wait(confirmation(title, words, "Give it")):
        return
    fields = asset.fields().model_copy(update={"sign_in": SignIn.OAUTH, "oauth_client_id": client.id})
    try:
        kept = await asyncio.to_thread(
            assets.update, desk.store, desk.vault, asset.id, fields, version=asset.version
        )
    except EditConflict:
        words = (
            f"{asset.name} was changed by somebody else meanwhile; nothing was changed. Press Enter again."
        )
        console.notify(visible(words), severity="warning", markup=False)
        return
    except AssetError as error:
        console.notify(visible(str(error)), severity="warning", markup=False)
        return
    await asyncio.to_thread(deadlines.restate, desk.store, times.now(), [kept.id])
    console.notify(visible(f"{kept.name} signs in through {client.name}."), markup=False)
