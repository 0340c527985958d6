"""Sends what waits of notices, one after another: claims it, sends it, records how that went."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from live.notices import hook, letters, words
from live.notices.letters import Draft, ForOwners
from live.outgoing import choice
from live.outgoing.choice import PLAIN_WORD
from live.outgoing.choice import Way as Route
from live.outgoing.routes import Plain, RouteUnusable
from live.outgoing.sending import MESSAGE, NotSent, Sent, send
from live.smtp.ladder import Limits
from live.smtp.names import WireNameError
from store import notices
from store.database import Store
from store.notice_queue import Claimed, NoticeQueue, Result
from store.notice_records import Role, SendingState, Way
from store.settings import Settings
from store.vault import Vault, VaultError, VaultState

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
"""Before another try of a mail; after the last of them it is given up. A server that puts off does so for
minutes as a rule, and a token is mended within hours."""
HOOK_AGAIN = AGAIN[:3]
LOOK_AGAIN = timedelta(minutes=2)
"""Before what could not be begun is looked at again."""
WAYS = 3
"""Ways that are tried for a mail in one go."""
HOOKS = 10
"""Notices that the hook is run for one by one; more are told to it in one run."""
NO_ADDRESS = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b|\b5\.2\.1\b")
"""Statuses that say of a recipient that no mail ever reaches it (RFC 3463 3.2)."""
LOCKED = "The vault is locked, and no way is open that needs no secret."
NO_WAY = (
    "No way is there to send it: each other asset has failed its last test, or has no password or token. "
    "Mend one, or set up a plain route (notice_smtp in the configuration)."
)


@dataclass(slots=True)
class Tally:
    """What came of one round."""

    sent: int = 0
    failed: int = 0
    """Tries that failed."""
    stuck: int = 0
    """What could not be begun."""
    why: str = ""
    """Of the last that did not go."""


@dataclass(slots=True)
class Courier:
    """One for each process. Not to be used by two tasks at once."""

    store: Store
    vault: Vault
    settings: Settings
    limits: Limits | None = None
    """Seconds for each rung of a mail's way."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    queue: NoticeQueue = field(init=False)
    _unwritten: list[tuple[tuple[int, ...], Result]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.queue = NoticeQueue(self.store)

    async def send_due(self) -> Tally:
        """Send all that is due now.

        Raises:
            StoreError: the store cannot be used. What was sent is not sent again by this process; it is
                recorded the next time.
        """
        tally = Tally()
        await self._write_down()
        stuck: set[tuple[Way, str]] = set()
        while claimed := await asyncio.to_thread(self.queue.claim, self.now(), stuck):
            if claimed[0].way is Way.HOOK:
                results = await self._hooked(claimed)
            else:
                results = await self._mailed(claimed)
            for ids, result in results:
                self._count(tally, ids, result)
                self._unwritten.append((ids, result))
                if result.state is SendingState.WAITING:
                    stuck.add((claimed[0].way, claimed[0].recipient))
            await self._write_down()
        return tally

    async def _write_down(self) -> None:
        while self._unwritten:
            ids, result = self._unwritten[0]
            await asyncio.to_thread(self.queue.record, ids, result, self.now())
            del self._unwritten[0]

    def _count(self, tally: Tally, ids: Sequence[int], result: Result) -> None:
        if result.state in (SendingState.SENT, SendingState.DOUBT):
            tally.sent += len(ids)
            return
        tally.why = result.words
        if result.counts:
            tally.failed += len(ids)
        else:
            tally.stuck += len(ids)

    # The hook

    async def _hooked(self, claimed: Sequence[Claimed]) -> list[tuple[tuple[int, ...], Result]]:
        groups = [[one] for one in claimed] if len(claimed) <= HOOKS else [list(claimed)]
        return [(tuple(one.id for one in group), await self._run(group)) for group in groups]

    async def _run(self, group: Sequence[Claimed]) -> Result:
        argv = self.settings.notices.hook
        if not argv:
            return Result(SendingState.DROPPED, "The configuration has no hook any more.")
        told = await asyncio.to_thread(words.told_of, self.store, group)
        if not told:
            return Result(SendingState.DROPPED, "The notice is gone.")
        await asyncio.to_thread(self.queue.hand_over, [one.id for one in group])
        ran = await hook.run(argv, hook.facts(told))
        if ran.well:
            return Result(SendingState.SENT, ran.words, argv[0])
        tries = max(one.tries for one in group)
        return _later(ran.words, tries, HOOK_AGAIN, self.now(), argv[0])

    # Mail

    async def _mailed(self, claimed: Sequence[Claimed]) -> list[tuple[tuple[int, ...], Result]]:
        ids = tuple(one.id for one in claimed)
        routes = await asyncio.to_thread(self._routes, claimed)
        if not routes:  # before a link is made that would go nowhere
            locked = await asyncio.to_thread(self.vault.state) is VaultState.LOCKED
            return [(ids, self._stuck(LOCKED if locked else NO_WAY))]
        try:
            drafts = await asyncio.to_thread(self._drafts, claimed)
        except VaultError as error:
            return [(ids, self._stuck(str(error)))]
        tries = max(one.tries for one in claimed)
        results = [(draft.ids, await self._sent(draft, routes, tries)) for draft in drafts]
        carried = {id_ for draft in drafts for id_ in draft.ids}
        left = tuple(id_ for id_ in ids if id_ not in carried)
        gone = Result(SendingState.DROPPED, "It is nobody's any more.")
        return [*results, (left, gone)] if left else results

    def _drafts(self, claimed: Sequence[Claimed]) -> list[Draft]:
        if claimed[0].role is Role.OWNER:
            return ForOwners(self.store, self.vault, self.settings).drafts(claimed, self.now())
        draft = letters.for_operator(self.store, claimed, self.now())
        return [draft] if draft else []

    async def _sent(self, draft: Draft, routes: Sequence[Route], tries: int) -> Result:
        refused: list[NotSent] = []
        said = through = ""
        for route in routes[:WAYS]:
            try:
                outcome = await send(
                    self.store,
                    self.vault,
                    route.route,
                    draft.letter,
                    limits=self.limits,
                    before_data=partial(asyncio.to_thread, self.queue.hand_over, draft.ids),
                )
            except RouteUnusable as error:
                said = str(error)
                continue
            except WireNameError as error:
                return Result(
                    SendingState.RETURNED, f"{draft.letter.to} is no address that mail goes to: {error}"
                )
            if isinstance(outcome, Sent):
                return Result(SendingState.SENT, outcome.reply, outcome.through, outcome.message_id)
            said, through = outcome.words, outcome.through
            if outcome.in_doubt:
                return Result(SendingState.DOUBT, said, through, outcome.message_id)
            if outcome.rung == MESSAGE:
                await asyncio.to_thread(self.queue.hand_back, draft.ids)
            if NO_ADDRESS.search(said):
                refused.append(outcome)
        if refused:
            return Result(SendingState.RETURNED, refused[0].words, refused[0].through)
        return _later(said, tries, AGAIN, self.now(), through)

    def _routes(self, claimed: Sequence[Claimed]) -> list[Route]:
        """The ways that are open, never one through an asset that it is about, the wanted one first; with a
        locked vault those that need no secret."""
        about = set(notices.asset_ids(self.store, {one.notice_id for one in claimed}))
        plain = self.settings.notice_smtp
        found = choice.ways(self.store, not_through=about, plain=plain, near=claimed[0].recipient)
        usable = [way for way in found if not way.why_not]
        if self.vault.state() is not VaultState.OPEN:
            usable = [way for way in usable if isinstance(way.route, Plain) and not way.route.smtp.username]
        wanted = choice.named(usable, self.settings.notices.through or PLAIN_WORD)
        return sorted(usable, key=lambda way: way is not wanted)

    def _stuck(self, words: str) -> Result:
        return Result(SendingState.WAITING, words, next_at=self.now() + LOOK_AGAIN, counts=False)


def _later(words: str, tries: int, waits: Sequence[timedelta], now: datetime, through: str) -> Result:
    """Another try after a while; or it is given up."""
    if tries >= len(waits):
        return Result(SendingState.FAILED, words, through)
    return Result(SendingState.WAITING, words, through, next_at=now + waits[tries])
