"""What a home holds as text: a vault's credentials key and, where a person asked for it, its log key."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from store.vault_key import KEY_TEXT_PREFIX, VaultKey

BETWEEN = "."
"""Between the two keys; it stands in no key, and needs no quotes in a shell, a unit or an .env file."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldText:
    """The keys that a text holds."""

    credentials: VaultKey
    log: VaultKey | None = None

    @classmethod
    def from_text(cls, text: SecretStr) -> HeldText:
        """Read the text form; white space around it is ignored.

        Raises:
            NotAKey: it is something else.
        """
        if BETWEEN not in text.get_secret_value():
            return cls(VaultKey.from_text(text))
        return cls(
            VaultKey.from_text(SecretStr(text.get_secret_value().partition(BETWEEN)[0])),
            VaultKey.from_text(SecretStr(KEY_TEXT_PREFIX + text.get_secret_value().partition(BETWEEN)[2])),
        )

    def to_text(self) -> SecretStr:
        """The credentials key as `VaultKey.to_text` gives it; the log key follows, without the prefix."""
        if self.log is None:
            return self.credentials.to_text()
        return SecretStr(
            self.credentials.to_text().get_secret_value()
            + BETWEEN
            + self.log.to_text().get_secret_value().removeprefix(KEY_TEXT_PREFIX)
        )
