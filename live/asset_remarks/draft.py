"""The fields of an asset as the checks look at them, and what a remark is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from pydantic import SecretStr

from live import providers
from live.asset_remarks import pasted

FIELDS = {
    "name": "name",
    "address": "address",
    "provider": "provider",
    "sign_in": "sign-in method",
    "host": "SMTP server",
    "port": "port",
    "security": "security",
    "username": "user name",
    "login_id": "login ID",
    "password": "password",
    "owner": "owner",
    "note": "note",
    "ca_pem": "certificate authority",
    "pci_check": "PCI check",
    "keep_days": "keep days",
    "keep_megabytes": "keep megabytes",
}
"""The fields that are remarked on, in the form's order, with the words of the screen."""
NO_TEXTS = frozenset({"port", "password", "pci_check", "keep_days", "keep_megabytes"})
LONGEST = {"note": 10_000, "ca_pem": 65_536}
"""Characters; a page of text, and a bundle of some forty certificates."""
LONGEST_LINE = 1_000
"""Characters of any other field: three times the longest address."""
LONGEST_QUOTE = 80
"""Characters of a value that a remark repeats: one line of the smallest screen."""
ALIASES = {"smtp.googlemail.com": "gmail", "smtp-legacy.office365.com": "office365"}
"""Further names of the providers' own servers, which no new asset needs."""


class AssetLike(Protocol):
    """The fields of an asset, as `store.assets.AssetFields` has them."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def sign_in(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def security(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def login_id(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def ca_pem(self) -> str: ...
    @property
    def cleartext_agreed(self) -> bool: ...
    @property
    def keep_days(self) -> int | None: ...
    @property
    def keep_megabytes(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding."""

    field: str
    """A key of `FIELDS`."""
    severity: Literal["error", "warning"]
    """An asset with an error cannot work; with a warning, it can."""
    text: str
    """What is wrong, one or two sentences; may quote the field's value, never the password."""
    remedy: str
    """What to do about it, in the imperative."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields without outer white space and cut to their bounds, with what the checks ask of them."""

    raw: Mapping[str, str]
    text: Mapping[str, str]
    port: int
    cleartext_agreed: bool
    kept: Mapping[str, int | None]
    """How much inbound mail is kept, by `keep_days` and `keep_megabytes`; None: as the configuration says."""
    password: SecretStr
    """Empty where none is set, or where the old one stays."""
    now: datetime

    @classmethod
    def of(cls, fields: AssetLike, password: SecretStr | None, now: datetime) -> Draft:
        """A draft of the fields."""
        raw = {field: str(getattr(fields, field)) for field in FIELDS if field not in NO_TEXTS}
        return cls(
            raw=raw,
            text={field: pasted.stripped(value[: longest(field)]) for field, value in raw.items()},
            port=fields.port,
            cleartext_agreed=bool(fields.cleartext_agreed),
            kept={"keep_days": fields.keep_days, "keep_megabytes": fields.keep_megabytes},
            password=password or SecretStr(""),
            now=now if now.tzinfo else now.replace(tzinfo=UTC),
        )

    @property
    def host(self) -> str:
        """The bare host in small letters."""
        return pasted.host_parts(self.text["host"]).host.lower().removesuffix(".")

    @property
    def own_provider(self) -> str:
        """The provider whose own server the host is, "" for any other."""
        known = (name for name, rules in providers.ALL.items() if self.host in rules.hosts)
        return next(known, ALIASES.get(self.host, ""))

    @property
    def effective_provider(self) -> str:
        """Whose rules hold: the host's owner's, else those of the provider that was chosen."""
        return self.own_provider or self.text["provider"]

    def holds_password(self, field: str) -> bool:
        """Whether the password was pasted into the field; case does not count, since hosts lose it."""
        secret = pasted.spaceless(self.password.get_secret_value()).casefold()
        return bool(secret) and secret in pasted.spaceless(self.raw[field]).casefold()

    def quoted(self, field: str, value: str) -> str:
        """A value, or a part of one, for a remark on its field, unless it must not be seen, or cannot be."""
        if self.holds_password(field):
            return "(a value that holds the password)"
        if any(pasted.is_control(char) for char in value):
            return "(a value with characters that cannot be seen)"
        return value if len(value) <= LONGEST_QUOTE else f"{value[: LONGEST_QUOTE - 1]}…"


def longest(field: str) -> int:
    """How many characters the field takes."""
    return LONGEST.get(field, LONGEST_LINE)


def error(field: str, text: str, remedy: str) -> Remark:
    """A remark on what cannot work."""
    return Remark(field, "error", text, remedy)


def warning(field: str, text: str, remedy: str) -> Remark:
    """A remark on what can work, but probably is not meant, or will not last."""
    return Remark(field, "warning", text, remedy)
