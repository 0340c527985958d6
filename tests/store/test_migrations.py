"""The schema's history: every store of the past opens, and a change that fails leaves the store as it was."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

import store as store_package
from store import (
    assets,
    audit,
    authorizations,
    checks,
    confirmations,
    grants,
    guide_steps,
    heartbeats,
    inbound,
    notices,
    oauth_clients,
    platform_sources,
)
from store.actor import Actor
from store.checks import Outcome
from store.database import Store
from store.forwarding_states import Forwarding, states
from store.grant_events import events
from store.grants import GrantState
from store.inbound_search import Search
from store.log_key import LogKeyAbsent
from store.migrations import APPLICATION_ID, HEAD, VERSIONS, migrate
from store.token_lines import token_lines
from store.vault import Vault
from tests.store.inbound.kit import assert_whole, keep, message
from tests.store.kit import CHEAP, NOON, PASSPHRASE, PASSWORD, Program, contents, fields, raw
from tests.store.oauth_kit import (
    CLIENT_SECRET,
    HOUR,
    PLAIN_CLIENT,
    claimed,
    consent,
    deadline,
    failed,
    grant,
    held,
)
from tests.store.past.write import DUMPS, STATE, VERIFIER, dumped, fill

REVISIONS = sorted(file.name[1:5] for file in VERSIONS.glob("v*.py"))


def connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def of_the_past(revision: str, path: Path) -> Path:
    """A store as a postroom of that schema left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DUMPS / f"{revision}.sql").read_text(encoding="utf-8"))
    path.chmod(0o600)
    return path


# the schema


def test_the_newest_script_is_the_head() -> None:
    assert REVISIONS[-1] == HEAD


def test_the_migrated_schema_is_the_one_the_code_is_written_for(store: Store) -> None:
    """Tables, columns, types, nullability, indexes, uniqueness and foreign keys, of every room."""
    for room in pkgutil.iter_modules(store_package.__path__, "store."):
        importlib.import_module(room.name)
    with closing(connected(store.path)) as connection:
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        with engine.connect() as bound:
            opts = {"compare_type": True, "include_name": not_of_the_search_index}
            context = MigrationContext.configure(bound, opts=opts)
            assert compare_metadata(context, SQLModel.metadata) == []


def not_of_the_search_index(name: str | None, kind: str, _parents: object) -> bool:
    """FTS5's tables are its own; no class stands for them."""
    return not (kind == "table" and (name or "").startswith("inbound_fts"))


def test_primary_keys_are_never_used_again(store: Store, vault: Vault) -> None:
    """Else a new asset could inherit the audit entries of a deleted one."""
    first = assets.create(store, vault, fields())
    assets.delete(store, vault, [first.id])
    assert assets.create(store, vault, fields()).id > first.id


# stores of the past


def test_every_schema_has_a_store_of_its_time() -> None:
    """After a new script, write its dump by `python -m tests.store.past.write`."""
    assert sorted(file.stem for file in DUMPS.glob("*.sql")) == REVISIONS


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_every_schema_opens_and_holds_what_it_held(tmp_path: Path, revision: str) -> None:
    path = of_the_past(revision, tmp_path / "postroom.db")
    store = Store.open(path)
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    assert list(assets.names(store)) == ["Help desk", "Ärger & Söhne"]
    desk = assets.by_name(store, vault, "ärger & söhne")
    assert desk
    assert desk.forwarding_address.endswith("@in.example.com")
    with store.read() as session:
        assert vault.reveal(session, assets.owner_of_secrets(desk.id), assets.PASSWORD) == PASSWORD
    newest, older = checks.page(store, asset_id=desk.id)
    assert (newest.outcome, older.outcome) == (Outcome.FAILED, Outcome.PASSED)
    assert newest.failed_step
    assert newest.failed_step.facts == (("mechanism", "PLAIN"),)
    later = ("OAuth", "vault log key")
    entries = [entry.action for entry in audit.page(store) if not entry.action.startswith(later)]
    assert entries[-3:] == ["asset created", "asset created", "vault created"]
    note = assets.by_name(store, vault, "HELP DESK")
    assert note
    assert note.note == "O'Hara's; it's"
    store.close()
    copies = [file for file in tmp_path.iterdir() if file != path]
    assert len(copies) == (revision != HEAD)


def test_an_asset_from_before_oauth_has_no_client_and_can_be_given_one(tmp_path: Path) -> None:
    store = Store.open(of_the_past("0001", tmp_path / "postroom.db"))
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    desk = assets.by_name(store, vault, "Help desk")
    assert desk
    assert (desk.oauth_client_id, desk.ask_consent) == (None, False)
    assert (oauth_clients.all_clients(store, vault), token_lines(store)) == ([], [])
    client = oauth_clients.create(store, vault, PLAIN_CLIENT)
    given = desk.fields().model_copy(update={"oauth_client_id": client.id, "sign_in": assets.SignIn.OAUTH})
    assets.update(store, vault, desk.id, given, version=desk.version)
    consent(store, vault, desk.id)
    (line,) = token_lines(store)
    assert (line.client_name, line.state) == (client.name, "valid")
    store.close()


