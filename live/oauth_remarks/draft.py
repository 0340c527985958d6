"""The fields of an OAuth client as the checks look at them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Literal, Protocol
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from live import providers
from live.asset_remarks import pasted
from live.providers import OAuthRules

FIELDS = {
    "name": "name",
    "provider": "provider",
    "flow": "flow",
    "client_type": "client type",
    "client_id": "client ID",
    "client_secret": "client secret",
    "secret_ends": "secret's end date",
    "tenant": "tenant",
    "authorization_url": "authorization URL",
    "token_url": "access token URL",
    "refresh_url": "refresh token URL",
    "device_url": "device URL",
    "revocation_url": "revocation URL",
    "scope": "scope",
    "callback_url": "callback URL",
    "publishing": "publishing status",
    "test_users": "test users",
}
"""The fields that are remarked on, in the form's order, with the words of the screen."""
APART = ("client_secret", "secret_ends")
"""Those that are no texts."""
URLS = ("authorization_url", "token_url", "refresh_url", "device_url", "revocation_url")
LONGEST = {"test_users": 32_768}
"""Characters: 100 addresses of the longest kind, and then some."""
LONGEST_LINE = 2_000
"""Characters of any other field; the longest real scopes and URLs have a few hundred."""
LONGEST_QUOTE = 80
"""Characters of a value that a remark repeats: one line of the smallest screen."""
SHORTEST_PIECE = 8
"""Characters in a row that value and secret do not share by chance."""
Severity = Literal["error", "warning"]
SECRETIVE = re.compile(r"GOCSPX-|PRIVATE KEY|ya29\.|1//0|eyJ[a-z0-9_-]{8}|[0-9a-z_.~-]{3}[0-9]Q~", re.I)
"""What secrets and tokens of the two providers look like, whichever field they were pasted into."""


class OAuthClientLike(Protocol):
    """The fields of an OAuth client, as `store.oauth_clients.OAuthClientFields` has them."""

    @property
    def name(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def flow(self) -> str: ...
    @property
    def client_type(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def authorization_url(self) -> str: ...
    @property
    def token_url(self) -> str: ...
    @property
    def refresh_url(self) -> str: ...
    @property
    def device_url(self) -> str: ...
    @property
    def revocation_url(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def callback_url(self) -> str: ...
    @property
    def secret_ends(self) -> date | None: ...
    @property
    def publishing(self) -> str: ...
    @property
    def test_users(self) -> str: ...


class Mailbox(Protocol):
    """As much of an asset as matters here."""

    @property
    def address(self) -> str: ...
    @property
    def login_id(self) -> str: ...
    @property
    def provider(self) -> str: ...


@dataclass(frozen=True)
class Draft:
    """The fields without outer white space and cut to their bounds, with what the checks ask of them."""

    raw: Mapping[str, str]
    text: Mapping[str, str]
    secret: SecretStr
    """Empty where none is set, or where the old one stays."""
    has_secret: bool
    """Whether there will be one."""
    secret_ends: date | None
    now: datetime
    asset: Mailbox | None
    agent_callback: str

    @classmethod
    def of(
        cls,
        fields: OAuthClientLike,
        secret: SecretStr | None,
        now: datetime,
        has_secret: bool,
        asset: Mailbox | None,
        agent_callback: str,
    ) -> Draft:
        """A draft of the fields."""
        raw = {field: str(getattr(fields, field)) for field in FIELDS if field not in APART}
        return cls(
            raw=raw,
            text={field: pasted.stripped(value[: longest(field)]) for field, value in raw.items()},
            secret=secret or SecretStr(""),
            has_secret=has_secret or bool(secret and secret.get_secret_value()),
            secret_ends=fields.secret_ends,
            now=now if now.tzinfo else now.replace(tzinfo=UTC),
            asset=asset,
            agent_callback=agent_callback,
        )

    @cached_property
    def service(self) -> str:
        """Whose rules hold: the chosen provider's, else those of whoever the access token URL belongs to."""
        if self.text["provider"] != "custom":
            return self.text["provider"]
        host = (url_parts(self.text["token_url"]) or NOWHERE).hostname
        return next(
            (name for name, known in providers.ALL.items() if host in known.oauth.own_hosts), "custom"
        )

    @property
    def rules(self) -> OAuthRules:
        """The rules of `service`."""
        return providers.of(self.service).oauth

    @property
    def label(self) -> str:
        """The provider in words."""
        return {"gmail": "Google", "office365": "Microsoft"}.get(self.service, "The provider")

    @property
    def at_home(self) -> bool:
        """Whether the access token URL is the provider's own, and not a rehearsal's."""
        return (url_parts(self.text["token_url"]) or NOWHERE).hostname in self.rules.own_hosts

    @property
    def severity(self) -> Severity:
        """How bad what only the provider refuses is: a rehearsal's server has its own ideas."""
        return "error" if self.at_home else "warning"

    @property
    def by_person(self) -> bool:
        """Whether a person consents."""
        return self.text["flow"] == "authorization_code"

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """One by one."""
        return tuple(self.text["scope"].split())

    def looks_secret(self, field: str) -> bool:
        """Whether the field holds what looks like a secret or token, this client's or another's."""
        return SECRETIVE.search(self.raw[field]) is not None

    def quoted(self, field: str, value: str) -> str:
        """A value, or a part of one, for a remark on its field, unless it must not be seen, or cannot be."""
        if self._gives_away(self.raw[field]) or self._gives_away(value):
            return "(a value that holds a secret)"
        if any(pasted.is_control(char) for char in value):
            return "(a value with characters that cannot be seen)"
        return value if len(value) <= LONGEST_QUOTE else f"{value[: LONGEST_QUOTE - 1]}…"

    def _gives_away(self, value: str) -> bool:
        """Whether it holds a secret, this one or another, or shares a piece with this one.

        Case and white space do not count: hosts lose the one, and a paste may bring the other along.
        """
        bare, secret = (pasted.spaceless(text).casefold() for text in (value, self.secret.get_secret_value()))
        if SECRETIVE.search(bare) or (secret and secret in bare):
            return True
        starts = range(len(bare) - SHORTEST_PIECE + 1)
        return any(bare[start : start + SHORTEST_PIECE] in secret for start in starts)


NOWHERE = SplitResult("", "", "", "", "")


def url_parts(url: str) -> SplitResult | None:
    """A URL taken apart; None for what is none, its port included."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme and parts.hostname else None


def json_members(text: str) -> Mapping[str, object]:
    """The members of a JSON object; none for what is no such object."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return {}
    try:
        members = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def longest(field: str) -> int:
    """How many characters the field takes."""
    return LONGEST.get(field, LONGEST_LINE)
