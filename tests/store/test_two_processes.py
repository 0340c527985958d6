"""Several programs on one store: each sees the others' changes, and one that is killed harms nothing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from store import assets, audit
from store.database import Store
from store.vault import Vault
from tests.store.kit import CHEAP, PASSPHRASE, Program, contents, fields, keep_check, raw

# change watch


def test_a_watch_sees_the_commits_of_everybody_once(store: Store, vault: Vault) -> None:
    watch = store.watch()
    assert not watch.changed()
    assets.create(store, vault, fields())
    assert watch.changed()
    assert not watch.changed()
    with Program(
        """
        store = Store.open(Path(sys.argv[1]))
        say("open")
        while (name := hear()):
            assets.create(store, Vault(store), kit.fields(name))
            say("kept")
        """,
        store.path,
    ) as other:
        assert other.hear() == "open"
        assert not watch.changed()
        for name in ("One", "Two"):
            other.say(name)
            assert other.hear() == "kept"
        assert watch.changed()
        assert not watch.changed()
    watch.close()


def test_a_watch_sees_nothing_in_reads_and_in_what_was_rolled_back(store: Store) -> None:
    def act() -> None:
        with store.write() as session:
            audit.record(session, store.actor, "never")
            session.flush()
            raise ZeroDivisionError

    watch = store.watch()
    assets.lines(store)
    audit.page(store)
    with pytest.raises(ZeroDivisionError):
        act()
    assert not watch.changed()
    watch.close()


def test_a_watch_that_is_closed_last_folds_the_log_back(store: Store, vault: Vault) -> None:
    watch = store.watch()
    assets.create(store, vault, fields())
    store.close()
    assert watch.changed()
    watch.close()
    assert list(contents(store.path.parent)) == ["postroom.db"]


# at the same moment


def test_programs_that_make_one_store_at_once_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "postroom.db"
    source = """
        import alembic.command, alembic.config  # so that all are in the same place at the same moment
        say("ready")
        hear()
        store = Store.open(Path(sys.argv[1]))
        assets.create(store, Vault(store), kit.fields(sys.argv[2]))
        say("kept")
    """
    with ExitStack() as stack:
        programs = [stack.enter_context(Program(source, path, f"Desk {number}")) for number in range(5)]
        assert [program.hear() for program in programs] == ["ready"] * 5
        for program in programs:
            program.say()
        assert [program.hear() for program in programs] == ["kept"] * 5
    store = Store.open(path)
    assert list(assets.names(store)) == [f"Desk {number}" for number in range(5)]
    store.close()
    assert raw(path, "PRAGMA integrity_check") == [("ok",)]


def test_of_two_that_take_one_name_at_once_one_is_told(store: Store) -> None:
    source = """
        store = Store.open(Path(sys.argv[1]))
        say("ready")
        hear()
        try:
            assets.create(store, Vault(store), kit.fields("Ärger"))
        except assets.AssetTaken as error:
            say(error.field, error.asset_id, error.asset_name)
        else:
            say("kept")
    """
    with Program(source, store.path) as one, Program(source, store.path) as two:
        assert [one.hear(), two.hear()] == ["ready", "ready"]
        one.say()
        two.say()
        assert sorted([one.hear(), two.hear()]) == ["kept", "name 1 Ärger"]


# killed in the middle of a save


SAVING = """
store = Store.open(Path(sys.argv[1]))
vault = Vault(store, kdf=kit.CHEAP)
vault.unlock(SecretStr(sys.argv[2]))
def save(asset, number):
    return assets.update(store, vault, asset.id, kit.fields(note=str(number)), version=asset.version,
        password=SecretStr(f"password {number}"))
asset = assets.by_id(store, vault, 1)
"""


def as_it_is(path: Path) -> tuple[str, str, int, int]:
    """Of the asset that the programs here save: the note's number, the password's number, the version, and
    the number of entries about it in the audit log."""
    assert raw(path, "PRAGMA integrity_check") == [("ok",)]
    store = Store.open(path)
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    asset = assets.by_id(store, vault, 1)
    assert asset
    with store.read() as session:
        password = vault.reveal(session, assets.owner_of_secrets(1), assets.PASSWORD)
    assert password
    entries = audit.count(store, ["asset"])
    store.close()
    return asset.note, password.get_secret_value().removeprefix("password "), asset.version, entries


@pytest.fixture
def saved(store: Store, vault: Vault) -> Path:
    """A store with one asset that is in state 0."""
    assets.create(store, vault, fields(note="0"), password=SecretStr("password 0"))
    store.close()
    return store.path


@pytest.mark.parametrize("moment", ["before_cursor_execute", "commit"])
def test_killed_inside_the_transaction_the_old_state_is_there(saved: Path, moment: str) -> None:
    """Killed when the password is sealed and not yet written, and when all but the commit is done."""
    with Program(
        SAVING
        + """
def stop(connection, cursor=None, statement="INSERT INTO secrets", *_):
    if statement.startswith("INSERT INTO secrets"):
        say("inside")
        hear()
event.listen(store._engine, sys.argv[3], stop)
save(asset, 1)
say("saved")
""",
        saved,
        PASSPHRASE.get_secret_value(),
        moment,
    ) as program:
        assert program.hear() == "inside"
        program.kill()
    assert as_it_is(saved) == ("0", "0", 1, 1)


@pytest.mark.parametrize("saves", [1, 2, 5, 11, 24])
def test_killed_at_any_moment_a_save_is_there_entirely_or_not_at_all(saved: Path, saves: int) -> None:
    """A save that was answered is kept; the one under way is all there, or not at all."""
    with Program(
        SAVING
        + """
for number in range(1, 9999):
    asset = save(asset, number)
    say(number)
""",
        saved,
        PASSPHRASE.get_secret_value(),
    ) as program:
        for _ in range(saves):
            answered = int(program.hear())
        program.kill()
        answered = max([answered, *map(int, iter(program.hear, ""))])
    note, password, version, entries = as_it_is(saved)
    assert note == password
    assert int(note) in (answered, answered + 1)
    assert version == entries == int(note) + 1


def test_killed_while_it_deletes_all_of_an_asset_is_there(saved: Path) -> None:
    store = Store.open(saved)
    keep_check(store, 1)
    store.close()
    with Program(
        SAVING
        + """
def stop(connection):
    say("inside")
    hear()
event.listen(store._engine, "commit", stop)
assets.delete(store, vault, [1])
""",
        saved,
        PASSPHRASE.get_secret_value(),
    ) as program:
        assert program.hear() == "inside"
        program.kill()
    assert as_it_is(saved) == ("0", "0", 1, 1)
    assert raw(saved, "SELECT count(*) FROM checks") == [(1,)]
