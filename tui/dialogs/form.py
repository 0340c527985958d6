"""What the forms share: one field a line, remarks at once, and nothing typed is lost without asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Select, Static

from tui import commands
from tui.commands import Scope
from tui.dialogs.base import confirmation
from tui.hub import Hub, hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine
from tui.widgets.tick import Tick
from tui.widgets.untrusted import visible

T = TypeVar("T")

REMARKS_SHOWN = 2
"""More would push the fields off a terminal of 24 lines; the rest come when these are mended."""


class Remark(Protocol):
    """What is wrong or doubtful with a field, and the remedy."""

    @property
    def field(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def remedy(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form: a text, a choice among `options` (value to label), or a tick."""

    name: str
    label: str
    hint: str = ""
    options: Mapping[str, str] | None = None
    tick: bool = False
    secret: bool = False


class Form(ModalScreen[T | None], CommandHost):
    """Subclasses say which fields there are, what is in them at first, and what is wrong with what was
    typed."""

    SCOPE: ClassVar[Scope]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._first: dict[str, object] = {}

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

    def below(self) -> ComposeResult:
        """What stands below the fields, inside what scrolls."""
        yield from ()

    @property
    def console(self) -> Hub:
        return hub(self)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as frame:
            frame.border_title = Content(visible(self._title))
            with VerticalScroll(classes="fields", can_focus=False):
                for field in self.fields():
                    with Horizontal(classes="field", id=f"row-{field.name}"):
                        yield Label(field.label, markup=False)
                        yield self._editor(field)
                yield from self.below()
            yield Static("", markup=False, id="remarks")
            yield KeyLine()

    def _editor(self, field: Field) -> Any:
        value = self.initial(field.name)
        if field.options is not None:
            options = [(visible(label), key) for key, label in field.options.items()]
            return Select(options, value=str(value), allow_blank=False, compact=True, id=field.name)
        if field.tick:
            return Tick(field.hint, bool(value), compact=True, id=field.name)
        return Input(str(value), field.hint, password=field.secret, compact=True, id=field.name)

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

    # --- what was typed ---

    def typed(self) -> dict[str, object]:
        """Every field's value: text, the chosen key, or a bool."""
        values: dict[str, object] = {}
        for field in self.fields():
            widget = self.query_one(f"#{field.name}")
            assert isinstance(widget, Input | Select | Tick)
            values[field.name] = widget.value
        return values

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
        self.judge()

    def on_checkbox_changed(self) -> None:
        self.judge()

    def on_select_changed(self, event: Select.Changed) -> None:
        self.show_applying()
        self.judge()

    def on_descendant_focus(self) -> None:
        self.judge()

    def show_applying(self) -> None:
        """Show the fields that apply to what is typed."""
        hidden = set(self.hidden(self.typed()))
        for field in self.fields():
            self.query_one(f"#row-{field.name}").display = field.name not in hidden

    def judge(self, *, everything: bool = False) -> Sequence[Remark]:
        """Say what is wrong with what was changed, or with everything; fields not touched yet are left in
        peace."""
        if not self.has_class("ready"):
            return ()
        typed, focused = self.typed(), self.focused.id if self.focused else None
        found = self.remarks()
        told = [
            remark
            for remark in found
            if everything or typed.get(remark.field) != self._first.get(remark.field)
        ]
        for field in self.fields():
            hit = [remark.severity for remark in told if remark.field == field.name]
            row = self.query_one(f"#row-{field.name}")
            row.set_class("error" in hit, "wrong")
            row.set_class(bool(hit), "remarked")
        told.sort(key=lambda remark: (remark.field != focused, remark.severity != "error"))
        self.say(*(_words(remark) for remark in told[:REMARKS_SHOWN]))
        return found

    def first_error(self) -> Remark | None:
        """The first error there is, after saying it and going to its field."""
        wrong = next((remark for remark in self.judge(everything=True) if remark.severity == "error"), None)
        if wrong is not None:
            self.query_one(f"#{wrong.field}").focus()
            self.judge(everything=True)
        return wrong

    def say(self, *lines: Content | str) -> None:
        """Put these lines below the fields; text is taken literally and made harmless."""
        contents = [line if isinstance(line, Content) else Content(visible(line)) for line in lines]
        self.query_one("#remarks", Static).update(Content("\n").join(contents))

    # --- leaving ---

    @work(exclusive=True, group="cancel", exit_on_error=False, description="close the form")
    async def do_cancel(self) -> None:
        if self.typed() != self._first:
            question = confirmation(
                "Discard what you typed?", "The form has changes that are not kept yet.", "Discard"
            )
            if not await self.app.push_screen_wait(question):
                return
        self.workers.cancel_group(self, "save")
        self.dismiss(None)


def _words(remark: Remark) -> Content:
    tone = "$text-error" if remark.severity == "error" else "$text-warning"
    return Content.assemble((visible(remark.text), tone), " ", visible(remark.remedy))
