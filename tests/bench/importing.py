"""Importing an mbox into an asset's log, against `notmuch new` on the same mail as a Maildir.

Both are whole processes that begin with nothing. Ours reads the file, sorts, compresses, seals, and indexes
the headers; notmuch indexes the texts too, and leaves the mail where it lies.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.bench import inbound_stores, stores
from tests.bench.harness import Cost, Row, in_turns, options, process_cost, report

MOST_TIMES = 2.0
SIZE = 4_096
ASSETS = 300
CONFIG = """\
[database]
path={directory}
[user]
name=Desk
primary_email=desk@example.com
[new]
tags=new
ignore=
[search]
exclude_tags=
[maildir]
synchronize_flags=false
"""
HEAD = """\
Return-Path: <support+caf_=desk=in.example.net@example.com>
Received: from mail-f41.example.com (mail-f41.example.com [192.0.2.41])
        by mx.example.net (Postfix) with ESMTPS id {id}
        for <desk.abcdefghij@in.example.net>; {date}
X-Forwarded-To: desk.abcdefghij@in.example.net
X-Forwarded-For: support@example.com desk.abcdefghij@in.example.net
Delivered-To: support@example.com
Received: from mail.example.org (mail.example.org [198.51.100.7])
        by mx.example.com with ESMTPS id {id}; {date}
From: {name} <{address}>
To: Support <support@example.com>
Subject: {subject}
Date: {date}
Message-ID: <{id}@mail.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

"""
FROM_LINE = b"From MAILER-DAEMON Wed Nov 25 08:09:10 2026\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=1)
    parser.add_argument("--messages", type=int, default=100_000, metavar="N")
    chosen = parser.parse_args(arguments)
    if shutil.which("notmuch") is None:
        print("\nImporting is skipped: there is no notmuch; it is in the package notmuch.")
        return 0
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write(directory, chosen.messages)
        one, two = in_turns(
            chosen.repetitions,
            lambda: ours(directory),
            lambda: by_notmuch(directory),
        )
    seconds = sorted(cost.wall for cost in one)[len(one) // 2]
    rate = f"import ({chosen.messages / seconds:,.0f} messages a second)"
    return report(
        f"an mbox of {chosen.messages:,} messages of 4 KB",
        "notmuch new",
        [
            Row(rate, [cost.wall for cost in one], "s", [cost.wall for cost in two], MOST_TIMES),
            Row("processor", [cost.processor for cost in one], "s", [cost.processor for cost in two]),
        ],
    )


def write(directory: Path, messages: int) -> None:
    """The same mail twice: `mbox`, and `Maildir`."""
    maildir = directory / "Maildir"
    for folder in ("cur", "new", "tmp"):
        (maildir / folder).mkdir(parents=True)
    with (directory / "mbox").open("wb") as mbox:
        for number, mail in enumerate(mails(messages)):
            mbox.write(FROM_LINE + mail + b"\n")
            (maildir / "new" / f"{number:07}.desk").write_bytes(mail)


def mails(messages: int) -> Iterator[bytes]:
    """Mail as a desk has it, forwarded, all of the same size and each with a text of its own."""
    desk = inbound_stores.Desk(ASSETS)
    chance = random.Random(11)
    words = desk.words(1_000_000).encode()
    began = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for number in range(messages):
        address, name = chance.choice(desk.people)
        head = HEAD.format(
            id=f"{chance.getrandbits(64):016x}",
            date=format_datetime(began + timedelta(seconds=97 * number)),
            name=name,
            address=address,
            subject=desk.subject(number),
        ).encode()
        at = words.index(b" ", chance.randrange(len(words) - 2 * SIZE)) + 1
        text = words[at : at + SIZE - len(head) - 1]
        yield head + b"\n".join(text[place : place + 75] for place in range(0, len(text), 76)) + b"\n"


def ours(directory: Path) -> Cost:
    """`postroom inbound import` into an empty log."""
    home = directory / "ours"
    home.mkdir()
    path = stores.made(home, ASSETS)
    command = [sys.executable, "-m", "tui", "--store", str(path), "inbound", "import"]
    cost = process_cost([*command, "orders-1@example.com", str(directory / "mbox")])
    shutil.rmtree(home)
    return cost


def by_notmuch(directory: Path) -> Cost:
    """`notmuch new` without a database."""
    config = directory / "notmuch-config"
    config.write_text(CONFIG.format(directory=directory / "Maildir"), encoding="utf-8")
    cost = process_cost(["notmuch", f"--config={config}", "new"])
    shutil.rmtree(directory / "Maildir" / ".notmuch")
    return cost


if __name__ == "__main__":
    sys.exit(main())
