"""What the tests of the set-up guide's screen share."""

from __future__ import annotations

from pathlib import Path

from store import assets, guide_steps
from tests.tui.engage_kit import in_store
from tests.tui.person import Person
from tui.dialogs.guide_screen import GuideScreen


async def opens(person: Person, name: str) -> GuideScreen:
    """Open the guide of an asset from the list."""
    await person.goes_to(name)
    await person.press("u")
    await person.at(GuideScreen)
    screen = person.console.screen
    assert isinstance(screen, GuideScreen)
    await person.until(lambda: screen.judged is not None, "steps")
    await person.settled()
    return screen


def step_of(screen: GuideScreen) -> str:
    """The id of the step under the cursor."""
    assert screen.judged
    return screen.judged.step.id


def id_of(path: Path, name: str) -> int:
    return in_store(path, lambda store: assets.names(store)[name])


def copied(person: Person) -> str:
    """What went to the clipboard last."""
    return person.console.clipboard


def ticks(path: Path, name: str) -> dict[str, str]:
    asset_id = id_of(path, name)
    found = in_store(path, lambda store: guide_steps.ticks(store, asset_id))
    return {step: tick.by for step, tick in found.items()}
