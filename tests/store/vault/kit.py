"""What the tests of the vault share: words to seal and to unlock by, and ways past it into the file."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pydantic import SecretStr

from store import audit
from store.connections import writing_connection
from store.database import Store
from store.log_key import LogSealer
from store.vault import Kdf, Vault
from store.vault_key import VaultKey
from store.vault_wrapping import Wrapping

ROOT = Path(__file__).parents[3]
CHEAP = Kdf(n=2**14)  # the floor: 50 ms
PASSPHRASE = SecretStr("four words of a passphrase")
OTHER = SecretStr("another one, with an é in it")
PASSWORD = SecretStr("planted-Secret-47c1!")
ASSET = "asset:12"

KEY = VaultKey.fresh("ab" * 16, 3)
VAULT = KEY.vault_id
TEXT = KEY.to_text()
NEWER = VaultKey.fresh(VAULT, 4).to_text()
FOREIGN = VaultKey.fresh("cd" * 16, 3).to_text()


def plain(text: SecretStr) -> str:
    return text.get_secret_value()


def seal(
    store: Store, vault: Vault, owner: str = ASSET, name: str = "password", secret: SecretStr = PASSWORD
) -> None:
    with store.write() as session:
        vault.seal(session, owner, name, secret)


def reveal(store: Store, vault: Vault, owner: str = ASSET, name: str = "password") -> str | None:
    with store.read() as session:
        found = vault.reveal(session, owner, name)
    return found.get_secret_value() if found else None


def actions(store: Store) -> list[str]:
    return [entry.action for entry in reversed(audit.page(store))]


def raw(store: Store, statement: str, *values: object) -> list[tuple[object, ...]]:
    """As somebody with another program would: past the vault, straight into the file."""
    with closing(sqlite3.connect(store.path)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def record_of(store: Store, purpose: str = "credentials") -> Wrapping:
    names = ", ".join(field.name for field in dataclasses.fields(Wrapping))
    return Wrapping(*raw(store, f"SELECT {names} FROM vault_keys WHERE purpose = ?", purpose)[0])


def flipped(value: object) -> list[object]:
    """The value with each of its bits turned, one at a time."""
    if isinstance(value, bytes):
        return [
            value[:place] + bytes([value[place] ^ 1 << bit]) + value[place + 1 :]
            for place in range(len(value))
            for bit in range(8)
        ]
    if isinstance(value, int):
        return [value ^ 1 << bit for bit in range(31)]
    assert isinstance(value, str)
    return [str(other, "latin-1") for other in flipped(value.encode()) if isinstance(other, bytes)]


def as_it_lies(store: Store) -> list[list[tuple[object, ...]]]:
    """All that a change of the vault could touch."""
    tables = ("vault_keys", "secrets", "audit", "inbound_data_keys")
    return [raw(store, f"SELECT * FROM {table}") for table in tables]


def run(program: str) -> tuple[int, str, str]:
    """A program of its own on this checkout: its exit code, and what it wrote on both streams."""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def put(path: Path, text: SecretStr | str | bytes, mode: int = 0o600) -> Path:
    content = plain(text) if isinstance(text, SecretStr) else text
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


# Messages, as the receiver seals them


MAIL = b"From: planted@example.com\r\n\r\nplanted body 5b0e\r\n"

Sealed = tuple[bytes, int, bytes]
"""A message's uid, its data key's id, and what was sealed."""


def uid(number: int = 1) -> bytes:
    return number.to_bytes(16, "big")


@contextmanager
def writing(store: Store) -> Iterator[sqlite3.Connection]:
    """A transaction as the receiver's writer has them: on a plain connection; an error rolls it back."""
    with closing(writing_connection(store.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def sealed_mail(store: Store, sealer: LogSealer, number: int = 1, content: bytes = MAIL) -> Sealed:
    with writing(store) as connection:
        return (uid(number), *sealer.seal(connection, uid(number), content))


def opened_mail(store: Store, vault: Vault, *rows: Sealed) -> list[bytes]:
    with store.read() as session:
        return vault.open_messages(session, rows)


def private(vault: Vault) -> VaultKey:
    """The log key that an open vault holds."""
    return vault._held_log._keys[0]


def data_keys(store: Store) -> int:
    (found,) = raw(store, "SELECT count(*) FROM inbound_data_keys")
    return int(str(found[0]))