@pytest.mark.parametrize("revision", [revision for revision in REVISIONS if revision >= "0002"])
def test_a_store_since_oauth_holds_its_clients_and_grants(tmp_path: Path, revision: str) -> None:
    store = Store.open(of_the_past(revision, tmp_path / "postroom.db"))
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    (client,) = oauth_clients.all_clients(store, vault)
    assert client.fields() == PLAIN_CLIENT
    assert (client.assets, client.has_secret) == (1, True)
    with store.read() as session:
        assert vault.reveal(session, f"oauth_client:{client.id}", oauth_clients.SECRET) == CLIENT_SECRET
    (line,) = token_lines(store)
    assert (line.name, line.client_id, line.deadline_who) == ("Help desk", client.id, "admin")
    assert held(store, vault, line.asset_id) == ("2", "2")
    found = grant(store, line.asset_id)
    assert (found.state, found.rotation, found.failures) == (GrantState.RETRYING, 2, 1)
    assert (found.consent_at, found.obtained_at) == (NOON, NOON)
    assert [event.outcome for event in events(store, line.asset_id)] == ["retrying", "kept", "kept"]
    assert claimed(store, line.asset_id) == []
    assert deadline(store, f"asset:{line.asset_id}") == failed(0).deadline
    taken = authorizations.take(store, vault, STATE, NOON)
    assert (taken.asset_id, taken.client_id, taken.verifier) == (line.asset_id, client.id, VERIFIER)
    assert grants.due(store, NOON + HOUR) == [line.asset_id]
    store.close()


@pytest.mark.parametrize("revision", [revision for revision in REVISIONS if revision >= "0003"])
def test_a_store_since_the_log_holds_its_mail(tmp_path: Path, revision: str) -> None:
    store = Store.open(of_the_past(revision, tmp_path / "postroom.db"))
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    asks, mail = inbound.page(store)[:2]
    assert (mail.subject, mail.marks, mail.repeats, mail.attachments) == ("Offer 転送", ("cards",), 1, 1)
    assert inbound.opened(store, vault, mail.id) == message(1).content
    assert [line.id for line in inbound.page(store, Search(words=("offer",)))] == [mail.id]
    assert [line.id for line in inbound.page(store, Search(words=("送",), has_attachment=True))] == [mail.id]
    assert [one.message_id for one in confirmations.confirmations(store)] == [asks.id]
    assert states(store, NOON + HOUR)[mail.asset_id].kind is Forwarding.AWAITING
    assert inbound.delete(store, [mail.id, asks.id]) == 2
    assert_whole(store)
    store.close()


@pytest.mark.parametrize("revision", [revision for revision in REVISIONS if revision >= "0005"])
def test_a_store_since_the_notices_holds_them_with_guides_and_heartbeats(
    tmp_path: Path, revision: str
) -> None:
    store = Store.open(of_the_past(revision, tmp_path / "postroom.db"))
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    (notice,) = notices.page(store)
    assert (notice.cause, notice.acked_by) == ("Help desk: sending ends", "operator")
    desk = assets.by_name(store, vault, "ärger & söhne")
    assert desk
    assert list(guide_steps.ticks(store, desk.id)) == ["google-project"]
    (heart,) = heartbeats.every(store).values()
    assert heart.asset_id != desk.id
    assert heart.every_hours == 24
    assert [source.name for source in platform_sources.all_sources(store, vault)] == [
        "Connect, all",
        "Webex Connect",
    ]
    store.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_any_time_gives_back_the_space_of_what_is_deleted(tmp_path: Path, revision: str) -> None:
    path = of_the_past(revision, tmp_path / "postroom.db")
    assert raw(path, "PRAGMA auto_vacuum") == [(0,)]
    Store.open(path).close()
    assert raw(path, "PRAGMA auto_vacuum") == [(2,)]


def test_a_store_from_before_the_log_can_keep_mail(tmp_path: Path) -> None:
    store = Store.open(of_the_past("0002", tmp_path / "postroom.db"))
    vault = Vault(store, kdf=CHEAP)
    with pytest.raises(LogKeyAbsent, match="unlock it once"):
        keep(store, message())
    vault.unlock(PASSPHRASE)
    keep(store, message())
    assert inbound.opened(store, vault, 1) == message().content
    desk = assets.by_name(store, vault, "Help desk")
    assert desk
    assert (desk.pci_check, desk.keep_days, desk.keep_megabytes) == (False, None, None)
    assert_whole(store)
    store.close()


def test_the_dump_of_the_head_has_the_schema_of_the_head(store: Store, tmp_path: Path) -> None:
    past = of_the_past(HEAD, tmp_path / "past.db")
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    assert raw(past, query) == raw(store.path, query)


# a change of the schema


