"""Checks: live looks at a provider, made of steps, kept so that "what changed since it last worked?" has an
answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Index, func, text
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from store.columns import UtcDateTime
from store.folding import holds

if TYPE_CHECKING:
    from store.database import Store

T = TypeVar("T")

CONNECTION = "connection"
"""The kind of a connection test over SMTP; the other kinds say nothing about whether an asset can send."""
DOMAIN = "domain"
"""A look at the DNS records of the asset's domain, and at its server's certificate."""
FORWARDING = "forwarding"
"""A probe that is sent to the asset's address, and waited for at its forwarding address."""

KEPT_RUNS = 200
"""Runs kept for each asset and kind; the newest passed one is kept besides, for comparison."""


class Outcome(StrEnum):
    """How a step or a run ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One rung of a check."""

    name: str
    outcome: Outcome
    ms: float
    """Milliseconds it took."""
    words: str = ""
    """What the server said, reply lines joined by newlines; untrusted."""
    facts: tuple[tuple[str, str], ...] = ()
    """What was seen, as (label, value); values are untrusted."""
    diagnosis: str | None = None
    """Id of the diagnosis, for a failed step."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One check of one asset, as it was recorded."""

    id: int
    asset_id: int
    asset_name: str
    kind: str
    started_at: datetime
    ms: float
    outcome: Outcome
    steps: tuple[CheckStep, ...]
    transcript: str

    @property
    def failed_step(self) -> CheckStep | None:
        """The step that stopped it, if one did."""
        return next(
            (step for step in self.steps if step.outcome in (Outcome.FAILED, Outcome.CANCELLED)), None
        )


