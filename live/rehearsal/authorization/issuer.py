"""The authorization server's state: who is known, what was given out, how long it lives, what goes wrong."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from joserfc.jwk import RSAKey
from pydantic import SecretStr

from live.rehearsal.authorization.book import Access, Book, Grant
from live.rehearsal.authorization.device_book import DeviceBook
from live.rehearsal.authorization.faults import Fault, Mishap, Occasion
from live.rehearsal.authorization.registry import (
    GOOGLE_MAIL,
    OFFLINE,
    SMTP_SEND,
    Client,
    Dialect,
    Person,
)
from live.rehearsal.authorization.scopes import allows_smtp

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Lifetimes and delays in seconds; access tokens live briefly, so that a person sees refreshes happen."""

    google_access: float = 120.0
    microsoft_access: float = 90.0
    code: float = 600.0
    device: float = 900.0
    device_interval: float = 5.0
    testing: float = 7 * DAY_S
    """Of a grant from a Google project in Testing, from the consent on."""
    spa: float = DAY_S
    """Of a refresh token that was given to a single-page application, from the consent on."""
    limited: float = 3_600.0
    """Of a grant with `Fault.LIMITED`, from the consent on."""
    idle: float = 90 * DAY_S
    """For which a refresh token may lie unused."""
    reuse_grace: float = 0.0
    """For which a rotated refresh token is taken once more. The real one is lenient, 0 is strict."""
    token_delay: float = 0.0
    """Before every answer of the token endpoint."""
    slow: float = 12.0
    """The delay of `Fault.SLOW`."""
    retry_after: float = 30.0
    """What an answer with Retry-After asks for; rounded up to whole seconds."""
    skew: float = 0.0
    """How far the Date header is ahead of the truth."""

    def access(self, dialect: Dialect) -> float:
        """How long an access token lives."""
        return self.google_access if dialect is Dialect.GOOGLE else self.microsoft_access


class Issuer:
    """One authorization server; `clients` and `people` may be changed while it runs."""

    def __init__(
        self,
        clients: Iterable[Client],
        people: Iterable[Person],
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` gives seconds since the epoch."""
        self.clients = {client.client_id: client for client in clients}
        self.people = {person.address.lower(): person for person in people}
        self.pace = pace or Pace()
        self.clock = clock
        self.book = Book()
        self.devices = DeviceBook()
        self.admin_consents: set[tuple[str, str]] = set()
        """Client ID and tenant, where an administrator has consented for everybody."""
        self.forwards: dict[str, tuple[str, int]] = {}
        """By mailbox in small letters: where it forwards to, see `live.rehearsal.postman`."""
        self.followed = 0
        """How often somebody followed a redirect of the token endpoint."""
        self._struck: Counter[str] = Counter()

    @cached_property
    def service_key(self) -> RSAKey:
        """The key of all service accounts: made once, when first asked for (it takes some 100 ms)."""
        return RSAKey.generate_key(2048, auto_kid=True)

    def person(self, address: str) -> Person | None:
        """The account of that address, whatever its letters' case."""
        return self.people.get(address.lower())

    def access_token(self, grant: Grant, scope: tuple[str, ...]) -> tuple[str, float]:
        """Give out an access token; returns it with the seconds that it lives."""
        life = self.pace.access(grant.dialect)
        return self.book.new_access(Access(grant, scope, self.clock() + life)), life

    def set_mishap(self, who: str, mishap: Mishap | None) -> None:
        """Let something go wrong from now on with an account (by address) or a client (by ID); None: nothing.

        Raises:
            KeyError: nobody is known by that name.
        """
        self._struck.pop(who.lower(), None)
        if who in self.clients:
            self.clients[who] = replace(self.clients[who], mishap=mishap)
        else:
            self.people[who.lower()] = replace(self.people[who.lower()], mishap=mishap)

    def fault(self, who: Person | Client | None, *, on: Occasion = "any") -> Fault | None:
        """What goes wrong with somebody on this occasion. Counts nothing: see `strikes`."""
        mishap = who.mishap if who else None
        if mishap is None or (mishap.on != "any" and mishap.on != on):
            return None
        over = mishap.times is not None and self._struck[_name(who)] >= mishap.times
        return None if over else mishap.fault

    def strikes(self, who: Person | Client | None) -> None:
        """Count one stroke of somebody's mishap."""
        self._struck[_name(who)] += 1

    def revoke(self, address: str, client_id: str | None = None) -> int:
        """End an account's grants, with all clients or one, as a changed password does; returns how many."""
        held = self.book.grants(
            lambda grant: grant.address.lower() == address.lower() and client_id in (None, grant.client_id)
        )
        for grant in held:
            self.end(grant)
        return len(held)

    def end(self, grant: Grant) -> None:
        """End a grant with all its tokens; the next sign-in asks for consent again."""
        grant.live = False
        self.book.consents.pop((grant.client_id, grant.address.lower()), None)

    def mint(self, client_id: str, address: str) -> SecretStr:
        """Give out a refresh token for mail without a person, for tests that need thousands.

        Raises:
            KeyError: no such client.
        """
        client = self.clients[client_id]
        now = self.clock()
        scope = (GOOGLE_MAIL,) if client.dialect is Dialect.GOOGLE else (SMTP_SEND, OFFLINE)
        grant = Grant(client_id, client.dialect, address, scope, client.tenant, now, used_at=now)
        return SecretStr(self.book.new_refresh(grant))

    def judge(self, login: str, token: SecretStr) -> Literal["good", "bad", "unknown"]:
        """Whether an access token signs in to SMTP as `login`; "unknown": it was not given out here."""
        access = self.book.access_token(token.get_secret_value())
        if access is None:
            return "unknown"
        grant = access.grant
        if not grant.live or access.ends_at <= self.clock() or not allows_smtp(grant.dialect, access.scope):
            return "bad"
        return "good" if login.lower() in self._mailboxes(grant) else "bad"

    def _mailboxes(self, grant: Grant) -> set[str]:
        """The mailboxes that a grant may send from."""
        if not grant.address:
            client = self.clients.get(grant.client_id)
            return {address.lower() for address in client.app_mailboxes} if client else set()
        person = self.person(grant.address)
        shared = person.acts_for if person else ()
        return {grant.address.lower(), *(address.lower() for address in shared)}


def _name(who: Person | Client | None) -> str:
    """Under which name somebody's mishap is counted."""
    if who is None:
        return ""
    return (who.address if isinstance(who, Person) else who.client_id).lower()
