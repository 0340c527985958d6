"""Writes the dump of a store of the newest schema, once for each schema: `python -m tests.store.past.write`.

A dump that is there already is never written again: it stands for the stores that people have.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from store import assets, authorizations, deadlines, grants, oauth_clients
from store.actor import Actor
from store.authorizations import Authorization
from store.checks import CheckStep, Outcome
from store.database import Store
from store.deadlines import Deadline
from store.inbound_kinds import MailKind, Mark, Via
from store.migrations import APPLICATION_ID, HEAD
from store.vault import Vault
from tests.store.inbound.kit import REQUEST, keep, message
from tests.store.kit import CHEAP, NOON, PASSPHRASE, PASSWORD, fields, keep_check
from tests.store.oauth_kit import CLIENT_SECRET, HOUR, PLAIN_CLIENT, claimed, consent, failed, kept

DUMPS = Path(__file__).parent
STATE = SecretStr("state")
VERIFIER = SecretStr("verifier")


def fill(path: Path) -> None:
    """Make a store that holds at least one of everything."""
    store = Store.open(path, Actor("operator", "192.0.2.7"))
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    desk = assets.create(
        store, vault, fields("Ärger & Söhne"), inbound_domain="in.example.com", password=PASSWORD
    )
    client = oauth_clients.create(store, vault, PLAIN_CLIENT, secret=CLIENT_SECRET)
    signs_in = {"sign_in": "oauth", "oauth_client_id": client.id, "ask_consent": True}
    plain = {"cleartext_agreed": True, "security": "none", "note": "O'Hara's; it's"}
    connected = assets.create(store, vault, fields("Help desk", **signs_in, **plain))
    step = CheckStep(
        "sign-in", Outcome.FAILED, 3.25, "535 5.7.8 no", (("mechanism", "PLAIN"),), "gmail_bad_login"
    )
    keep_check(store, desk.id, asset_name=desk.name)
    keep_check(store, desk.id, Outcome.FAILED, steps=(step,), asset_name=desk.name)
    connect(store, vault, connected.id, client.id)
    receive(store, desk.id)
    store.close()


def connect(store: Store, vault: Vault, asset_id: int, client_id: int) -> None:
    """Give an asset a grant that was refreshed, failed since, and is claimed; and an authorization."""
    consent(store, vault, asset_id)
    claimed(store, asset_id)
    grants.keep_tokens(store, vault, [kept(asset_id, 2)], owner="me")
    claimed(store, asset_id)
    grants.keep_failure(store, [failed(asset_id)], owner="me")
    claimed(store, asset_id, owner="other")
    begun = Authorization(asset_id, client_id, VERIFIER, "http://127.0.0.1:8400/", NOON)
    authorizations.remember(store, vault, STATE, begun, NOON + HOUR)
    with store.write() as session:
        ends = Deadline(NOON + 30 * 24 * HOUR, "The client secret ends.", "admin")
        deadlines.put(session, oauth_clients.owner_of_secrets(client_id), ends)


def receive(store: Store, asset_id: int) -> None:
    """Give an asset a mail, one that came twice, and a request to confirm its forwarding address."""
    mail = message(1, asset_id, subject="Offer 転送", attachments=("offer.pdf",), marks=(Mark.CARDS,))
    asks = message(2, asset_id, kind=MailKind.CONFIRMATION, via=Via.DIRECT, confirmation=REQUEST)
    keep(store, mail, asks)
    keep(store, mail)


def dumped(path: Path) -> str:
    """A store as SQL; what SQLite keeps outside the tables comes first. The search index comes by its own
    tables, since it cannot be filled in the session that makes it in this way."""
    with closing(sqlite3.connect(path)) as connection:
        statements = [
            one for one in connection.iterdump() if not one.startswith('INSERT INTO "inbound_fts" ')
        ]
        return "\n".join([f"PRAGMA application_id={APPLICATION_ID};", *statements, ""])


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
