"""One asset in full: how it stands, its fields, its latest check."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui import asset_list, clipboard, commands, diagnosis_text, forwarding_words, times
from tui.asset_list import State
from tui.commands import Scope, bindings
from tui.dialogs.leaving import LeavingScreen
from tui.hub import Hub, hub
from tui.times import ago, exact
from tui.widgets.command_host import CommandHost
from tui.widgets.ladder_view import STYLES, Ladder, LadderView, Row, labelled
from tui.widgets.lines import KeyLine
from tui.widgets.record_list import fitted
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from store.assets import Asset, AssetLine
    from store.check_changes import Change
    from store.checks import CheckRun


VALUE_LINES = 3
"""Lines of a value that are shown: the form has the whole, and the ladder below needs its room."""
UNSET_DOMAIN = "none: set inbound_domain in {path}"


def described(
    asset: Asset, line: AssetLine, now: datetime, config: str, width: int, proof: str = ""
) -> Content:
    """The asset's state and fields, one a line.

    Args:
        proof: what is known of its forwarding besides, see `tui.forwarding_words.proof`.
    """
    state, finding = asset_list.judged(line, now)
    glyph, word, tone = asset_list.LOOKS[state]
    security = asset_list.SECURITIES[asset.security]
    if asset.security == "none" and asset.cleartext_agreed:
        security += " (a password in the clear was agreed to)"
    fields = [
        ("Address", asset.address),
        ("Forward to", asset.forwarding_address or UNSET_DOMAIN.format(path=config)),
        ("Forwarding", " · ".join(filter(None, (_forwarding(line, now), proof)))),
        ("Provider", asset_list.PROVIDERS[asset.provider]),
        ("Server", f"{asset.host}:{asset.port}  {security}"),
        ("Sign-in", _sign_in(asset)),
        ("Owner", asset.owner or "not named"),
        ("Changed", f"{ago(asset.updated_at, now)}, {exact(asset.updated_at)}"),
    ]
    if asset.ca_pem:
        fields.insert(5, ("Trust", "the system's authorities, and one of its own"))
    if asset.note:
        fields.insert(-1, ("Note", asset.note))
    if line.engage:
        mark, _word, _tone = asset_list.ENGAGE[line.engage]
        pci = ", PCI check enabled" if line.pci_check else ""
        fields.insert(3, ("Engage", f"{mark} {line.engage}: service {line.service}{pci}"))
    stands = f"  {glyph} {word}"
    name = fitted(visible(asset.name), width - cell_len(stands)).rstrip()
    head: Row = [(name, "bold"), (stands, STYLES[tone])]
    if finding and state is not State.FAILING:  # the ladder below tells what failed
        told = fitted(f"  {visible(finding)}", max(0, width - cell_len(name + stands))).rstrip()
        head.append((told, "$text-muted"))
    rows = [head, *(row for label, value in fields for row in _field(label, value, width))]
    return Content("\n").join(Content.assemble(*row) for row in rows)


def _forwarding(line: AssetLine, now: datetime) -> str:
    from store.forwarding_states import state_of

    state = state_of(line, now)
    glyph = asset_list.FORWARDINGS[state.kind][0]
    told = "awaiting confirmation: F shows link and code" if state.kind == "awaiting" else state.words
    return f"{glyph} {told}"


def _field(label: str, value: str, width: int) -> list[Row]:
    rows = list(labelled(label, value, width))
    if len(rows) > VALUE_LINES:
        rows = rows[:VALUE_LINES]
        rows[-1][-1] = (rows[-1][-1][0][:-1] + "…", rows[-1][-1][1])
    return rows


def _sign_in(asset: Asset) -> str:
    kept = "kept in the vault" if asset.has_password else "not kept yet"
    return f"as {asset.sign_in_name}, {asset_list.METHODS[asset.sign_in]} {kept}"


class AssetScreen(LeavingScreen[None], CommandHost):
    """Opened with Enter on an asset. Leaves by itself when the asset is deleted."""

    SCOPE = Scope.ASSET
    BINDINGS = bindings(Scope.ASSET)

    def __init__(self, asset_id: int) -> None:
        super().__init__()
        self._asset_id = asset_id
        self._asset: Asset | None = None
        self._run: CheckRun | None = None
        self._changes: tuple[Change, ...] = ()

    @property
    def console(self) -> Hub:
        return hub(self)

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="fields")
        yield LadderView()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(LadderView).focus()
        self.store_changed()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    @work(exclusive=True, exit_on_error=False, description="read the asset")
    async def store_changed(self) -> None:
        """Read again: at opening, and whenever something was committed."""
        from store import assets, check_changes, checks, heartbeats

        desk = self.console.desk
        assert desk is not None

        def read() -> tuple[Asset | None, AssetLine | None, CheckRun | None, tuple[Change, ...], str]:
            asset = assets.by_id(desk.store, desk.vault, self._asset_id)
            line = next((line for line in assets.lines(desk.store, self._asset_id)), None)
            run = next(
                iter(checks.page(desk.store, asset_id=self._asset_id, limit=1, kind=checks.CONNECTION)), None
            )
            changes = check_changes.changes_since_good(desk.store, run) if run else ()
            probed = checks.page(desk.store, asset_id=self._asset_id, limit=1, kind=checks.FORWARDING)
            heartbeat = heartbeats.of(desk.store, self._asset_id)
            proof = forwarding_words.proof(next(iter(probed), None), heartbeat, times.now())
            return asset, line, run, changes, proof

        asset, line, self._run, self._changes, proof = await asyncio.to_thread(read)
        if asset is None or line is None:
            if self._asset is not None:
                self.notify("This asset was deleted by somebody else.", severity="warning", markup=False)
            self._asset = None
            self.leave()
            return
        self._asset = asset
        config = str(self.console.config_path)
        content = described(asset, line, times.now(), config, self.size.width - 2, proof)
        self.query_one("#fields", Static).update(content)
        ladder = Ladder.of_run(self._run, self._changes) if self._run else None
        self.query_one(LadderView).show(ladder, "Never tested. Press t to test the connection.")

    def refusal(self, verb: str) -> str | None:
        if verb == "back":
            return None
        if self._asset is None:
            return "The asset is still being read."
        if verb == "copy" and not self._asset.forwarding_address:
            return asset_list.NO_ADDRESS.format(path=self.console.config_path)
        if verb == "diagnosis" and self._run is None:
            return "There is no check to copy yet; press t."
        return None

    def do_test(self) -> None:
        self.console.test([self._asset_id])

    def do_message(self) -> None:
        self.console.test([self._asset_id], message=True)

    def do_edit(self) -> None:
        self.console.edit_asset(self._asset_id)

    def do_delete(self) -> None:
        self.console.delete_assets([self._asset_id])

    def do_card(self) -> None:
        from tui import inbound_verbs

        self.console.carry_out("show the confirmation", inbound_verbs.card_of, self._asset_id)

    def do_mail(self) -> None:
        from tui import inbound_verbs

        assert self._asset is not None
        self.console.carry_out("show the mail", inbound_verbs.mail_of, self._asset.name)

    def do_domain(self) -> None:
        from tui import domain_verbs

        self.console.carry_out("check the domain", domain_verbs.check, [self._asset_id])

    def do_forwarding(self) -> None:
        from tui import forwarding_verbs

        self.console.carry_out("check the forwarding", forwarding_verbs.check, [self._asset_id])

    def do_heartbeat(self) -> None:
        from tui import forwarding_verbs

        self.console.carry_out("set the heartbeat", forwarding_verbs.heartbeat, [self._asset_id])

    def do_register(self) -> None:
        from tui import engage_verbs

        self.console.carry_out("register to Engage", engage_verbs.register, self._asset_id)

    def do_guide(self) -> None:
        from tui import guide_verbs

        self.console.carry_out("show the set-up guide", guide_verbs.show, self._asset_id)

    def do_copy(self) -> None:
        assert self._asset is not None
        clipboard.copy(self, "the forwarding address", self._asset.forwarding_address)

    def do_address(self) -> None:
        assert self._asset is not None
        clipboard.copy(self, "the address", self._asset.address)

    def do_diagnosis(self) -> None:
        assert self._run is not None
        clipboard.copy(self, "the diagnosis", diagnosis_text.as_text(self._run, self._changes))

    def do_back(self) -> None:
        self.dismiss()