AHEAD, FURTHER = (f"{int(HEAD) + ahead:04}" for ahead in (1, 2))
NEXT = f"""
import sqlalchemy as sa
from alembic import op

revision = "{AHEAD}"
down_revision = "{HEAD}"


def upgrade():
    op.add_column("assets", sa.Column("colour", sa.String, nullable=False, server_default="grey"))
    op.execute("UPDATE assets SET name = name || ' (moved)'")
    with op.batch_alter_table("checks") as table:
        table.alter_column("ms", new_column_name="milliseconds")
    op.execute("DELETE FROM audit")
"""
FAILURES = {
    "an error of the database": 'op.execute("INSERT INTO nowhere VALUES (1)")',
    "an error of the script": 'raise RuntimeError("half-way")',
    "an abrupt end": "raise KeyboardInterrupt",
}


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A directory of revisions with one more than the program has."""
    directory = tmp_path / "100% of the versions, old: and new"
    directory.mkdir()
    for script in VERSIONS.glob("v*.py"):
        shutil.copy(script, directory)
    (directory / "next.py").write_text(NEXT)
    return directory


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of the present schema, closed, alone in its directory."""
    path = tmp_path / "desk" / "postroom.db"
    fill(path)
    return path


def test_a_change_keeps_a_whole_copy_of_the_old_file_for_this_user_alone(old: Path, scripts: Path) -> None:
    before = dumped(old)
    with closing(connected(old)) as connection:
        copy = migrate(connection, old, head=AHEAD, versions=scripts)
    assert copy
    assert copy.parent == old.parent
    assert copy.name.startswith(f"postroom.db.schema-{HEAD}.")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert dumped(copy) == before
    assert raw(copy, "PRAGMA application_id") == raw(old, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert raw(old, "SELECT version_num FROM alembic_version") == [(AHEAD,)]
    assert raw(old, "SELECT name, colour FROM assets WHERE id = 2") == [("Help desk (moved)", "grey")]
    assert raw(old, "SELECT count(milliseconds) FROM checks") == [(2,)]
    store = Store.open(copy)
    assert list(assets.names(store)) == ["Help desk", "Ärger & Söhne"]
    store.close()


def test_the_copy_holds_what_is_still_in_the_log(old: Path, scripts: Path) -> None:
    store = Store.open(old)
    assets.create(store, Vault(store), fields("Not yet folded back"))
    with closing(connected(old)) as connection:
        copy = migrate(connection, old, head=AHEAD, versions=scripts)
    store.close()
    assert copy
    assert raw(copy, "SELECT count(*) FROM assets") == [(3,)]


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_change_that_fails_half_way_leaves_the_old_file_as_it_was(
    old: Path, scripts: Path, failure: str
) -> None:
    (scripts / "next.py").write_text(f"{NEXT}    {failure}\n")
    before = contents(old.parent)
    with (
        closing(connected(old)) as connection,
        pytest.raises((sqlite3.OperationalError, RuntimeError, KeyboardInterrupt)),
    ):
        migrate(connection, old, head=AHEAD, versions=scripts)
    assert contents(old.parent) == before
    (scripts / "next.py").write_text(NEXT)
    with closing(connected(old)) as connection:
        assert migrate(connection, old, head=AHEAD, versions=scripts)


def test_of_two_changes_the_second_of_which_fails_neither_is_kept(old: Path, scripts: Path) -> None:
    last = NEXT.replace(AHEAD, FURTHER).replace(HEAD, AHEAD)
    (scripts / "last.py").write_text(last)  # the column is there already
    before = contents(old.parent)
    with closing(connected(old)) as connection, pytest.raises(sqlite3.OperationalError, match="colour"):
        migrate(connection, old, head=FURTHER, versions=scripts)
    assert contents(old.parent) == before


def test_a_copy_that_cannot_be_made_stops_the_change(old: Path, scripts: Path) -> None:
    longest = old.with_name("p" * 250)
    old.rename(longest)
    before = contents(old.parent)
    with closing(connected(longest)) as connection, pytest.raises(OSError, match="too long"):
        migrate(connection, longest, head=AHEAD, versions=scripts)
    assert contents(old.parent) == before


def test_a_program_killed_in_the_middle_of_a_change_leaves_the_old_state(old: Path, scripts: Path) -> None:
    (scripts / "next.py").write_text(f"{NEXT}    print('half-way', flush=True); input()\n")
    before = dumped(old)
    with Program(
        """
        import sqlite3
        from store.migrations import migrate
        path = Path(sys.argv[1])
        connection = sqlite3.connect(path, isolation_level=None)
        migrate(connection, path, versions=Path(sys.argv[2]), head=sys.argv[3])
        """,
        old,
        scripts,
        AHEAD,
    ) as program:
        assert program.hear() == "half-way"
        program.kill()
    assert dumped(old) == before
    store = Store.open(old)
    assert list(assets.names(store)) == ["Help desk", "Ärger & Söhne"]
    store.close()


def test_a_store_that_is_up_to_date_is_not_written(old: Path) -> None:
    before = contents(old.parent)
    Store.open(old, Actor("operator")).close()
    assert contents(old.parent) == before
