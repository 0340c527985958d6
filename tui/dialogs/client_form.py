"""The form of an OAuth client: presets fill in all URLs, and a tenant typed once goes into all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pydantic import SecretStr
from textual import work
from textual.widgets import Select

from live import providers
from live.oauth.http import OAuthHttp
from live.oauth.secret_trial import try_secret
from live.oauth_remarks import remarks
from store import grants, oauth_clients
from store.database import StoreError
from store.grants import GrantState
from store.oauth_clients import OAuthClientConflict, OAuthClientError, OAuthClientFields
from store.token_lines import token_lines
from store.vault_errors import VaultError
from tui import times
from tui.client_list import CLIENT_TYPES, FLOWS, PUBLISHINGS
from tui.commands import Scope, bindings
from tui.dialogs.base import confirmation
from tui.dialogs.form import Field, Form, Remark
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from store.oauth_clients import OAuthClient
    from tui.desk import Desk

PROVIDERS = {"gmail": "Gmail", "office365": "Office 365", "custom": "Custom"}
PRESET = (
    "authorization_url",
    "token_url",
    "refresh_url",
    "device_url",
    "revocation_url",
    "scope",
    "callback_url",
)
"""Fields that the provider's preset fills in."""

FIELDS = (
    Field("name", "Name", "as the desk calls it, for instance Desk app"),
    Field("provider", "Provider", options=PROVIDERS),
    Field("flow", "How", options=FLOWS),
    Field("client_type", "Registered as", options=CLIENT_TYPES),
    Field("tenant", "Tenant ID", "goes into all URLs; the directory's GUID or a verified domain"),
    Field("client_id", "Client ID", "the application's ID"),
    Field("secret", "Client secret", "the value, not the ID; kept encrypted in the vault", secret=True),
    Field("secret_ends", "Secret ends", "the date it ends, as in 2027-05-31"),
    Field("publishing", "Publishing", options=PUBLISHINGS),
    Field("test_users", "Test users", "addresses, separated by spaces"),
    Field("scope", "Scope"),
    Field("callback_url", "Callback URL"),
    Field("authorization_url", "Authorize URL"),
    Field("token_url", "Token URL"),
    Field("refresh_url", "Refresh URL", "empty: the token URL"),
    Field("device_url", "Device URL", "empty: no device code"),
    Field("revocation_url", "Revoke URL", "empty: not offered"),
)


