"""The console: opens the desk, keeps the panes awake, and carries out the verbs that reach beyond one
pane."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import WorkerError

from tui import commands, leaving_tokens, palette, times
from tui.commands import Scope, bindings
from tui.dialogs.leaving import put_away
from tui.hub import Hub
from tui.main_screen import TABS, MainScreen
from tui.panes.assets import AssetsPane
from tui.theme import POSTROOM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import SystemCommand

    from store.checks import CheckRun
    from tui.agent_watch import AgentWatch
    from tui.asset_list import AssetRow
    from tui.desk import Desk

WATCH_SECONDS = 0.5
"""How often the store is asked whether anyone has committed: two consoles see each other within a second."""
TICK_SECONDS = 20
"""How often relative times are looked at; only rows whose words changed are repainted."""
PROGRESS_SECONDS = 0.15
"""At most so often a running test repaints."""


class Console(Hub):
    """postroom in a terminal."""

    TITLE = "postroom"
    CSS_PATH = "postroom.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Scope.EVERYWHERE),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
    ]

    def __init__(self, store: Path | None = None, config: Path | None = None, mouse: bool = False) -> None:
        super().__init__()
        self.register_theme(POSTROOM)
        self.theme = "postroom"
        self.mouse = mouse
        self._store, self._config = store, config
        self._ended = 0
        self._progress_due = False
        self.agent: AgentWatch | None = None
        """None until the desk is open."""

    def run_console(self) -> int:
        """Run until the person leaves; returns the exit code and prints what could not be said on the
        screen."""
        self.run(mouse=self.mouse)
        if self.agent is not None:
            self.agent.end()
        if self.farewell:
            with contextlib.suppress(OSError):  # the terminal may be what has gone
                print(self.farewell, file=sys.stderr)
        return self.return_code or 0

    # --- opening and closing ---

    def get_default_screen(self) -> Screen[Any]:
        return MainScreen()

    def on_mount(self) -> None:
        self.call_after_refresh(self._open_desk)

    @work(exclusive=True, group="desk", exit_on_error=False, description="open the store")
    async def _open_desk(self) -> None:
        rows = await asyncio.to_thread(_glance, self._store, self._config)
        if rows:
            self.main.query_one(AssetsPane).take(rows)
        self.desk = await asyncio.to_thread(_opened_desk, self._store, self._config)
        if not gc.isenabled():  # see `tui.cli.open_console`; what is here now stays
            gc.freeze()
            gc.enable()
        if self.desk.settings.theme != self.theme and self.desk.settings.theme in self.available_themes:
            self.theme = self.desk.settings.theme
        self.main.store_changed()
        self._watch()
        self._watch_agent()
        from tui import vault_verbs

        self.run_worker(
            vault_verbs.begin(self, self.desk),
            group="begin",
            exit_on_error=False,
            description="look for the vault's key",
        )
        self.set_interval(TICK_SECONDS, self.main.tick)
        self._restate_deadlines(self.desk)

    @work(exclusive=True, group="deadlines", exit_on_error=False, description="work out the deadlines")
    async def _restate_deadlines(self, desk: Desk) -> None:
        from live import deadlines

        await asyncio.to_thread(deadlines.restate, desk.store, times.now())

    @work(exclusive=True, group="watch", exit_on_error=False, description="watch the store")
    async def _watch(self) -> None:
        from tui import notice_bell, vault_verbs

        assert self.desk is not None
        watch = await asyncio.to_thread(self.desk.store.watch)
        try:
            await notice_bell.ring(self, self.desk)
            while True:
                await asyncio.sleep(WATCH_SECONDS)
                if await asyncio.to_thread(watch.changed):
                    self.store_changed()
                    await vault_verbs.show(self, self.desk)
                    await notice_bell.ring(self, self.desk)
        finally:
            watch.close()

    @work(group="watch", exit_on_error=False, description="watch the agent")
    async def _watch_agent(self) -> None:
        from tui.agent_watch import AgentWatch

        assert self.desk is not None
        starts = self.desk.settings.agent_child and not self.is_headless
        self.agent = AgentWatch(self, self.desk, self._named(), starts=starts)
        await self.agent.run()

    def _named(self) -> list[str]:
        """The options that name store and configuration, as they were given."""
        given = (("--store", self._store), ("--config", self._config))
        return [word for option, path in given if path is not None for word in (option, str(path))]

    async def on_unmount(self) -> None:
        for worker in [worker for worker in self.workers if worker.group in ("tests", "verb")]:
            with contextlib.suppress(WorkerError):  # stopped already; it is recorded before the store closes
                await worker.wait()
        if self.desk is not None:
            await leaving_tokens.tell_lost(self, self.desk)
            await asyncio.to_thread(self.desk.close)

    # --- what the lines say ---

    @property
    def main(self) -> MainScreen:
        return next(screen for screen in self.screen_stack if isinstance(screen, MainScreen))

    @property
    def config_path(self) -> Path:
        from store.settings import config_file

        return config_file(self._config, self._store)

    def needs(self, words: str) -> None:
        first = words.partition(" · ")[0]
        self.need_words = (first, "bold $text-error" if first[0].isdigit() else "$text-success")
        self._draw_lines()

    def say_vault(self, words: str, style: str) -> None:
        self.vault_words = (words, style)
        self._draw_lines()

    def say_agent(self, words: str, style: str) -> None:
        if self.agent_words != (words, style):
            self.agent_words = (words, style)
            self._draw_lines()

    def _draw_lines(self) -> None:
        if self.screen_stack:  # none is left while the console closes
            self.main.draw_lines()

    def store_changed(self) -> None:
        """Someone committed: everything that is seen reads again."""
        for screen in self.screen_stack:
            changed = getattr(screen, "store_changed", None)
            if changed is not None:
                changed()

    # --- commands that are heard everywhere ---

    async def action_command(self, command_id: str) -> None:
        command = commands.by_id(command_id)
        if command in TABS:
            self.show(command.verb)
        else:
            getattr(self, f"do_{command.verb}")()

    async def to_pane(self, name: str) -> Any:
        while not isinstance(self.screen, MainScreen):
            put_away(self.screen)
        return await self.main.show_pane(name)

    @work(exclusive=True, group="pane", exit_on_error=False, description="show a pane")
    async def show(self, pane: str) -> None:
        await self.to_pane(pane)

    def do_help(self) -> None:
        from tui.dialogs.help import help_screen

        scope = getattr(self.screen, "SCOPE", None)
        scopes = (scope,) if scope else (self.main.active.SCOPE, Scope.LIST)
        self.push_screen(help_screen(*scopes, Scope.EVERYWHERE))

    def do_quit(self) -> None:
        leaving_tokens.leave(self)

    def what_is_lost(self) -> str:
        return leaving_tokens.warning(self)

    def do_vault(self) -> None:
        from tui import vault_verbs

        self.carry_out("unlock or lock the vault", vault_verbs.toggle)

    def do_agent(self) -> None:
        from tui.dialogs.agent import agent_dialog

        if self.agent is not None:
            self.push_screen(agent_dialog(self.agent.detail))

    async def unlocked(self, why: str) -> bool:
        from tui import vault_verbs

        return self.desk is not None and await vault_verbs.unlocked(self, self.desk, why)

    async def log_unlocked(self, why: str) -> bool:
        from tui import vault_verbs

        return self.desk is not None and await vault_verbs.log_unlocked(self, self.desk, why)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        return palette.found(self, screen)

    def action_command_palette(self) -> None:
        if palette.hearer(self.screen) is not None:
            super().action_command_palette()

    # --- verbs that reach beyond one pane ---

    def carry_out(
        self, what: str, verb: Callable[..., Coroutine[Any, Any, None]], *given: Any, **options: Any
    ) -> None:
        busy = next((one for one in self.workers if one.group == "verb" and not one.is_finished), None)
        if self.desk is None:
            self.notify("The store is still being opened.", severity="warning", markup=False)
            return
        if busy is not None:
            words = f"One thing at a time: postroom is still at it to {busy.description}."
            self.notify(words, severity="warning", markup=False)
            return
        self.run_worker(
            verb(self, self.desk, *given, **options),
            group="verb",
            exit_on_error=False,
            description=what,
        )

    def test(self, asset_ids: Sequence[int], *, message: bool = False) -> None:
        from tui import asset_verbs

        self.carry_out("test the connection", asset_verbs.run_tests, asset_ids, message=message)

    def edit_asset(self, asset_id: int | None) -> None:
        from tui import asset_verbs

        self.carry_out("edit the asset", asset_verbs.edit, asset_id)

    def delete_assets(self, asset_ids: Sequence[int]) -> None:
        from tui import asset_verbs

        self.carry_out("delete the assets", asset_verbs.delete, asset_ids)

    def progressed(self) -> None:
        """A running test has something new: show it soon, but not for every rung."""
        if not self._progress_due:
            self._progress_due = True
            self.set_timer(PROGRESS_SECONDS, self._show_progress)

    def _show_progress(self) -> None:
        self._progress_due = False
        if not self.screen_stack:
            return
        if self.tests.ended == self._ended:
            self.main.tick()
        else:  # what ended is in the store: read it at once, so that its row does not vanish for a moment
            self.store_changed()
        self._ended = self.tests.ended

    def stop_tests(self) -> None:
        self.workers.cancel_group(self, "tests")
        self.notify("The tests were stopped.", markup=False)

    def open_run(self, run: CheckRun) -> None:
        from tui.dialogs.run_screen import RunScreen

        self.push_screen(RunScreen(run))

    def open_asset(self, asset_id: int) -> None:
        from tui.dialogs.asset_screen import AssetScreen

        self.push_screen(AssetScreen(asset_id))

    @work(exclusive=True, group="pane", exit_on_error=False, description="show an asset's checks")
    async def show_checks_of(self, name: str) -> None:
        pane = await self.to_pane("checks")
        await pane.set_filter(name)
        pane.table.focus()

    def must_leave(self) -> bool:
        return self.desk is None


def _glance(store: Path | None, config: Path | None) -> list[AssetRow]:
    """The list as it will be, before the libraries are imported that opening the store takes."""
    from store import settings
    from store.asset_lines import glance
    from tui import asset_list, times

    with contextlib.suppress(settings.SettingsError):
        return asset_list.rows(glance(settings.load(config, store).store), times.now())
    return []


def _opened_desk(store: Path | None, config: Path | None) -> Desk:
    from tui.desk import Desk

    return Desk.open(store, config)
