"""Puts ended refreshes into the store, many in one transaction, and finds out what became of each.

Everything here blocks, and runs in a thread; `live.oauth.token_keeper` calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from sqlalchemy.exc import SQLAlchemyError

from store import grants
from store.database import Store, StoreError
from store.grants import ClaimLost, Failed, Kept
from store.vault import Vault, VaultError

LOST_CLAIM = timedelta(seconds=30)
"""How long a claim is taken for writing alone."""


class Settled(Enum):
    """What became of a result."""

    KEPT = auto()
    TAKEN = auto()
    """Another process, or a new consent, has brought newer tokens meanwhile; those are the grant's."""
    GONE = auto()
    """The asset was deleted meanwhile."""
    UNRECORDED = auto()
    """A failure could not be written; it brought nothing that could be lost."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """New tokens cannot be written. Said once for each; `Written` takes it back."""

    asset_ids: tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Written:
    """What could not be written is written by now."""

    asset_ids: tuple[int, ...]


Told = Callable[[Unwritten | Written], None]


@dataclass(slots=True, eq=False)
class Ended:
    """How one refresh ended, on its way into the store."""

    result: Kept | Failed
    rotation: int
    """The grant's when it was claimed."""
    settled: Callable[[Settled], None]
    """Called in the loop, once it is in the store."""
    told: Told
    name: str = ""
    """Of the asset, for the words about it."""

    @property
    def asset_id(self) -> int:
        return self.result.asset_id


@dataclass(slots=True)
class Outcome:
    """How an attempt to write went."""

    settled: list[tuple[Ended, Settled]] = field(default_factory=list)
    left: list[Ended] = field(default_factory=list)
    """To be tried again."""
    trouble: str = ""
    """Why tokens are left, but for those that only wait for another's claim."""
    blocked: bool = False
    """Whether nothing at all can be written."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes into one store under one name."""

    store: Store
    vault: Vault
    owner: str
    """Who holds the claims."""

    def write(self, batch: Sequence[Ended]) -> Outcome:
        """Write all that can be written. Raises nothing."""
        outcome = Outcome()
        self._keep([ended for ended in batch if isinstance(ended.result, Kept)], outcome)
        self._record([ended for ended in batch if isinstance(ended.result, Failed)], outcome)
        return outcome

    def _keep(self, tokens: Sequence[Ended], outcome: Outcome) -> None:
        """Write tokens together; where one of them stands in the way, the others without it."""
        if not tokens:
            return
        kept = [ended.result for ended in tokens if isinstance(ended.result, Kept)]
        try:
            grants.keep_tokens(self.store, self.vault, kept, owner=self.owner)
        except ClaimLost as lost:
            self._keep([one for one in tokens if one.asset_id not in lost.asset_ids], outcome)
            for ended in tokens:
                if ended.asset_id in lost.asset_ids:
                    self._settle_lost(ended, outcome)
        except (StoreError, VaultError) as error:
            outcome.left += tokens
            outcome.trouble, outcome.blocked = str(error), True
        except Exception as error:  # noqa: BLE001  # whatever it is, these are the only tokens that work
            if len(tokens) > 1:
                for ended in tokens:
                    self._keep([ended], outcome)
                return
            outcome.left += tokens
            outcome.trouble = f"The store does not take it ({type(error).__name__})."
        else:
            outcome.settled += [(ended, Settled.KEPT) for ended in tokens]

    def _settle_lost(self, ended: Ended, outcome: Outcome) -> None:
        """Tokens whose claim is another's by now. Where nobody has brought newer ones, and that other has
        given up, they are the newest there are, and are written under a claim of their own."""
        now = datetime.now(UTC)
        try:
            grant = grants.of(self.store, ended.asset_id)
            if grant is None:
                outcome.settled.append((ended, Settled.GONE))
            elif grant.rotation != ended.rotation:
                outcome.settled.append((ended, Settled.TAKEN))
            elif grants.claim(self.store, [ended.asset_id], self.owner, now, now + LOST_CLAIM):
                self._keep([ended], outcome)
            else:
                outcome.left.append(ended)
        except (StoreError, SQLAlchemyError) as error:
            outcome.left.append(ended)
            outcome.trouble = str(error) if isinstance(error, StoreError) else type(error).__name__

    def _record(self, failures: Sequence[Ended], outcome: Outcome) -> None:
        """Write failures. One whose grant has newer tokens than it was asked with is none: an `invalid_grant`
        then only says that somebody else was there before."""
        if not failures:
            return
        failed = [ended.result for ended in failures if isinstance(ended.result, Failed)]
        try:
            grants.keep_failure(self.store, failed, owner=self.owner)
            with self.store.read() as session:
                now = grants.of_many(session, [ended.asset_id for ended in failures])
        except (StoreError, SQLAlchemyError):
            outcome.settled += [(ended, Settled.UNRECORDED) for ended in failures]
            return
        for ended in failures:
            grant = now.get(ended.asset_id)
            newer = grant is not None and grant.rotation != ended.rotation
            became = Settled.GONE if grant is None else Settled.TAKEN if newer else Settled.KEPT
            outcome.settled.append((ended, became))
