"""`postroom guide`: the set-up guide of an asset as text or JSON, and its ticks."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime

from live.providers import guides
from live.providers.guides import progress as progressing
from live.providers.guides.progress import Judged, Progress
from store import guide_steps
from tui import guide_verbs, guide_words
from tui.commandline import guide_shapes, opening
from tui.commandline.choosing import named
from tui.commandline.faults import UsageError
from tui.commandline.grammar_guide import AUTOMATIC
from tui.commandline.printing import narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk

WIDTH = 78
INDENT = "  "


def run(options: Namespace) -> int:
    """Show the guide; before that, keep a method, a tick, or its taking back."""
    with opening.opened(options) as desk:
        asset = named(desk, options.asset)
        if options.method is not None:
            _choose(desk, asset.id, asset.provider, options.method)
        step_id = options.step or options.tick or options.untick
        found = _progress(desk, asset.id)
        if step_id is not None:
            _known(found, step_id)
        if options.tick is not None or options.untick is not None:
            narrate(_ticked(desk, asset.id, found, step_id, tick=options.tick is not None))
            found = _progress(desk, asset.id)
    if options.json:
        print_json(guide=guide_shapes.of_progress(found, asset, only=options.step))
    elif options.step is not None:
        _print_steps([_known(found, options.step)])
    elif options.tick is None and options.untick is None:
        _print_guide(found, whole=options.all)
    return 0


def _progress(desk: Desk, asset_id: int) -> Progress:
    found = progressing.of_asset(
        desk.store,
        desk.vault,
        asset_id,
        datetime.now(UTC),
        callback_url=desk.settings.callback_url,
        inbound_domain=desk.settings.inbound_domain,
    )
    if found is None:
        raise UsageError("The asset was deleted by somebody else.")
    return found


def _choose(desk: Desk, asset_id: int, provider: str, method: str) -> None:
    ours = [guide.id for guide in guides.offered(provider)]
    if method != AUTOMATIC and method not in ours:
        raise UsageError(f"{method} is not for this provider; there are {', '.join(ours)}.")
    guide_steps.choose(desk.store, asset_id, "" if method == AUTOMATIC else method)


def _known(found: Progress, step_id: str) -> Judged:
    place = found.index(step_id)
    if place is None:
        ids = ", ".join(judged.step.id for judged in found.steps)
        raise UsageError(f"This guide has no step {step_id!r}; there are {ids}.")
    return found.steps[place]


def _ticked(desk: Desk, asset_id: int, found: Progress, step_id: str, *, tick: bool) -> str:
    judged = _known(found, step_id)
    refused = guide_verbs.refusal(judged, tick=tick)
    if refused:
        raise UsageError(refused)
    change = guide_steps.tick if tick else guide_steps.untick
    changed = change(desk.store, asset_id, step_id, judged.step.title)
    if tick:
        return f"{judged.step.title} is done." if changed else f"{judged.step.title} was ticked already."
    return f"The tick of {judged.step.title} is taken back." if changed else "There was no tick."


def _print_guide(found: Progress, *, whole: bool) -> None:
    print_line(guide_words.headline(found))
    print_line(found.guide.about)
    print_line()
    print_table(("STATE", "STEP", "ID", "WHO"), [_cells(judged) for judged in found.steps])
    if whole:
        print_line()
        _print_steps(found.steps)
    elif not found.complete:
        print_line()
        _print_steps([found.steps[found.at]])


def _cells(judged: Judged) -> tuple[str, ...]:
    glyph, word, _tone = guide_words.LOOKS[judged.stand]
    return f"{glyph} {word}", judged.step.title, judged.step.id, judged.step.who.value


def _print_steps(steps: Sequence[Judged]) -> None:
    now = datetime.now(UTC)
    for place, judged in enumerate(steps):
        if place:
            print_line()
        glyph, word, _tone = guide_words.LOOKS[judged.stand]
        print_line(f"{glyph} {judged.step.title} ({judged.step.id}): {word}")
        who = guide_words.WHO[judged.step.who.value]
        for paragraph in (
            guide_words.stand_words(judged, now, f"--tick {judged.step.id}"),
            f"Who does it: {who}.",
            *guide_words.remedy(judged),
        ):
            _print_wrapped(paragraph)
        print_pairs([(value.label, guide_words.value_words(value)) for value in judged.values], indent=INDENT)
        for paragraph in judged.text:
            _print_wrapped(paragraph)
        if told := guide_words.answer(judged):
            _print_wrapped(told)
        if judged.step.link:
            print_line(f"{INDENT}{judged.step.link}")


def _print_wrapped(paragraph: str) -> None:
    for line in textwrap.wrap(
        paragraph, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=False
    ):
        print_line(line)