class ClientForm(Form[int]):
    """Answers the id of the client that was kept."""

    SCOPE = Scope.CLIENT_FORM
    BINDINGS = bindings(Scope.CLIENT_FORM)

    def __init__(self, desk: Desk, client: OAuthClient | None) -> None:
        super().__init__(
            f"OAuth client {client.name}" if client else "New OAuth client", tried=client is not None
        )
        self._desk = desk
        self._client = client
        self._preset: dict[str, str] = {}

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def initial(self, name: str) -> str | bool:
        if self._client is None:
            return {"provider": "gmail", "flow": "authorization_code", "client_type": "desktop"}.get(name, "")
        if name == "secret":
            return ""
        if name == "test_users":
            return " ".join(self._client.test_user_list)
        value = getattr(self._client, name)
        return "" if value is None else str(value)

    def prepared(self) -> None:
        if self._client is None:
            self._fill_preset()
        else:
            self._preset = self._presets()

    def _presets(self) -> dict[str, str]:
        typed = self.typed()
        found = providers.preset(str(typed["provider"]), str(typed["flow"]), str(typed["tenant"]).strip())
        return {name: found.get(name, "") for name in PRESET}

    def _fill_preset(self) -> None:
        """Fill in what the provider asks for, but for what was typed by hand."""
        typed, preset = self.typed(), self._presets()
        for name, value in preset.items():
            if typed[name] == self._preset.get(name, ""):
                self.put(**{name: value})
        self._preset = preset

    def hidden(self, typed: Mapping[str, object]) -> Iterable[str]:
        if typed["provider"] != "gmail":
            yield from ("publishing", "test_users")
        elif typed["publishing"] != "testing":
            yield "test_users"
        if typed["provider"] != "office365":
            yield "tenant"
        if typed["flow"] != "authorization_code":
            yield from ("client_type", "callback_url", "authorization_url", "device_url")

    def on_select_changed(self, event: Select.Changed) -> None:
        if self.has_class("ready") and event.select.id in ("provider", "flow"):
            self._fill_preset()
        super().on_select_changed(event)

    def on_input_changed(self, event: object) -> None:
        if self.has_class("ready") and self.focused is not None and self.focused.id == "tenant":
            self._fill_preset()
        self.changed()

    def _draft(self) -> OAuthClientFields | str:
        """The fields as typed, or a sentence on why they are none."""
        typed = {name: str(value).strip() for name, value in self.typed().items()}
        typed.pop("secret")
        ends = typed.pop("secret_ends")
        try:
            secret_ends = date.fromisoformat(ends) if ends else None
        except ValueError:
            return f"The secret's end {ends} is no date; write it as in 2027-05-31."
        users = "\n".join(typed.pop("test_users").replace(",", " ").split())
        return OAuthClientFields.model_validate({**typed, "secret_ends": secret_ends, "test_users": users})

    def remarks(self) -> Sequence[Remark]:
        draft = self._draft()
        return [] if isinstance(draft, str) else list(remarks(draft, self.secret("secret"), times.now()))

    def do_save(self) -> None:
        self._save()

    @work(exclusive=True, group="save", exit_on_error=False, description="save the OAuth client")
    async def _save(self) -> None:
        self.trial.outcome = ""
        draft = self._draft()
        if isinstance(draft, str):
            self.tell(draft)
            self.query_one("#secret_ends").focus()
            return
        if self.is_wrong():
            return
        secret = self.secret("secret")
        if secret is not None and not await self.console.unlocked("The client secret is kept in the vault."):
            self.tell("The secret cannot be kept while the vault is locked; ^S asks again.")
            return
        desk, before = self._desk, self._client
        try:
            if before is None:
                kept = await asyncio.to_thread(
                    oauth_clients.create, desk.store, desk.vault, draft, secret=secret
                )
            else:
                if secret is not None and before.assets and not await self._proves(draft, secret):
                    return
                kept = await asyncio.to_thread(
                    oauth_clients.update,
                    desk.store,
                    desk.vault,
                    before.id,
                    draft,
                    version=before.version,
                    secret=secret,
                )
        except OAuthClientConflict as conflict:
            await self._put_conflict(conflict)
            return
        except (OAuthClientError, VaultError, StoreError) as error:
            self.tell(str(error))
            return
        self.notify(f"{visible(kept.name)} is kept.", markup=False)
        if before is not None and (count := await asyncio.to_thread(_of_another, desk, kept.id)):
            words = (
                f"{count:,} of its grants {'was' if count == 1 else 'were'} made with another client ID or"
            )
            self.notify(f"{words} tenant: they need a token again.", severity="warning", markup=False)
        if before is not None and secret is not None:
            stopped = await asyncio.to_thread(_stopped, desk, kept.id)
            await asyncio.to_thread(grants.make_due, desk.store, stopped, times.now())
        self.leave(kept.id)

    async def _proves(self, draft: OAuthClientFields, secret: SecretStr) -> bool:
        with self.trying():
            proven = await self._proven(draft, secret)
        return proven and not self.outdated()

    async def _proven(self, draft: OAuthClientFields, secret: SecretStr) -> bool:
        """Try a new secret on one asset before all others get it; a person may keep it all the same."""
        assert self._client is not None
        desk = self._desk
        self.step("Trying the new secret on one asset …  The old one stays until this has passed.")
        async with OAuthHttp() as http:
            trial = await try_secret(desk.store, desk.vault, http, self._client.id, draft, secret)
        if trial.refused is None:
            return True
        refused = f"{trial.asset_name} got no token with it: {trial.refused.words}"
        self.tell(f"The new secret was not taken. {refused}")
        keep: bool = await self.app.push_screen_wait(
            confirmation("The provider refused the new secret", refused, "Keep it all the same")
        )
        return keep

    async def _put_conflict(self, conflict: OAuthClientConflict) -> None:
        """Somebody else saved meanwhile: go on from what they saved, with what was typed here."""
        words = f"{conflict}\n\nWhat you typed stays in the form; saving again replaces what they saved."
        question = confirmation("Changed meanwhile", words, "Go on with mine")
        if await self.app.push_screen_wait(question):
            self._client = conflict.theirs


def _of_another(desk: Desk, client_id: int) -> int:
    """How many of its assets have a grant that it did not make as it is now."""
    return sum(line.client_id == client_id and bool(line.made_with) for line in token_lines(desk.store))


def _stopped(desk: Desk, client_id: int) -> list[int]:
    """The assets that stood still for the client's fault: a new secret may mend them."""
    return [
        line.asset_id
        for line in token_lines(desk.store)
        if line.client_id == client_id and line.state == GrantState.CLIENT_FAULT
    ]
