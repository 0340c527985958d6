"""The way in a browser: its address is shown, its answer heard on a port of this machine, or pasted back."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import webbrowser
from contextlib import AsyncExitStack, nullcontext
from datetime import UTC, datetime

from pydantic import SecretStr

from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth import loopback
from live.oauth.authorize import AddressUnreadable, Begun, Exchanged
from live.oauth.faults import Fault, TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.loopback import Listener, PortTaken
from store.oauth_clients import OAuthClient
from tui import token_ways as ways
from tui.commandline import links, secret_input
from tui.commandline.authorizing import Task
from tui.commandline.faults import UsageError
from tui.commandline.pasting import Pasting
from tui.commandline.printing import narrate
from tui.times import exact
from tui.token_ways import Way, WayId, ssh_target

ELSEWHERE = "Open this address in a browser, and sign in as {who}:"
PASTE = (
    "aste here the address that the browser ends on, even though its page fails to load,",
    "and press Enter. It is not shown.",
)

Incoming = asyncio.Future[SecretStr]


async def in_browser(http: OAuthHttp, task: Task, way: Way, *, opened: bool, with_qr: bool) -> Exchanged:
    """By the address that a browser brings: heard on a port of this machine, or pasted back.

    Raises:
        TokenRefused: also where nothing came in time. UsageError: it can neither be heard nor pasted.
    """
    async with AsyncExitStack() as stack:
        listener = None
        if way.id is not WayId.PASTE:
            try:
                heard = loopback.listening(task.client.callback_url, any_port=ways.any_port(task.client))
                listener = await stack.enter_async_context(heard)
            except PortTaken as error:
                narrate(str(error))
        by_hand_too = sys.stdin.isatty() and secret_input.someone_is_there()
        if listener is None and not by_hand_too:
            raise UsageError(
                "There is no terminal to paste the address in; use --owner-link first, and --paste later."
            )
        begun = task.begin(listener.redirect_uri if listener else task.callback)
        with Pasting().open() if by_hand_too else nullcontext() as pasting:
            _invite(task, begun, listener, opened=opened, by_hand_too=by_hand_too, with_qr=with_qr)
            return await answered(http, task, begun, listener, pasting)


async def answered(
    http: OAuthHttp, task: Task, begun: Begun, listener: Listener | None, pasting: Pasting | None
) -> Exchanged:
    """What comes first: the browser to the listener, or a readable address to the terminal."""
    # One wait for the browser, however often something is pasted: ending it would end the listener's answer.
    heard = asyncio.ensure_future(listener.answer(begun.state)) if listener else None
    until = begun.ends_at.timestamp()
    try:
        while True:
            pasted = asyncio.ensure_future(pasting.address()) if pasting else None
            address = await _either(heard, pasted, until - datetime.now(UTC).timestamp())
            if address is None:
                break
            narrate("The answer is here; the tokens are being fetched.")
            try:
                return await task.complete(http, address)
            except AddressUnreadable as error:
                if pasting is None:
                    raise UsageError(str(error)) from None
                narrate(str(error))
                if heard is not None and heard.done():
                    heard = None  # the browser's answer comes once; another can only be pasted
    finally:
        await _dropped(heard)
    raise _timed_out(task.client)


async def _either(heard: Incoming | None, pasted: Incoming | None, seconds: float) -> SecretStr | None:
    """What comes within that time; None: nothing did."""
    waiting = [source for source in (heard, pasted) if source is not None]
    try:
        done, _ = await asyncio.wait(waiting, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result() if done else None
    finally:
        await _dropped(pasted)


async def _dropped(source: Incoming | None) -> None:
    if source is not None and not source.done():
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)


def _invite(
    task: Task, begun: Begun, listener: Listener | None, *, opened: bool, by_hand_too: bool, with_qr: bool
) -> None:
    """Show the address, and how its answer finds back."""
    if listener is not None and task.session.over_ssh:
        user, host, port = ssh_target(os.environ, task.session.user, socket.gethostname())
        narrate("In a terminal of your own machine, forward the port that the browser's answer goes to:")
        narrate(f"  {loopback.ssh_line(listener.port, host, user, ssh_port=port)}")
    if listener is None:
        desk = task.desk
        by_itself, words = ways.answer_comes(
            task.client, desk.settings.callback_url, listens=desk.agent_listens()
        )
        if by_itself:
            narrate(f"{words} Ctrl-C ends the waiting here.")
    narrate(ELSEWHERE.format(who=task.who))
    links.show(begun.url, with_qr=with_qr)
    if opened:
        _open(begun.url)
    if by_hand_too:
        narrate(f"{'Or p' if listener else 'Then p'}{PASTE[0]}")
        narrate(PASTE[1])
    narrate(f"Waiting until {exact(begun.ends_at)}; Ctrl-C ends it.")


def _open(url: SecretStr) -> None:
    """In a thread that nobody waits for: some browsers stay, and the answer must be heard meanwhile."""

    def opening() -> None:
        if not webbrowser.open(url.get_secret_value()):
            narrate("No browser could be opened on this machine; open the address by hand.")

    threading.Thread(target=opening, daemon=True).start()


def _timed_out(client: OAuthClient) -> TokenRefused:
    diagnosis = diagnose_oauth(str(client.provider), OAuthWords.found("redirect_timeout")).id
    return TokenRefused(Fault.CONSENT, "Nothing came back from the browser in time.", diagnosis)
