"""Takes the platform's events: checks who sends, turns them into mail, and answers 2xx after the commit.

The platform sends again, three times within minutes, what is answered 401, 403, 429 or 5xx; 400 and its kin
it drops (https://help.webexconnect.io/docs/outbound-webhooks). So what may pass is a 503, and what is dropped
is counted and told.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from live.agent.ground import Ground
from live.histogram import Histogram
from live.inbound.envelope import Arrival, Envelope, Outcome
from live.inbound.intake import Filed, Intake
from live.inbound.limits import Limits
from live.inbound.room import Room
from live.outgoing.mark import token_of
from live.platform.events import MOST_OCTETS, EventUnreadable, PlatformMail, read
from live.platform.rebuilt import rebuilt
from live.platform.signature import is_signed
from store import inbound, platform_sources
from store.database import StoreError
from store.platform_figures import News
from store.platform_sources import Caller
from store.vault import VaultError, VaultLocked, VaultState

if TYPE_CHECKING:
    from store.addressees import Addressee
    from store.inbound_writer import InboundWriter

AT_ONCE = 16
"""Events that are taken side by side; the platform sends a handful."""
MOST_IN_MEMORY = 64_000_000
"""Octets of them together: four of the largest."""
PER_SECOND, BURST = 100.0, 1_000.0
"""Events of one source: a desk of 10,000 mails an hour has three a second."""
TOO_OLD = timedelta(days=7)
"""The platform gives up after minutes. An older event is one that somebody has kept, and sends again after
the mail itself may be past its time here; `postroom inbound import` takes it all the same."""
AGAIN_S = 60
"""`Retry-After`; the platform's own step."""
PATIENCE_S = 1.5
"""For events under way when the agent stops."""
SHOWN = 3
"""Addresses that a refusal names."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform is answered."""

    status: int
    words: str
    again_s: int | None = None
    """After how many seconds it may come again."""
    kept: int = 0


UNKNOWN = Answer(404, "There is nothing at this address.")
UNSIGNED = Answer(401, "The signature is missing, or not that of this source's secret.")
LOCKED = Answer(503, "The vault is locked: no signature can be checked. Try again later.", AGAIN_S)
BUSY = Answer(503, "Too many events at once. Try again later.", AGAIN_S)
OFTEN = Answer(429, "Too many events of this source. Try again later.", AGAIN_S)
STORE = Answer(503, "The event could not be kept now. Try again later.", AGAIN_S)
STOPPING = Answer(503, "The agent is stopping. Try again in a moment.", AGAIN_S)
TOO_LARGE = Answer(413, f"An event may have {MOST_OCTETS // 1_000_000} MB.")
HELLO = Answer(200, "Events of the platform are taken here.")
PASSED = Answer(200, "Taken note of; this event is no mail.")


