"""Writes the dump of a store of the newest schema, once for each schema: `python -m tests.store.past.write`.

A dump that is there already is never written again: it stands for the stores that people have.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from store import assets
from store.audit import Actor
from store.checks import CheckStep, Outcome
from store.database import Store
from store.migrations import APPLICATION_ID, HEAD
from store.vault import Vault
from tests.store.kit import CHEAP, PASSPHRASE, PASSWORD, fields, keep_check

DUMPS = Path(__file__).parent


def fill(path: Path) -> None:
    """Make a store that holds at least one of everything."""
    store = Store.open(path, Actor("operator", "192.0.2.7"))
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    desk = assets.create(
        store, vault, fields("Ärger & Söhne"), inbound_domain="in.example.com", password=PASSWORD
    )
    assets.create(
        store, vault, fields("Help desk", cleartext_agreed=True, security="none", note="O'Hara's; it's")
    )
    step = CheckStep(
        "sign-in", Outcome.FAILED, 3.25, "535 5.7.8 no", (("mechanism", "PLAIN"),), "gmail_bad_login"
    )
    keep_check(store, desk.id, asset_name=desk.name)
    keep_check(store, desk.id, Outcome.FAILED, steps=(step,), asset_name=desk.name)
    store.close()


def dumped(path: Path) -> str:
    """A store as SQL; what SQLite keeps outside the tables comes first."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join([f"PRAGMA application_id={APPLICATION_ID};", *connection.iterdump(), ""])


def main() -> None:
    target = DUMPS / f"{HEAD}.sql"
    if target.exists():
        raise SystemExit(f"{target.name} is there already; a past is not rewritten.")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "postroom.db"
        fill(path)
        target.write_text(dumped(path), encoding="utf-8")


if __name__ == "__main__":
    main()
