"""Two people edited the same asset: the second one sees both values and decides, field by field or all at
once."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.content import Content

from store.assets import AssetFields, EditConflict
from tui.dialogs.base import Choice, Question
from tui.widgets.untrusted import visible

LABELS = {
    "cleartext_agreed": "cleartext agreed",
    "ca_pem": "own CA",
    "login_id": "login ID",
    "sign_in": "sign-in",
    "pci_check": "PCI check",
    "keep_days": "keep days",
    "keep_megabytes": "keep megabytes",
}
SHOWN = 60
"""Characters of a value that are shown: a certificate would fill the dialog."""


async def resolved(app: App[Any], conflict: EditConflict) -> AssetFields | None:
    """The fields to be saved after the person has decided; None to go back to the form. To be awaited in a
    worker."""
    answer = await app.push_screen_wait(
        Question(
            "Changed by somebody else meanwhile",
            _both(conflict),
            (
                Choice("m", "Save mine", "mine"),
                Choice("t", "Keep theirs", "theirs"),
                Choice("b", "Back to the form", "back"),
            ),
            "back",
        )
    )
    if answer == "mine":
        mine = {name: value for name, (_theirs, value) in conflict.differing.items()}
        return conflict.theirs.fields().model_copy(update=mine)
    return conflict.theirs.fields() if answer == "theirs" else None


def _both(conflict: EditConflict) -> Content:
    if not conflict.differing:
        return Content(
            "What they saved is what you typed. Only the password, if you typed one, is still to be kept."
        )
    parts: list[tuple[str, str]] = [("Nothing is lost yet; these fields differ:\n", "")]
    for name, (theirs, mine) in conflict.differing.items():
        label = LABELS.get(name, name)
        parts += [
            (f"\n{label}\n", "$accent"),
            ("  theirs  ", "$text-muted"),
            (_shown(theirs), ""),
            ("\n  mine    ", "$text-muted"),
            (_shown(mine), ""),
        ]
    return Content.assemble(*parts)


def _shown(value: object) -> str:
    text = visible(str(value)) or "(empty)"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
