"""The card of a confirmation: what a provider asks before it forwards, with link and code to be copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import clipboard, commands
from tui.commands import Scope, bindings
from tui.times import ago, exact
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from datetime import datetime

    from store.confirmations import Confirmation

DKIM = {
    "pass": ("✓ signed by google.com", "$text-success"),
    "fail": ("✗ the signature of google.com does not hold: do not use the link", "bold $text-error"),
    "unverified": ("? not verified: the signature could not be checked", "$text-warning"),
}


def drawn(confirmation: Confirmation, now: datetime) -> Content:
    """The card's words. Needs no vault: support may see it without being able to read other mail."""
    if confirmation.matches:
        asks = (f"✓ {visible(confirmation.requester)}, the asset's own mailbox", "$text-success")
    else:
        who = visible(confirmation.requester) or "somebody who is not named"
        asks = (
            f"✗ {who}, which is not the asset's mailbox: anybody can name this address",
            "bold $text-error",
        )
    parts: list[tuple[str, str] | str] = [
        *("Asset      ", (visible(confirmation.asset_name), "bold"), "\n"),
        *("Asked by   ", asks, "\n"),
        *("Signature  ", DKIM.get(confirmation.dkim, DKIM["unverified"]), "\n"),
        *("Came       ", f"{ago(confirmation.arrived_at, now)}, {exact(confirmation.arrived_at)}", "\n"),
        *("Link       ", visible(confirmation.link) or "none in this mail", "\n"),
        *("Code       ", visible(confirmation.code) or "none: newer mails hold the link alone", "\n\n"),
    ]
    if confirmation.done_at is not None:
        when = ago(confirmation.done_at, now)
        who = visible(confirmation.done_by)
        parts.append(f"Marked as done by {who} {when}." if who else f"Settled {when}: forwarded mail came.")
    else:
        parts.append(
            "Open the link in a browser and press the button there, or type the code into the mailbox's "
            "settings (Forwarding and POP/IMAP). postroom never follows the link by itself. The proof is a "
            "forwarded mail that arrives."
        )
    return Content.assemble(*parts)


def doubt(confirmation: Confirmation) -> str:
    """Why its link and code are better not used, as a sentence; "": nothing speaks against it."""
    if confirmation.dkim == "fail":
        return "Do not use it: the signature does not hold, so the mail may be forged."
    if not confirmation.matches:
        return "Do not use it unless you know who asked: it was not the asset's own mailbox."
    return ""


class ConfirmationCard(ModalScreen[int | None], CommandHost):
    """Shows one card after the other; answers the message id of the one that was marked as done."""

    SCOPE = Scope.CARD
    BINDINGS = bindings(Scope.CARD)

    def __init__(self, cards: Sequence[Confirmation], now: datetime, at: int = 0) -> None:
        """
        Args:
            at: place of the card that is shown first.
        """
        super().__init__()
        self._cards = cards
        self._now = now
        self._at = at

    @property
    def card(self) -> Confirmation:
        return self._cards[self._at]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog card"):
            yield Static("", markup=False, classes="words")
            yield KeyLine()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        many = f" {self._at + 1} of {len(self._cards)}" if len(self._cards) > 1 else ""
        self.query_one(".card").border_title = f"Confirmation of a forwarding address{many}"
        self.query_one(Static).update(drawn(self.card, self._now))
        keys = [one for one in commands.footer(self.SCOPE) if one.verb != "next" or len(self._cards) > 1]
        self.query_one(KeyLine).keys(keys, ())

    def refusal(self, verb: str) -> str | None:
        if verb == "link" and not self.card.link:
            return "This mail holds no link."
        if verb == "code" and not self.card.code:
            return "This mail holds no code; newer ones hold the link alone."
        if verb == "done" and self.card.done_at is not None:
            return "It is marked as done already."
        if verb == "next" and len(self._cards) == 1:
            return "There is no other confirmation."
        return None

    def do_link(self) -> None:
        clipboard.copy(self, "the link", self.card.link, show=False, but=doubt(self.card))

    def do_code(self) -> None:
        clipboard.copy(self, "the code", self.card.code, show=False, but=doubt(self.card))

    def do_next(self) -> None:
        self._at = (self._at + 1) % len(self._cards)
        self._draw()

    def do_done(self) -> None:
        self.dismiss(self.card.message_id)

    def do_back(self) -> None:
        self.dismiss(None)
