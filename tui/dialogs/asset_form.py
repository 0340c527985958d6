"""The form of an asset: presets fill in, what is wrong is said at once, and nothing typed is lost before it
is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Select, Static

from live import deadlines, providers
from live.asset_remarks import Remark
from live.password_trial import PasswordTrial
from store import assets
from store.assets import Asset, AssetError, AssetFields, AssetTaken, Security, SignIn
from store.database import StoreError
from store.vault_errors import VaultError
from tui import asset_draft, times
from tui.commands import Scope, bindings
from tui.dialogs import asset_fields, asset_saving
from tui.dialogs.asset_fields import ORDER, row_of, together
from tui.dialogs.base import confirmation
from tui.dialogs.leaving import LeavingScreen
from tui.hub import Hub, hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine
from tui.widgets.tick import Tick
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from store.assets import AssetLine
    from tui.desk import Desk


class AssetForm(ModalScreen[int | None], LeavingScreen[int | None], CommandHost):
    """Answers the id of the asset that was kept, or that the person wants to go to; None when nothing came of
    it."""

    SCOPE = Scope.FORM
    BINDINGS = bindings(Scope.FORM)

    def __init__(
        self, desk: Desk, asset: Asset | None, taken: Sequence[AssetLine], clients: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._clients = clients
        self._desk = desk
        self._asset = asset
        self._version = asset.version if asset else 0
        self._taken = [line for line in taken if asset is None or line.id != asset.id]
        self._jump: int | None = None
        self._first: dict[str, object] = {}
        self._preset = _preset(asset.provider) if asset else ("", "", Security.STARTTLS.value)
        self._ca_pem = asset.ca_pem if asset else ""
        self._tried = asset is not None
        """Whether remarks on fields that were not touched are shown as well: once somebody wanted to save."""
        self._trying = False
        """Whether a new password is being tried."""
        self._news = False
        """Whether something of importance is said, which stays until the next change."""

    @property
    def console(self) -> Hub:
        return hub(self)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as frame:
            frame.border_title = Content(visible(f"Asset {self._asset.name}" if self._asset else "New asset"))
            with VerticalScroll(classes="fields", can_focus=False):
                for field in ORDER:
                    with Horizontal(classes="field", id=f"row-{field}"):
                        yield from asset_fields.widgets(field, self._asset, self._clients)
            yield Static("", markup=False, id="remarks")
            yield KeyLine()

    def on_mount(self) -> None:
        for box in self.query(Input):
            box.cursor_blink = False
        self.query_one(KeyLine).keys([], [])
        if self._asset is None:
            self._fill_preset()
        self._first = self._typed()
        self._show_applying()
        self.query_one("#name", Input).focus()
        self.set_class(True, "ready")

    def on_resize(self) -> None:
        from tui import commands

        self.query_one(KeyLine).keys(commands.of(Scope.FORM), [])

    # --- what was typed ---

    def _typed(self) -> dict[str, object]:
        texts: dict[str, object] = {box.id or "": box.value for box in self.query(Input)}
        texts |= {box.id or "": box.value for box in self.query(Select)}
        texts |= {box.id or "": box.value for box in self.query(Tick)}
        return texts

    def _draft(self) -> AssetFields:
        return asset_draft.fields_of(self._typed(), ca_pem=self._ca_pem)

    def _password(self) -> SecretStr | None:
        value = self.query_one("#password", Input).value
        by_password = self.query_one("#sign_in", Select).value == SignIn.PASSWORD.value
        return SecretStr(value) if value and by_password else None

    # --- presets ---

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "provider":
            self._fill_preset()
        self._show_applying()
        self._changed()

    def _fill_preset(self) -> None:
        """Fill in the provider's server, port and security, but for what was typed there by hand."""
        preset = _preset(str(self.query_one("#provider", Select).value))
        for field, before, now in zip(("#host", "#port", "#security"), self._preset, preset, strict=True):
            box: Input | Select[str] = self.query_one(field)  # type: ignore[assignment]
            if box.value in ("", before):
                box.value = now
        self._preset = preset

    def _show_applying(self) -> None:
        """Show the fields that apply to the security and the sign-in chosen."""
        none = self.query_one("#security", Select).value == Security.NONE.value
        self.query_one("#row-cleartext_agreed").display = none
        oauth = self.query_one("#sign_in", Select).value == SignIn.OAUTH.value
        self.query_one("#row-password").display = not oauth
        for field in asset_fields.OAUTH:
            self.query_one(f"#row-{field}").display = oauth

    # --- what is wrong ---

    def on_input_changed(self, event: Input.Changed) -> None:
        self._changed()

    def on_checkbox_changed(self, event: Tick.Changed) -> None:
        self._changed()

    def on_descendant_focus(self) -> None:
        if not self._news:
            self._judge()

    def _changed(self) -> None:
        self._news = False
        self._judge()

    def _judge(self) -> list[Remark]:
        """Say what is wrong, the field in hand first; fields not touched yet are left in peace."""
        if not self.has_class("ready"):
            return []
        typed, focused = self._typed(), self.focused.id if self.focused else None
        draft = self._draft()
        self._jump = next((other.id for _field, other in asset_draft.taken_by(draft, self._taken)), None)
        found = asset_draft.judged(draft, self._password(), self._taken, times.now())
        shown = []
        for field in ORDER:
            hit = [remark for remark in found if row_of(remark) == field]
            touched = any(typed[other] != self._first.get(other) for other in together(field))
            told = self._tried or touched
            row = self.query_one(f"#row-{field}")
            row.set_class(told and any(remark.severity == "error" for remark in hit), "wrong")
            row.set_class(told and bool(hit), "remarked")
            shown += hit if told else []
        shown.sort(key=lambda remark: (row_of(remark) != focused, remark.severity != "error"))
        self._say(*(_words(remark) for remark in shown[:2]))
        return found

    def _tell(self, *lines: Content | str) -> None:
        self._news = True
        self._say(*lines)

    def _say(self, *lines: Content | str) -> None:
        contents = [line if isinstance(line, Content) else Content(visible(line)) for line in lines]
        self.query_one("#remarks", Static).update(Content("\n").join(contents))

    # --- commands ---

    def refusal(self, verb: str) -> str | None:
        if verb == "jump" and self._jump is None:
            return "Name and address are not used by another asset."
        saving = any(worker.group == "save" and not worker.is_finished for worker in self.workers)
        if saving and (verb != "cancel" or not self._trying):
            return "This is being saved already."
        return None

    def do_jump(self) -> None:
        self.dismiss(self._jump)

    @work(exclusive=True, group="cancel", exit_on_error=False, description="close the form")
    async def do_cancel(self) -> None:
        if self._trying:
            self.workers.cancel_group(self, "save")
            self._tell("The test was stopped, and nothing is saved.")
            return
        if self._typed() != self._first:
            question = confirmation(
                "Discard what you typed?", "The form has changes that are not kept yet.", "Discard"
            )
            if not await self.app.push_screen_wait(question):
                return
        self.leave(None)

    def do_save(self) -> None:
        self._save(untested=False)

    def do_save_untested(self) -> None:
        self._save(untested=True)

    @work(exclusive=True, group="save", exit_on_error=False, description="save the asset")
    async def _save(self, *, untested: bool) -> None:
        if not await self._read_ca_file():
            return
        self._tried = True
        wrong = next((remark for remark in self._judge() if remark.severity == "error"), None)
        if wrong is not None:
            self.query_one(f"#{row_of(wrong)}").focus()
            return
        draft, password = self._draft(), self._password()
        if password is not None and not await self.console.unlocked("The password is kept in the vault."):
            self._tell("The password cannot be kept while the vault is locked; ^S asks again.")
            return
        trial = None
        if password is not None and self._asset is not None and self._asset.has_password and not untested:
            self._trying = True
            try:
                trial = await asset_saving.proven(draft, password, self._tell)
            finally:
                self._trying = False
            if trial is None:
                return
        await self._keep(draft, password, trial)

    async def _keep(
        self, draft: AssetFields, password: SecretStr | None, trial: PasswordTrial | None
    ) -> None:
        try:
            kept = await asset_saving.kept(self.app, self._desk, self._asset, draft, password)
        except AssetTaken as error:
            self._jump = error.asset_id
            self._tell(f"{error} ^G goes there.")
            self.query_one(f"#{error.field}").focus()
            return
        except (AssetError, VaultError, StoreError) as error:
            self._tell(str(error))
            return
        if kept is None:
            return
        if trial is not None:
            await asyncio.to_thread(asset_saving.record_trial, self._desk, kept, trial)
        await asyncio.to_thread(deadlines.restate, self._desk.store, times.now(), [kept.id])
        hint = "" if trial else " Press t to test it."
        if kept.sign_in == SignIn.OAUTH:
            hint = " On the Tokens pane (3), n generates its token."
        self.notify(f"{visible(kept.name)} is kept.{hint}", markup=False)
        self.leave(kept.id)

    async def _read_ca_file(self) -> bool:
        path = self.query_one("#ca_file", Input).value.strip()
        if path in ("", "-"):
            self._ca_pem = self._asset.ca_pem if self._asset and not path else ""
            return True
        try:
            self._ca_pem = await asyncio.to_thread(assets.read_ca_file, path)
        except AssetError as error:
            self._tell(str(error))
            self.query_one("#ca_file", Input).focus()
            return False
        return True


def _preset(provider: str) -> tuple[str, str, str]:
    """Server, port and security that the provider asks for, as the form holds them."""
    smtp = providers.of(provider).smtp
    return smtp.host, str(smtp.port), str(smtp.security)


def _words(remark: Remark) -> Content:
    tone = "$text-error" if remark.severity == "error" else "$text-warning"
    return Content.assemble((visible(remark.text), tone), " ", visible(remark.remedy))