class CheckRow(SQLModel, table=True):
    """The table. Steps are kept as JSON: they are only ever read together."""

    __tablename__ = "checks"
    __table_args__ = (
        Index("checks_asset", "asset_id", "id"),
        Index("checks_forwarding", "asset_id", "id", sqlite_where=text("kind = 'forwarding'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(foreign_key="assets.id", ondelete="CASCADE")
    asset_name: str
    kind: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    ms: float
    outcome: str
    failed_step: str | None = None
    diagnosis: str | None = None
    steps: str
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A check to be recorded."""

    asset_id: int
    asset_name: str
    started_at: datetime
    ms: float
    outcome: Outcome
    steps: Sequence[CheckStep]
    transcript: str
    kind: str = CONNECTION


def record(
    session: Session,
    asset_id: int,
    asset_name: str,
    *,
    started_at: datetime,
    ms: float,
    outcome: Outcome,
    steps: Sequence[CheckStep],
    transcript: str,
    kind: str = CONNECTION,
) -> CheckRun:
    """Keep one run as `record_all` does."""
    run = NewRun(asset_id, asset_name, started_at, ms, outcome, steps, transcript, kind)
    return record_all(session, [run])[0]


def record_all(session: Session, runs: Sequence[NewRun]) -> list[CheckRun]:
    """Keep runs in the caller's transaction, and drop what their assets have of the kind beyond
    `KEPT_RUNS`."""
    rows = [_row(run) for run in runs]
    session.add_all(rows)
    session.flush()
    for row in rows:
        session.connection().execute(PRUNE, {"asset_id": row.asset_id, "kind": row.kind, "kept": KEPT_RUNS})
    kept = select(CheckRow).where(col(CheckRow.id).in_([row.id for row in rows])).order_by(col(CheckRow.id))
    return [_run(row) for row in session.exec(kept, execution_options={"populate_existing": True})]


PRUNE = text(
    """
    DELETE FROM checks
     WHERE asset_id = :asset_id AND kind = :kind
       AND id <= (SELECT id FROM checks WHERE asset_id = :asset_id AND kind = :kind
                   ORDER BY id DESC LIMIT 1 OFFSET :kept)
       AND id != coalesce((SELECT max(id) FROM checks
                            WHERE asset_id = :asset_id AND kind = :kind AND outcome = 'passed'), 0)
    """
)
"""One statement: by way of mapped rows it took a third of the time of recording a run."""


def _row(run: NewRun) -> CheckRow:
    stopped = next((step for step in run.steps if step.outcome is Outcome.FAILED), None)
    return CheckRow(
        asset_id=run.asset_id,
        asset_name=run.asset_name,
        kind=run.kind,
        started_at=run.started_at,
        ms=run.ms,
        outcome=run.outcome.value,
        failed_step=stopped.name if stopped else None,
        diagnosis=stopped.diagnosis if stopped else None,
        steps=steps_as_text(run.steps),
        transcript=run.transcript,
    )


def by_id(store: Store, run_id: int) -> CheckRun | None:
    """The run of that id, if it is still kept."""
    with store.read() as session:
        row = session.get(CheckRow, run_id)
        return _run(row) if row else None


def page(
    store: Store,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 200,
    asset_id: int | None = None,
    words: Sequence[str] = (),
    kind: str | None = None,
) -> list[CheckRun]:
    """Runs newest first, older than run `before`; or, with `after`, the ones just newer than it (newest first
    too)."""
    query = _matching(select(CheckRow), asset_id, words)
    if kind is not None:
        query = query.where(CheckRow.kind == kind)
    if after is not None:
        query = query.where(col(CheckRow.id) > after).order_by(col(CheckRow.id)).limit(limit)
    else:
        if before is not None:
            query = query.where(col(CheckRow.id) < before)
        query = query.order_by(col(CheckRow.id).desc()).limit(limit)
    with store.read() as session:
        runs = [_run(row) for row in session.exec(query)]
    return runs[::-1] if after is not None else runs


def count(store: Store, *, asset_id: int | None = None, words: Sequence[str] = ()) -> int:
    """How many runs are kept, of one asset or of all, that hold all `words`."""
    with store.read() as session:
        return session.exec(_matching(select(func.count(col(CheckRow.id))), asset_id, words)).one()


def last_good(store: Store, asset_id: int, *, before: int, kind: str = CONNECTION) -> CheckRun | None:
    """The newest passed run of that kind of the asset that is older than run `before`."""
    query = (
        select(CheckRow)
        .where(
            CheckRow.asset_id == asset_id,
            CheckRow.kind == kind,
            CheckRow.outcome == Outcome.PASSED.value,
            col(CheckRow.id) < before,
        )
        .order_by(col(CheckRow.id).desc())
        .limit(1)
    )
    with store.read() as session:
        row = session.exec(query).first()
        return _run(row) if row else None


def _matching(query: SelectOfScalar[T], asset_id: int | None, words: Sequence[str]) -> SelectOfScalar[T]:
    if asset_id is not None:
        query = query.where(CheckRow.asset_id == asset_id)
    for word in words:
        query = query.where(
            holds(col(CheckRow.asset_name), word)
            | holds(col(CheckRow.kind), word)
            | holds(col(CheckRow.outcome), word)
            | holds(col(CheckRow.diagnosis), word)
        )
    return query


def steps_as_text(steps: Sequence[CheckStep]) -> str:
    """Steps as they are kept."""
    return json.dumps([_packed(step) for step in steps], ensure_ascii=False)


def steps_from_text(kept: str) -> tuple[CheckStep, ...]:
    """Read what `steps_as_text` wrote."""
    return tuple(
        CheckStep(
            step["name"],
            Outcome(step["outcome"]),
            step["ms"],
            step["words"],
            tuple((label, value) for label, value in step["facts"]),
            step["diagnosis"],
        )
        for step in json.loads(kept)
    )


def _packed(step: CheckStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "outcome": step.outcome.value,
        "ms": round(step.ms, 2),
        "words": step.words,
        "facts": step.facts,
        "diagnosis": step.diagnosis,
    }


def _run(row: CheckRow) -> CheckRun:
    assert row.id is not None
    return CheckRun(
        row.id,
        row.asset_id,
        row.asset_name,
        row.kind,
        row.started_at,
        row.ms,
        Outcome(row.outcome),
        steps_from_text(row.steps),
        row.transcript,
    )
