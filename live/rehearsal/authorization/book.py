"""What the authorization server has given out: codes, access tokens and refresh tokens, by digest only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import TypeVar

from pydantic import SecretStr

from live.rehearsal.authorization.registry import Client, Dialect

KEPT = 200_000  # entries of each kind; a digest with its entry takes some 400 octets. The oldest go first
GOOGLE_LIVE = 100  # live refresh tokens of an account with a client; the 101st silently ends the oldest
CODE_OCTETS = 54
# Lengths as in life, since a client must cope with a token that fits on no command line of SMTP.
ACCESS_OCTETS = {Dialect.GOOGLE: 160, Dialect.MICROSOFT: 1_100}
REFRESH_OCTETS = {Dialect.GOOGLE: 72, Dialect.MICROSOFT: 700}
PREFIXES = {Dialect.GOOGLE: ("4/0", "ya29.a0", "1//0"), Dialect.MICROSOFT: ("1.A", "EwB", "1.A")}
"""Of codes, access tokens and refresh tokens."""

Entry = TypeVar("Entry")


@dataclass(slots=True, eq=False)
class Grant:
    """What a person, or an administrator, has allowed a client."""

    client_id: str
    dialect: Dialect
    address: str
    """Empty: the client acts by itself."""
    scope: tuple[str, ...]
    tenant: str
    consented_at: float
    """Seconds since the epoch, as all moments here."""
    refresh_ends_at: float | None = None
    tells_end: bool = False
    """Whether token answers say when the refresh token ends."""
    used_at: float = 0.0
    live: bool = True


@dataclass(slots=True, eq=False)
class Code:
    """An authorization code and what it was given for."""

    grant: Grant
    redirect_uri: str
    challenge: str
    """Empty: none was sent."""
    with_refresh: bool
    ends_at: float
    used: bool = False


@dataclass(slots=True, eq=False)
class Access:
    """An access token."""

    grant: Grant
    scope: tuple[str, ...]
    ends_at: float


@dataclass(slots=True, eq=False)
class Refresh:
    """A refresh token, and how often it was presented and taken."""

    grant: Grant
    spent_at: float | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Uses:
    """How the refresh tokens were used, all in all."""

    tokens: int
    unused: int
    once: int
    more: int
    """Those that were presented more than once."""
    dead: int
    """Those whose grant has ended."""


@dataclass(slots=True)
class Book:
    """The tokens in force; what is presented is looked up by its SHA-256, and never kept."""

    codes: dict[bytes, Code] = field(default_factory=dict)
    access: dict[bytes, Access] = field(default_factory=dict)
    refresh: dict[bytes, Refresh] = field(default_factory=dict)
    consents: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Scopes that were consented to, by client ID and address."""

    def new_code(self, code: Code) -> str:
        """Give out a code."""
        text = _text(code.grant.dialect, 0, CODE_OCTETS)
        _keep(self.codes, text, code)
        return text

    def new_access(self, access: Access) -> str:
        """Give out an access token."""
        text = _text(access.grant.dialect, 1, ACCESS_OCTETS[access.grant.dialect])
        _keep(self.access, text, access)
        return text

    def new_refresh(self, grant: Grant) -> str:
        """Give out a refresh token."""
        text = _text(grant.dialect, 2, REFRESH_OCTETS[grant.dialect])
        _keep(self.refresh, text, Refresh(grant))
        return text

    def code(self, text: str) -> Code | None:
        return self.codes.get(digest(text))

    def access_token(self, text: str) -> Access | None:
        return self.access.get(digest(text))

    def refresh_token(self, text: str) -> Refresh | None:
        return self.refresh.get(digest(text))

    def grants(self, of: Callable[[Grant], bool]) -> list[Grant]:
        """The live grants that fit, each once, the oldest first."""
        found = {
            id(entry.grant): entry.grant for book in (self.refresh, self.access) for entry in book.values()
        }
        return [grant for grant in found.values() if grant.live and of(grant)]

    def crowd_out(self, client: Client, address: str) -> None:
        """Make room for one more refresh token within Google's limit, without a word to anybody."""
        held = [
            entry.grant
            for entry in self.refresh.values()  # the oldest first
            if entry.grant.live
            and entry.grant.client_id == client.client_id
            and entry.grant.address == address
        ]
        for grant in held[: max(0, len(held) - GOOGLE_LIVE + 1)]:
            grant.live = False

    def uses(self) -> Uses:
        """Count how the refresh tokens were used."""
        counts = [entry.uses for entry in self.refresh.values()]
        return Uses(
            tokens=len(counts),
            unused=counts.count(0),
            once=counts.count(1),
            more=sum(count > 1 for count in counts),
            dead=sum(not entry.grant.live for entry in self.refresh.values()),
        )

    def uses_of(self, refresh_token: SecretStr) -> int:
        """How often this refresh token was presented."""
        entry = self.refresh_token(refresh_token.get_secret_value())
        return entry.uses if entry else 0


def digest(text: str) -> bytes:
    """What a token is looked up by."""
    return sha256(text.encode()).digest()


def _text(dialect: Dialect, kind: int, octets: int) -> str:
    return PREFIXES[dialect][kind] + token_urlsafe(octets)


def _keep(book: dict[bytes, Entry], text: str, entry: Entry) -> None:
    book[digest(text)] = entry
    if len(book) > KEPT:
        del book[next(iter(book))]
