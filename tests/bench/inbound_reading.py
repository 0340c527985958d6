"""What looking at the log costs: pages, counts and searches beside a million messages, against the same on a
thousand; and the searches against `notmuch` on the same messages.

The time that notmuch takes to start is taken off its times, and it only names the messages that it finds.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from email.utils import format_datetime, formataddr
from pathlib import Path

from store import inbound
from store.database import Store
from store.inbound import NewMessage
from store.inbound_search import EVERYTHING, Search, parse
from tests.bench import inbound_stores, stores
from tests.bench.harness import Row, in_turns, options, report
from tests.bench.inbound_stores import COMMON, RARE, Desk

SEARCH_MS = 50
PAGE_MS = 5
COUNT_MS = 1
PAGE = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = options(__doc__, repetitions=9)
    parser.add_argument("--messages", type=int, default=1_000_000, metavar="N", help="of the large log")
    parser.add_argument("--shared", type=int, default=100_000, metavar="N", help="that notmuch has too")
    given = parser.parse_args(arguments)
    status = 0
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        if shutil.which("notmuch"):
            status |= _against_notmuch(directory, given.shared, given.repetitions)
        large = Store.open(inbound_stores.made(_new(directory / "large"), given.messages))
        small = Store.open(inbound_stores.made(_new(directory / "small"), 1_000))
        with closing(large), closing(small):
            status |= report(
                f"the log of {given.messages:,} messages", "of 1,000", _pages(large, small, given.repetitions)
            )
    return status


def _pages(large: Store, small: Store, repetitions: int) -> list[Row]:
    middle = inbound.newest_id(large) // 2

    def row(name: str, most: float, act: Callable[[Store], object]) -> Row:
        ours, other = in_turns(repetitions, lambda: _ms(act, large), lambda: _ms(act, small))
        return Row(name, ours, "ms", other, most_median=most)

    rows = [
        row("first page", PAGE_MS, lambda store: inbound.page(store, limit=PAGE)),
        row("page down", PAGE_MS, lambda store: inbound.page(store, before=middle, limit=PAGE)),
        row("End", PAGE_MS, lambda store: inbound.page(store, after=0, limit=PAGE)),
        row("count", COUNT_MS, inbound.count),
    ]
    for name, text in _searches(large).items():
        search = parse(text, datetime.now(UTC))
        rows.append(row(name, SEARCH_MS, lambda store, it=search: _first_look(store, it)))  # type: ignore[misc]
    return rows


def _first_look(store: Store, search: Search) -> list[inbound.InboundLine]:
    """What the screen asks for at every key: a page, and how many there are, up to 2,000."""
    inbound.count(store, search, 2_000)
    return inbound.page(store, search, limit=PAGE)


def _searches(store: Store) -> dict[str, str]:
    senders = Counter(line.sender for line in inbound.page(store, EVERYTHING, limit=5_000))
    often, seldom = senders.most_common()[0][0], senders.most_common()[-1][0]
    return {
        "a rare word": f"{RARE} ",
        "a common word": f"{COMMON} ",
        "two common words": f"{COMMON} order ",
        "a prefix of two": COMMON[:2],
        "a prefix of three": COMMON[:3],
        "a prefix of five": COMMON[:5],
        "the worst prefix": "stra",
        "from: who writes often": f"from:{often} ",
        "from: who writes seldom": f"from:{seldom} ",
        "of one asset": 'asset:"Desk 0017 returns" ',
        "a word of one asset": f'asset:"Desk 0017 returns" {COMMON} ',
        "bounces": "kind:bounce ",
        "a word of last month": f"after:30d before:20d {COMMON} ",
    }


def _ms(act: Callable[[Store], object], store: Store) -> float:
    began = time.perf_counter()
    act(store)
    return (time.perf_counter() - began) * 1e3


def _new(directory: Path) -> Path:
    directory.mkdir()
    return directory


# notmuch


def _against_notmuch(directory: Path, messages: int, repetitions: int) -> int:
    path = stores.made(_new(directory / "shared"), 300)
    with closing(Store.open(path)) as store:
        began = time.perf_counter()
        inbound_stores.fill(store, messages, assets=300)
        print(f"{messages:,} messages into the log in {time.perf_counter() - began:.0f} s", flush=True)
        notmuch = Notmuch(_new(directory / "notmuch"), messages)
        print(f"{messages:,} messages into notmuch in {notmuch.took:.0f} s", flush=True)
        rows = []
        searches = _searches(store)
        for name in ("a rare word", "a common word", "a prefix of five", "from: who writes often"):
            typed = searches[name].strip()
            search = parse(searches[name], datetime.now(UTC))
            query = f"{typed}*" if name.startswith("a prefix") else typed

            def ours(search: Search = search) -> float:
                return _ms(lambda log: inbound.page(log, search, limit=PAGE), store)

            def other(query: str = query) -> float:
                return notmuch.searched(query)

            one, two = in_turns(repetitions, ours, other)
            rows.append(Row(name, one, "ms", two, most_times=1.0, most_median=SEARCH_MS))
    return report(f"the first {PAGE} of {messages:,} messages", "notmuch", rows)


class Notmuch:
    """A notmuch database of the messages that `inbound_stores.fill` makes."""

    def __init__(self, directory: Path, messages: int) -> None:
        self._environment = os.environ | {"NOTMUCH_CONFIG": str(directory / "config"), "HOME": str(directory)}
        mail = directory / "mail" / "new"
        mail.mkdir(parents=True)
        for sub in ("cur", "tmp"):
            (mail.parent / sub).mkdir()
        desk = Desk(300)
        for number in range(1, messages + 1):
            (mail / f"{number:07}.desk").write_bytes(_as_mail(desk.message(number, messages)))
        settings = f"[database]\npath={mail.parent}\n[user]\nname=Desk\nprimary_email=desk@example.com\n"
        (directory / "config").write_text(settings, encoding="utf-8")
        began = time.perf_counter()
        self._run("new", "--quiet")
        self.took = time.perf_counter() - began
        self._start_ms = statistics.median(self._timed("count", "id:nothing") for _ in range(9))

    def searched(self, query: str) -> float:
        """Milliseconds of a search, newest first, beyond those of starting."""
        return max(
            0.01, self._timed("search", "--output=messages", f"--limit={PAGE}", query) - self._start_ms
        )

    def _timed(self, *arguments: str) -> float:
        began = time.perf_counter()
        self._run(*arguments)
        return (time.perf_counter() - began) * 1e3

    def _run(self, *arguments: str) -> None:
        command = ["notmuch", *arguments]
        subprocess.run(command, env=self._environment, check=True, stdout=subprocess.DEVNULL)


def _as_mail(message: NewMessage) -> bytes:
    file = "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="
    parts = "".join(f'{file}"{name}"\r\n\r\n-\r\n' for name in message.attachments)
    head = {
        "From": formataddr((message.sender_name, message.sender)),
        "To": message.recipients,
        "Subject": message.subject,
        "Message-ID": message.message_id,
        "Date": format_datetime(message.sent_at or message.received_at),
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/mixed; boundary="x"' if parts else "text/plain",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{lines}\r\n{parts}{'--x--' if parts else '.'}\r\n".encode()


if __name__ == "__main__":
    sys.exit(main())
