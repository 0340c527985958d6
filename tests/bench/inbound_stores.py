"""Fills the log for the benchmarks: any number of messages that look like a desk's, by the writer itself."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.database import Store
from store.inbound import NewMessage
from store.inbound_kinds import MailKind, Via
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from tests.bench import stores

AT_ONCE = 500
"""Messages in a transaction, as an import has them: the search index is then layered as it would be."""
GAP = timedelta(seconds=7)
COMMON = "invoice"
"""In three subjects of ten."""
RARE = "Ouagadougou"
"""In one subject of 20,000."""
SYLLABLES = (
    *("ka", "lo", "mi", "ter", "sun", "ver", "da", "po", "ri", "en", "stra", "fi", "gu", "ol", "be", "na"),
    *("quo", "ex", "am", "in", "re", "con", "pro", "de", "ma"),
)


class Desk:
    """Makes messages: words by Zipf's law, 60,000 people who write more or less often; the same by a seed."""

    def __init__(self, assets: int, *, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._assets = assets
        self._began = datetime.now(UTC).replace(microsecond=0)
        words = dict.fromkeys(self._word() for _ in range(40_000))
        self._words = list(words)
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self._words))))
        self.people = [self._person(number) for number in range(60_000)]
        self._eagerness = list(itertools.accumulate(1 / (rank + 50) for rank in range(len(self.people))))

    def _word(self) -> str:
        return "".join(self._random.choices(SYLLABLES, k=self._random.choice((1, 2, 2, 3, 3, 4))))

    def _person(self, number: int) -> tuple[str, str]:
        pick = self._random.choice
        first, last, host = (
            pick(self._words[100:1_100]),
            pick(self._words[2_000:7_000]),
            pick(self._words[:3_000]),
        )
        return f"{first}.{last}{number % 97}@{host}.example.com", f"{first.title()} {last.title()}"

    def words(self, many: int) -> str:
        """So many words, the frequent ones often."""
        return " ".join(self._random.choices(self._words, cum_weights=self._weights, k=many))

    def subject(self, number: int) -> str:
        chance = self._random
        reply = "Re: " if chance.random() < 0.5 else ""
        order = f" order {chance.randrange(10**7)}" if chance.random() < 0.4 else ""
        common = f" {COMMON}" if chance.random() < 0.3 else ""
        rare = f" {RARE}" if number % 20_000 == 4_711 else ""
        return f"{reply}{self.words(chance.randint(3, 9))}{order}{common}{rare}"

    def message(self, number: int, of: int, content: bytes | None = None) -> NewMessage:
        """Message `number` of so many; the last was received just now."""
        address, name = self._random.choices(self.people, cum_weights=self._eagerness)[0]
        asset = self._random.randrange(self._assets)
        has_file = self._random.random() < 0.2
        at = self._began - (of - number) * GAP
        content = content if content is not None else b"Message-ID: <%d>\r\n\r\n" % number
        return NewMessage(
            asset_id=asset + 1,
            received_at=at,
            source="smtp",
            mail_from=f"support{asset}+caf_=desk{asset}.abcdefghij=in.example.net@example.com",
            rcpt_to=f"desk{asset}.abcdefghij@in.example.net",
            peer="192.0.2.7",
            content=content,
            digest=hashlib.sha256(content).digest(),
            subject=self.subject(number),
            sender=address,
            sender_name=name,
            recipients=f"support{asset}@example.com",
            message_id=f"<{self._random.getrandbits(80):x}@mail.example.com>",
            sent_at=at,
            attachments=(f"{self.words(1)}.pdf", f"scan{number % 10_000}.jpg") if has_file else (),
            kind=MailKind.BOUNCE if number % 50 == 0 else MailKind.ORDINARY,
            via=Via.GMAIL,
            forwarded_by=f"support{asset}@example.com",
            marks=(),
        )

    def content(self, octets: int) -> bytes:
        """A readable mail of this size, each another one."""
        id_ = f"<{self._random.getrandbits(80):x}@example.com>"
        head = f"From: a@example.com\r\nSubject: x\r\nMessage-ID: {id_}\r\n\r\n"
        text = self.words(octets // 5)
        lines = "\r\n".join(text[at : at + 74] for at in range(0, len(text), 74))
        return (head + lines)[:octets].encode().ljust(octets, b".")


def made(directory: Path, messages: int, *, assets: int = 300, seed: int = 7) -> Path:
    """Make a store with so many messages in a directory; its vault opens unlocked. 100 microseconds each."""
    path = stores.made(directory, assets)
    store = Store.open(path)
    try:
        fill(store, messages, assets=assets, seed=seed)
    finally:
        store.close()
    return path


def fill(store: Store, messages: int, *, assets: int, seed: int = 7) -> Desk:
    """Add so many messages with next to no content, without waiting for the disk."""
    desk = Desk(assets, seed=seed)
    writer = InboundWriter(store, LogSealer(store))
    writer.connection.execute("PRAGMA synchronous=OFF")
    writer.connection.execute("PRAGMA wal_autocheckpoint=20000")
    for batch in _batches(desk, messages):
        writer.write(batch)
    writer.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    writer.close()
    return desk


def _batches(desk: Desk, messages: int) -> Iterator[list[NewMessage]]:
    numbers = iter(range(1, messages + 1))
    while some := list(itertools.islice(numbers, AT_ONCE)):
        yield [desk.message(number, messages) for number in some]
