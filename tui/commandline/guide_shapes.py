"""Set-up guides as JSON, in the shape that `postroom guide --help` states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.commandline.printing import moment
from tui.commandline.rungs import diagnosis_as_json

if TYPE_CHECKING:
    from live.providers.guides.progress import Judged, Progress
    from store.assets import Asset


def of_progress(progress: Progress, asset: Asset, *, only: str | None = None) -> dict[str, Any]:
    """The guide; `only`: with this step alone."""
    steps = [judged for judged in progress.steps if only in (None, judged.step.id)]
    return {
        "asset": asset.name,
        "asset_id": asset.id,
        "provider": asset.provider,
        "method": progress.guide.id,
        "chosen": progress.chosen,
        "title": progress.guide.title,
        "about": progress.guide.about,
        "complete": progress.complete,
        "done": progress.done,
        "now": None if progress.complete else progress.steps[progress.at].step.id,
        "steps": [_of_step(judged) for judged in steps],
    }


def _of_step(judged: Judged) -> dict[str, Any]:
    step, tick = judged.step, judged.tick
    return {
        "id": step.id,
        "title": step.title,
        "who": step.who.value,
        "state": judged.stand.value,
        "seen": judged.words,
        "diagnosis": diagnosis_as_json(judged.diagnosis.id) if judged.diagnosis else None,
        "well_at": moment(judged.proven_at),
        "ticked_by": tick.by if tick else None,
        "ticked_at": moment(tick.at) if tick else None,
        "optional": step.optional,
        "text": list(judged.text),
        "values": [
            {"label": value.label, "value": value.text or None, "missing": value.missing}
            for value in judged.values
        ],
        "link": step.link or None,
    }
