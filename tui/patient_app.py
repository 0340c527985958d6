"""Keys that are typed ahead wait until what they are meant for is there, and reach it in their order."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker, WorkerError, get_current_worker

HELD = 1_000
"""More keys are not kept: nobody types so far ahead, and a paste counts as one."""
HOLD_SECONDS = 2.0
"""So long keys wait for a verb that neither ends nor asks anything; then they are dropped, with a word."""
ROUNDS = 3
"""How often a key is followed: to where its action is run, behind what that sends out, and behind what comes
of that; the choice from an open list takes all three to move the focus."""
ACTS = frozenset(
    ("verb", "pane", "filter", "save", "passphrase", "cancel", "delete", "choose", "mail", "copy")
)
"""Groups of workers that a key starts, and whose outcome decides what the next key is meant for."""
AT_ONCE = "ctrl+c"
"""Never waits; and what waits is dropped, as a terminal does it."""

Typed = events.Key | events.Paste


class PatientApp(App[int]):
    """Delivers one key at a time: the next one when the one before has been dealt with everywhere.

    Textual hands a key to whatever has the focus and takes the next one at once, before the first has come
    back up to the bindings, before the worker that it starts has opened a dialog, and before that dialog has
    the focus.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ahead: deque[Typed] = deque()
        self._followed: Screen[Any] | None = None
        """The screen through whose widgets a key is on its way."""
        self._target: DOMNode | None = None
        """Where that key went, while nobody follows it: a key that nothing waits for comes at no cost."""
        self._delivered = 0
        """Counts keys, so that what tells of one is not taken for the next."""
        self._opening: WeakSet[Screen[Any]] = WeakSet()
        """Screens that are not ready for a key yet. One that is taken away before it was ready never says so:
        only the one on top is waited for."""
        self._asking: WeakKeyDictionary[Worker[Any], asyncio.Future[Any]] = WeakKeyDictionary()
        self._let: WeakSet[Worker[Any]] = WeakSet()
        """Workers that no key waits for any more."""
        self._awaited: WeakSet[Worker[Any]] = WeakSet()
        self._watching: set[asyncio.Task[None]] = set()
        self._limit: Timer | None = None

    # --- what comes in ---

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, Typed) or event.is_forwarded:
            await super().on_event(event)
            if isinstance(event, events.Key) and self._target is not None and self.screen_stack:
                self._follow_from(self.focused or self.screen, ROUNDS - 1)  # it has come up to its binding
        elif isinstance(event, events.Key) and event.key == AT_ONCE:
            self._ahead.clear()
            self._wait_for_nothing()
            await super().on_event(event)
        elif self._ahead or self._waits():
            if len(self._ahead) < HELD:
                self._ahead.append(event)
            await self._go_on()
        else:
            await self._deliver(event)

    async def _deliver(self, event: Typed) -> None:
        target = self.focused or self.screen
        await super().on_event(event)
        takes: Callable[[Typed], bool] | None = getattr(target, "takes", None)  # `LineInput` is imported late
        if takes is None or not takes(event):
            self._followed = self.screen
            self._delivered += 1
            self._target = target

    @property
    def deals_with_key(self) -> bool:
        """Whether a key is still on its way to all that may handle it, or to a screen that is opening."""
        if not self.screen_stack:
            return False
        followed = self._target is None and self.screen is self._followed
        return followed or self.screen in self._opening

    # --- what they wait for ---

    def _waits(self) -> bool:
        return self._unfollowed() is not None or self.deals_with_key or self._at_work() is not None

    def _unfollowed(self) -> DOMNode | None:
        """Where a key went that may still be on its way."""
        return self._target if self.screen_stack and self.screen is self._followed else None

    def _at_work(self) -> Worker[Any] | None:
        """The worker that a key has started and that has neither ended nor asked anything."""
        for worker in self.workers:
            if worker.group in ACTS and not worker.is_finished and worker not in self._let:
                asked = self._asking.get(worker)
                if asked is None or asked.done():
                    return worker
        return None

    def _follow_from(self, target: DOMNode, rounds: int) -> None:
        self._target = None
        self._follow(_upwards(target), rounds, self._delivered)

    def _follow(self, path: list[DOMNode], rounds: int, number: int) -> None:
        """Go the way that the key of this number goes, behind it, through the queues of all that may handle
        it. The way ends with its screen: one that is taken away takes its queue along."""
        while path:
            if path.pop().call_later(self._follow, path, rounds, number):
                return
        if rounds > 1 and self.screen_stack:
            self._follow(_upwards(self.focused or self.screen), rounds - 1, number)
        else:
            self.call_later(self._dealt_with, number)

    async def _dealt_with(self, number: int) -> None:
        if number == self._delivered:
            self._followed = None
            await self._go_on()

    def _expect(self, screen: Screen[Any]) -> None:
        """Wait until this screen has been mounted, and then until the app has given it the focus."""
        self._opening.add(screen)
        if not screen.call_later(self.call_later, self._arrived, screen):
            self.call_later(self._arrived, screen)

    async def _arrived(self, screen: Screen[Any]) -> None:
        self._opening.discard(screen)
        await self._go_on()

    def _wait_for_nothing(self) -> None:
        self._followed = self._target = None
        self._opening.clear()

    def push_screen(self, screen: Any, *given: Any, **options: Any) -> Any:  # Textual has overloads
        pushed = super().push_screen(screen, *given, **options)
        if isinstance(pushed, asyncio.Future):
            worker = get_current_worker()
            self._asking[worker] = pushed
            self._let.discard(worker)
        self._expect(self.screen)
        return pushed

    def pop_screen(self) -> AwaitComplete:
        popped = super().pop_screen()
        self._expect(self.screen)
        self.call_later(self._go_on)
        return popped

    # --- how they go on ---

    async def _go_on(self) -> None:
        """Deliver what waits, as far as it need not wait any more."""
        while self._ahead and not self._waits():
            self._stop_limit()
            await self._deliver(self._ahead.popleft())
        if not self._ahead:
            self._stop_limit()
            return
        if self._limit is None:
            self._limit = self.set_timer(HOLD_SECONDS, self._give_up)
        target = self._unfollowed()
        if target is not None:
            self._follow_from(target, ROUNDS)
        worker = self._at_work()
        if worker is not None and worker not in self._awaited:
            self._awaited.add(worker)
            watching = asyncio.create_task(self._after(worker))
            self._watching.add(watching)
            watching.add_done_callback(self._watching.discard)

    def _stop_limit(self) -> None:
        if self._limit is not None:
            self._limit.stop()
            self._limit = None

    async def _after(self, worker: Worker[Any]) -> None:
        with contextlib.suppress(WorkerError):  # told where all failures of workers are
            await worker.wait()
        self.call_later(self._go_on)

    async def _give_up(self) -> None:
        """What was waited for does not come: what was typed for it is not to act elsewhere."""
        self._limit = None
        self._wait_for_nothing()
        worker = self._at_work()
        if worker is None:
            await self._go_on()
            return
        self._let.add(worker)
        self._drop(f"postroom is still at it to {worker.description}")

    def _drop(self, why: str) -> None:
        many = len(self._ahead)
        self._ahead.clear()
        if many:
            keys = "1 key that was typed ahead was" if many == 1 else f"{many:,} keys typed ahead were"
            self.notify(f"{keys} not used: {why}.", markup=False)

    def notify(self, message: str, *, severity: SeverityLevel = "information", **options: Any) -> None:
        """A warning is to be read before anything else happens: what was typed ahead is not used."""
        super().notify(message, severity=severity, **options)
        if severity != "information":
            self._drop("read this first")

    def let_type(self) -> None:
        """For a worker that goes on for long, and asks nothing before: keys need not wait for it any more."""
        self._let.add(get_current_worker())
        self.call_later(self._go_on)


def _upwards(target: DOMNode) -> list[DOMNode]:
    """The way of an event from its target to the app, to be taken from the end."""
    return list(reversed(target.ancestors_with_self))
