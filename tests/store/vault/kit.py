"""What the tests of the vault share: words to seal and to unlock by, and ways past it into the file."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from store import audit
from store.database import Store
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


def record_of(store: Store) -> Wrapping:
    names = [field.name for field in dataclasses.fields(Wrapping)]
    return Wrapping(*raw(store, f"SELECT {', '.join(names)} FROM vault_keys")[0])


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
    return [raw(store, f"SELECT * FROM {table}") for table in ("vault_keys", "secrets", "audit")]


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
