"""The console: opens the desk, keeps the panes awake, and carries out the verbs that reach beyond one
pane."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui import commands
from tui.commands import Scope, bindings
from tui.hub import Hub
from tui.main_screen import MainScreen
from tui.theme import POSTROOM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.checks import CheckRun
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
        self._progress_due = False

    def run_console(self) -> int:
        """Run until the person leaves; returns the exit code and prints what could not be said on the
        screen."""
        self.run(mouse=self.mouse)
        if self.farewell:
            print(self.farewell, file=sys.stderr)
        return self.return_code or 0

    # --- opening and closing ---

    def get_default_screen(self) -> Screen[Any]:
        return MainScreen()

    def on_mount(self) -> None:
        self.call_after_refresh(self._open_desk)

    @work(exclusive=True, group="desk", exit_on_error=False, description="open the store")
    async def _open_desk(self) -> None:
        self.desk = await asyncio.to_thread(_opened_desk, self._store, self._config)
        if self.desk.settings.theme != self.theme and self.desk.settings.theme in self.available_themes:
            self.theme = self.desk.settings.theme
        self.main.store_changed()
        self._watch()
        from tui import vault_verbs

        self._carry_out("look for the vault's key", vault_verbs.begin)
        self.set_interval(TICK_SECONDS, self.main.tick)

    @work(exclusive=True, group="watch", exit_on_error=False, description="watch the store")
    async def _watch(self) -> None:
        from tui import vault_verbs

        assert self.desk is not None
        watch = await asyncio.to_thread(self.desk.store.watch)
        try:
            while True:
                await asyncio.sleep(WATCH_SECONDS)
                if await asyncio.to_thread(watch.changed):
                    self.store_changed()
                    await vault_verbs.show(self, self.desk)
        finally:
            watch.close()

    async def on_unmount(self) -> None:
        if self.desk is not None:
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
        """What the status line says of the assets."""
        first = words.partition(" · ")[0]
        self.need_words = (first, "bold $text-error" if first[0].isdigit() else "$text-success")
        self.main.draw_lines()

    def say_vault(self, words: str, style: str) -> None:
        self.vault_words = (words, style)
        self.main.draw_lines()

    def store_changed(self) -> None:
        """Someone committed: everything that is seen reads again."""
        for screen in self.screen_stack:
            changed = getattr(screen, "store_changed", None)
            if changed is not None:
                changed()

    # --- commands that are heard everywhere ---

    async def action_command(self, command_id: str) -> None:
        result = getattr(self, f"do_{commands.by_id(command_id).verb}")()
        if asyncio.iscoroutine(result):
            await result

    async def to_pane(self, name: str) -> Any:
        """Close what is open above the panes and bring one to the front."""
        while not isinstance(self.screen, MainScreen):
            await self.pop_screen()
        return await self.main.show_pane(name)

    @work(exclusive=True, group="pane", exit_on_error=False, description="show a pane")
    async def do_assets(self) -> None:
        await self.to_pane("assets")

    @work(exclusive=True, group="pane", exit_on_error=False, description="show a pane")
    async def do_checks(self) -> None:
        await self.to_pane("checks")

    @work(exclusive=True, group="pane", exit_on_error=False, description="show a pane")
    async def do_audit(self) -> None:
        await self.to_pane("audit")

    def do_help(self) -> None:
        from tui.dialogs.help import help_screen

        scope = getattr(self.screen, "SCOPE", None)
        scopes = (scope,) if scope else (self.main.active.SCOPE, Scope.LIST)
        self.push_screen(help_screen(*scopes, Scope.EVERYWHERE))

    def do_quit(self) -> None:
        self.exit(0)

    def do_vault(self) -> None:
        from tui import vault_verbs

        self._carry_out("unlock or lock the vault", vault_verbs.toggle)

    async def unlocked(self, why: str) -> bool:
        from tui import vault_verbs

        return self.desk is not None and await vault_verbs.unlocked(self, self.desk, why)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        host: Any = screen if getattr(screen, "SCOPE", None) else self.main.active
        for scope, hearer in ((host.SCOPE, host), (Scope.EVERYWHERE, self)):
            for command in commands.of(scope):
                yield SystemCommand(command.label, command.tip, _carried_out(hearer, command.id))
        yield SystemCommand(
            "Theme", "Choose another theme; ansi-dark follows your terminal.", self.action_change_theme
        )

    # --- verbs that reach beyond one pane ---

    def _carry_out(
        self, what: str, verb: Callable[..., Coroutine[Any, Any, None]], *given: Any, **options: Any
    ) -> None:
        """Run a verb in a worker; what it works on is named by ids, never by secrets."""
        if self.desk is not None:
            self.run_worker(
                verb(self, self.desk, *given, **options),
                group="verb",
                exit_on_error=False,
                description=what,
            )

    def test(self, asset_ids: Sequence[int], *, message: bool = False) -> None:
        """Test these assets, on demand with a real message at the end."""
        from tui import asset_verbs

        self._carry_out("test the connection", asset_verbs.run_tests, asset_ids, message=message)

    def edit_asset(self, asset_id: int | None) -> None:
        """Open the form, for a new asset where no id is given."""
        from tui import asset_verbs

        self._carry_out("edit the asset", asset_verbs.edit, asset_id)

    def delete_assets(self, asset_ids: Sequence[int]) -> None:
        """Delete, after asking."""
        from tui import asset_verbs

        self._carry_out("delete the assets", asset_verbs.delete, asset_ids)

    def progressed(self) -> None:
        """A running test has something new: show it soon, but not for every rung."""
        if not self._progress_due:
            self._progress_due = True
            self.set_timer(PROGRESS_SECONDS, self._show_progress)

    def _show_progress(self) -> None:
        self._progress_due = False
        self.main.tick()

    def stop_tests(self) -> None:
        """Stop the tests that run; they are recorded as stopped."""
        self.workers.cancel_group(self, "tests")
        self.notify("The tests were stopped.", markup=False)

    def open_run(self, run: CheckRun) -> None:
        """One check in full, above the panes."""
        from tui.dialogs.run_screen import RunScreen

        self.push_screen(RunScreen(run))

    def open_asset(self, asset_id: int) -> None:
        """One asset in full, above the panes."""
        from tui.dialogs.asset_screen import AssetScreen

        self.push_screen(AssetScreen(asset_id))

    @work(exclusive=True, group="pane", exit_on_error=False, description="show an asset's checks")
    async def show_checks_of(self, name: str) -> None:
        pane = await self.to_pane("checks")
        await pane.set_filter(name)
        pane.table.focus()

    def must_leave(self) -> bool:
        return self.desk is None


def _opened_desk(store: Path | None, config: Path | None) -> Desk:
    from tui.desk import Desk

    return Desk.open(store, config)


def _carried_out(hearer: Any, command_id: str) -> Callable[[], Any]:
    return lambda: hearer.action_command(command_id)
