"""The OAuth clients: app registrations, each shared by the assets that sign in through it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tui import client_list, clipboard, commands, times
from tui.commands import Scope, bindings
from tui.dialogs.base import confirmation
from tui.hub import Hub, hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.record_list import RecordHeader, RecordList
from tui.widgets.records import ListRecords

if TYPE_CHECKING:
    from store.oauth_clients import OAuthClient
    from tui.desk import Desk

EMPTY = (
    "No OAuth clients yet.\n\n"
    "An OAuth client is an app registration: at Google in the Cloud console under Google Auth Platform > "
    "Clients, at Microsoft in the Entra admin center under App registrations.\n"
    "Press n to enter one; all URLs and the scope are filled in."
)


class ClientsScreen(Screen[None], CommandHost):
    """There are few clients, so all are in memory."""

    SCOPE = Scope.CLIENTS
    BINDINGS = bindings(Scope.CLIENTS)

    def __init__(self, desk: Desk, select: int | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._select = select

    @property
    def console(self) -> Hub:
        return hub(self)

    @property
    def table(self) -> RecordList[OAuthClient]:
        return self.query_one(RecordList)

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield RecordHeader(client_list.COLUMNS)
        yield RecordList[Any](
            client_list.COLUMNS,
            lambda client: client_list.cells(client, times.now().date()),
            key=lambda client: client.id,
        )
        yield Static(EMPTY, classes="empty", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        self.table.focus()
        self.store_changed()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    @work(exclusive=True, group="clients", exit_on_error=False, description="read the OAuth clients")
    async def store_changed(self) -> None:
        """Read again: at opening, and whenever something was committed."""
        from store import oauth_clients

        clients = await asyncio.to_thread(oauth_clients.all_clients, self._desk.store, self._desk.vault)
        wanted = self._select or (self.table.current.id if self.table.current else None)
        self._select = None
        place = next((index for index, client in enumerate(clients) if client.id == wanted), None)
        self.table.show(ListRecords(clients), cursor=place)
        self.set_class(not clients, "is-empty")
        count = f"{len(clients):,} OAuth client{'' if len(clients) == 1 else 's'}"
        self.query_one(".headline", Line).say(f" {count}, used by {sum(c.assets for c in clients):,} assets")

    def refusal(self, verb: str) -> str | None:
        if verb in ("open", "delete", "assets", "callback") and self.table.current is None:
            return "There is no OAuth client under the cursor."
        return None

    @property
    def _client(self) -> OAuthClient:
        client = self.table.current
        assert client is not None
        return client

    def do_open(self) -> None:
        self._edit(self._client.id)

    def do_new(self) -> None:
        self._edit(None)

    def _edit(self, client_id: int | None) -> None:
        from tui import token_verbs

        self.console.carry_out("edit the OAuth client", token_verbs.edit_client, client_id)

    def do_callback(self) -> None:
        clipboard.copy(self, "the callback URL", self._client.callback_url)

    def do_assets(self) -> None:
        from tui import token_verbs

        self.console.carry_out("show its assets", token_verbs.show_tokens_of, self._client.name)

    @work(exclusive=True, group="delete", exit_on_error=False, description="delete the OAuth client")
    async def do_delete(self) -> None:
        from store import oauth_clients
        from store.oauth_clients import OAuthClientError

        client = self._client
        words = f"{client.name} ({client.client_id})\n\nIts secret goes with it."
        if not await self.app.push_screen_wait(confirmation("Delete this OAuth client?", words, "Delete")):
            return
        try:
            await asyncio.to_thread(oauth_clients.delete, self._desk.store, self._desk.vault, client.id)
        except OAuthClientError as error:
            self.notify(str(error), severity="warning", markup=False)

    def do_back(self) -> None:
        self.dismiss()
