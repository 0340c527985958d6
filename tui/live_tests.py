"""The checks that run in this console, as the screen shows them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tui import times

if TYPE_CHECKING:
    from live.connection_tests import Bounds, Event
    from store.checks import CheckStep
    from tui.desk import Desk


@dataclass(slots=True)
class LiveTest:
    """One ladder under way."""

    asset_id: int
    asset_name: str
    rungs: tuple[str, ...]
    started_at: datetime
    steps: list[CheckStep] = field(default_factory=list)
    current: str = ""
    note: str = ""
    """How the current rung goes on."""
    kind: str = "connection"


@dataclass(slots=True)
class LiveTests:
    """All of them, and how many of those asked for have ended and failed."""

    running: dict[int, LiveTest] = field(default_factory=dict)
    asked: int = 0
    ended: int = 0
    failed: int = 0
    _waiting: set[int] = field(default_factory=set)
    _bounds: Bounds | None = None

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    def accept(self, asset_ids: Sequence[int]) -> list[int]:
        """Take these up, but for those that are being tested already; returns the ones to be run."""
        new = [asset_id for asset_id in dict.fromkeys(asset_ids) if asset_id not in self._waiting]
        if not self.busy:
            self.asked = self.ended = self.failed = 0
        self.asked += len(new)
        self._waiting.update(new)
        return new

    async def run(
        self, desk: Desk, asset_ids: Sequence[int], progress: Callable[[], None], send_to: str | None = None
    ) -> None:
        """Run tests that were accepted, calling `progress` whenever something happened; cancelling stops
        them."""
        from live import connection_tests

        if self._bounds is None:
            self._bounds = connection_tests.Bounds(desk.settings.tests_at_once, desk.settings.tests_per_host)
        running = connection_tests.run(
            desk.store, desk.vault, asset_ids, bounds=self._bounds, send_to=send_to
        )
        await self.watch(running, asset_ids, progress, "connection")

    async def watch(
        self,
        running: AsyncGenerator[Event, None],
        asset_ids: Sequence[int],
        progress: Callable[[], None],
        kind: str,
    ) -> None:
        """Show checks that were accepted while they run, of whatever kind, as `run` does."""
        try:
            async with aclosing(running) as events:
                async for event in events:
                    self._take(event, kind)
                    progress()
        finally:
            for asset_id in asset_ids:
                self.running.pop(asset_id, None)
            self._waiting.difference_update(asset_ids)
            progress()

    def _take(self, event: Event, kind: str) -> None:
        from live import connection_tests as tests

        match event:
            case tests.TestBegan(asset_id, asset_name, rungs):
                self.running[asset_id] = LiveTest(asset_id, asset_name, rungs, times.now(), kind=kind)
            case tests.StepBegan(asset_id, name):
                self.running[asset_id].current, self.running[asset_id].note = name, ""
            case tests.StepGoesOn(asset_id, _name, words):
                self.running[asset_id].note = words
            case tests.StepEnded(asset_id, step):
                self.running[asset_id].steps.append(step)
            case tests.TestEnded(asset_id, run):
                self.running.pop(asset_id, None)
                self._waiting.discard(asset_id)
                self.ended += 1
                self.failed += run is not None and run.failed_step is not None
