"""The form of an asset: presets fill in, what is wrong is said at once, and nothing typed is lost before it
is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr
from textual import work
from textual.widgets import Input, Select

from live import deadlines, providers
from live.password_trial import PasswordTrial
from store import assets, grants
from store.assets import Asset, AssetError, AssetFields, AssetTaken, Security, SignIn
from store.database import StoreError
from store.vault_errors import VaultError
from tui import asset_draft, times
from tui.commands import Scope, bindings
from tui.dialogs import asset_fields, asset_saving, client_shown, inbound_fields
from tui.dialogs.form import Field, Form, Remark
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from store.assets import AssetLine
    from store.grants import Grant
    from store.oauth_clients import OAuthClient
    from tui.desk import Desk


class AssetForm(Form[int]):
    """Answers the id of the asset that was kept, or that the person wants to go to."""

    SCOPE = Scope.FORM
    BINDINGS = bindings(Scope.FORM)

    def __init__(
        self,
        desk: Desk,
        asset: Asset | None,
        taken: Sequence[AssetLine],
        clients: Sequence[OAuthClient],
        grant: Grant | None = None,
    ) -> None:
        """
        Args:
            taken: all assets, with whose names and addresses this one's may not clash.
            clients: the OAuth clients to choose from.
            grant: the asset's.
        """
        super().__init__(f"Asset {asset.name}" if asset else "New asset", tried=asset is not None)
        self._desk = desk
        self._asset = asset
        self._taken = [line for line in taken if asset is None or line.id != asset.id]
        self._clients = {str(client.id): client.name for client in clients}
        self._registered = {str(client.id): client for client in clients}
        self._grant = grant
        self._jump: int | None = None
        self._preset = _preset(asset.provider) if asset else ("", "", Security.STARTTLS.value)
        self._ca_pem = asset.ca_pem if asset else ""

    def fields(self) -> Sequence[Field]:
        return asset_fields.fields(self._asset, self._clients, self._desk.settings)

    def initial(self, name: str) -> str | bool:
        return asset_fields.initial(name, self._asset, self._clients, self._desk.settings)

    def row_of(self, remark: Remark) -> str:
        return asset_fields.row_of(remark)

    def together(self, name: str) -> Sequence[str]:
        return asset_fields.together(name)

    def hidden(self, typed: Mapping[str, object]) -> Iterable[str]:
        if typed["security"] != Security.NONE.value:
            yield "cleartext_agreed"
        yield from ("password",) if typed["sign_in"] == SignIn.OAUTH.value else asset_fields.OAUTH

    def shown(self, typed: Mapping[str, object]) -> Mapping[str, str]:
        inbound = {"inbound": inbound_fields.forwards_to(self._asset, self._desk.settings)}
        client = self._registered.get(str(typed["oauth_client_id"]))
        if client is None or typed["sign_in"] != SignIn.OAUTH.value:
            return inbound
        return inbound | client_shown.shown(client, self._grant, self._clients, times.now())

    def prepared(self) -> None:
        if self._asset is None:
            self._fill_preset()

    # --- what was typed ---

    def _draft(self) -> AssetFields:
        return asset_draft.fields_of(self.typed(), ca_pem=self._ca_pem)

    def _password(self) -> SecretStr | None:
        by_password = self.query_one("#sign_in", Select).value == SignIn.PASSWORD.value
        return self.secret("password") if by_password else None

    def remarks(self) -> Sequence[Remark]:
        draft = self._draft()
        self._jump = next((other.id for _field, other in asset_draft.taken_by(draft, self._taken)), None)
        return asset_draft.judged(draft, self._password(), self._taken, times.now())

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "provider":
            self._fill_preset()
        super().on_select_changed(event)

    def _fill_preset(self) -> None:
        """Fill in the provider's server, port and security, but for what was typed there by hand."""
        preset = _preset(str(self.query_one("#provider", Select).value))
        typed = self.typed()
        for field, before, now in zip(("host", "port", "security"), self._preset, preset, strict=True):
            if typed[field] in ("", before):
                self.put(**{field: now})
        self._preset = preset

    # --- commands ---

    def refusal(self, verb: str) -> str | None:
        if verb == "jump" and self._jump is None:
            return "Name and address are not used by another asset."
        saving = any(worker.group == "save" and not worker.is_finished for worker in self.workers)
        if saving and (verb != "cancel" or not self.trial.runs):
            return "This is being saved already."
        return None

    def do_jump(self) -> None:
        self.dismiss(self._jump)

    def do_cancel(self) -> None:
        if self.trial.runs:
            self.workers.cancel_group(self, "save")
            self.tell("The test was stopped, and nothing is saved.")
        else:
            super().do_cancel()

    def do_save(self) -> None:
        self._save(untested=False)

    def do_save_untested(self) -> None:
        self._save(untested=True)

    @work(exclusive=True, group="save", exit_on_error=False, description="save the asset")
    async def _save(self, *, untested: bool) -> None:
        self.trial.outcome = ""
        if not await self._read_ca_file():
            return
        if self.is_wrong():
            return
        draft, password = self._draft(), self._password()
        if password is not None and not await self.console.unlocked("The password is kept in the vault."):
            self.tell("The password cannot be kept while the vault is locked; ^S asks again.")
            return
        trial = None
        if password is not None and self._asset is not None and self._asset.has_password and not untested:
            with self.trying():
                trial = await asset_saving.proven(draft, password, self.step)
            if self._refused(trial) or self.outdated():
                return
        await self._keep(draft, password, trial)

    def _refused(self, trial: PasswordTrial) -> bool:
        """Whether the server did not take the new password, after saying why."""
        if trial.failed is not None:
            self.trial.outcome, why = asset_saving.refused(trial.failed)
            self.tell(self.trial.outcome, why)
        return not trial.proven

    async def _keep(
        self, draft: AssetFields, password: SecretStr | None, trial: PasswordTrial | None
    ) -> None:
        try:
            kept = await asset_saving.kept(self.app, self._desk, self._asset, draft, password)
        except AssetTaken as error:
            self._jump = error.asset_id
            self.tell(f"{error} ^G goes there.")
            self.query_one(f"#{error.field}").focus()
            return
        except (AssetError, VaultError, StoreError) as error:
            self.tell(str(error))
            return
        if kept is None:
            return
        if trial is not None:
            await asyncio.to_thread(asset_saving.record_trial, self._desk, kept, trial)
        await asyncio.to_thread(deadlines.restate, self._desk.store, times.now(), [kept.id])
        guide = " u shows step by step what is left to do." if self._asset is None else ""
        told = f"{visible(kept.name)} is kept.{await self._what_next(kept, trial)}{guide}"
        self.notify(told, markup=False)
        self.leave(kept.id)

    async def _what_next(self, kept: Asset, trial: PasswordTrial | None) -> str:
        if kept.sign_in != SignIn.OAUTH:
            return "" if trial else " Press t to test it."
        grant = await asyncio.to_thread(grants.of, self._desk.store, kept.id)
        if grant is not None and grant.made_with:
            return (
                f" Its grant was made with {visible(grant.made_with)} and is not used any more: "
                "n on the Tokens pane (3) generates a token again."
            )
        return "" if grant is not None else " On the Tokens pane (3), n generates its token."

    async def _read_ca_file(self) -> bool:
        path = self.query_one("#ca_file", Input).value.strip()
        if path in ("", "-"):
            self._ca_pem = self._asset.ca_pem if self._asset and not path else ""
            return True
        try:
            self._ca_pem = await asyncio.to_thread(assets.read_ca_file, path)
        except AssetError as error:
            self.tell(str(error))
            self.query_one("#ca_file", Input).focus()
            return False
        return True


def _preset(provider: str) -> tuple[str, str, str]:
    """Server, port and security that the provider asks for, as the form holds them."""
    smtp = providers.of(provider).smtp
    return smtp.host, str(smtp.port), str(smtp.security)
