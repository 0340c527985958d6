"""Choosing the vault's passphrase, and unlocking the vault at the moment a secret is needed."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from pydantic import SecretStr
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from store.vault import VaultState
from store.vault_errors import VaultError
from tui.desk import Desk
from tui.dialogs.leaving import LeavingScreen
from tui.widgets.command_host import CommandHost
from tui.widgets.line_input import LineInput
from tui.widgets.tick import Tick
from tui.widgets.untrusted import visible

FIRST = (
    "Passwords are encrypted in the store; the key to them is wrapped by a passphrase that you choose now. "
    "Without it nobody can read them, postroom included."
)


class PassphraseDialog(ModalScreen[bool], LeavingScreen[bool], CommandHost):
    """Asks for the passphrase until it is right, or for a new one, twice. Answers whether the vault is
    open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Not now", show=False),
        Binding("ctrl+l", "lock", "Lock the vault", show=False),
    ]

    def __init__(self, desk: Desk, state: VaultState, why: str, *, may_lock: bool = False) -> None:
        """
        Args:
            state: absent asks for a new passphrase; else for the one that there is.
            why: the sentence that says what needs it.
            may_lock: offer to forget the key that is here, instead.
        """
        super().__init__()
        self._may_lock = may_lock
        self._desk = desk
        self._new = state is VaultState.ABSENT
        self._why = why

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as frame:
            frame.border_title = "A passphrase for the vault" if self._new else "Unlock the vault"
            yield Static(visible(FIRST if self._new else self._why), classes="words", markup=False)
            yield Label("Passphrase")
            yield LineInput(password=True, compact=True, id="passphrase")
            if self._new:
                yield Label("Once more")
                yield LineInput(password=True, compact=True, id="again")
            yield Tick("Remember the key on this machine (keyring, else key file)", compact=True, id="keep")
            yield Static("", classes="complaint", markup=False, id="complaint")
            hint = "Enter: go on   Tab, Space: remember or not   Esc: not now"
            yield Static(f"{hint}   Ctrl+L: lock" if self._may_lock else hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        for field in self.query(Input):
            field.cursor_blink = False
        self.query_one("#passphrase", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._new and event.input.id == "passphrase":
            self.query_one("#again", Input).focus()
            return
        if not any(worker.group == "passphrase" and not worker.is_finished for worker in self.workers):
            self.run_worker(
                self._go_on(), group="passphrase", exit_on_error=False, description="open the vault"
            )

    def action_leave(self) -> None:
        self.dismiss(False)

    def put_away(self) -> None:
        """See `tui.dialogs.leaving.put_away`."""
        self.dismiss(False)

    def action_lock(self) -> None:
        if self._may_lock:
            self.run_worker(
                self._lock(), group="passphrase", exit_on_error=False, description="lock the vault"
            )

    async def _lock(self) -> None:
        await asyncio.to_thread(self._desk.vault.lock)
        self.leave(False)

    async def _go_on(self) -> None:
        passphrase = SecretStr(self.query_one("#passphrase", Input).value)
        if self._new and passphrase.get_secret_value() != self.query_one("#again", Input).value:
            self._complain("The two passphrases differ; type the second one again.", "#again")
            return
        self._complain("Deriving the key…", None)
        try:
            await asyncio.to_thread(
                self._desk.vault.initialise if self._new else self._desk.vault.unlock, passphrase
            )
        except VaultError as error:
            self._complain(str(error), "#passphrase")
            return
        if self.query_one("#keep", Tick).value:
            await self._keep()
        self.leave(True)

    async def _keep(self) -> None:
        try:
            home = await asyncio.to_thread(self._desk.keep_key)
        except VaultError as error:
            self.notify(
                f"The vault is open, but its key was not remembered: {error}",
                severity="warning",
                markup=False,
            )
            return
        self.notify(f"The key is remembered in {visible(home)}.", markup=False)

    def _complain(self, words: str, field: str | None) -> None:
        self.query_one("#complaint", Static).update(visible(words))
        if field is not None:
            wrong = self.query_one(field, Input)
            wrong.value = ""
            wrong.focus()
