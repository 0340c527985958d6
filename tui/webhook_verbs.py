"""What the keys do to webhooks and deliveries. Each is awaited in a worker; secrets are read where they are
used."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from store import assets, delivery_contents, leases, webhooks
from store import deliveries as sent
from store.deliveries import DeliveryState, Replayed, Which
from store.webhooks import Endpoint
from tui import clipboard, delivery_list, times, webhook_words
from tui.desk import Desk
from tui.dialogs.ask_line import AskLine
from tui.dialogs.base import Choice, Question, confirmation, message, trouble
from tui.dialogs.request_screen import RequestScreen
from tui.dialogs.span_form import SpanForm
from tui.dialogs.trial_screen import TrialScreen
from tui.dialogs.webhook_form import WebhookForm
from tui.panes.list_pane import read_anew
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from pydantic import SecretStr

    from live.webhooks.look import Seen
    from tui.hub import Hub

GONE = "This webhook was deleted by somebody else."
NO_AGENT = "No agent is at work here: they wait until one is (`postroom agent`)."
SECRET = (
    "The receiver needs this secret to check that what comes is from here. Whoever has it can send in our "
    "name. The audit log says that you had it."
)


async def _endpoint(console: Hub, desk: Desk, webhook_id: int) -> Endpoint | None:
    """The webhook; None, and said so, where it is gone."""
    found = await asyncio.to_thread(webhooks.by_id, desk.store, desk.vault, webhook_id)
    if found is None:
        console.notify(GONE, severity="warning", markup=False)
    return found


async def show_deliveries(console: Hub, desk: Desk, webhook_id: int | None) -> None:
    """The deliveries to this webhook; None: to all."""
    pane: Any = await console.to_pane("deliveries")
    await pane.show_of(webhook_id)
    await read_anew(console)


# Setting up


async def edit(console: Hub, desk: Desk, webhook_id: int | None) -> None:
    """The form, for a new webhook or an existing one; hands out the secret that is made there."""
    endpoint = None
    if webhook_id is not None:
        endpoint = await _endpoint(console, desk, webhook_id)
        if endpoint is None:
            return
    names = await asyncio.to_thread(assets.names, desk.store)
    kept = await console.push_screen_wait(WebhookForm(desk, endpoint, names))
    if kept is None:
        return
    await read_anew(console)
    pane: Any = await console.to_pane("webhooks")
    pane.put_cursor(kept.endpoint.id)
    console.notify(visible(f"{kept.endpoint.name} is kept; t sends it a test."), markup=False)
    if kept.made is not None:
        await _hand_out(console, kept.endpoint.name, kept.made, "It was made just now; ")


async def switch(console: Hub, desk: Desk, webhook_id: int) -> None:
    """On, or off after asking: what happens meanwhile is not kept for it."""
    endpoint = await _endpoint(console, desk, webhook_id)
    if endpoint is None:
        return
    name, on = endpoint.name, not endpoint.fields.enabled
    if not on:
        words = (
            "What happens from now on is not kept for it. What waits stays, and goes out when it is on again."
        )
        if not await console.push_screen_wait(confirmation(f"Switch off {name}?", words, "Switch off")):
            return
    await asyncio.to_thread(webhooks.set_enabled, desk.store, webhook_id, on)
    await read_anew(console)
    told = "is on; what waits is delivered at once." if on else "is off."
    console.notify(visible(f"{name} {told}"), markup=False)


async def delete(console: Hub, desk: Desk, webhook_id: int) -> None:
    """Delete, after asking."""
    endpoint = await _endpoint(console, desk, webhook_id)
    if endpoint is None:
        return
    words = webhook_words.removal(endpoint)
    if await console.push_screen_wait(confirmation("Delete this webhook?", words, "Delete")):
        await asyncio.to_thread(webhooks.delete, desk.store, desk.vault, webhook_id)
        await read_anew(console)
        console.notify(visible(f"Deleted {endpoint.name}."), markup=False)


async def secret(console: Hub, desk: Desk, webhook_id: int) -> None:
    """Copy or show the secret in use, after asking."""
    endpoint = await _endpoint(console, desk, webhook_id)
    if endpoint is None:
        return
    sure = Question(
        f"Hand out the secret of {endpoint.name}?",
        SECRET,
        (Choice("y", "Go on", True), Choice("n", "Leave it", False)),
        False,
    )
    if not await console.push_screen_wait(sure) or not await console.unlocked("It is kept in the vault."):
        return
    found = await asyncio.to_thread(webhooks.shown_secret, desk.store, desk.vault, webhook_id)
    if found is None:
        console.notify(visible(f"{endpoint.name} has no secret; e gives it one."), markup=False)
        return
    await _hand_out(console, endpoint.name, found, "")


async def _hand_out(console: Hub, name: str, found: SecretStr, before: str) -> None:
    """Copy or show a secret, as often as it takes."""
    words = f"{before}the receiver needs it to check that what comes is from here. c on the pane asks again."
    choices = (Choice("c", "Copy", "copy"), Choice("s", "Show", "show"), Choice("o", "Done", ""))
    while True:
        dialog = Question(f"The secret of {name}", words[0].upper() + words[1:], choices, "")
        answer = await console.push_screen_wait(dialog)
        if answer == "copy":
            clipboard.copy(console.screen, "the secret", found.get_secret_value(), show=False)
        elif answer == "show":
            await console.push_screen_wait(message(f"The secret of {name}", found.get_secret_value()))
        else:
            return


# Testing


async def test(console: Hub, desk: Desk, webhook_id: int) -> None:
    """Send a `test.ping`, and show all about it."""
    endpoint = await _endpoint(console, desk, webhook_id)
    if endpoint is None:
        return
    if not await console.unlocked("A test is signed with the webhook's secret."):
        console.notify("Nothing was sent: the vault is locked.", severity="warning", markup=False)
        return
    console.push_screen(TrialScreen(desk, endpoint))


# Deliveries


async def replay(console: Hub, desk: Desk, ids: Sequence[int]) -> None:
    """Deliver these again; asks where some were delivered already."""
    well = await asyncio.to_thread(_delivered, desk, ids)
    if well:
        title = "It was delivered already" if len(ids) == 1 else f"{well:,} of them were delivered already"
        words = (
            "The receiver gets it once more, with the same webhook-id; one that keeps to Standard Webhooks "
            "knows it by that."
        )
        if not await console.push_screen_wait(confirmation(title, words, "Deliver again")):
            return
    await _told(console, desk, await asyncio.to_thread(sent.replay, desk.store, ids))


def _delivered(desk: Desk, ids: Sequence[int]) -> int:
    found = (sent.by_id(desk.store, delivery_id) for delivery_id in ids)
    return sum(one is not None and one.line.state is DeliveryState.DONE for one in found)


async def replay_failed(console: Hub, desk: Desk, webhook_id: int | None) -> None:
    """Deliver all dead letters again, after asking."""
    await _replay_all(console, desk, Which(webhook_id=webhook_id, state=DeliveryState.DEAD))


async def replay_span(console: Hub, desk: Desk, webhook_id: int | None) -> None:
    """Deliver again what happened in a span of time, after asking for it."""
    endpoint = await _endpoint(console, desk, webhook_id) if webhook_id is not None else None
    which = await console.push_screen_wait(SpanForm(webhook_id, endpoint.name if endpoint else ""))
    if which is not None:
        await _replay_all(console, desk, which)


async def _replay_all(console: Hub, desk: Desk, which: Which) -> None:
    count = await asyncio.to_thread(_counted, desk, which)
    if not count:
        none = "There are no dead letters." if which.state is DeliveryState.DEAD else "No delivery matches."
        console.notify(none, severity="warning", markup=False)
        return
    many = "1 delivery" if count == 1 else f"{count:,} deliveries"
    words = "Each is tried from the first try on; receivers know it by the same webhook-id."
    if await console.push_screen_wait(confirmation(f"Replay {many}?", words, "Replay")):
        await _told(console, desk, await asyncio.to_thread(sent.replay_all, desk.store, which))


def _counted(desk: Desk, which: Which) -> int:
    """How many `replay_all` would replay."""
    from dataclasses import replace

    states = (which.state,) if which.state else (DeliveryState.DONE, DeliveryState.DEAD)
    return sum(sent.count(desk.store, replace(which, state=state)) for state in states)


async def _told(console: Hub, desk: Desk, done: Replayed) -> None:
    await read_anew(console)
    words = webhook_words.replayed(done)
    lease = await asyncio.to_thread(leases.look, desk.store)
    if done.again and (lease is None or not lease.alive(times.now())):
        words.append(NO_AGENT)
    well = done.again and not done.gone
    console.notify(" ".join(words), severity="information" if well else "warning", markup=False)


async def give_up(console: Hub, desk: Desk, ids: Sequence[int]) -> None:
    """Try these no more, after asking."""
    title = "Give up this delivery?" if len(ids) == 1 else f"Give up these {len(ids):,} deliveries?"
    words = "Those of the same asset that are held behind it go on. It stays as a dead letter; r replays it."
    if await console.push_screen_wait(confirmation(title, words, "Give up")):
        count = await asyncio.to_thread(sent.give_up, desk.store, ids)
        await read_anew(console)
        console.notify(f"{count:,} given up." if count else "None of them was waiting.", markup=False)


async def request(console: Hub, desk: Desk, delivery_id: int) -> None:
    """A delivery's request as it would go out now; a mail in it is opened as any message is."""
    reason = ""
    if await asyncio.to_thread(delivery_contents.has_mail, desk.store, delivery_id):
        if desk.settings.reading_needs_reason:
            given = await console.push_screen_wait(_why())
            if given is None:
                return
            reason = given
        if not await console.log_unlocked("A mail goes along, and mail is sealed; the passphrase opens it."):
            return
    if not await console.unlocked("The request is signed with the webhook's secret."):
        return
    seen = await asyncio.to_thread(_seen, desk, delivery_id, reason)
    if seen is None:
        console.notify("This delivery is gone: past its time.", severity="warning", markup=False)
    elif isinstance(seen, str):
        why = "What it is made of was altered, or is not of the form that it should have."
        remedy = "e on the Webhooks pane gives it another secret."
        console.push_screen(trouble("The request cannot be made", seen, why, remedy))
    else:
        title = f"The request of delivery {delivery_id:,}"
        console.push_screen(RequestScreen(title, delivery_list.request(seen)))


def _seen(desk: Desk, delivery_id: int, reason: str) -> Seen | str | None:
    """The request, why it cannot be made, or None where the delivery is gone. Blocks for disk."""
    from live.webhooks.look import NotReadable, look  # 150 ms with the network's libraries
    from live.webhooks.signing import SecretUnusable

    try:
        return look(desk.store, desk.vault, delivery_id, reason=reason)
    except (NotReadable, SecretUnusable) as error:
        return str(error)


def _why() -> AskLine:
    words = "A mail goes along. Reading mail is recorded in the audit log, here with a reason:"
    return AskLine("Show the request", words, "read", check=_needed)


def _needed(text: str) -> str:
    if not text.strip():
        raise ValueError("A reason is needed; the configuration asks for it (reading_needs_reason).")
    return text.strip()
