"""Authorizations under way: taken once, ended by time, their verifier sealed and their state hashed."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from store import authorizations
from store.asset_errors import AssetGone
from store.authorizations import Authorization, StateRefused
from store.database import Store
from store.vault import SecretUnreadable, Vault, VaultAbsent, VaultLocked
from tests.store.kit import CHEAP, NOON, PASSPHRASE, Program, contents, raw
from tests.store.oauth_kit import HOUR, made_asset
from tests.store.past.write import dumped

STATE = SecretStr("planted-state-5e1f")
VERIFIER = SecretStr("planted-verifier-a07c")
ENDS = NOON + timedelta(minutes=10)
UNKNOWN = "The answer's state is not one that was given out; begin again."
USED = "The answer's state was used already; begin again."
ENDED = "The answer came too late: its state has ended; begin again."


def begun(asset_id: int, **more: object) -> Authorization:
    given = {"client_id": 7, "verifier": VERIFIER, "redirect_uri": "http://127.0.0.1:8400/", "began_at": NOON}
    return Authorization(asset_id, **(given | more))  # type: ignore[arg-type]


def sealed(store: Store) -> int:
    """How many verifiers the vault holds."""
    found = raw(store.path, "SELECT count(*) FROM secrets WHERE owner LIKE 'authorization:%'")
    return int(found[0][0])


@pytest.fixture
def asset_id(store: Store, vault: Vault) -> int:
    """An asset with one authorization under way."""
    made = made_asset(store, vault)
    authorizations.remember(store, vault, STATE, begun(made), ENDS)
    return made


def refused(store: Store, vault: Vault, state: SecretStr = STATE, now: datetime = NOON) -> str:
    before = dumped(store.path)
    with pytest.raises(StateRefused) as caught:
        authorizations.take(store, vault, state, now)
    assert dumped(store.path) == before
    return str(caught.value)


# taken once


def test_what_was_remembered_comes_back_once(store: Store, vault: Vault, asset_id: int) -> None:
    assert authorizations.take(store, vault, STATE, NOON) == begun(asset_id)
    assert refused(store, vault) == USED
    assert sealed(store) == 0


def test_each_state_has_its_own(store: Store, vault: Vault, asset_id: int) -> None:
    other = begun(asset_id, redirect_uri="http://127.0.0.1:9/\N{SNOWMAN}", verifier=SecretStr('"\x00'))
    authorizations.remember(store, vault, SecretStr("other"), other, ENDS)
    assert authorizations.take(store, vault, SecretStr("other"), NOON) == other
    assert authorizations.take(store, vault, STATE, NOON) == begun(asset_id)


def test_of_many_programs_one_takes_it(store: Store, vault: Vault, asset_id: int) -> None:
    source = """
        from store import authorizations
        from tests.store.kit import NOON
        store = Store.open(Path(sys.argv[1]))
        vault = Vault(store, kdf=kit.CHEAP)
        vault.unlock(SecretStr(sys.argv[2]))
        state = SecretStr(sys.argv[3])
        say("ready")
        hear()
        try: taken = authorizations.take(store, vault, state, NOON)
        except authorizations.StateRefused as error: say(error)
        else: say(taken.verifier.get_secret_value())
    """
    secrets = PASSPHRASE.get_secret_value(), STATE.get_secret_value()
    with ExitStack() as stack:
        programs = [stack.enter_context(Program(source, store.path, *secrets)) for _ in range(4)]
        assert [program.hear() for program in programs] == ["ready"] * 4
        for program in programs:
            program.say()
        heard = sorted(program.hear() for program in programs)
    assert heard == sorted([VERIFIER.get_secret_value(), *[USED] * 3])


def test_one_that_is_killed_while_it_takes_uses_nothing_up(store: Store, vault: Vault, asset_id: int) -> None:
    with Program(
        """
        from store import authorizations
        from tests.store.kit import NOON
        store = Store.open(Path(sys.argv[1]))
        vault = Vault(store, kdf=kit.CHEAP)
        vault.unlock(SecretStr(sys.argv[2]))
        def stop(connection):
            say("inside")
            hear()
        event.listen(store._engine, "commit", stop)
        authorizations.take(store, vault, SecretStr(sys.argv[3]), NOON)
        """,
        store.path,
        PASSPHRASE.get_secret_value(),
        STATE.get_secret_value(),
    ) as program:
        assert program.hear() == "inside"
        program.kill()
    assert authorizations.take(store, vault, STATE, NOON) == begun(asset_id)


# refused


@pytest.mark.parametrize("wrong", ["", "x", STATE.get_secret_value().upper(), STATE.get_secret_value() + " "])
def test_a_state_that_was_not_given_out_is_refused(
    store: Store, vault: Vault, asset_id: int, wrong: str
) -> None:
    assert refused(store, vault, SecretStr(wrong)) == UNKNOWN
    assert authorizations.take(store, vault, STATE, NOON) == begun(asset_id)


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_any_text_may_come_back_as_a_state(module_desk: tuple[Store, Vault], text: str) -> None:
    store, vault = module_desk
    with pytest.raises(StateRefused, match="not one that was given out"):
        authorizations.take(store, vault, SecretStr(text), NOON)


@pytest.fixture(scope="module")
def module_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Vault]]:
    store = Store.open(tmp_path_factory.mktemp("desk") / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    yield store, vault
    store.close()


def test_a_state_ends_to_the_moment(store: Store, vault: Vault, asset_id: int) -> None:
    assert refused(store, vault, now=ENDS) == ENDED
    assert refused(store, vault, now=ENDS + timedelta(days=9)) == ENDED
    just = ENDS - timedelta(milliseconds=1)
    assert authorizations.take(store, vault, STATE, just) == begun(asset_id)


def test_with_a_locked_vault_nothing_is_used_up(store: Store, vault: Vault, asset_id: int) -> None:
    vault.lock()
    before = dumped(store.path)
    with pytest.raises(VaultLocked):
        authorizations.take(store, vault, STATE, NOON)
    assert dumped(store.path) == before
    assert refused(store, vault, SecretStr("wrong")) == UNKNOWN
    vault.unlock(PASSPHRASE)
    assert authorizations.take(store, vault, STATE, NOON) == begun(asset_id)


@pytest.mark.parametrize("absent", [False, True])
def test_what_cannot_be_sealed_is_not_remembered(store: Store, absent: bool) -> None:
    vault = Vault(store, kdf=CHEAP)
    made = made_asset(store, vault)
    if not absent:
        vault.initialise(PASSPHRASE)
        vault.lock()
    before = dumped(store.path)
    with pytest.raises(VaultAbsent if absent else VaultLocked):
        authorizations.remember(store, vault, STATE, begun(made), ENDS)
    assert dumped(store.path) == before


def test_an_asset_that_is_gone_is_not_waited_for(store: Store, vault: Vault) -> None:
    before = dumped(store.path)
    with pytest.raises(AssetGone, match="The asset 99 was deleted by somebody else"):
        authorizations.remember(store, vault, STATE, begun(99), ENDS)
    assert dumped(store.path) == before


# sealed


def test_a_verifier_that_was_moved_to_another_state_does_not_open(
    store: Store, vault: Vault, asset_id: int
) -> None:
    other = SecretStr("other")
    authorizations.remember(store, vault, other, begun(asset_id, verifier=SecretStr("mine")), ENDS)
    raw(store.path, "UPDATE secrets SET sealed = (SELECT sealed FROM secrets ORDER BY owner LIMIT 1)")
    opened: list[Authorization | None] = []
    for state in (STATE, other):
        try:
            opened.append(authorizations.take(store, vault, state, NOON))
        except SecretUnreadable:
            opened.append(None)
    assert opened.count(None) == 1


def test_one_whose_verifier_is_gone_is_refused(store: Store, vault: Vault, asset_id: int) -> None:
    raw(store.path, "DELETE FROM secrets")
    assert refused(store, vault) == "What belongs to the answer's state is gone; begin again."


def test_neither_state_nor_verifier_lies_in_a_file_or_shows(
    store: Store, vault: Vault, asset_id: int
) -> None:
    lying = [*contents(store.path.parent).values()]
    shown = [repr(begun(asset_id)), repr(authorizations.take(store, vault, STATE, NOON))]
    with pytest.raises(StateRefused) as caught:
        authorizations.take(store, vault, STATE, NOON)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown += ["".join(told.format()), dumped(store.path)]
    store.close()
    for data in (*lying, *contents(store.path.parent).values(), *map(str.encode, shown)):
        assert b"planted-" not in data


# dropped


def test_those_that_have_ended_are_dropped_with_what_is_sealed(
    store: Store, vault: Vault, asset_id: int
) -> None:
    authorizations.remember(store, vault, SecretStr("long"), begun(asset_id), NOON + 9 * HOUR)
    authorizations.remember(store, vault, SecretStr("used"), begun(asset_id), ENDS)
    authorizations.take(store, vault, SecretStr("used"), NOON)
    later = ENDS + timedelta(milliseconds=1)
    authorizations.remember(store, vault, SecretStr("new"), begun(asset_id, began_at=later), later + HOUR)
    assert sealed(store) == 2
    assert raw(store.path, "SELECT count(*) FROM authorizations") == [(2,)]
    assert refused(store, vault) == UNKNOWN
    assert refused(store, vault, SecretStr("used")) == UNKNOWN
    assert authorizations.take(store, vault, SecretStr("long"), later) == begun(asset_id)


def test_a_used_state_is_known_until_it_has_ended(store: Store, vault: Vault, asset_id: int) -> None:
    """So that a second redirect is told apart from a stranger's."""
    authorizations.take(store, vault, STATE, NOON)
    authorizations.remember(store, vault, SecretStr("x"), begun(asset_id, began_at=ENDS), ENDS + HOUR)
    assert refused(store, vault) == USED


def test_those_of_one_asset_are_dropped(store: Store, vault: Vault, asset_id: int) -> None:
    other = made_asset(store, vault, "Other")
    authorizations.remember(store, vault, SecretStr("x"), begun(other), ENDS)
    vault.lock()
    with store.write() as session:
        authorizations.forget(session, vault, asset_id)
    vault.unlock(PASSPHRASE)
    assert refused(store, vault) == UNKNOWN
    assert authorizations.take(store, vault, SecretStr("x"), NOON) == begun(other)
    assert sealed(store) == 0


def test_times_are_aware_and_in_utc(store: Store, vault: Vault, asset_id: int) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-8)))
    authorizations.remember(store, vault, SecretStr("x"), begun(asset_id, began_at=elsewhere), ENDS)
    found = authorizations.take(store, vault, SecretStr("x"), elsewhere)
    assert (found.began_at, found.began_at.tzinfo) == (NOON, UTC)
