"""The ways to a token as a plain terminal goes them: what is shown, what is waited for, what comes back."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import threading
import webbrowser
from contextlib import AsyncExitStack, aclosing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from live import providers
from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth import by_hand, loopback
from live.oauth.authorize import MINUTES, AddressUnreadable, Begun, Exchanged, begin, complete
from live.oauth.device import CodeShown, Waiting, sign_in_elsewhere
from live.oauth.faults import Fault, TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.loopback import Listener, PortTaken
from live.oauth.renewal import renew
from live.oauth.token_requests import Fetched, secret_of
from store.assets import Asset
from store.oauth_clients import OAuthClient
from tui.commandline import qr, secret_input, ways
from tui.commandline.asset_shapes import quoted
from tui.commandline.faults import UsageError
from tui.commandline.pasting import Pasting
from tui.commandline.printing import narrate, print_line
from tui.commandline.ways import Session, Way, WayId
from tui.desk import Desk
from tui.times import exact
from tui.token_ways import CONSENT_OFF, CONSENT_ON, OWNER_DAYS, ssh_target

DAY_MINUTES = 1_440
CURED_BY_ASKING = frozenset({"gmail-oauth-no-refresh-token", "any-oauth-no-refresh-token"})
CAUSED_BY_ASKING = frozenset({"o365-aadsts-90094", "o365-aadsts-90095"})
"""Diagnoses that `prompt=consent` cures, and those that it may have brought about."""
ELSEWHERE = "Open this address in a browser, and sign in as {who}:"
PASTE = (
    "aste here the address that the browser ends on, even though its page fails to load,",
    "and press Enter. It is not shown.",
)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be had: a token for this asset, through this client, by a person who sits there."""

    desk: Desk
    asset: Asset
    client: OAuthClient
    session: Session
    consent: bool
    """Whether the provider is told to ask for consent again."""

    def secret(self) -> SecretStr | None:
        """The client's secret. Raises VaultError where the vault is locked."""
        return secret_of(self.desk.store, self.desk.vault, self.client.id)

    @property
    def who(self) -> str:
        """Who signs in."""
        return self.asset.login_id or self.asset.sign_in_name


Got = Exchanged | Fetched
Incoming = asyncio.Future[SecretStr]


# Without a person


async def alone(http: OAuthHttp, task: Task) -> Fetched:
    """App-only, or by a service account.

    Raises:
        TokenRefused.
    """
    narrate(f"Asking for a token for {task.asset.name}; nobody is needed for that.")
    return await renew(
        http, task.client, task.secret(), mailbox=task.asset.sign_in_name, refresh_token=None, now=_now()
    )


async def made_elsewhere(http: OAuthHttp, task: Task) -> Fetched:
    """By a refresh token on standard input, tried at once.

    Raises:
        UsageError: it is none. TokenRefused: it does not serve.
    """
    try:
        token = by_hand.refresh_token_in(secret_input.whole_stdin("refresh token"))
    except by_hand.PasteRefused as error:
        raise UsageError(str(error)) from None
    narrate("Trying the refresh token.")
    return await by_hand.tried(http, task.client, task.secret(), token, now=_now())


# With a person elsewhere


def owner_link(task: Task, days: int | None, *, with_qr: bool) -> int:
    """Print a link for the mailbox's owner, and how it goes on; returns 0.

    Raises:
        TokenRefused: the client's authorization URL is none. VaultError: the vault is locked.
    """
    begun = _begun(task, _callback(task.client), (days or OWNER_DAYS) * DAY_MINUTES)
    narrate(f"A link for the owner of {task.asset.name}, who signs in as {task.who} and consents:")
    _show(begun.url, with_qr=with_qr)
    narrate(f"It waits until {exact(begun.ends_at)}, and counts once. Nobody else should have it.")
    narrate("The browser ends on an address that may not load: the owner sends that back, and you give it to")
    narrate(f"  postroom authorize {quoted(task.asset.name)} --paste")
    return 0


async def completed(http: OAuthHttp, task: Task) -> Exchanged:
    """By the address that a browser ended on: pasted in the terminal, or on standard input.

    Raises:
        UsageError: it is no answer of a provider. TokenRefused.
    """
    if not (sys.stdin.isatty() and secret_input.someone_is_there()):
        try:
            return await _exchanged(http, task, secret_input.whole_stdin("address"))
        except AddressUnreadable as error:
            raise UsageError(str(error)) from None
    with Pasting().open() as pasting:
        narrate("Paste the address that the browser ended on, and press Enter. It is not shown.")
        while True:
            try:
                return await _exchanged(http, task, await pasting.address())
            except AddressUnreadable as error:
                narrate(str(error))


