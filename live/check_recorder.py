"""Keeps checks that have ended: those that end close together share a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from store import assets, audit, checks, events
from store.actor import Actor
from store.assets import Asset
from store.checks import CheckRun, CheckStep, NewRun, Outcome
from store.database import Store
from store.events import Event
from store.outside_words import kept_words

ACTS = {checks.CONNECTION: "connection tested"}
"""What the audit log calls a check, by its kind; else "<kind> checked"."""
GATHER_S = 0.05
"""Least time between two transactions. One hop to a thread and one commit for all tests that end in it, in
place of one each, takes a quarter off the time of 200 tests on loopback; a single test never waits."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A check as it ended."""

    asset: Asset
    started_at: datetime
    ms: float
    outcome: Outcome
    steps: Sequence[CheckStep]
    transcript: str
    kind: str = checks.CONNECTION


@dataclass(slots=True)
class Recorder:
    """Writes what it is given, in the order in which it came. One for each round of tests, in one loop."""

    store: Store
    _waiting: list[tuple[Ended, asyncio.Future[CheckRun | None]]] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None
    _not_before: float = 0.0

    async def keep(self, ended: Ended) -> CheckRun | None:
        """Record the check and return when it is in the store; None when its asset no longer exists. It is
        recorded even when the caller is cancelled meanwhile.

        Raises:
            StoreError: the store cannot be written.
        """
        kept: asyncio.Future[CheckRun | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((ended, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await asyncio.shield(kept)

    async def finished(self) -> None:
        """Wait until everything is written."""
        if self._writing is not None:
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await asyncio.sleep(max(0.0, self._not_before - loop.time()))
            batch, self._waiting = self._waiting, []
            try:
                runs = await asyncio.to_thread(record_all, self.store, [ended for ended, _ in batch])
            except Exception as error:  # noqa: BLE001  # told to those who wait
                for _, kept in batch:
                    kept.set_exception(error)
                    kept.exception()  # whoever waited may have been cancelled: then it is nobody's business
            else:
                for (_, kept), run in zip(batch, runs, strict=True):
                    kept.set_result(run)
            self._not_before = loop.time() + GATHER_S
        self._writing = None


def record_all(store: Store, batch: Sequence[Ended]) -> list[CheckRun | None]:
    """Keep the runs and their audit entries in one transaction; None for one whose asset no longer exists.

    Raises:
        StoreError: the store cannot be written; nothing is kept.
    """
    with store.write() as session:
        return record_in(session, store.actor, batch)


def record_in(session: Session, actor: Actor, batch: Sequence[Ended]) -> list[CheckRun | None]:
    """The same in the caller's transaction."""
    wanted = col(assets.AssetRow.id).in_([ended.asset.id for ended in batch])
    present = set(session.exec(select(assets.AssetRow.id).where(wanted)))
    kept = [ended for ended in batch if ended.asset.id in present]
    for ended in kept:
        audit.record(
            session,
            actor,
            ACTS.get(ended.kind, f"{ended.kind} checked"),
            asset_id=ended.asset.id,
            asset_name=ended.asset.name,
            detail=_in_short(ended),
        )
    runs = iter(checks.record_all(session, [_new_run(ended) for ended in kept]))
    failed = [one for one in kept if one.kind == checks.CONNECTION and _failed(one)]
    events.emit_all(session, Event.ASSET_TEST_FAILED, [_told(one) for one in failed])
    return [next(runs) if ended.asset.id in present else None for ended in batch]


def _new_run(ended: Ended) -> NewRun:
    return NewRun(
        ended.asset.id,
        ended.asset.name,
        ended.started_at,
        ended.ms,
        ended.outcome,
        ended.steps,
        ended.transcript,
        ended.kind,
    )


def _told(ended: Ended) -> tuple[int, dict[str, str | None]]:
    """What webhooks are told of a failed test."""
    failed = _failed(ended)
    assert failed is not None
    words = kept_words(failed.words)
    return ended.asset.id, {"step": failed.name, "words": words, "diagnosis": failed.diagnosis}


def _failed(ended: Ended) -> CheckStep | None:
    return next((step for step in ended.steps if step.outcome is Outcome.FAILED), None)


def _in_short(ended: Ended) -> str:
    failed = _failed(ended)
    return f"{ended.outcome.value} at {failed.name}" if failed else ended.outcome.value
