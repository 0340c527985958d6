"""Asks which deliveries of a span of time are to be replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.deliveries import DeliveryState, Which
from tui import times
from tui.commands import Scope, bindings
from tui.dialogs.form import Field, Form, Remark

WHAT = {
    "": "what was delivered, and what was given up",
    "dead": "what was given up, alone",
    "waiting": "what waits for its next try: try it now",
}
FIELDS = (
    Field("since", "From", "2026-11-24T08:00, or 2h for two hours ago (m, h, d)"),
    Field("until", "To", "the same; empty: until now"),
    Field("what", "What", options=WHAT),
)


@dataclass(frozen=True, slots=True)
class SpanRemark:
    """What is wrong with a time."""

    field: str
    text: str
    remedy: str = ""
    severity: str = "error"


class SpanForm(Form[Which]):
    """Answers which deliveries are meant."""

    SCOPE = Scope.SPAN
    BINDINGS = bindings(Scope.SPAN)

    def __init__(self, webhook_id: int | None, name: str) -> None:
        super().__init__(f"Replay a span of {name}" if name else "Replay a span of all webhooks")
        self._webhook_id = webhook_id

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def initial(self, name: str) -> str | bool:
        return ""

    def remarks(self) -> Sequence[Remark]:
        typed = self.typed()
        found: list[Remark] = []
        moments: dict[str, datetime] = {}
        for name in ("since", "until"):
            text = str(typed[name]).strip()
            if not text:
                continue
            try:
                moments[name] = times.typed(text, times.now())
            except ValueError as error:
                found.append(SpanRemark(name, f"{error}."))
        if not str(typed["since"]).strip():
            found.append(SpanRemark("since", "A span begins somewhere.", "Type a time, or how long ago."))
        if len(moments) == len(("since", "until")) and moments["since"] > moments["until"]:
            found.append(SpanRemark("until", "This is before the beginning.", "Exchange the two."))
        return found

    def do_go(self) -> None:
        if self.is_wrong():
            return
        typed, now = self.typed(), times.now()
        until = str(typed["until"]).strip()
        what = str(typed["what"])
        self.leave(
            Which(
                webhook_id=self._webhook_id,
                state=DeliveryState(what) if what else None,
                since=times.typed(str(typed["since"]).strip(), now),
                until=times.typed(until, now) if until else None,
            )
        )
