"""The setting `notices`: whom postroom tells when a person is needed, and by what."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from store.notice_smtp import ADDRESS

MOST_OPERATORS = 20
"""More people are reached by a mailing list."""
MOST_WORDS = 50
"""Of the hook's command."""


class To(StrEnum):
    """Whom a notice goes to by mail."""

    OPERATORS = "operators"
    OWNER = "owner"
    """The mailbox's owner, of what an owner can mend; all else goes to the operators."""
    BOTH = "both"


class NoticeSettings(BaseModel):
    """The table `[notices]`; without it nobody is written to, and nothing is run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operators: tuple[str, ...] = Field(default=(), max_length=MOST_OPERATORS)
    """Their addresses."""
    to: To = To.OPERATORS
    through: str = Field(default="", max_length=300)
    """The asset that sends, by name or address, or "notices" for the plain route; by default the best way
    that is there. Where it fails, another is taken."""
    signed: str = Field(default="", max_length=100)
    """Who asks in a mail to an owner: a name that owners know."""
    answers_to: str = ""
    """Where an owner's answer goes; by default to the first operator."""
    hook: tuple[str, ...] = Field(default=(), max_length=MOST_WORDS)
    """A command with its arguments, run for each notice without a shell; the facts are in its environment."""
    bell: bool = True
    """Whether the console rings once when a new notice appears."""

    @field_validator("operators")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if not ADDRESS.match(address):
                raise ValueError(f"{address!r} is no address such as operator@example.com")
        return tuple({address.casefold(): address for address in value}.values())

    @field_validator("answers_to")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not ADDRESS.match(value):
            raise ValueError("must be an address such as desk@example.com, without a name")
        return value

    @field_validator("signed")
    @classmethod
    def _name(cls, value: str) -> str:
        if not value.isprintable() or value != value.strip():
            raise ValueError("must be a name without spaces around it")
        return value

    @field_validator("hook")
    @classmethod
    def _command(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and (not value[0].strip() or any("\0" in word for word in value)):
            raise ValueError('must be a command with its arguments, such as ["/usr/local/bin/page", "desk"]')
        return value
