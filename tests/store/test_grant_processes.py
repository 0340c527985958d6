"""Programs that refresh grants at once, or are killed at it: no refresh token is used twice or lost."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from store import grants
from store.database import Store
from store.grant_events import events
from store.vault import Vault
from tests.store.kit import CHEAP, NOON, PASSPHRASE, Program, assert_told, raw, spoken
from tests.store.oauth_kit import (
    claimed,
    claims,
    consent,
    grant,
    held,
    kept,
    made_asset,
)
from tests.store.past.write import dumped

# at the same moment


def test_of_many_programs_one_wins_each_grant(store: Store, vault: Vault) -> None:
    ids = [made_asset(store, vault, f"Desk {number}") for number in range(60)]
    consent(store, vault, *ids)
    source = """
        from store import grants
        from tests.store.kit import NOON
        from datetime import timedelta
        store, name, ids = Store.open(Path(sys.argv[1])), sys.argv[2], [int(id_) for id_ in sys.argv[3:]]
        say("ready")
        hear()
        won = []
        for start in range(0, len(ids), 7):
            won += grants.claim(store, ids[start:start + 7], name, NOON, NOON + timedelta(minutes=2))
        say(*won)
    """
    with ExitStack() as stack:
        programs = [
            stack.enter_context(Program(source, store.path, f"program {number}", *ids)) for number in range(4)
        ]
        assert [program.hear() for program in programs] == ["ready"] * 4
        for program in programs:
            program.say()
        won = [[int(id_) for id_ in program.hear().split()] for program in programs]
    assert sorted(id_ for one in won for id_ in one) == ids
    assert claims(store.path) == sorted((id_, f"program {n}") for n, one in enumerate(won) for id_ in one)


REFRESHING = """
from datetime import timedelta
from store import grants
from tests.store.kit import NOON
from tests.store.oauth_kit import kept
store = Store.open(Path(sys.argv[1]))
vault = Vault(store, kdf=kit.CHEAP)
vault.unlock(SecretStr(sys.argv[2]))
name, used = sys.argv[3], open(sys.argv[4], "a", buffering=1)
say("ready")
hear()
while due := grants.due(store, NOON, limit=15):
    for id_ in grants.claim(store, due, name, NOON, NOON + timedelta(minutes=2)):
        with store.read() as session:
            old = grants.refresh_token(session, vault, id_).get_secret_value()
        used.write(f"{id_} {old}\\n")
        new = f"{name}-{int(old.rpartition('-')[2]) + 1}"
        due_at = NOON + timedelta(hours=1)
        grants.keep_tokens(store, vault, [kept(id_, new, next_refresh_at=due_at)], owner=name)
say("done")
"""


def test_of_two_programs_that_refresh_the_same_no_refresh_token_is_used_twice_or_lost(
    store: Store, vault: Vault
) -> None:
    ids = [made_asset(store, vault, f"Desk {number}") for number in range(90)]
    consent(store, vault, *ids, next_refresh_at=NOON)
    log = store.path.with_name("used")
    with ExitStack() as stack:
        programs = [
            stack.enter_context(
                Program(REFRESHING, store.path, PASSPHRASE.get_secret_value(), f"program {number}", log)
            )
            for number in range(2)
        ]
        assert [program.hear() for program in programs] == ["ready"] * 2
        for program in programs:
            program.say()
        assert [program.hear() for program in programs] == ["done"] * 2
    used = log.read_text().splitlines()
    assert max(Counter(used).values()) == 1
    for id_ in ids:
        mine = [line.partition(" ")[2] for line in used if line.startswith(f"{id_} ")]
        assert mine[0] == "planted-refresh-1"
        found = grant(store, id_)
        assert found.rotation == len(mine) + 1
        assert held(store, vault, id_) == (str(found.rotation), str(found.rotation))
    assert claims(store.path) == []
    assert raw(store.path, "PRAGMA integrity_check") == [("ok",)]


# killed between answer and commit


KEEPING = """
from datetime import timedelta
from store import grant_events, grants
from tests.store.kit import NOON
from tests.store.oauth_kit import kept
store = Store.open(Path(sys.argv[1]))
vault = Vault(store, kdf=kit.CHEAP)
vault.unlock(SecretStr(sys.argv[2]))
ids = [id_ for id_, in kit.raw(store.path, "SELECT asset_id FROM grants ORDER BY asset_id")]
def claim(): return grants.claim(store, ids, "killed", NOON, NOON + timedelta(minutes=2))
def keep(number, **more):
    grants.keep_tokens(store, vault, [kept(id_, number, **more) for id_ in ids], owner="killed")
