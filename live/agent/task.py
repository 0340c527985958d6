"""What a task of the agent is, and how it tells what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from store.task_states import TaskStand, TaskState

STARTING = "It is being started."
"""What is known of a task before it has said anything."""


class TaskFault(Exception):
    """A task cannot do its work; the text is a sentence with the remedy. It is tried again by itself."""


class Task(Protocol):
    """One subject that goes on by itself. Everything that it raises is told, and it is begun again."""

    @property
    def name(self) -> str:
        """One word for it."""

    async def run(self, told: Told) -> None:
        """Work until cancelled, and end what is open within some seconds then. To return means that there is
        nothing to do in this process (see `Told.off`)."""

    async def once(self, told: Told) -> None:
        """Do what is due now, once."""


class Told:
    """What a task says of itself. Only in the loop; saying the same again changes nothing."""

    def __init__(
        self,
        name: str,
        changed: Callable[[TaskState, TaskState], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            changed: called with the state before and the one now.
        """
        self._changed = changed
        self._now = now
        self.state = TaskState(name, TaskStand.WAITING, now(), STARTING)

    @property
    def has_begun(self) -> bool:
        """Whether it has said anything yet."""
        return self.state.words != STARTING

    def well(self, words: str = "", addresses: tuple[str, ...] = ()) -> None:
        """It does its work."""
        self._say(TaskStand.WELL, words, 0, addresses)

    def failing(self, words: str) -> None:
        """It does not do its work now."""
        self._say(TaskStand.FAILING, words, self.state.failures, ())

    def failed(self, words: str) -> None:
        """A try failed."""
        self._say(TaskStand.FAILING, words, self.state.failures + 1, ())

    def waiting(self, words: str) -> None:
        """There is nothing that it could work on."""
        self._say(TaskStand.WAITING, words, 0, ())

    def off(self, words: str) -> None:
        """The configuration wants it not to run."""
        self._say(TaskStand.OFF, words, 0, ())

    def _say(self, stand: TaskStand, words: str, failures: int, addresses: tuple[str, ...]) -> None:
        before = self.state
        since = before.since if stand is before.stand else self._now()
        self.state = replace(
            before, stand=stand, since=since, words=words, failures=failures, addresses=addresses
        )
        if self.state != before:
            self._changed(before, self.state)


def words_of(error: BaseException) -> str | None:
    """The sentence for a person in one of our own errors; None: nobody foresaw it, and its text may hold
    anything."""
    if type(error).__module__.partition(".")[0] not in ("store", "live"):
        return None
    return str(getattr(error, "words", "")) or str(error) or None