@dataclass(slots=True)
class Bucket:
    """How many more events a source may send now."""

    left: float = BURST
    at: float = 0.0

    def take(self, now: float) -> bool:
        self.left = min(self.left + (now - self.at) * PER_SECOND, BURST)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class PlatformDesk:
    """One for each agent, in its loop."""

    def __init__(self, ground: Ground, trace: Callable[[BaseException], None]) -> None:
        self._ground = ground
        self._trace = trace
        self._intake: Intake | None = None
        self._so_far = Filed(), Histogram()
        self._starting = asyncio.Lock()
        self._buckets: dict[int, Bucket] = {}
        self._octets = 0
        self._busy: set[asyncio.Task[Answer]] = set()
        self.stopping = False
        self.news: dict[int, News] = {}
        """Of each source, since it was written down last."""
        self.came = asyncio.Event()
        """Set when there is news."""
        self.unsigned = 0
        """Requests without a right signature, since the start."""
        self.oversize = 0
        """Requests that were too large to be read."""
        self.put_off = 0
        """Those that were asked to come again."""
        self.last_fault = ""
        """Why an event could not be kept, until one is."""

    async def hello(self, key: str) -> Answer:
        """What a look at the address is answered, as the platform takes before it saves a webhook."""
        try:
            known = await asyncio.to_thread(platform_sources.exists, self._ground.store, key)
        except StoreError:
            return STORE
        return HELLO if known else UNKNOWN

    def room_for(self, octets: int) -> bool:
        """Whether a body of so many octets may be read now; `give_back` them after."""
        if self.stopping or len(self._busy) >= AT_ONCE or self._octets + octets > MOST_IN_MEMORY:
            self.put_off += 1
            return False
        self._octets += octets
        return True

    def give_back(self, octets: int) -> None:
        self._octets -= octets

    def too_large(self) -> Answer:
        """What is not read, and so cannot be known to be of the platform."""
        self.oversize += 1
        self.came.set()
        return TOO_LARGE

    @property
    def filed(self) -> tuple[Filed, Histogram]:
        """What was kept since the start, and the seconds to each commit."""
        if self._intake is not None:
            self._so_far = self._intake.filed, self._intake.to_commit
        return self._so_far

    async def take(self, key: str, signature: str, body: bytes, peer: str) -> Answer:
        """Take an event. What is begun is finished, even when the caller has gone."""
        if self.stopping:
            return STOPPING
        task = asyncio.create_task(self._taken(key, signature, body, peer))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        answer = await asyncio.shield(task)
        self.put_off += answer.again_s is not None
        self.came.set()
        return answer

    async def close(self) -> None:
        """Finish what is under way, within seconds, and close the log."""
        self.stopping = True
        if self._busy:
            await asyncio.wait(self._busy, timeout=PATIENCE_S)
        _, intake, self._intake = self.filed, self._intake, None
        if intake is not None:
            await intake.close()

    async def _taken(self, key: str, signature: str, body: bytes, peer: str) -> Answer:
        try:
            caller = await self._caller(key)
            if caller is None:
                return UNKNOWN
            if not await self._is_signed(caller, signature, body):
                self.unsigned += 1
                return UNSIGNED
            bucket = self._buckets.setdefault(caller.id, Bucket(at=asyncio.get_running_loop().time()))
            if not bucket.take(asyncio.get_running_loop().time()):
                return OFTEN
            return await self._kept(caller, body, peer)
        except VaultError:
            return LOCKED
        except StoreError as error:
            self.last_fault = str(error)
            return STORE
        except Exception as error:  # noqa: BLE001  # a fault of ours must not lose the mail without a word
            self._trace(error)
            self.last_fault = f"It is an error of postroom's own ({type(error).__name__})."
            return STORE

    async def _caller(self, key: str) -> Caller | None:
        if await self._ground.vault_state() is not VaultState.OPEN:
            known = await asyncio.to_thread(platform_sources.exists, self._ground.store, key)
            if known:
                raise VaultLocked
            return None
        return await asyncio.to_thread(platform_sources.caller, self._ground.store, self._ground.vault, key)

    async def _is_signed(self, caller: Caller, signature: str, body: bytes) -> bool:
        if caller.secret is None:
            return False
        return await asyncio.to_thread(is_signed, body, signature, caller.secret)

    async def _kept(self, caller: Caller, body: bytes, peer: str) -> Answer:
        """What becomes of an event that is signed."""
        news = self.news.setdefault(caller.id, News())
        now = news.last_at = datetime.now(UTC)
        try:
            mail = await asyncio.to_thread(read, body)
        except EventUnreadable as error:
            return _refused(news, 400, str(error))
        if mail is None:
            news.passed += 1
            return PASSED
        if mail.at is not None and now - mail.at > TOO_OLD:
            days = TOO_OLD.days
            return _refused(news, 422, f"The event is more than {days} days old; it can be imported.")
        found = await asyncio.to_thread(
            platform_sources.addressees, self._ground.store, caller, mail.addresses
        )
        if not found:
            return _refused(news, 422, _nobody(caller, mail))
        content = await asyncio.to_thread(rebuilt, mail)
        return await self._filed(news, found, content, peer, now)

    async def _filed(
        self, news: News, found: list[tuple[str, Addressee]], content: bytes, peer: str, now: datetime
    ) -> Answer:
        intake, store = await self._opened(), self._ground.store
        digest = hashlib.sha256(content).digest()
        known = [
            bool(await asyncio.to_thread(inbound.known, store, one.asset_id, [digest])) for _, one in found
        ]
        addressed = tuple((Envelope("", address, peer, now, "platform"), one) for address, one in found)
        (outcome,) = await intake.accept([Arrival(addressed, content)])
        if outcome is not Outcome.KEPT:
            self.last_fault = intake.filed.last_fault
            return STORE
        self.last_fault = ""
        news.kept += known.count(False)
        news.repeats += known.count(True)
        return Answer(200, "It was kept before." if all(known) else "Kept.", kept=len(found))

    async def _opened(self) -> Intake:
        async with self._starting:
            if self._intake is None:
                limits = Limits()
                store = self._ground.store
                token = await asyncio.to_thread(token_of, store)
                room = Room(store.path, limits)
                intake = Intake(_writer_of(self._ground), room, limits, store_token=token)
                await intake.start()
                self._intake = intake
            return self._intake


def _writer_of(ground: Ground) -> Callable[[], InboundWriter]:
    from store.inbound_writer import InboundWriter
    from store.log_key import LogSealer
    from store.outbox_mail import MailOutbox

    loop = asyncio.get_running_loop()
    told = functools.partial(loop.call_soon_threadsafe, ground.changes.wake)
    return lambda: InboundWriter(ground.store, LogSealer(ground.store), MailOutbox(ground.store, told))


def _refused(news: News, status: int, words: str) -> Answer:
    """An event that is lost here: counted, and told to both sides."""
    news.refused += 1
    news.refused_at, news.refused_words = news.last_at, words
    return Answer(status, words)


def _nobody(caller: Caller, mail: PlatformMail) -> str:
    if not caller.by_address:
        return f"The asset of the source {caller.name} was deleted."
    named = ", ".join(mail.addresses[:SHOWN]) or "nobody"
    return f"The event is addressed to {named}, and no asset has such an address."