"""


@pytest.fixture
def three(store: Store, vault: Vault) -> list[int]:
    """Three assets with grants."""
    made = [made_asset(store, vault, f"Desk {number}") for number in range(3)]
    consent(store, vault, *made, number=0)
    return made


@pytest.mark.parametrize(
    "moment", ["INSERT INTO secrets", "INSERT INTO grants", "INSERT INTO grant_events", "COMMIT"]
)
def test_killed_between_answer_and_commit_the_old_state_is_whole(
    store: Store, vault: Vault, three: list[int], moment: str
) -> None:
    with Program(
        KEEPING
        + """
claim()
say("claimed")
hear()
def stop(connection, cursor=None, statement="COMMIT", *_):
    if statement.startswith(sys.argv[3]):
        say("inside")
        hear()
event.listen(store._engine, "commit" if sys.argv[3] == "COMMIT" else "after_cursor_execute", stop)
keep(1)
say("kept")
""",
        store.path,
        PASSPHRASE.get_secret_value(),
        moment,
    ) as program:
        assert program.hear() == "claimed"
        before = dumped(store.path)
        program.say()
        assert program.hear() == "inside"
        program.kill()
    assert raw(store.path, "PRAGMA integrity_check") == [("ok",)]
    assert dumped(store.path) == before
    assert [held(store, vault, id_) for id_ in three] == [("0", "0")] * 3
    assert claimed(store, *three, owner="other") == []
    assert claimed(store, *three, owner="other", now=NOON + timedelta(minutes=2)) == three
    grants.keep_tokens(store, vault, [kept(id_, 1) for id_ in three], owner="other")
    assert [held(store, vault, id_) for id_ in three] == [("1", "1")] * 3


@pytest.mark.parametrize("answered", [1, 2, 5, 11, 24])
def test_killed_at_any_moment_new_tokens_are_there_entirely_or_not_at_all(
    store: Store, vault: Vault, three: list[int], answered: int
) -> None:
    """Tokens whose commit was answered are kept; those under way are all there, or not at all."""
    with Program(
        KEEPING
        + """
for number in range(1, 9999):
    claim()
    keep(number)
    say(number)
""",
        store.path,
        PASSPHRASE.get_secret_value(),
    ) as program:
        for _ in range(answered):
            last = int(program.hear())
        program.kill()
        last = max([last, *map(int, iter(program.hear, ""))])
    assert raw(store.path, "PRAGMA integrity_check") == [("ok",)]
    states = {
        (held(store, vault, id_), grant(store, id_).rotation - 1, len(events(store, id_)) - 1)
        for id_ in three
    }
    assert len(states) == 1
    (access, refresh), rotation, happened = states.pop()
    assert access == refresh == str(rotation)
    assert rotation == happened
    assert rotation in (last, last + 1)


# a disk that takes no more


def test_tokens_that_the_disk_does_not_take_can_be_kept_later(
    store: Store, vault: Vault, three: list[int]
) -> None:
    store.close()
    heard = spoken(
        KEEPING
        + """
import resource
from tests.store.oauth_kit import tokens
def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
def keep_long(): keep(1, tokens=tokens(1, access=SecretStr("planted-" + "x" * 30_000)))
claim()
limit(10_000)
attempt(keep_long)
limit(resource.RLIM_INFINITY)
def tell(): say(*(grants.of(store, id_).rotation for id_ in ids), len(grant_events.events(store, ids[0])))
tell()
attempt(keep_long)
tell()
""",
        store.path,
        PASSPHRASE.get_secret_value(),
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert_told(heard[0], store.path)
    assert "planted" not in heard[0]
    assert heard[1:] == ["1 1 1 1", "done", "2 2 2 2"]


def test_a_second_program_sees_the_new_tokens_at_once(store: Store, vault: Vault, three: list[int]) -> None:
    other = Store.open(Path(store.path))
    others = Vault(other, kdf=CHEAP)
    others.unlock(PASSPHRASE)
    watch = other.watch()
    claimed(store, three[0])
    grants.keep_tokens(store, vault, [kept(three[0], 7)], owner="me")
    assert watch.changed()
    assert held(other, others, three[0]) == ("7", "7")
    watch.close()
    other.close()
