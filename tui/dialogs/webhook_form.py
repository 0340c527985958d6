"""The form of a webhook: where it leads, what it is told of, and the secret that signs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import SecretStr
from textual import work

from live.webhooks.signing import new_secret
from store import webhooks
from store.database import StoreError
from store.vault_errors import VaultError
from store.webhook_kinds import Event, RawSource, Style
from store.webhooks import EndpointFields, WebhookConflict, WebhookError
from tui import webhook_saving, webhook_words
from tui.commands import Scope, bindings
from tui.dialogs.asset_picker import AssetPicker
from tui.dialogs.base import confirmation
from tui.dialogs.form import Field, Form, Remark
from tui.webhook_saving import NO_SECRET, WebhookRemark

if TYPE_CHECKING:
    from store.webhooks import Endpoint
    from tui.desk import Desk

MAKE, TYPE, KEEP, DROP = "make", "type", "keep", "drop"
EVENT_FIELDS = {f"event_{number}": Event(word) for number, word in enumerate(webhook_words.EVENTS)}
"""A tick for each; ids of widgets have no dot."""
NAMED = 8
"""Chosen assets that the form names; the others are counted."""
AT = {
    "events": "event_0",
    "asset_ids": "assets",
    "secret": "secret_value",
    NO_SECRET: "secret",
    "opt_in_confirmation": "confirmations",
}
"""Where a remark is shown whose field has no line of that name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the form has kept."""

    endpoint: Endpoint
    made: SecretStr | None = field(default=None, repr=False)
    """A secret that was made, to be handed to the receiver."""


def _fields(before: Endpoint | None) -> tuple[Field, ...]:
    ticks = (
        Field(
            name,
            "" if number else "Told of",
            f"{event.value}: {webhook_words.EVENTS[event.value]}",
            tick=True,
        )
        for number, (name, event) in enumerate(EVENT_FIELDS.items())
    )
    return (
        Field("name", "Name", "as the desk calls it, for instance Helpdesk"),
        Field("url", "URL", "https://hooks.example.com/postroom"),
        Field("enabled", "On", "deliver; off: nothing that happens is kept for it", tick=True),
        Field("style", "Style", options=webhook_words.STYLES),
        *ticks,
        Field("assets", "Assets", options={"all": "all, also those to come", "some": "some; ^O chooses"}),
        Field("which", "", fixed=True),
        Field("secret", "Secret", options=_secret_options(before)),
        Field("secret_value", "", "whsec_ and base64; Webex Connect's: any text of 8 or more", secret=True),
        Field("secret_note", "", fixed=True),
        Field("raw", "Mail's source", options=webhook_words.RAWS),
        Field(
            "ordered",
            "In order",
            "an asset's events in turn; a failing one holds the rest",
            tick=True,
        ),
        Field("confirmations", "Confirmations", "with link and code", tick=True),
    )


def _secret_options(before: Endpoint | None) -> dict[str, str]:
    if before is None or not before.has_secret:
        return {MAKE: "make one; it is handed to you afterwards", TYPE: "type the one that the receiver has"}
    options = {KEEP: "keep the one it has", MAKE: "make another", TYPE: "type another"}
    return options | ({DROP: "drop the old one of the two"} if before.is_rotating else {})


class WebhookForm(Form[Kept]):
    """Answers what was kept.

    Args:
        names: ids of all assets by name.
    """

    SCOPE = Scope.WEBHOOK_FORM
    BINDINGS = bindings(Scope.WEBHOOK_FORM)

    def __init__(self, desk: Desk, before: Endpoint | None, names: Mapping[str, int]) -> None:
        title = f"Webhook {before.name}" if before else "New webhook"
        super().__init__(title, tried=before is not None)
        self._desk = desk
        self._before = before
        self._fields = _fields(before)
        self._names = names
        self._chosen: tuple[int, ...] = (before.fields.asset_ids or ()) if before else ()

    def fields(self) -> Sequence[Field]:
        return self._fields

    def initial(self, name: str) -> str | bool:
        given = self._before.fields if self._before else EndpointFields("", "https://", ())
        if name in EVENT_FIELDS:
            return EVENT_FIELDS[name] in given.events
        secret = KEEP if self._before is not None and self._before.has_secret else MAKE
        values: dict[str, str | bool] = {
            "name": given.name,
            "url": given.url,
            "enabled": given.enabled,
            "style": given.style.value,
            "assets": "all" if given.asset_ids is None else "some",
            "secret": secret,
            "secret_value": "",
            "raw": given.raw.value,
            "ordered": given.ordered,
            "confirmations": given.opt_in_confirmation,
        }
        return values[name]

    def typed(self) -> dict[str, object]:
        return {**super().typed(), "chosen": self._chosen}

    def hidden(self, typed: Mapping[str, object]) -> Iterable[str]:
        if typed["secret"] != TYPE:
            yield "secret_value"

    def shown(self, typed: Mapping[str, object]) -> Mapping[str, str]:
        words = {}
        if typed["assets"] == "some":
            names = [name for name, asset_id in self._names.items() if asset_id in self._chosen]
            more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
            listed = ", ".join(sorted(names)[:NAMED])
            words["which"] = f"{len(names):,}: {listed}{more}" if names else "none yet; ^O chooses"
        before = self._before
        if before is not None and before.has_secret and typed["secret"] in (MAKE, TYPE):
            both = webhook_saving.two_sign(before.fields.style, Style(str(typed["style"])))
            words["secret_note"] = (
                "both sign, until the old one is dropped here"
                if both
                else "it takes the old one's place at once"
            )
        return words

    # --- what is wrong ---

    def row_of(self, remark: Remark) -> str:
        return AT.get(remark.field, remark.field)

    def together(self, name: str) -> Sequence[str]:
        beside = {
            "event_0": tuple(EVENT_FIELDS),
            "assets": ("assets", "chosen"),
            "secret": ("secret", "style"),
            "secret_value": ("secret_value", "secret", "style"),
            "confirmations": ("confirmations",),
        }
        return beside.get(name, (name,))

    def _draft(self) -> EndpointFields:
        typed = self.typed()
        return EndpointFields(
            name=str(typed["name"]).strip(),
            url=str(typed["url"]).strip(),
            events=tuple(event for name, event in EVENT_FIELDS.items() if typed[name]),
            style=Style(str(typed["style"])),
            asset_ids=None if typed["assets"] == "all" else self._chosen,
            enabled=bool(typed["enabled"]),
            opt_in_confirmation=bool(typed["confirmations"]),
            raw=RawSource(str(typed["raw"])),
            ordered=bool(typed["ordered"]),
        )

    def remarks(self) -> Sequence[Remark]:
        how = self.typed()["secret"]
        secret = self.secret("secret_value") if how == TYPE else None
        found = [
            remark
            for remark in webhook_saving.remarks(self._before, self._draft(), secret, self._desk.settings)
            if remark.field != NO_SECRET or how in (KEEP, DROP)
        ]
        if how == TYPE and secret is None:
            found.append(
                WebhookRemark("secret", "error", "No secret is typed.", "Type it, or have one made.")
            )
        return found

    # --- verbs ---

    def do_assets(self) -> None:
        self._choose()

    @work(exclusive=True, group="choose", exit_on_error=False, description="choose assets")
    async def _choose(self) -> None:
        chosen = await self.app.push_screen_wait(AssetPicker(self._names, self._chosen))
        if chosen is not None:
            self._chosen = chosen
            self.put(assets="some")
            self.show_applying()
            self.changed()

    def do_save(self) -> None:
        self._save()

    @work(exclusive=True, group="save", exit_on_error=False, description="save the webhook")
    async def _save(self) -> None:
        if self.is_wrong():
            return
        how, draft = self.typed()["secret"], self._draft()
        made = new_secret() if how == MAKE else None
        secret = made or (self.secret("secret_value") if how == TYPE else None)
        if secret is not None and not await self.console.unlocked(
            "The webhook's secret is kept in the vault."
        ):
            self.tell("The secret cannot be kept while the vault is locked; ^S asks again.")
            return
        try:
            kept = await asyncio.to_thread(
                webhook_saving.kept, self._desk, self._before, draft, secret, drop_old=how == DROP
            )
        except WebhookConflict as conflict:
            await self._put_conflict(conflict)
        except (WebhookError, VaultError, StoreError) as error:
            self.tell(str(error))
            await self._read_anew()
        else:
            self.leave(Kept(kept, made))

    async def _read_anew(self) -> None:
        """The fields may have been kept before the secret was refused: go on from there."""
        if self._before is not None:
            desk = self._desk
            found = await asyncio.to_thread(webhooks.by_id, desk.store, desk.vault, self._before.id)
            self._before = found or self._before

    async def _put_conflict(self, conflict: WebhookConflict) -> None:
        """Somebody else saved meanwhile: go on from what they saved, with what was typed here."""
        words = f"{conflict}\n\nWhat you typed stays in the form; saving again replaces what they saved."
        question = confirmation("Changed meanwhile", words, "Go on with mine")
        if await self.app.push_screen_wait(question):
            self._before = conflict.theirs
