"""The set-up guide of one asset: its steps, and beside them the one under the cursor in full."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from tui import clipboard, commands, guide_words, times
from tui.commands import Scope, bindings
from tui.dialogs.leaving import LeavingScreen
from tui.guide_page import page
from tui.hub import Hub, hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.record_list import RecordList
from tui.widgets.records import ListRecords
from tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from live.providers.guides.progress import Judged, Progress
    from tui.desk import Desk

TURNS_PAGES = frozenset({"list.page-up", "list.page-down"})


class StepList(RecordList["Judged"], inherit_bindings=False):
    """The steps. There are fewer than lines on any screen, so the keys for pages are the text's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding
        for binding in bindings(Scope.LIST)
        if isinstance(binding, Binding) and binding.id not in TURNS_PAGES
    ]


class GuideScreen(LeavingScreen[None], CommandHost):
    """Opened with u on an asset. Leaves by itself when the asset is deleted."""

    SCOPE = Scope.GUIDE
    BINDINGS = bindings(Scope.GUIDE)

    def __init__(self, desk: Desk, asset_id: int) -> None:
        super().__init__()
        self._desk = desk
        self._asset_id = asset_id
        self._progress: Progress | None = None
        self._value = 0
        """Which value › points to."""
        self._drawn: tuple[str, int] | None = None
        """Step and value that are shown; another step is shown from its top."""

    @property
    def console(self) -> Hub:
        return hub(self)

    @property
    def steps(self) -> StepList:
        return self.query_one(StepList)

    @property
    def judged(self) -> Judged | None:
        """The step under the cursor."""
        return self.steps.current

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        with Horizontal():
            yield StepList(guide_words.COLUMNS, guide_words.cells, key=lambda judged: judged.step.id)
            with Vertical():
                yield TextView(id="step")
                yield Line(classes="hint")
        yield KeyLine()

    def on_mount(self) -> None:
        self.steps.focus()
        self.watch(self.steps, "cursor", self._draw, init=False)
        self.store_changed()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))
        self.call_after_refresh(self._draw)

    @work(exclusive=True, group="guide", exit_on_error=False, description="read the set-up guide")
    async def store_changed(self) -> None:
        """Read again: at opening, and whenever something was committed."""
        from live.providers.guides import progress

        desk = self._desk
        found = await asyncio.to_thread(
            progress.of_asset,
            desk.store,
            desk.vault,
            self._asset_id,
            times.now(),
            callback_url=desk.settings.callback_url,
            inbound_domain=desk.settings.inbound_domain,
        )
        if found is None:
            if self._progress is not None:
                self.notify("This asset was deleted by somebody else.", severity="warning", markup=False)
            self.leave()
            return
        before, self._progress = self._progress, found
        self.query_one(".headline", Line).say(f" {guide_words.headline(found)}")
        self.steps.show(ListRecords(found.steps), cursor=self._place(before, found))
        self._draw()

    def _place(self, before: Progress | None, found: Progress) -> int:
        """Where the cursor goes: it stays at its step, but goes on from one that was done just now, and to
        one that has begun to fail."""
        current = self.judged
        if before is None or current is None or before.guide.id != found.guide.id:
            return found.at
        failed = {judged.step.id for judged in before.steps if judged.stand == "failing"}
        news = [
            judged for judged in found.steps if judged.stand == "failing" and judged.step.id not in failed
        ]
        place = found.index(current.step.id)
        if news or place is None or (found.steps[place].done and not current.done):
            return found.at
        return place

    def _draw(self) -> None:
        judged = self.judged
        view = self.query_one(TextView)
        width = view.scrollable_content_region.width
        if judged is None or not width:
            return
        if self._drawn is None or self._drawn[0] != judged.step.id:
            self._value = 0
        shown = (judged.step.id, self._value)
        from_top = self._drawn is None or self._drawn[0] != judged.step.id
        self._drawn = shown
        view.show(page(judged, self._value, width, times.now()), from_top=from_top)
        self._hint()

    def _hint(self) -> None:
        """Say how much of the step's text lies below what is seen."""
        view = self.query_one(TextView)
        below = view.virtual_size.height - round(view.scroll_y) - view.scrollable_content_region.height
        above = " · PgUp back" if view.scroll_y else ""
        words = f" ↓ {below} more lines: PgDn{above}" if below > 0 else f" end of this step{above}"
        self.query_one(".hint", Line).say(words if below > 0 or above else "")

    # --- commands ---

    def refusal(self, verb: str) -> str | None:
        judged = self.judged
        if verb == "back":
            return None
        if judged is None:
            return "The guide is still being read."
        if verb in ("copy", "value", "value_before") and not judged.values:
            return "This step has no value to copy."
        if verb == "copy" and not self._pointed(judged).text:
            return f"Not known yet: {self._pointed(judged).missing}."
        if verb == "page" and not judged.step.link:
            return "This step is done here, on no other page."
        if verb == "act" and not judged.step.act:
            return "This step is done at the provider: o copies the page's address, Space ticks it."
        return None

    def _pointed(self, judged: Judged) -> Any:
        return judged.values[min(self._value, len(judged.values) - 1)]

    @property
    def _current(self) -> Judged:
        assert self.judged is not None
        return self.judged

    def do_act(self) -> None:
        from tui import guide_verbs

        assert self._progress is not None
        act = self._current.step.act
        what = guide_words.ACTS[act]
        self.console.carry_out(what, guide_verbs.follow, self._asset_id, act, self._progress.guide)

    def do_tick(self) -> None:
        from tui import guide_verbs

        self.console.carry_out("tick the step", guide_verbs.tick, self._asset_id, self._current)

    def do_copy(self) -> None:
        value = self._pointed(self._current)
        clipboard.copy(self, value.label, value.text)

    def do_value(self) -> None:
        self._point(1)

    def do_value_before(self) -> None:
        self._point(-1)

    def _point(self, step: int) -> None:
        self._value = (self._value + step) % len(self._current.values)
        self._draw()

    def do_page(self) -> None:
        clipboard.copy(self, "the page's address", self._current.step.link)

    def do_method(self) -> None:
        from tui import guide_verbs

        self.console.carry_out("choose a method", guide_verbs.method, self._asset_id)

    def do_next(self) -> None:
        self.steps.cursor += 1

    def do_previous(self) -> None:
        self.steps.cursor -= 1

    def do_here(self) -> None:
        assert self._progress is not None
        self.steps.cursor = self._progress.at

    def do_more(self) -> None:
        self.query_one(TextView).do_page_down()
        self._hint()

    def do_less(self) -> None:
        self.query_one(TextView).do_page_up()
        self._hint()

    def do_back(self) -> None:
        self.dismiss()
