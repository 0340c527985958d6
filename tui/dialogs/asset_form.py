"""The form of an asset: presets fill in, what is wrong is said at once, and nothing typed is lost before it
is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Select, Static

from live import providers
from live.asset_remarks import Remark
from live.password_trial import PasswordTrial
from store import assets
from store.assets import Asset, AssetError, AssetFields, AssetTaken, Security, SignIn
from store.database import StoreError
from store.vault_errors import VaultError
from tui import asset_draft, times
from tui.commands import Scope, bindings
from tui.dialogs import asset_fields, asset_saving
from tui.dialogs.asset_fields import ORDER, row_of
from tui.dialogs.base import confirmation
from tui.hub import Hub, hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine
from tui.widgets.tick import Tick
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from store.assets import AssetLine
    from tui.desk import Desk


class AssetForm(ModalScreen[int | None], CommandHost):
    """Answers the id of the asset that was kept, or that the person wants to go to; None when nothing came of
    it."""

    SCOPE = Scope.FORM
    BINDINGS = bindings(Scope.FORM)

    def __init__(self, desk: Desk, asset: Asset | None, taken: Sequence[AssetLine]) -> None:
        super().__init__()
        self._desk = desk
        self._asset = asset
        self._version = asset.version if asset else 0
        self._taken = [line for line in taken if asset is None or line.id != asset.id]
        self._jump: int | None = None
        self._first: dict[str, object] = {}
        self._preset = _preset(asset.provider) if asset else ("", "", Security.STARTTLS.value)
        self._ca_pem = asset.ca_pem if asset else ""

    @property
    def console(self) -> Hub:
        return hub(self)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as frame:
            frame.border_title = Content(visible(f"Asset {self._asset.name}" if self._asset else "New asset"))
            with VerticalScroll(classes="fields", can_focus=False):
                for field in ORDER:
                    with Horizontal(classes="field", id=f"row-{field}"):
                        yield from asset_fields.widgets(field, self._asset)
            yield Static("", markup=False, id="remarks")
            yield KeyLine()

    def on_mount(self) -> None:
        for box in self.query(Input):
            box.cursor_blink = False
        self.query_one(KeyLine).keys([], [])
        if self._asset is None:
            self._fill_preset()
        self._first = self._typed()
        self._show_cleartext()
        self.query_one("#name", Input).focus()
        self.set_class(True, "ready")

    def on_resize(self) -> None:
        from tui import commands

        self.query_one(KeyLine).keys(commands.of(Scope.FORM), [])

    # --- what was typed ---

    def _typed(self) -> dict[str, object]:
        texts: dict[str, object] = {box.id or "": box.value for box in self.query(Input)}
        for name in ("provider", "security"):
            texts[name] = self.query_one(f"#{name}", Select).value
        texts["cleartext_agreed"] = self.query_one("#cleartext_agreed", Tick).value
        return texts

    def _draft(self) -> AssetFields:
        sign_in = self._asset.sign_in if self._asset else SignIn.PASSWORD
        return asset_draft.fields_of(self._typed(), sign_in=sign_in, ca_pem=self._ca_pem)

    def _password(self) -> SecretStr | None:
        value = self.query_one("#password", Input).value
        return SecretStr(value) if value else None

    # --- presets ---

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "provider":
            self._fill_preset()
        self._show_cleartext()
        self._judge()

    def _fill_preset(self) -> None:
        """Fill in the provider's server, port and security, but for what was typed there by hand."""
        preset = _preset(str(self.query_one("#provider", Select).value))
        for field, before, now in zip(("#host", "#port", "#security"), self._preset, preset, strict=True):
            box: Input | Select[str] = self.query_one(field)  # type: ignore[assignment]
            if box.value in ("", before):
                box.value = now
        self._preset = preset

    def _show_cleartext(self) -> None:
        none = self.query_one("#security", Select).value == Security.NONE.value
        self.query_one("#row-cleartext_agreed").display = none

    # --- what is wrong ---

    def on_input_changed(self, event: Input.Changed) -> None:
        self._judge()

    def on_checkbox_changed(self, event: Tick.Changed) -> None:
        self._judge()

    def on_descendant_focus(self) -> None:
        self._judge()

    def _judge(self, *, everything: bool = False) -> list[Remark]:
        """Say what is wrong with the field in hand, or with all of them; fields not touched yet are left in
        peace."""
        if not self.has_class("ready"):
            return []
        typed, focused = self._typed(), self.focused.id if self.focused else None
        draft = self._draft()
        self._jump = next((other.id for _field, other in asset_draft.taken_by(draft, self._taken)), None)
        found = asset_draft.judged(draft, self._password(), self._taken, times.now())
        shown = []
        for field in ORDER:
            hit = [remark for remark in found if row_of(remark) == field]
            told = everything or typed[field] != self._first.get(field) or self._asset is not None
            row = self.query_one(f"#row-{field}")
            row.set_class(told and any(remark.severity == "error" for remark in hit), "wrong")
            row.set_class(told and bool(hit), "remarked")
            shown += hit if told else []
        shown.sort(key=lambda remark: (row_of(remark) != focused, remark.severity != "error"))
        self._say(*(_words(remark) for remark in shown[:2]))
        return found

    def _say(self, *lines: Content | str) -> None:
        contents = [line if isinstance(line, Content) else Content(visible(line)) for line in lines]
        self.query_one("#remarks", Static).update(Content("\n").join(contents))

    # --- commands ---

    def refusal(self, verb: str) -> str | None:
        if verb == "jump" and self._jump is None:
            return "Name and address are not used by another asset."
        return None

    def do_jump(self) -> None:
        self.dismiss(self._jump)

    @work(exclusive=True, group="cancel", exit_on_error=False, description="close the form")
    async def do_cancel(self) -> None:
        if self._typed() != self._first:
            question = confirmation(
                "Discard what you typed?", "The form has changes that are not kept yet.", "Discard"
            )
            if not await self.app.push_screen_wait(question):
                return
        self.workers.cancel_group(self, "save")
        self.dismiss(None)

    def do_save(self) -> None:
        self._save(untested=False)

    def do_save_untested(self) -> None:
        self._save(untested=True)

    @work(exclusive=True, group="save", exit_on_error=False, description="save the asset")
    async def _save(self, *, untested: bool) -> None:
        if not await self._read_ca_file():
            return
        wrong = next((remark for remark in self._judge(everything=True) if remark.severity == "error"), None)
        if wrong is not None:
            self.query_one(f"#{row_of(wrong)}").focus()
            self._judge(everything=True)
            return
        draft, password = self._draft(), self._password()
        if password is not None and not await self.console.unlocked("The password is kept in the vault."):
            self._say("The password cannot be kept while the vault is locked; ^S asks again.")
            return
        trial = None
        if password is not None and self._asset is not None and self._asset.has_password and not untested:
            trial = await asset_saving.proven(draft, password, self._say)
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
            self._say(f"{error} ^G goes there.")
            self.query_one(f"#{error.field}").focus()
            return
        except (AssetError, VaultError, StoreError) as error:
            self._say(str(error))
            return
        if kept is None:
            return
        if trial is not None:
            await asyncio.to_thread(asset_saving.record_trial, self._desk, kept, trial)
        hint = "" if trial else " Press t to test it."
        self.notify(f"{visible(kept.name)} is kept.{hint}", markup=False)
        self.dismiss(kept.id)

    async def _read_ca_file(self) -> bool:
        path = self.query_one("#ca_file", Input).value.strip()
        if path in ("", "-"):
            self._ca_pem = self._asset.ca_pem if self._asset and not path else ""
            return True
        try:
            self._ca_pem = await asyncio.to_thread(assets.read_ca_file, path)
        except AssetError as error:
            self._say(str(error))
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
