"""Rows read page by page are the rows of the whole, whatever is looked at in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.records import KEPT_PAGES, PAGE, ListRecords, PagedRecords, PageRead


class Shelf:
    """A store of records by key, newest first, and the reads that were asked of it."""

    def __init__(self, keys: list[int]) -> None:
        self.keys = sorted(keys, reverse=True)
        self.asked: list[PageRead] = []
        self.read_rows = 0
        self.paged: PagedRecords[int] = PagedRecords(len(keys), lambda key: key, self.asked.append)

    def answer(self, read: PageRead) -> None:
        """As the store's own queries do it."""
        if read.after is not None:
            rows = [key for key in reversed(self.keys) if key > read.after][: read.limit][::-1]
        else:
            rows = [key for key in self.keys if read.before is None or key < read.before][: read.limit]
        self.read_rows += len(rows)
        self.paged.put(read, rows)

    def at(self, index: int) -> int | None:
        """The row, after its page was read if it had to be."""
        row = self.paged.at(index)
        while row is None and self.asked:
            self.answer(self.asked.pop())
            row = self.paged.at(index)
        return row


KEYS = st.integers(0, 5 * PAGE).flatmap(
    lambda count: st.integers(1, 9).map(lambda step: [1 + number * step for number in range(count)])
)


@settings(deadline=None)
@given(keys=KEYS, looks=st.lists(st.integers(-3, 6 * PAGE), max_size=40))
def test_any_access_gives_the_rows_of_the_whole(keys: list[int], looks: list[int]) -> None:
    shelf = Shelf(keys)
    assert len(shelf.paged) == len(keys)
    for index in looks:
        expected = shelf.keys[index] if 0 <= index < len(keys) else None
        assert shelf.at(index) == expected
        assert not shelf.asked


@settings(deadline=None)
@given(looks=st.lists(st.integers(0, 60 * PAGE - 1), max_size=60))
def test_pages_that_were_let_go_come_again(looks: list[int]) -> None:
    shelf = Shelf(list(range(1, 60 * PAGE)))
    for index in looks:
        assert shelf.at(index) == (shelf.keys[index] if index < len(shelf.keys) else None)
        assert len(shelf.paged._pages) <= KEPT_PAGES


@settings(deadline=None)
@given(st.permutations(range(6)), st.permutations(range(6)))
def test_answers_may_come_in_any_order(asked: list[int], answered: list[int]) -> None:
    """Several pages are asked for before the first of them comes."""
    shelf = Shelf(list(range(1, 6 * PAGE)))
    for number in asked:
        assert shelf.paged.at(number * PAGE) is None
    for place in answered:
        shelf.answer(shelf.asked[place])
    assert [shelf.paged.at(index) for index in range(len(shelf.keys))] == shelf.keys


def test_a_page_is_asked_for_once() -> None:
    shelf = Shelf(list(range(1, 3 * PAGE)))
    assert [shelf.paged.at(index) for index in range(PAGE)] == [None] * PAGE
    assert [read.number for read in shelf.asked] == [0]


def test_the_last_row_is_as_near_as_the_first() -> None:
    shelf = Shelf(list(range(1, 200 * PAGE + 8)))
    assert shelf.at(len(shelf.keys) - 1) == 1
    assert shelf.read_rows <= PAGE


def test_walking_on_reads_each_page_once() -> None:
    shelf = Shelf(list(range(1, 10 * PAGE)))
    assert [shelf.at(index) for index in range(len(shelf.keys))] == shelf.keys
    assert shelf.read_rows == len(shelf.keys)


@pytest.mark.parametrize("index", [-1, 3, 1_000])
def test_outside_there_is_nothing(index: int) -> None:
    shelf = Shelf([3, 2, 1])
    assert shelf.paged.at(index) is None
    assert ListRecords([3, 2, 1]).at(index) is None
    assert not shelf.asked


def test_rows_that_went_in_the_meantime_are_no_fault() -> None:
    """The list is read again within a second; until then what is gone is a hole."""
    shelf = Shelf(list(range(1, 3 * PAGE)))
    shelf.keys = shelf.keys[:10]
    assert shelf.at(5) == shelf.keys[5]
    assert shelf.at(20) is None
    for index in range(3 * PAGE):
        shelf.at(index)
    assert not shelf.asked
