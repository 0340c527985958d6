"""Generating a token in a browser: here, on another machine through SSH, or by pasting back where it
ended."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from pydantic import SecretStr
from textual import events, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from live.oauth import loopback
from live.oauth.authorize import AddressUnreadable, Begun, Exchanged, begin, complete
from live.oauth.faults import TokenRefused
from live.oauth.loopback import PortTaken
from tui import clipboard, commands, times, token_answers, token_ways
from tui.commands import Scope, bindings
from tui.dialogs.leaving import LeavingScreen
from tui.hub import hub
from tui.widgets.command_host import CommandHost
from tui.widgets.line_input import LineInput
from tui.widgets.lines import KeyLine, Line
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.oauth.http import OAuthHttp
    from store.assets import Asset
    from store.oauth_clients import OAuthClient
    from tui.desk import Desk


OWNER_WORDS = "Send it to the owner; it waits {days} days. {answer}\n\n"
BACK_WORDS = " It is pasted here, or on this screen opened again."
PASTE_WORDS = "Or paste the address that the browser ended on, even though that page failed to load.\n\n"


class BrowserScreen(LeavingScreen[Exchanged | TokenRefused | None], CommandHost):
    """Answers what the browser brought; None when the person left, as one does with a link for an owner."""

    SCOPE = Scope.GENERATE
    BINDINGS = bindings(Scope.GENERATE)

    def __init__(
        self, desk: Desk, http: OAuthHttp, asset: Asset, client: OAuthClient, *, for_owner: bool
    ) -> None:
        super().__init__()
        self._desk, self._http, self._asset, self._client = desk, http, asset, client
        self._for_owner = for_owner
        self._consent = asset.ask_consent
        self._begun: Begun | None = None
        self._ssh = ""
        self._comes_back = ""
        """How an answer comes back that is not heard here; for anybody but an owner "": it is pasted."""
        self._own = False
        """Whether the answer was taken here."""
        self._pasted: asyncio.Queue[SecretStr] = asyncio.Queue()

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        with VerticalScroll(id="ways"):
            yield Static("", markup=False, id="words")
        yield LineInput(placeholder="the address that the browser ended on (Tab comes here)", compact=True)
        yield Static("", markup=False, id="status")
        yield KeyLine()

    def on_mount(self) -> None:
        who = "its owner" if self._for_owner else self._asset.login_id or self._asset.sign_in_name
        self.query_one(Line).say(f" A token for {self._asset.name}: {who} signs in and consents")
        self.query_one(Input).cursor_blink = False
        self.query_one("#ways").focus()
        self._wait()

    def on_resize(self) -> None:
        senseless = "ssh" if self._for_owner else "mail"
        keys = [one for one in commands.footer(self.SCOPE) if one.verb != senseless]
        self.query_one(KeyLine).keys(keys, commands.footer(Scope.EVERYWHERE))

    @work(exclusive=True, group="authorize", exit_on_error=False, description="authorize in a browser")
    async def _wait(self) -> None:
        """Listen where the callback reaches this machine, show what to open, and take what comes first."""
        callback = self._client.callback_url
        async with AsyncExitStack() as stack:
            listener, trouble = None, ""
            if not self._for_owner and loopback.is_loopback(callback):
                any_port = token_ways.any_port(self._client)
                try:
                    listener = await stack.enter_async_context(
                        loopback.listening(callback, any_port=any_port)
                    )
                except PortTaken as error:
                    trouble = str(error)
            redirect_uri = listener.redirect_uri if listener else callback
            minutes = token_ways.OWNER_DAYS * 1440 if self._for_owner else 10
            try:
                self._begun = await asyncio.to_thread(
                    begin,
                    self._desk.store,
                    self._desk.vault,
                    self._asset,
                    self._client,
                    redirect_uri=redirect_uri,
                    minutes=minutes,
                    consent=self._consent,
                )
            except TokenRefused as refused:
                self.leave(refused)
                return
            if listener is not None:
                place = token_ways.ssh_target(os.environ, hub(self).user, socket.gethostname())
                self._ssh = loopback.ssh_line(listener.port, place[1], place[0], ssh_port=place[2])
            if listener is None:
                self._comes_back = await asyncio.to_thread(self._how_it_comes_back)
            self._draw(trouble)
            await self._answers(listener)

    def _how_it_comes_back(self) -> str:
        desk = self._desk
        by_itself, words = token_ways.answer_comes(
            self._client, desk.settings.callback_url, listens=desk.agent_listens()
        )
        if by_itself or not self._for_owner:
            return words if by_itself else ""
        return f"{words}{BACK_WORDS}"

    @work(exclusive=True, group="arrived", exit_on_error=False, description="look for the answer")
    async def store_changed(self) -> None:
        """The agent may have taken the answer, or another console."""
        if self._begun is None or self._own:
            return
        came = await asyncio.to_thread(token_answers.came, self._desk.store, self._begun.state)
        if came is None or self._own:
            return
        self._say(came.words)
        if came.refused is not None:
            self.leave(came.refused)
        elif came.kept:
            self.notify(f"{visible(self._asset.name)} signs in with its new token.", markup=False)
            self.leave(None)

    async def _answers(self, listener: loopback.Listener | None) -> None:
        """Take what comes first, the browser's answer or a paste, until one can be read."""
        assert self._begun is not None
        heard = asyncio.ensure_future(listener.answer(self._begun.state)) if listener else None
        try:
            async with asyncio.timeout((self._begun.ends_at - times.now()).total_seconds()):
                while True:
                    address = await self._first(heard)
                    if heard is not None and heard.done():
                        heard = None  # the browser's answer comes once; another can only be pasted
                    if await self._completed(address):
                        return
        except TimeoutError:
            self.leave(_timed_out(self._client))
        finally:
            if heard is not None:
                heard.cancel()

    async def _first(self, heard: asyncio.Future[SecretStr] | None) -> SecretStr:
        pasted = asyncio.ensure_future(self._pasted.get())
        try:
            waiting = [pasted] if heard is None else [heard, pasted]
            done, _rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            pasted.cancel()

    async def _completed(self, address: SecretStr) -> bool:
        self._own = True
        self._say("The answer is here; the tokens are being fetched …")
        try:
            exchanged = await complete(
                self._desk.store, self._desk.vault, self._http, address, now=times.now()
            )
        except AddressUnreadable as error:
            self._own = False
            self._say(str(error))
            return False
        except TokenRefused as refused:
            self.leave(refused)
            return True
        self.leave(exchanged)
        return True

    def _draw(self, trouble: str) -> None:
        assert self._begun is not None
        url = self._begun.url.get_secret_value()
        parts: list[tuple[str, str]] = [
            ("Open this address", "bold"),
            (f" (c copies it, Q shows it as a QR code{', m mails it' if self._for_owner else ''})\n", ""),
        ]
        parts += [(f"{visible(url)}\n\n", "$accent")]
        if self._for_owner:
            parts.append(
                (OWNER_WORDS.format(days=token_ways.OWNER_DAYS, answer=visible(self._comes_back)), "")
            )
        elif self._ssh:
            where = token_ways.Session.of(os.environ).words
            parts += [(f"{where} Then type there first (s copies it):\n", "")]
            parts += [(f"{visible(self._ssh)}\n", "$accent")]
            parts += [(PASTE_WORDS, "")]
        elif self._comes_back:
            parts += [(f"{visible(self._comes_back)} It can be pasted here as well.\n\n", "")]
        else:
            why = trouble or "The callback URL does not lead to this machine."
            parts += [(f"{why} Paste the address that the browser ended on.\n\n", "")]
        consent = token_ways.CONSENT_ON if self._consent else token_ways.CONSENT_OFF
        parts += [
            (f"Consent prompt {'on' if self._consent else 'off'} (p turns it). ", "bold"),
            (consent, "$text-muted"),
        ]
        self.query_one("#words", Static).update(Content.assemble(*parts))
        self._say(f"Waiting until {times.exact(self._begun.ends_at)}.")

    def _say(self, words: str) -> None:
        self.query_one("#status", Static).update(Content(f" {visible(words)}"))

    def on_paste(self, event: events.Paste) -> None:
        """A paste is taken wherever the focus is."""
        event.stop()
        self._pasted.put_nowait(SecretStr(event.text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value:
            self._pasted.put_nowait(SecretStr(event.value))
            event.input.value = ""

    def refusal(self, verb: str) -> str | None:
        if verb == "back":
            return None
        if self._begun is None:
            return "The address is still being made."
        if verb == "ssh" and self._for_owner:
            return "An owner's link needs no port: nothing is heard on this machine. c copies the link."
        if verb == "ssh" and not self._ssh:
            return "There is no port to forward: the answer is pasted back."
        if verb == "mail" and not self._for_owner:
            return "Only an owner's link is mailed: l on the Tokens pane makes one."
        return None

    def do_copy(self) -> None:
        assert self._begun is not None
        clipboard.copy(self, "the address", self._begun.url.get_secret_value(), show=False)

    def do_ssh(self) -> None:
        clipboard.copy(self, "the ssh line", self._ssh)

    def do_mail(self) -> None:
        self._mail()

    @work(exclusive=True, group="mail", exit_on_error=False, description="mail the link")
    async def _mail(self) -> None:
        from tui.dialogs.link_mail_form import mail_link

        assert self._begun is not None
        begun = self._begun
        mail = await mail_link(hub(self), self._desk, self._asset, self._client, begun)
        if mail is not None:
            at = times.exact(times.now())
            self._say(f"Mailed to {mail.letter.to} at {at}. Waiting until {times.exact(begun.ends_at)}.")

    def do_consent(self) -> None:
        self._consent = not self._consent
        self._wait()

    def do_qr(self) -> None:
        from tui.dialogs.qr import qr_dialog

        assert self._begun is not None
        self.app.push_screen(qr_dialog(self._begun.url.get_secret_value(), self.size))

    def do_back(self) -> None:
        self.workers.cancel_group(self, "authorize")
        self.leave(None)

    def put_away(self) -> None:
        """See `tui.dialogs.leaving.put_away`."""
        self.do_back()


def _timed_out(client: OAuthClient) -> TokenRefused:
    from live.diagnosis import OAuthWords, diagnose_oauth
    from live.oauth.faults import Fault

    words = "Nothing came back from the browser in time."
    diagnosis = diagnose_oauth(str(client.provider), OAuthWords.found("redirect_timeout")).id
    return TokenRefused(Fault.CONSENT, words, diagnosis)
