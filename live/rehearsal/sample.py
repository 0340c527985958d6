"""What a sample asset is: the mailbox as a desk keeps it, how its account behaves, how its test ends."""

from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from live.rehearsal.endpoints import Listener

ProviderName = Literal["gmail", "office365", "custom"]
SecurityName = Literal["ssl", "starttls", "none"]
Step = Literal["auth", "mail", "rcpt"]
Forwards = Literal["well", "slowly", "not confirmed", "no rule", "blocked", "silent"]
"""What becomes of mail to the mailbox: it is forwarded, or why not."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Where an account says no, and in which words (a template of `replies`)."""

    step: Step
    reply: str
    after_sign_ins: int = 0
    """How many sign-ins it lets pass first."""
    only_as_others: bool = False
    """At mail and rcpt: refuse senders other than the login itself, as a missing Send As right does."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample asset on the rehearsal provider; `key` is unique, `asset_name` and `address` are too."""

    key: str
    asset_name: str
    address: str
    provider: ProviderName
    listener: Listener
    security: SecurityName
    password: SecretStr
    """What the asset has stored; the account takes the same word for a token in XOAUTH2."""
    expected_rung: str | None
    """The rung that fails when it is tested for the first time; None: it passes."""
    expected_diagnosis: str | None
    on_desk: bool
    owner: str
    note: str
    login_id: str = ""
    """Who signs in, where that is not the address (a shared mailbox)."""
    refusal: Refusal | None = None
    works_with: SecretStr | None = None
    """A password with which the account signs in and passes, so that a person can mend the asset."""
    later_rung: str | None = None
    """As `expected_rung`, from the second sign-in on, where the account changes its mind."""
    later_diagnosis: str | None = None

    forwards: Forwards = "well"

    @property
    def login(self) -> str:
        """The user name that the account answers to."""
        return self.login_id or self.address

    def expected(self, earlier_sign_ins: int = 0) -> tuple[str | None, str | None]:
        """Return (failing rung, diagnosis) of a test after so many sign-ins; (None, None): it passes."""
        if self.refusal and 0 < self.refusal.after_sign_ins <= earlier_sign_ins:
            return self.later_rung, self.later_diagnosis
        return self.expected_rung, self.expected_diagnosis
