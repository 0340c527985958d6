"""The process that tells people is killed at every moment of a sending; and two of them work at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Store
from store.grants import GrantState
from store.notice_queue import NoticeQueue
from store.vault import Vault
from tests.live.agent.kit import until
from tests.live.notices.kit import OPERATOR, breaks, client, connected, desk
from tests.live.smtp_servers import Mailroom, Scripted, good_server, listening
from tests.store.kit import NOON, ROOT, raw

EHLO = b"250 mx.example.com\r\n"


@contextlib.contextmanager
def sender(store: Store, port: int, hook: str = "") -> Iterator[subprocess.Popen[str]]:
    """One that works; killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.live.notices.sender", str(store.path), str(port), hook],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "working\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def broken(store: Store, vault: Vault, owner: str = "") -> None:
    (asset,) = connected(store, vault, "Billing", client_id=client(store, vault), owner=owner)
    breaks(store, GrantState.CONSENT_REQUIRED, asset)


def open_sendings(store: Store) -> int:
    return int(raw(store.path, "SELECT count(*) FROM notice_sendings WHERE done_at IS NULL")[0][0])


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT"])
async def test_killed_before_the_mail_itself_it_is_not_lost(store: Store, vault: Vault, verb: str) -> None:
    """However often."""
    broken(store, vault)
    for _ in range(3):
        script = Scripted({"EHLO": EHLO, verb: None})
        async with listening(script) as port:
            with sender(store, port):
                await asyncio.wait_for(script.silent.wait(), 30)
    room = Mailroom()
    async with good_server("none", room) as port:
        with sender(store, port):
            await until(lambda: open_sendings(store) == 0)
    assert len(room.delivered) == 1
    assert raw(store.path, "SELECT state FROM notice_sendings") == [("sent",)]


async def test_killed_after_the_mail_was_taken_it_is_repeated_once(store: Store, vault: Vault) -> None:
    broken(store, vault)
    desk(store, vault).look()
    taken = 0
    for _ in range(4):
        script = Scripted({"EHLO": EHLO, "DATA": b"354 go\r\n", ".": None})
        async with listening(script) as port:
            with sender(store, port):
                silent = asyncio.create_task(script.silent.wait())
                done = asyncio.create_task(until(lambda: open_sendings(store) == 0))
                await asyncio.wait({silent, done}, return_when=asyncio.FIRST_COMPLETED)
                taken += silent.done()
                silent.cancel()
                done.cancel()
                await asyncio.gather(silent, done, return_exceptions=True)
    assert taken == 2
    assert raw(store.path, "SELECT state FROM notice_sendings") == [("in doubt",)]


async def test_killed_at_any_time_nobody_is_forgotten(store: Store, vault: Vault) -> None:
    room = Mailroom()
    ids = connected(store, vault, *(f"Desk {n}" for n in range(8)), client_id=client(store, vault), owner="")
    async with good_server("none", room) as port:
        for number, asset in enumerate(ids):
            breaks(store, GrantState.CONSENT_REQUIRED, asset)
            before = len(room.delivered)
            with sender(store, port):
                await until(lambda: len(room.delivered) > before or number % 2)  # noqa: B023
        with sender(store, port):
            await until(lambda: raw(store.path, "SELECT count(*) FROM notices") == [(8,)])
            await until(lambda: open_sendings(store) == 0)
    text = "\n".join(one.content.decode() for one in room.delivered if isinstance(one.content, bytes))
    told = Counter(number for number in range(8) for _ in range(text.count(f"Desk {number}: a new")))
    assert set(told) == set(range(8))


async def test_two_at_once_send_each_once(store: Store, vault: Vault, tmp_path: Path) -> None:
    room, said = Mailroom(), tmp_path / "said"
    hook = tmp_path / "hook.sh"
    hook.write_text(f'echo "$POSTROOM_NOTICE_ID" >> {said}\n', encoding="utf-8")
    ids = connected(store, vault, *(f"Desk {n}" for n in range(5)), client_id=client(store, vault), owner="")
    async with good_server("none", room) as port:
        with sender(store, port, str(hook)), sender(store, port, str(hook)):
            for asset in ids:
                breaks(store, GrantState.CONSENT_REQUIRED, asset)
            await until(lambda: raw(store.path, "SELECT count(*) FROM notices") == [(5,)])
            await until(lambda: open_sendings(store) == 0)
    assert sorted(said.read_text(encoding="utf-8").split()) == ["1", "2", "3", "4", "5"]
    named = sum(one.content.count(b"needed") for one in room.delivered if isinstance(one.content, bytes))
    assert named >= 5
    numbers = [
        number
        for one in room.delivered
        if isinstance(one.content, bytes)
        for line in one.content.decode().splitlines()
        if line.startswith("X-Postroom-Notice: ")
        for number in line.split()[1:]
    ]
    assert sorted(numbers) == ["1", "2", "3", "4", "5"]


async def test_a_claim_of_one_who_lives_is_left_alone_whatever_the_clock_says(
    store: Store, vault: Vault
) -> None:
    broken(store, vault)
    here = desk(store, vault)
    here.look()
    mine, other = NoticeQueue(store), NoticeQueue(store)
    assert [one.recipient for one in mine.claim(NOON)] == [OPERATOR]
    for hours in (-1, 0, 1, 1000):
        here.clock.on(hours=hours)
        assert other.claim(here.clock()) == []
