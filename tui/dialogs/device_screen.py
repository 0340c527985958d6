"""Generating a token by device code: the code is shown here and typed in a browser anywhere."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from pydantic import SecretStr
from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from live.oauth.device import CodeShown, Waiting, sign_in_elsewhere
from live.oauth.faults import TokenRefused
from live.oauth.token_requests import Fetched
from tui import clipboard, commands, times
from tui.commands import Scope, bindings
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.oauth.http import OAuthHttp
    from store.assets import Asset
    from store.oauth_clients import OAuthClient


class DeviceScreen(Screen[Fetched | TokenRefused | None], CommandHost):
    """Answers the tokens, why there are none, or None when the person left."""

    SCOPE = Scope.DEVICE
    BINDINGS = bindings(Scope.DEVICE)

    def __init__(self, http: OAuthHttp, asset: Asset, client: OAuthClient, secret: SecretStr | None) -> None:
        super().__init__()
        self._http, self._asset, self._client, self._secret = http, asset, client, secret
        self._code: CodeShown | None = None

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield Static("Asking for a code …", markup=False, id="words")
        yield Static("", markup=False, id="status")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Line).say(f" A token for {self._asset.name} by device code")
        self._poll()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    @work(exclusive=True, group="device", exit_on_error=False, description="wait for the device code")
    async def _poll(self) -> None:
        steps = sign_in_elsewhere(self._http, self._client, self._secret, now=times.now())
        try:
            async with aclosing(steps) as polling:
                async for event in polling:
                    if isinstance(event, CodeShown):
                        self._show(event)
                    elif isinstance(event, Waiting):
                        words = event.words or "Not yet typed, or not yet agreed to"
                        self._say(f"{words}; asked again in {event.next_in:.0f} s.")
                    else:
                        self.dismiss(event)
                        return
        except TokenRefused as refused:
            self.dismiss(refused)

    def _show(self, code: CodeShown) -> None:
        self._code = code
        who = self._asset.login_id or self._asset.sign_in_name
        self.query_one("#words", Static).update(
            Content.assemble(
                "\n In any browser open  ",
                (visible(code.verification_uri), "$accent"),
                "  (y copies it)\n\n Type the code       ",
                (visible(code.user_code.get_secret_value()), "bold $accent"),
                f"  (c copies it)\n\n and sign in as      {visible(who)}\n",
            )
        )
        self._say(f"The code ends {times.until(code.ends_at, times.now())}.")

    def _say(self, words: str) -> None:
        self.query_one("#status", Static).update(Content(f" {visible(words)}"))

    def refusal(self, verb: str) -> str | None:
        return "The code is still being asked for." if self._code is None and verb != "back" else None

    def do_copy(self) -> None:
        assert self._code is not None
        clipboard.copy(self, "the code", self._code.user_code.get_secret_value(), show=False)

    def do_address(self) -> None:
        assert self._code is not None
        clipboard.copy(self, "the address", self._code.verification_uri, show=False)

    def do_back(self) -> None:
        self.workers.cancel_group(self, "device")
        self.dismiss(None)

    def put_away(self) -> None:
        """See `tui.dialogs.leaving.put_away`."""
        self.do_back()
