"""A desk that something is wrong with: assets, grants, clients, a plain route to a real server, rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from live.notices import rounds
from live.notices.courier import Courier, Tally
from store import deadlines, grants, notices, oauth_clients
from store.assets import owner_of_secrets
from store.database import Store
from store.deadlines import Deadline
from store.grants import GrantState
from store.notice_settings import NoticeSettings
from store.notice_smtp import NoticeSmtp
from store.notices import NoticeLine
from store.settings import Settings
from store.vault import Vault
from tests.live.smtp_servers import ADDRESS, HOST, Mailroom
from tests.store.kit import NOON
from tests.store.oauth_kit import claimed, consent, failed, made_asset, made_client

OPERATOR = "ops@example.org"
OWNER = "ada@example.net"
DAY = timedelta(days=1)
CALLBACK = "https://desk.example.com/oauth/callback"


@dataclass(slots=True)
class Clock:
    """A clock that a test sets."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def on(self, **passed: float) -> datetime:
        self.at += timedelta(**passed)
        return self.at


@dataclass(slots=True)
class Desk:
    """A store, and what postroom is told to do about what it finds there."""

    store: Store
    vault: Vault
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    courier: Courier = field(init=False)

    def __post_init__(self) -> None:
        self.courier = Courier(self.store, self.vault, self.settings, now=self.clock)

    def look(self) -> int:
        return rounds.look(self.store, self.settings.notices, self.clock())

    async def round(self) -> Tally:
        self.look()
        return await self.courier.send_due()

    @property
    def lines(self) -> list[NoticeLine]:
        return notices.page(self.store)

    @property
    def open(self) -> list[NoticeLine]:
        return [line for line in self.lines if line.ended_at is None]

    def states(self) -> list[str]:
        """How all sendings stand, the oldest first."""
        found = [notices.one(self.store, line.id) for line in self.lines]
        sendings = [one for notice in found if notice for each in notice.rounds for one in each.sendings]
        return [one.state.value for one in sorted(sendings, key=lambda one: one.id)]


def desk(store: Store, vault: Vault, port: int = 1, *, security: str = "none", **more: Any) -> Desk:
    """With one operator and a plain route to a server on this machine, without TLS and without a sign-in."""
    given: dict[str, Any] = {"operators": (OPERATOR,), **more}
    smtp = NoticeSmtp(**{"host": HOST, "port": port, "security": security, "from": ADDRESS})
    settings = Settings(
        store=store.path, notice_smtp=smtp, notices=NoticeSettings(**given), callback_url=CALLBACK
    )
    return Desk(store, vault, settings)


def client(store: Store, vault: Vault, name: str = "Contoso", **more: Any) -> int:
    given = {"authorization_url": "https://login.example.com/authorize", "callback_url": CALLBACK, **more}
    return made_client(store, vault, name, **given).id


def connected(store: Store, vault: Vault, *names: str, client_id: int, owner: str = OWNER) -> list[int]:
    """Assets with a grant."""
    ids = [made_asset(store, vault, name, oauth_client_id=client_id, owner=owner) for name in names]
    consent(store, vault, *ids)
    return ids


def breaks(store: Store, state: GrantState, *asset_ids: int, who: str = "mailbox owner") -> None:
    """Their grants need a person."""
    claimed(store, *asset_ids)
    ended = Deadline(NOON, "The provider asks for a new consent.", who)
    fails = [failed(one, state, diagnosis=None, deadline=ended, next_refresh_at=None) for one in asset_ids]
    grants.keep_failure(store, fails, owner="me")


def mends(store: Store, vault: Vault, *asset_ids: int) -> None:
    consent(store, vault, *asset_ids, number=9)


def ends(
    store: Store,
    at: datetime | None,
    *asset_ids: int,
    reason: str = "The consent ends.",
    who: str = "operator",
) -> None:
    """Give assets a deadline."""
    with store.write() as session:
        for one in asset_ids:
            deadlines.put(session, owner_of_secrets(one), Deadline(at, reason, who) if at else None)


def client_ends(store: Store, client_id: int, at: datetime | None) -> None:
    with store.write() as session:
        subject = oauth_clients.owner_of_secrets(client_id)
        deadlines.put(session, subject, Deadline(at, "The client secret ends.", "operator") if at else None)


def mails(room: Mailroom) -> list[EmailMessage]:
    return [
        message_from_bytes(one.content, _class=EmailMessage, policy=policy.default)  # type: ignore[arg-type]
        for one in room.delivered
    ]


def subjects(room: Mailroom) -> list[str]:
    return [str(one["Subject"]).strip() for one in mails(room)]


def to(room: Mailroom) -> Sequence[str]:
    return [address for one in room.delivered for address in one.rcpt_tos]
