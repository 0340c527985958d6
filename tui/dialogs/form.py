"""What the forms share: one field a line, remarks at once, and nothing typed is lost without asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Select, Static

from tui import commands
from tui.commands import Scope
from tui.dialogs.base import confirmation
from tui.dialogs.form_trial import CHANGED, FormTrial
from tui.dialogs.form_words import Told, in_full, remark_words
from tui.dialogs.leaving import LeavingScreen
from tui.hub import Hub, hub
from tui.widgets.command_host import CommandHost
from tui.widgets.line_input import LineInput
from tui.widgets.lines import KeyLine
from tui.widgets.tick import Tick
from tui.widgets.untrusted import visible

T = TypeVar("T")

REMARKS_SHOWN = 2
"""More would push the fields off a terminal of 24 lines; the rest come when these are mended."""

AROUND = 10
"""Lines of a form besides its fields: the frame, the keys, and remarks at their longest."""
WIDEST, BESIDE = 84, 20
"""Columns of a form at most, and those that a field's words do not get: frame, label, scroll bar."""


class Remark(Told, Protocol):
    """What is wrong or doubtful with a field, and the remedy."""

    @property
    def field(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form: a text, a choice among `options` (value to label), a tick, or words that are only
    shown."""

    name: str
    label: str
    hint: str = ""
    options: Mapping[str, str] | None = None
    tick: bool = False
    secret: bool = False
    fixed: bool = False
    """Not to be edited; what stands there is said by `Form.shown`."""


class Form(ModalScreen[T | None], LeavingScreen[T | None], CommandHost):
    """Subclasses say which fields there are, what is in them at first, and what is wrong with what was
    typed."""

    SCOPE: ClassVar[Scope]

    def __init__(self, title: str, *, tried: bool = False) -> None:
        """
        Args:
            tried: whether remarks on fields that were not touched are shown as well, as they are once
            somebody
                wanted to save.
        """
        super().__init__()
        self._title = title
        self._first: dict[str, object] = {}
        self._tried_with: dict[str, object] = {}
        self._tried = tried
        self._news = False
        """Whether something of importance is said, which stays until the next change."""
        self.trial = FormTrial()

    def fields(self) -> Sequence[Field]:
        """The fields, from top to bottom."""
        raise NotImplementedError

    def initial(self, name: str) -> str | bool:
        """What a field holds at first."""
        raise NotImplementedError

    def remarks(self) -> Sequence[Remark]:
        """What is wrong with what is typed now, the most important first."""
        raise NotImplementedError

    def hidden(self, typed: Mapping[str, object]) -> Iterable[str]:
        """Names of the fields that do not apply to what is typed now."""
        return ()

    def shown(self, typed: Mapping[str, object]) -> Mapping[str, str]:
        """What stands in the fixed fields, given what is typed now; those that are left out are hidden."""
        return {}

    def row_of(self, remark: Remark) -> str:
        """The field that a remark is shown at."""
        return remark.field

    def together(self, name: str) -> Sequence[str]:
        """The fields whose change is a reason to judge this one."""
        return (name,)

    @property
    def console(self) -> Hub:
        return hub(self)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as frame:
            frame.border_title = Content(visible(self._title))
            with VerticalScroll(classes="fields", can_focus=False):
                for field in self.fields():
                    kind = "field fixed" if field.fixed else "field"
                    with Horizontal(classes=kind, id=f"row-{field.name}"):
                        yield Label(field.label, markup=False)
                        yield self._editor(field)
            yield Static("", markup=False, id="remarks")
            yield KeyLine()

    def _editor(self, field: Field) -> Any:
        if field.fixed:
            return Static("", markup=False, id=field.name, classes="shown")
        value = self.initial(field.name)
        if field.options is not None:
            options = [(visible(label), key) for key, label in field.options.items()]
            return Select(options, value=str(value), allow_blank=False, compact=True, id=field.name)
        if field.tick:
            return Tick(field.hint, bool(value), compact=True, id=field.name)
        return LineInput(str(value), field.hint, password=field.secret, compact=True, id=field.name)

    def on_mount(self) -> None:
        for box in self.query(Input):
            box.cursor_blink = False
        self.prepared()
        self._first = self.typed()
        self.show_applying()
        self.query_one(f"#{self.fields()[0].name}").focus()
        self.add_class("ready")

    def prepared(self) -> None:
        """Called once, before what is in the fields counts as their first state."""

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.of(self.SCOPE), [])
        if self.has_class("ready"):
            self.show_applying()

    def _fit(self, lines: int) -> None:
        """Where so many lines of fields are more than the screen has, they scroll above remarks and keys."""
        self.query_one(".form").set_class(lines + AROUND > self.size.height, "tall")

    # --- what was typed ---

    def typed(self) -> dict[str, object]:
        """Every field's value: text, the chosen key, or a bool."""
        values: dict[str, object] = {}
        for field in self._editable():
            widget = self.query_one(f"#{field.name}")
            assert isinstance(widget, Input | Select | Tick)
            values[field.name] = widget.value
        return values

    def _editable(self) -> Sequence[Field]:
        return [field for field in self.fields() if not field.fixed]

    def secret(self, name: str) -> Any:
        """A secret field's value, masked; None when nothing is typed."""
        from pydantic import SecretStr

        value = self.query_one(f"#{name}", Input).value
        return SecretStr(value) if value else None

    def put(self, **values: str) -> None:
        """Put values into text and choice fields."""
        for name, value in values.items():
            widget = self.query_one(f"#{name}")
            assert isinstance(widget, Input | Select)
            widget.value = value

    # --- what is wrong ---

    def on_input_changed(self, event: Input.Changed) -> None:
        self.changed()

    def on_checkbox_changed(self) -> None:
        self.changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        self.show_applying()
        self.changed()

    def on_descendant_focus(self) -> None:
        if not self._news:
            self.judge()

    def show_applying(self) -> None:
        """Show the fields that apply to what is typed, and what stands in the fixed ones."""
        typed = self.typed()
        hidden, shown = set(self.hidden(typed)), self.shown(typed)
        lines, width = 0, max(1, min(WIDEST, self.size.width) - BESIDE)
        for field in self.fields():
            applies = field.name in shown if field.fixed else field.name not in hidden
            self.query_one(f"#row-{field.name}").display = applies
            lines += applies
            if field.fixed and applies:
                words = visible(shown[field.name])
                lines += cell_len(words) // width
                self.query_one(f"#{field.name}", Static).update(Content(words))
        self._fit(lines)

    def changed(self) -> None:
        """Something was typed: what was said of before is over."""
        self._news = False
        self.judge()

    def judge(self) -> Sequence[Remark]:
        """Say what is wrong, the field in hand first; fields not touched yet are left in peace."""
        if not self.has_class("ready"):
            return ()
        typed, focused = self.typed(), self.focused.id if self.focused else None
        found = self.remarks()
        shown: list[Remark] = []
        for field in self._editable():
            hit = [remark for remark in found if self.row_of(remark) == field.name]
            touched = any(typed[name] != self._first.get(name) for name in self.together(field.name))
            told = hit if self._tried or touched else []
            row = self.query_one(f"#row-{field.name}")
            row.set_class(any(remark.severity == "error" for remark in told), "wrong")
            row.set_class(bool(told), "remarked")
            shown += told
        shown.sort(key=lambda remark: (self.row_of(remark) != focused, remark.severity != "error"))
        remarks = map(remark_words, shown[:REMARKS_SHOWN])
        self.say(*self.trial.lines(typed), *remarks, *in_full(self.focused))
        return found

    def is_wrong(self) -> bool:
        """Whether there is an error; then the person is at its field, and everything wrong is said."""
        self._tried = True
        wrong = next((remark for remark in self.judge() if remark.severity == "error"), None)
        if wrong is not None:
            self.query_one(f"#{self.row_of(wrong)}").focus()
        return wrong is not None

    def tell(self, *lines: Content | str) -> None:
        """Say something of importance: it stays until the next change."""
        self._news = True
        self.say(*lines)

    def say(self, *lines: Content | str) -> None:
        """Put these lines below the fields; text is taken literally and made harmless."""
        contents = [line if isinstance(line, Content) else Content(visible(line)) for line in lines]
        self.query_one("#remarks", Static).update(Content("\n").join(contents))

    # --- trying what is typed ---

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Something is tried that may take long: what is typed meanwhile is taken, and told to come too late.

        For workers; `outdated` afterwards says whether there was any of it.
        """
        self._tried_with = self.typed()
        self.console.let_type()
        with self.trial.of(self._tried_with):
            yield

    def step(self, line: Content | str) -> None:
        """Say what is being tried now."""
        self.trial.step = line
        self.judge()

    def outdated(self) -> bool:
        """Whether the form has changed since the trial began; then it is said that nothing is saved."""
        if self.typed() == self._tried_with:
            return False
        self.trial.outcome = Content.styled(CHANGED, "$text-warning")
        self.tell(self.trial.outcome)
        return True

    # --- leaving ---

    def do_cancel(self) -> None:
        self._close_after_asking()

    @work(exclusive=True, group="cancel", exit_on_error=False, description="close the form")
    async def _close_after_asking(self) -> None:
        if self.typed() != self._first:
            question = confirmation(
                "Discard what you typed?", "The form has changes that are not kept yet.", "Discard"
            )
            if not await self.app.push_screen_wait(question):
                return
        self.leave(None)