async def device(http: OAuthHttp, task: Task, *, with_qr: bool) -> Fetched:
    """By a short code that is typed in a browser anywhere (RFC 8628).

    Raises:
        TokenRefused.
    """
    steps = sign_in_elsewhere(http, task.client, task.secret(), now=_now())
    async with aclosing(steps) as polling:
        async for event in polling:
            if isinstance(event, CodeShown):
                narrate(f"In any browser open this address, type the code, and sign in as {task.who}:")
                print_line(event.verification_uri)
                print_line(event.user_code.get_secret_value())
                sys.stdout.flush()
                if with_qr:
                    _draw((event.complete_uri or SecretStr(event.verification_uri)).get_secret_value())
                narrate(f"Waiting until {exact(event.ends_at)}; Ctrl-C ends it.")
            elif isinstance(event, Waiting):
                if event.words:
                    narrate(f"{event.words} It is asked again in {event.next_in:.0f} s.")
            else:
                return event
    raise AssertionError("the tokens are the last event")


# In a browser


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
        begun = _begun(task, listener.redirect_uri if listener else _callback(task.client))
        with Pasting().open() if by_hand_too else nullcontext() as pasting:
            _invite(task, begun, listener, opened=opened, by_hand_too=by_hand_too, with_qr=with_qr)
            return await _first(http, task, begun, listener, pasting)


async def _first(
    http: OAuthHttp, task: Task, begun: Begun, listener: Listener | None, pasting: Pasting | None
) -> Exchanged:
    """What comes first: the browser to the listener, or a readable address to the terminal."""
    # One wait for the browser, however often something is pasted: ending it would end the listener's answer.
    heard = asyncio.ensure_future(listener.answer(begun.state)) if listener else None
    until = begun.ends_at.timestamp()
    try:
        while True:
            pasted = asyncio.ensure_future(pasting.address()) if pasting else None
            address = await _either(heard, pasted, until - _now().timestamp())
            if address is None:
                break
            narrate("The answer is here; the tokens are being fetched.")
            try:
                return await _exchanged(http, task, address)
            except AddressUnreadable as error:
                narrate(str(error))
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
    narrate(ELSEWHERE.format(who=task.who))
    _show(begun.url, with_qr=with_qr)
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


def _show(url: SecretStr, *, with_qr: bool) -> None:
    """The address is the one thing on stdout: it is there to be taken elsewhere."""
    print_line(url.get_secret_value())
    sys.stdout.flush()
    if with_qr:
        _draw(url.get_secret_value())


def _draw(text: str) -> None:
    lines = qr.lines(text)
    room = shutil.get_terminal_size().columns
    if sys.stderr.isatty() and len(lines[0]) > room:
        narrate(f"The QR code needs a terminal of {len(lines[0])} columns; this one has {room}.")
        return
    for line in lines:
        narrate(line)


def _begun(task: Task, redirect_uri: str, minutes: float = MINUTES) -> Begun:
    desk = task.desk
    return begin(
        desk.store,
        desk.vault,
        task.asset,
        task.client,
        redirect_uri=redirect_uri,
        consent=task.consent,
        minutes=minutes,
    )


async def _exchanged(http: OAuthHttp, task: Task, address: SecretStr) -> Exchanged:
    return await complete(task.desk.store, task.desk.vault, http, address, now=_now())


def _callback(client: OAuthClient) -> str:
    return client.callback_url or providers.of(str(client.provider)).oauth.callback


def _timed_out(client: OAuthClient) -> TokenRefused:
    diagnosis = diagnose_oauth(str(client.provider), OAuthWords.found("redirect_timeout")).id
    return TokenRefused(Fault.CONSENT, "Nothing came back from the browser in time.", diagnosis)


def _now() -> datetime:
    return datetime.now(UTC)


def hint(diagnosis: str, task: Task) -> None:
    """What the consent prompt has to do with a refusal, where it may have."""
    name = quoted(task.asset.name)
    if diagnosis in CURED_BY_ASKING and not task.consent:
        narrate(f"To have consent asked for again: postroom authorize {name} --consent")
        narrate(f"  {CONSENT_ON}")
    elif diagnosis in CAUSED_BY_ASKING and task.consent:
        narrate(f"To have it asked for only where it is missing: postroom authorize {name} --no-consent")
        narrate(f"  {CONSENT_OFF}")
