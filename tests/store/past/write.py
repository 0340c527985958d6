"""Writes the dump of a store of the newest schema, once for each schema: `python -m tests.store.past.write`.

A dump that is there already is never written again: it stands for the stores that people have.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from store import (
    assets,
    authorizations,
    deadlines,
    grants,
    heartbeats,
    notice_writing,
    oauth_clients,
    platform_figures,
    platform_sources,
    probes,
)
from store.actor import Actor
from store.authorizations import Authorization
from store.checks import CheckStep, Outcome
from store.database import Store
from store.deadlines import Deadline
from store.guide_steps import GuideChoiceRow, GuideTickRow
from store.inbound_kinds import MailKind, Mark, Via
from store.migrations import APPLICATION_ID, HEAD
from store.notice_records import Cause, Kind, Level, Member, Occasion, Open, Role, Way
from store.notice_writing import Telling, To
from store.probes import PathHop, ProbeNews, Trigger
from store.vault import Vault
from tests.store.inbound.kit import REQUEST, keep, message
from tests.store.kit import CHEAP, NOON, PASSPHRASE, PASSWORD, fields, keep_check
from tests.store.oauth_kit import CLIENT_SECRET, HOUR, PLAIN_CLIENT, claimed, consent, failed, kept

DUMPS = Path(__file__).parent
STATE = SecretStr("state")
PLATFORM_SECRET = SecretStr("a secret of the platform")
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
    prove(store, connected.id)
    receive(store, desk.id)
    guide(store, desk.id)
    take_events(store, vault, desk.id)
    need_people(store, connected.id)
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


def guide(store: Store, asset_id: int) -> None:
    """Tick a step of an asset's set-up guide, which a person chose."""
    with store.write() as session:
        session.add(GuideTickRow(asset_id=asset_id, step="google-project", at=NOON, by="operator"))
        session.add(GuideChoiceRow(asset_id=asset_id, guide="gmail-playground"))


def prove(store: Store, asset_id: int) -> None:
    """Give an asset a heartbeat, whose probe has come back, and one that was given up."""
    heartbeats.put(store, [asset_id], heartbeats.DAILY, NOON)
    heartbeats.claim(store, asset_id, "came-back", NOON, 1_800.0)
    sent = CheckStep("send", Outcome.PASSED, 3.25, "250 ok", (("through", "Help desk"),))
    probes.sent(store, "came-back", NOON, "Help desk", (sent,))
    way = (PathHop("from a by b", NOON, "mailbox"), PathHop("by c", None, "forward"))
    keep(store, message(3, asset_id, kind=MailKind.PROBE, probe=ProbeNews("came-back", way)))
    with store.write() as session:
        probes.begin(session, "given-up", asset_id, Trigger.ASKED, NOON, 180.0)
        probes.end(session, "given-up", NOON + HOUR, Outcome.FAILED)


def take_events(store: Store, vault: Vault, asset_id: int) -> None:
    """Let events of the platform come in, to an asset and to each one's own; some came."""
    to_one = platform_sources.add(store, vault, "Webex Connect", PLATFORM_SECRET, asset_id)
    platform_sources.add(store, vault, "Connect, all", PLATFORM_SECRET)
    came = platform_figures.News(kept=3, repeats=1, passed=2, refused=1, last_at=NOON)
    came.refused_at, came.refused_words = NOON, "The event is not JSON."
    platform_figures.put_figures(store, {to_one.id: came})


def need_people(store: Store, asset_id: int) -> None:
    """Open a notice that somebody sees to; its mail waits."""
    member = Member(asset_id, 7, NOON + 168 * HOUR, "Help desk")
    cause = Cause(
        *(
            "deadline client 1",
            Kind.DEADLINE,
            "deadline",
            Level.SOON,
            "Help desk: sending ends",
            "Why",
            "operator",
        ),
        (member,),
        deadline_at=member.deadline_at,
    )
    to = Telling((To(Way.MAIL, Role.OPERATOR, "ops@example.com"),))
    acts = [Open(cause, Occasion.OPENED)]
    notice_writing.carry_out(store, acts, lambda _cause: to, lambda one, _before: one.step, NOON)
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE notices SET acked_at = told_at, acked_by = 'operator'")


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
