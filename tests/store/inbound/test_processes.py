"""Several programs at once, programs killed at any moment, a full disk: what was answered is there, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import inbound
from store.database import Store
from store.vault import Vault
from tests.store.inbound.kit import assert_whole, asset, keep, message
from tests.store.kit import PASSPHRASE, Program, assert_told, spoken, with_mount

WRITE = """
from store import inbound
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from tests.store.inbound import kit as log_kit

path = Path(sys.argv[1])
def write(start, count, size=300, at_once=5):
    store = Store.open(path)
    writer = InboundWriter(store, LogSealer(store))
    for first in range(start, start + count, at_once):
        numbers = range(first, min(first + at_once, start + count))
        kept = writer.write([log_kit.message(n, content=b"%d " % n * size) for n in numbers])
        say(*(f"{n}:{one.id}:{one.repeat}" for n, one in zip(numbers, kept)))
"""
"""What the programs here do: write numbered messages, and say what they were told."""


@pytest.fixture
def log(store: Store, vault: Vault) -> Store:
    """A log with one asset."""
    asset(store)
    return store


def told(lines: list[str]) -> dict[int, int]:
    """Number and id of each message that a program was told is kept."""
    pairs = [one.split(":") for line in lines for one in line.split() if one.count(":") == 2]
    return {int(number): int(id_) for number, id_, _ in pairs}


def assert_there_once(store: Store, vault: Vault, answered: dict[int, int], size: int = 300) -> None:
    """What was answered is in the log under that id, readable, and no content is there twice."""
    opened = dict(inbound.contents(store, vault, answered.values()))
    assert opened == {id_: b"%d " % number * size for number, id_ in answered.items()}
    digests = [row.digest for row in inbound.messages(store, range(1, inbound.newest_id(store) + 1))]
    assert len(digests) == len(set(digests))
    assert_whole(store)


def test_programs_that_write_at_once_all_succeed(log: Store, vault: Vault) -> None:
    programs = [Program(WRITE + f"write({start}, 100)", log.path) for start in (1_000, 2_000, 3_000)]
    answered = {}
    for program in programs:
        with program:
            answered |= told(list(iter(program.hear, "")))
    assert len(answered) == 300
    assert len(set(answered.values())) == 300
    assert_there_once(log, vault, answered)


def test_of_programs_that_write_the_same_one_keeps_it_and_the_other_repeats_it(
    log: Store, vault: Vault
) -> None:
    """A client that lost its 250 comes back over another connection."""
    same = WRITE + "write(0, 60, at_once=1)"
    with Program(same, log.path) as one, Program(same, log.path) as other:
        heard = list(iter(one.hear, "")), list(iter(other.hear, ""))
    first, second = map(told, heard)
    assert first == second
    assert [line.endswith("True") for line in heard[0]] == [line.endswith("False") for line in heard[1]]
    assert sum(row.repeats for row in inbound.messages(log, first.values())) == 60
    assert_there_once(log, vault, first)


@pytest.mark.parametrize("commits", [1, 2, 5, 11, 24])
def test_killed_at_any_moment_what_was_answered_is_there(log: Store, vault: Vault, commits: int) -> None:
    answered: dict[int, int] = {}
    with Program(WRITE + "write(0, 100_000)", log.path) as program:
        for _ in range(commits):
            answered |= told([program.hear()])
        program.kill()
        answered |= told(list(iter(program.hear, "")))
    assert len(answered) >= 5 * commits
    with Program(WRITE + "write(0, 200)", log.path) as program:  # the client repeats what it is not sure of
        again = told(list(iter(program.hear, "")))
    assert {number: again[number] for number in answered if number < 200} == {
        number: id_ for number, id_ in answered.items() if number < 200
    }
    assert_there_once(log, vault, answered | again)


def test_killed_while_deleting_the_rest_is_there(log: Store, vault: Vault) -> None:
    for start in range(0, 1_000, 500):
        keep(log, *(message(n) for n in range(start, start + 500)))
    with Program(
        WRITE
        + """
store = Store.open(path)
def pause(seconds):
    say("deleted")
    hear()
import datetime
inbound.prune(store, datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2), days=1, megabytes=None,
              sleep=pause)
""",
        log.path,
    ) as program:
        assert program.hear() == "deleted"
        program.say()
        assert program.hear() == "deleted"
        program.kill()
    assert 0 < inbound.count(log) < 1_000
    assert_whole(log)


def test_a_console_reads_while_a_receiver_writes(log: Store) -> None:
    with Program(WRITE + "write(0, 2_000, at_once=50)", log.path) as program:
        while program.hear():
            total = inbound.count(log)
            lines = inbound.page(log, limit=50)
            assert len(lines) == min(50, max(len(lines), 1))
            assert [line.id for line in lines] == sorted((line.id for line in lines), reverse=True)
            assert total <= inbound.count(log)
    assert inbound.count(log) == 2_000


FULL = (
    WRITE
    + """
import random
def fill():
    with open(path.parent / "fill", "wb", buffering=0) as stream:
        try:
            while True: stream.write(bytes(4096))
        except OSError: pass
from store.vault import Vault
store = Store.open(path)
Vault(store, kdf=kit.CHEAP).initialise(kit.PASSPHRASE)
log_kit.asset(store)
writer = InboundWriter(store, LogSealer(store))
noise = random.Random(1)
def batch(first):
    return [log_kit.message(n, content=noise.randbytes(20_000)) for n in range(first, first + 5)]
"""
)


def test_on_a_full_disk_nothing_is_answered_and_nothing_is_half_kept(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    heard = spoken(
        FULL
        + """
writer.write(batch(0))
fill()
kept, first = 5, 100
attempt(lambda: [writer.write(batch(first + 5 * n)) for n in range(100)])
say(inbound.count(store) % 5, store.path.exists())
attempt(lambda: inbound.delete(store, [1]))
os.unlink(path.parent / "fill")
count = inbound.count(store)
attempt(lambda: writer.write(batch(1_000)))
say(inbound.count(store) - count)
vault = Vault(store)
vault.unlock(kit.PASSPHRASE)
say(len(list(inbound.contents(store, vault, range(1, inbound.newest_id(store) + 1)))) == inbound.count(store))
log_kit.assert_whole(store)
attempt(lambda: inbound.delete(store, [2]))
log_kit.assert_whole(store)
say("whole")
""",
        path,
        inside=with_mount(f"mount -t tmpfs -o size=3m none {tmp_path}"),
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert "full" in heard[0]
    assert_told(heard[0], path)
    assert heard[1] == "0 True"
    assert heard[2] in ("done", heard[0])
    assert heard[3:] == ["done", "5", "True", "done", "whole"]


@pytest.mark.parametrize("limit", [100_000, 400_000, 700_000])
def test_beyond_a_limit_on_files_nothing_is_half_kept(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "postroom.db"
    heard = spoken(
        FULL
        + f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))
attempt(lambda: [writer.write(batch(5 * n)) for n in range(100)])
say(inbound.count(store) % 5)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt(lambda: writer.write(batch(1_000)))
log_kit.assert_whole(store)
say("whole")
""",
        path,
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert_told(heard[0], path)
    assert heard[1:] == ["0", "done", "whole"]


def test_a_log_that_another_program_wrote_opens_here(log: Store) -> None:
    with Program(WRITE + "write(0, 10)", log.path) as program:
        answered = told(list(iter(program.hear, "")))
    vault = Vault(log)
    vault.unlock(PASSPHRASE)
    assert_there_once(log, vault, answered)
