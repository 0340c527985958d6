"""A person at the console: presses keys, looks at the screen, and waits for what must come."""

from __future__ import annotations

import asyncio
import builtins
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import WorkerState

from tui import commands
from tui.app import Console
from tui.panes.list_pane import ListPane
from tui.widgets.lines import Line

PATIENCE_S = 20.0
"""For anything to come; a loaded machine of the smallest kind takes seconds for what takes 0.1 s here."""
TURN_S = 0.005
"""Between two looks at a condition that threads and sockets bring about."""
HOPS = 6
"""Queues that a key goes through at most: the app's, the focus's, its parents', what it mounts."""
CHARACTERS = {"space": " ", "slash": "/", "question_mark": "?", "asterisk": "*"}
ENDLESS = ("watch",)
"""Groups of workers that run as long as the console does."""
ASKING = ("verb", "begin")
"""Groups of workers that open dialogs and wait for their answers."""


class Person:
    """Drives one running console by its keys."""

    def __init__(self, console: Console, pilot: Pilot[Any]) -> None:
        self.console = console
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before is dealt with; characters, or names as Textual has them.

        The pilot's own `press` waits until the processor idles, which takes ten times as long.
        """
        for key in keys:
            self._send(key)
            await self.turn()

    async def press_at_once(self, *keys: str) -> None:
        """Press keys faster than the console deals with them, as a slow line delivers them."""
        for key in keys:
            self._send(key)
        await self.turn()

    def _send(self, key: str) -> None:
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        character = key if len(key) == 1 else CHARACTERS.get(key)
        driver = self.console._driver
        assert driver is not None
        driver.send_message(events.Key(name, character))

    async def turn(self) -> None:
        """Let every message that is under way arrive: from the app to the focus, and up again."""
        for _ in range(HOPS):
            await self.pilot._wait_for_screen()
        until = time.monotonic() + PATIENCE_S
        while self.console.deals_with_key and not self.console._exit:
            await self.pilot._wait_for_screen()
            assert time.monotonic() < until, "a key is never dealt with"
        self.console.screen._on_timer_update()

    async def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        await self.press_at_once(*text)

    async def fill(self, field: str, text: str) -> None:
        """Put the cursor into a field of a form, as Tab does, and replace what is there by typing."""
        await self.until(lambda: self.console.screen.query(f"#{field}"), f"field {field}")
        self.widget(f"#{field}", Input).focus()
        await self.press("end", "ctrl+u")
        await self.type(text)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until a condition holds."""
        until = time.monotonic() + PATIENCE_S
        while True:
            await self.turn()
            if condition():
                return
            assert time.monotonic() < until, f"no {what}:\n{self.text}\n{self.toasts}"
            await asyncio.sleep(TURN_S)

    async def sees(self, words: str) -> None:
        """Wait until the words are on the screen; a line break counts as a space."""
        await self.until(lambda: words in self.text or words in self.flowing, f"{words!r} on the screen")

    async def is_told(self, words: str) -> None:
        """Wait until a toast says so."""
        await self.until(lambda: any(words in toast for toast in self.toasts), f"toast {words!r}")

    async def settled(self) -> None:
        """Wait until every worker that ends has ended."""
        await self.until(lambda: not self.working, "rest")
        await self.turn()

    async def at(self, screen: builtins.type[Screen[Any]]) -> None:
        """Wait until a screen of this kind is in front."""

        def there() -> bool:
            front = self.console.screen
            return isinstance(front, screen) and front.is_mounted

        await self.until(there, screen.__name__)

    @property
    def working(self) -> list[str]:
        """What workers are doing, but for those that run as long as the console, or wait for an answer."""
        busy = (WorkerState.PENDING, WorkerState.RUNNING)
        waiting = ASKING if isinstance(self.console.screen, ModalScreen) else ()
        return [
            worker.description
            for worker in self.console.workers
            if worker.state in busy and worker.group not in (*ENDLESS, *waiting)
        ]

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """The lines as they would be written to the terminal."""
        return [strip.text.rstrip() for strip in self.console.screen._compositor.render_strips()]

    @property
    def flowing(self) -> str:
        """The text of the screen, or of the dialog on it, as one line without frames."""
        depth = max((line.count("│") for line in self.lines), default=0)
        inner = [line.split("│")[depth // 2] for line in self.lines if line.count("│") == depth]
        return " ".join(" ".join(inner if depth > 1 else self.lines).split())

    @property
    def toasts(self) -> list[str]:
        """What toasts say now."""
        return [notification.message for notification in self.console._notifications]

    @property
    def pane(self) -> ListPane:
        return self.console.main.active

    @property
    def headline(self) -> str:
        """The first line of the pane that is seen."""
        return self.pane.query_one(".headline", Line).text.strip()

    @property
    def focused(self) -> str | None:
        """The id of what has the focus."""
        return self.console.focused.id if self.console.focused else None

    @property
    def remarks(self) -> str:
        """What the form says below its fields."""
        return str(self.widget("#remarks", Static).content)

    @property
    def complaint(self) -> str:
        """What the dialog in front says is wrong."""
        return str(self.widget(".complaint", Static).content)

    def value(self, field: str) -> Any:
        """What a field of the form in front holds."""
        return self.widget(f"#{field}").value

    def widget(self, selector: str, kind: builtins.type[Any] = Widget) -> Any:
        return self.console.screen.query_one(selector, kind)

    def names(self) -> list[str]:
        """The first words of every row of the assets pane, in order."""
        records = self.pane.table.records
        rows = [records.at(index) for index in range(len(records))]
        return [row.line.name for row in rows if row is not None]

    @staticmethod
    def key_of(pane: str) -> str:
        """The key that brings a pane to the front."""
        return commands.by_id(f"app.{pane}").keys

    async def go(self, pane: str) -> None:
        """Bring a pane to the front by its key."""
        await self.press(self.key_of(pane))
        await self.settled()
        assert self.pane.id == pane

    async def goes_to(self, name: str) -> None:
        """Put the cursor of the assets pane on the asset of that name, by the arrow keys."""
        place = self.names().index(name)
        while self.pane.table.cursor != place:
            await self.press("down" if self.pane.table.cursor < place else "up")

    @property
    def under_cursor(self) -> str:
        """The name of the asset under the cursor."""
        return str(self.pane.table.current.line.name)  # type: ignore[union-attr]  # tests put it on one


@asynccontextmanager
async def at_console(
    store: Path, *, size: tuple[int, int] = (80, 24), config: Path | None = None, ready: bool = True
) -> AsyncIterator[Person]:
    """A running console on a store, and a person at it who waits until the assets are listed.

    Args:
        ready: False: hand over at once, for a desk that asks something first or cannot be opened.
    """
    console = Console(store, config)
    async with console.run_test(size=size, notifications=True) as pilot:
        person = Person(console, pilot)
        if ready:
            await person.until(lambda: console.desk is not None, "open desk")
            await person.settled()
        yield person
