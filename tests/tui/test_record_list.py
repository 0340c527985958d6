"""The list widget: columns that fit, keys that move the cursor, and no repaint without change."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tui import asset_list, check_list
from tui.columns import GUTTER, Cell, Column, layout
from tui.panes import audit
from tui.widgets.record_list import RecordHeader, RecordList, fitted
from tui.widgets.records import PAGE, ListRecords, PagedRecords, PageRead

ALL = {"assets": asset_list.COLUMNS, "checks": check_list.COLUMNS, "audit": audit.COLUMNS}
COLUMNS = (Column("Key", 6), Column("Word", 8, grow=1), Column("Note", 5, keep=1))
ROWS, WIDTH, HEIGHT = 1_000, 40, 20


# Columns


@pytest.mark.parametrize("columns", ALL.values(), ids=ALL)
def test_columns_never_exceed_the_width(columns: Sequence[Column]) -> None:
    for width in range(1, 301):
        laid = layout(columns, width)
        used = GUTTER + sum(one + 1 for _index, one in laid) - 1 if laid else 0
        assert used <= width
        assert all(one > 0 for _index, one in laid)
        assert [index for index, _one in laid] == sorted({index for index, _one in laid})


@given(
    st.lists(
        st.builds(Column, st.just("x"), st.integers(1, 40), st.integers(0, 9), st.integers(0, 9)), max_size=9
    ),
    st.integers(1, 300),
)
def test_any_columns_fit(columns: list[Column], width: int) -> None:
    laid = layout(columns, width)
    assert GUTTER + sum(one + 1 for _index, one in laid) - 1 <= max(width, GUTTER)


@pytest.mark.parametrize("columns", ALL.values(), ids=ALL)
def test_wide_terminals_show_every_column(columns: Sequence[Column]) -> None:
    assert [index for index, _one in layout(columns, 300)] == list(range(len(columns)))


def test_what_matters_stays_at_80_and_at_40() -> None:
    def titles(columns: Sequence[Column], width: int) -> list[str]:
        return [columns[index].title for index, _one in layout(columns, width)]

    assert titles(asset_list.COLUMNS, 80) == ["State", "Name", "Forwarding", "Engage", "Finding"]
    assert titles(asset_list.COLUMNS, 40) == ["State", "Name", "Forwarding"]
    assert titles(check_list.COLUMNS, 40) == ["Result", "Asset", "When"]
    assert titles(audit.COLUMNS, 40) == ["When", "Who", "What"]


def test_room_left_over_goes_to_those_that_grow() -> None:
    assert layout(COLUMNS, GUTTER + 6 + 1 + 8 + 1 + 5 + 10) == [(0, 6), (1, 18), (2, 5)]


@given(st.text(), st.integers(0, 60))
def test_fitted_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) == width


def test_fitted_says_that_it_has_cut() -> None:
    assert fitted("Newsletter", 8) == "Newslet…"
    assert fitted("Newsletter", 10) == "Newsletter"
    assert fitted("東京都", 4) == "東 …"
    assert fitted("one\ntwo", 6) == "one … "


# The widget


class Shelf(App[None]):
    """A list of the numbers from 0 on."""

    CSS = "RecordList { height: 1fr; }"

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.animation_level = "none"
        self.words = [f"word {number}" for number in range(rows)]
        self.moves = 0

    def compose(self) -> ComposeResult:
        yield RecordHeader(COLUMNS)
        yield Painted(COLUMNS, self.cells, key=lambda number: number)

    def cells(self, number: int) -> tuple[Cell, ...]:
        return (Cell(str(number)), Cell(self.words[number], "good"), Cell("note", "quiet"))

    def on_mount(self) -> None:
        self.list.show(ListRecords(range(len(self.words))))
        self.list.focus()

    def on_record_list_moved(self) -> None:
        self.moves += 1

    @property
    def list(self) -> Painted:
        return self.query_one(Painted)


class Painted(RecordList[int]):
    """Remembers which of its lines were painted."""

    painted: list[int]

    def on_mount(self) -> None:
        self.painted = []

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)

    @property
    def top(self) -> int:
        return round(self.scroll_y)


@asynccontextmanager
async def shelf(
    rows: int = ROWS, size: tuple[int, int] = (WIDTH, HEIGHT + 1)
) -> AsyncIterator[tuple[Shelf, Pilot[Any]]]:
    app = Shelf(rows)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.list.painted.clear()
        yield app, pilot


def seen(app: Shelf) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def test_first_screen() -> None:
    async with shelf() as (app, _pilot):
        lines = seen(app)
        assert lines[0].startswith("  Key    Word")
        assert lines[1].startswith("› 0      word 0")
        assert lines[HEIGHT].startswith(f"  {HEIGHT - 1} ")
        assert {cell_len(line) for line in lines} == {WIDTH}


KEYS = {
    ("down",): 1,
    ("j", "j", "j", "k"): 2,
    ("up",): 0,
    ("end",): ROWS - 1,
    ("G", "up"): ROWS - 2,
    ("G", "down"): ROWS - 1,
    ("end", "home"): 0,
    ("G", "g"): 0,
    ("pagedown",): HEIGHT - 1,
    ("pagedown", "pagedown", "pageup"): HEIGHT - 1,
    ("ctrl+d", "ctrl+u"): 0,
    ("pageup",): 0,
    ("end", "pagedown"): ROWS - 1,
    ("end", "pageup"): ROWS - HEIGHT,
}


@pytest.mark.parametrize(("keys", "cursor"), KEYS.items(), ids=[" ".join(keys) for keys in KEYS])
async def test_keys_move_the_cursor(keys: tuple[str, ...], cursor: int) -> None:
    async with shelf() as (app, pilot):
        await pilot.press(*keys)
        assert app.list.cursor == cursor
        assert app.list.current == cursor
        await pilot.pause()
        assert app.list.top <= cursor < app.list.top + HEIGHT
        assert seen(app)[1 + cursor - app.list.top].startswith(f"› {cursor} ")


@pytest.mark.parametrize("rows", [0, 1, 3, HEIGHT])
async def test_short_lists(rows: int) -> None:
    async with shelf(rows) as (app, pilot):
        for key in ("down", "end", "pagedown", "pageup", "home", "up", "j", "G"):
            await pilot.press(key)
            assert app.list.cursor == (min(app.list.cursor, rows - 1) if rows else 0)
            assert app.list.top == 0
        app.list.toggle_mark()
        assert len(app.list.marked) == (1 if rows else 0)


@pytest.mark.parametrize("size", [(1, 2), (2, 2), (3, 3), (20, 4), (27, 5), (300, 60)])
async def test_every_line_is_as_wide_as_the_list(size: tuple[int, int]) -> None:
    async with shelf(size=size) as (app, pilot):
        await pilot.press("down", "end", "pageup")
        assert {cell_len(line) for line in seen(app)} == {size[0]}


async def test_the_cursor_stays_in_view_when_the_window_shrinks() -> None:
    async with shelf() as (app, pilot):
        await pilot.press(*["down"] * (HEIGHT - 1))
        await pilot.resize_terminal(WIDTH, 8)
        await pilot.pause()
        assert app.list.top <= app.list.cursor < app.list.top + 7
        assert any(line.startswith(f"› {HEIGHT - 1} ") for line in seen(app))


async def test_moving_by_one_paints_two_lines() -> None:
    async with shelf() as (app, pilot):
        await pilot.press("down")
        await pilot.pause()
        assert sorted(set(app.list.painted)) == [0, 1]


async def test_nothing_is_painted_without_a_change() -> None:
    async with shelf() as (app, pilot):
        app.list.repaint_changed()
        app.list.show(ListRecords(range(ROWS)))
        await pilot.press("up")
        await pilot.pause()
        assert app.list.painted == []


async def test_only_changed_rows_are_painted() -> None:
    async with shelf() as (app, pilot):
        app.words[3] = app.words[7] = "changed"
        app.list.repaint_changed()
        await pilot.pause()
        assert sorted(set(app.list.painted)) == [3, 7]
        assert "changed" in seen(app)[4]


async def test_only_changed_rows_are_painted_further_down() -> None:
    async with shelf() as (app, pilot):
        await pilot.press("end")
        await pilot.pause()
        app.list.painted.clear()
        app.words[ROWS - 2] = app.words[0] = "changed"
        app.list.repaint_changed()
        await pilot.pause()
        assert sorted(set(app.list.painted)) == [HEIGHT - 2]


async def test_fewer_rows_bring_the_cursor_back() -> None:
    async with shelf() as (app, pilot):
        await pilot.press("end")
        app.list.show(ListRecords(range(3)))
        await pilot.pause()
        assert (app.list.cursor, app.list.top) == (2, 0)
        assert seen(app)[3].startswith("› 2 ")
        assert seen(app)[4].strip() == ""
        assert app.list.current == 2


async def test_fewer_rows_leave_no_empty_lines_above_the_last() -> None:
    async with shelf() as (app, pilot):
        app.list.cursor = 500
        await pilot.press("up", "up")
        await pilot.pause()
        top = app.list.top
        app.list.show(ListRecords(range(top + 10)), cursor=top + 5)
        await pilot.pause()
        assert app.list.top == 10 + top - HEIGHT
        assert seen(app)[HEIGHT].split()[0] == str(top + 9)


async def test_rows_that_follow_those_shown_paint_nothing() -> None:
    async with shelf() as (app, pilot):
        app.list.show(ListRecords(range(100), ROWS))
        await pilot.pause()
        app.list.show(ListRecords(range(ROWS)))
        await pilot.pause()
        assert app.list.painted == []


async def test_the_first_rows_are_shown_while_the_others_are_awaited() -> None:
    async with shelf() as (app, pilot):
        app.list.show(ListRecords(range(100), ROWS))
        await pilot.press("end")
        await pilot.pause()
        assert (app.list.cursor, app.list.current) == (ROWS - 1, None)
        assert seen(app)[HEIGHT].startswith("› …")
        app.list.show(ListRecords(range(ROWS)))
        await pilot.pause()
        assert app.list.current == ROWS - 1
        assert seen(app)[HEIGHT].startswith(f"› {ROWS - 1} ")


async def test_a_cursor_that_is_given_is_taken() -> None:
    async with shelf() as (app, pilot):
        app.list.show(ListRecords(range(ROWS)), cursor=500)
        await pilot.pause()
        assert app.list.cursor == 500
        assert app.list.top <= 500 < app.list.top + HEIGHT


async def test_new_records_are_told() -> None:
    async with shelf() as (app, pilot):
        before = app.moves
        app.list.show(ListRecords(range(3)))
        await pilot.pause()
        assert app.moves == before + 1


async def test_marks() -> None:
    async with shelf() as (app, pilot):
        app.list.toggle_mark()
        app.list.toggle_mark()
        await pilot.pause()
        assert app.list.marked == {0, 1}
        assert app.list.cursor == 2
        assert [line[:2] for line in seen(app)[1:4]] == [" •", " •", "› "]
        await pilot.press("up")
        app.list.toggle_mark()
        assert app.list.marked == {0}


async def test_a_click_takes_the_row() -> None:
    async with shelf() as (app, pilot):
        await pilot.press("end")
        await pilot.pause()
        await pilot.click(Painted, offset=(5, 4))
        assert app.list.cursor == app.list.top + 4


async def test_rows_that_are_not_here_yet_are_shown_as_such() -> None:
    asked: list[PageRead] = []
    async with shelf() as (app, pilot):
        paged: PagedRecords[int] = PagedRecords(3 * PAGE, lambda key: key + 1, asked.append)
        app.list.show(paged)
        await pilot.pause()
        assert seen(app)[1].rstrip() == "› …"
        assert app.list.current is None
        assert [read.number for read in asked] == [0]
        paged.put(asked.pop(), list(range(ROWS))[:PAGE])
        app.list.arrived()
        await pilot.pause()
        assert seen(app)[1].startswith("› 0 ")


async def test_without_focus_the_cursor_is_only_a_glyph() -> None:
    async with shelf() as (app, pilot):
        lit = app.screen._compositor.render_strips()[1]
        app.set_focus(None)
        await pilot.pause()
        plain = app.screen._compositor.render_strips()[1]
        assert lit.text == plain.text
        assert list(lit) != list(plain)


@pytest.mark.parametrize(
    "text", ["\x1b[31mred", "東京都港区芝公園", "👩‍👩‍👧‍👦 family", "e\u0301" * 30, "a\tb", "x\ny", "[/b]"]
)
async def test_difficult_words_keep_the_columns(text: str) -> None:
    async with shelf() as (app, pilot):
        app.words[1] = text
        app.list.repaint_changed()
        await pilot.pause()
        line = seen(app)[2]
        assert cell_len(line) == WIDTH
        assert "\x1b" not in line
        assert line.rstrip().endswith("note")
