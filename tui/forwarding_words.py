"""How heartbeats and forwarding checks are told, as pure functions of records and the time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui import diagnosis_text
from tui.times import ago

if TYPE_CHECKING:
    from store.checks import CheckRun
    from store.heartbeats import Heartbeat

CHOICES = ((24, "d", "Daily"), (6, "s", "Every 6 hours"), (1, "h", "Hourly"), (168, "w", "Weekly"))
"""Hours of a heartbeat, key, label."""


def every_words(hours: int) -> str:
    """ "off", "every 6 hours", "daily"."""
    if not hours:
        return "off"
    known = {each: label.lower() for each, _key, label in CHOICES}
    return known.get(hours) or f"every {hours} hours"


def proof(run: CheckRun | None, heartbeat: Heartbeat | None, now: datetime) -> str:
    """What the last check of the forwarding found, and whether a heartbeat repeats it; "": neither is
    there."""
    told = []
    if run is not None:
        glyph, word, _ = diagnosis_text.GLYPHS[run.outcome.value]
        told.append(f"checked {ago(run.started_at, now)}: {glyph} {word}")
    if heartbeat is not None:
        told.append(f"heartbeat {every_words(heartbeat.every_hours)}")
    return " · ".join(told)
