"""What the keys do from a set-up guide. Each is awaited in a worker, and comes back to the guide."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from store import assets, guide_steps, oauth_clients
from store.asset_errors import AssetGone
from tui.desk import Desk
from tui.dialogs.base import Choice, Question

if TYPE_CHECKING:
    from live.providers.guides import Guide
    from live.providers.guides.progress import Judged
    from tui.hub import Hub


async def show(console: Hub, desk: Desk, asset_id: int) -> None:
    """Open the guide of an asset."""
    from tui.dialogs.guide_screen import GuideScreen

    console.push_screen(GuideScreen(desk, asset_id))


def refusal(judged: Judged, *, tick: bool) -> str:
    """Why a step cannot be ticked, or unticked, by hand; "": it can."""
    title = judged.step.title
    if not tick:
        return "" if judged.tick is not None else f"{title} was not ticked by hand."
    if judged.provable and judged.tick is None:
        state = "sees that it is done" if judged.done else "sees that it is not done"
        return f"{title} needs no tick: postroom {state}, and ticks it by itself."
    return ""


async def tick(console: Hub, desk: Desk, asset_id: int, judged: Judged) -> None:
    """Tick a step by hand, or take the tick back."""
    wanted = judged.tick is None
    refused = refusal(judged, tick=wanted)
    if refused:
        console.notify(refused, severity="warning", markup=False)
        return
    change = guide_steps.tick if wanted else guide_steps.untick
    try:
        await asyncio.to_thread(change, desk.store, asset_id, judged.step.id, judged.step.title)
    except AssetGone as error:
        console.notify(str(error), severity="warning", markup=False)
        return
    _show(console)


def _show(console: Hub) -> None:
    """Let the guide read again at once: half a second later the watch of the store would."""
    changed = getattr(console.screen, "store_changed", None)
    if changed is not None:
        changed()


async def follow(console: Hub, desk: Desk, asset_id: int, act: str, guide: Guide) -> None:
    """Do what a step asks for here; the guide stays open, and sees what came of it."""
    from tui import asset_verbs, engage_verbs, guide_client, inbound_verbs, token_verbs

    if act == "asset":
        await asset_verbs.edit(console, desk, asset_id)
    elif act == "client":
        await guide_client.choose(console, desk, asset_id, guide)
    elif act == "token":
        await token_verbs.generate(console, desk, asset_id)
    elif act == "card":
        await inbound_verbs.card_of(console, desk, asset_id)
    elif act == "register":
        await engage_verbs.register(console, desk, asset_id)
    elif act == "test":
        await _test(console, desk, asset_id)
    elif act == "domain":
        await _domain(console, desk, asset_id)
    elif act == "forwarding":
        await _forwarding(console, desk, asset_id)
    else:
        raise ValueError(f"no step does {act}")
    _show(console)


async def _test(console: Hub, desk: Desk, asset_id: int) -> None:
    """Test the connection, as t does, without leaving the guide."""
    line = next(iter(await asyncio.to_thread(assets.lines, desk.store, asset_id)), None)
    if line is not None and line.has_password:
        await console.unlocked("The connection test signs in with the password that is kept in the vault.")
    accepted = await _accepted(console, desk, asset_id)
    if accepted:
        _begin(console, console.tests.run(desk, accepted, console.progressed), "test connections")


async def _domain(console: Hub, desk: Desk, asset_id: int) -> None:
    """Check the domain, as D does, without leaving the guide."""
    from live import domain_check  # 60 ms with dnspython, which only those pay who ask for it
    from store.checks import DOMAIN

    accepted = await _accepted(console, desk, asset_id)
    if accepted:
        running = domain_check.run(desk.store, desk.vault, accepted, dns_server=desk.settings.dns_server)
        watched = console.tests.watch(running, accepted, console.progressed, DOMAIN)
        _begin(console, watched, "check domains")


async def _forwarding(console: Hub, desk: Desk, asset_id: int) -> None:
    """Check the forwarding, as f does, without leaving the guide."""
    from live import forwarding_check  # with aiosmtplib, which only those pay who ask for it
    from store.checks import FORWARDING
    from tui.forwarding_verbs import WHY

    await console.unlocked(WHY)
    accepted = await _accepted(console, desk, asset_id)
    if accepted:
        running = forwarding_check.run(desk.store, desk.vault, accepted, plain=desk.settings.notice_smtp)
        watched = console.tests.watch(running, accepted, console.progressed, FORWARDING)
        _begin(console, watched, "check forwardings")


def _begin(console: Hub, running: Coroutine[Any, Any, None], what: str) -> None:
    console.notify("Checking; the step shows what comes of it.", markup=False)
    console.run_worker(running, group="tests", exit_on_error=False, description=what)


async def _accepted(console: Hub, desk: Desk, asset_id: int) -> list[int]:
    """The asset, if it is in use and nothing is being checked of it."""
    from tui import asset_verbs

    wanted = await asset_verbs.in_use(console, desk, [asset_id])
    accepted = console.tests.accept(wanted)
    if wanted and not accepted:
        console.notify("A check of this asset is running already.", severity="warning", markup=False)
    return accepted


async def method(console: Hub, desk: Desk, asset_id: int) -> None:
    """Let the person choose by which method the asset is set up; it is kept for whoever goes on."""
    from live.providers import guides

    asset = await asyncio.to_thread(assets.by_id, desk.store, desk.vault, asset_id)
    if asset is None:
        return
    client = None
    if asset.oauth_client_id is not None:
        client = await asyncio.to_thread(oauth_clients.by_id, desk.store, desk.vault, asset.oauth_client_id)
    fitting = guides.fitting(asset, client)
    offered = guides.offered(asset.provider)
    choices: list[Choice[str | None]] = [
        Choice(str(number), guide.title, "" if guide is fitting else guide.id)
        for number, guide in enumerate(offered, 1)
    ]
    lines = [f"{guide.title}: {guide.about}" for guide in offered]
    words = "\n\n".join([*lines, f"As {asset.name} signs in now: {fitting.title}."])
    chosen = await console.push_screen_wait(
        Question("Set up by which method?", words, choices, None, stacked=True)
    )
    if chosen is None:
        return
    try:
        await asyncio.to_thread(guide_steps.choose, desk.store, asset_id, chosen)
    except AssetGone as error:
        console.notify(str(error), severity="warning", markup=False)
        return
    _show(console)
