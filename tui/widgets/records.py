"""Where a list's rows come from: a plain list, or pages read from the store as they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

PAGE = 200
"""Rows of one page: more than the tallest terminal shows, few enough to be read in a millisecond."""
KEPT_PAGES = 20
"""Pages held in memory; the oldest looked at are dropped."""


class Records(Protocol[R_co]):
    """Rows by index; None for one that is not here yet."""

    def __len__(self) -> int: ...

    def at(self, index: int) -> R_co | None: ...


class ListRecords(Generic[R]):
    """Rows that are all in memory, or of which the first are.

    Args:
        whole: how many there are, where that is known before all of them are here.
    """

    def __init__(self, rows: Sequence[R] = (), whole: int = 0) -> None:
        self.rows = rows
        self._whole = max(len(rows), whole)

    def __len__(self) -> int:
        return self._whole

    def at(self, index: int) -> R | None:
        return self.rows[index] if 0 <= index < len(self.rows) else None


@dataclass(frozen=True, slots=True)
class PageRead:
    """How a page is read: `limit` rows older than key `before`, or just newer than `after`, newest first; the
    page is the
    `PAGE` rows at the far end of them."""

    number: int
    before: int | None
    after: int | None
    limit: int


class PagedRecords(Generic[R]):
    """Rows read page by page, newest first, by key: no OFFSET, so the last row is as near as the first.

    A page is read from the nearest known one, or from either end of the whole.

    Args:
        total: how many rows there are.
        key: the key (above 0) that orders the rows, descending.
        ask: called with the read that brings a page which is wanted and not here; its owner carries it out in
            a worker and hands the rows to `put`.
        whole: whether `total` is all there are; if there may be more, pages are read from the top alone.
    """

    def __init__(
        self,
        total: int,
        key: Callable[[R], int],
        ask: Callable[[PageRead], None],
        *,
        whole: bool = True,
    ) -> None:
        self._total = total
        self._whole = whole
        self._key = key
        self._ask = ask
        self._pages: dict[int, list[R]] = {}
        self._edges: dict[int, tuple[int, int]] = {}
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return self._total

    def grow(self, total: int) -> None:
        """Take the true total in the place of the one that was counted so far."""
        self._total, self._whole = total, True

    def at(self, index: int) -> R | None:
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            if number not in self._asked and 0 <= index < self._total:
                self._asked.add(number)
                self._ask(self.plan(number))
            return None
        return page[place] if place < len(page) else None

    def plan(self, number: int) -> PageRead:
        """The cheapest way to read page `number`."""
        above = max((page for page in self._edges if page < number), default=-1)
        below = min((page for page in self._edges if page > number), default=None)
        before = self._edges[above][1] if above >= 0 else None
        down = PageRead(number, before, None, (number - above) * PAGE)
        if below is not None:
            up = PageRead(number, None, self._edges[below][0], (below - number) * PAGE)
        elif self._whole:
            up = PageRead(number, None, 0, self._total - number * PAGE)
        else:
            return down
        return down if down.limit <= up.limit else up

    def put(self, read: PageRead, rows: Sequence[R]) -> None:
        """Take what a read brought."""
        page = list(rows[:PAGE] if read.after is not None else rows[read.limit - PAGE :])
        self._asked.discard(read.number)
        self._pages[read.number] = page
        if page:
            self._edges[read.number] = (self._key(page[0]), self._key(page[-1]))
        while len(self._pages) > KEPT_PAGES:
            del self._pages[next(iter(self._pages))]
