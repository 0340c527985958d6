"""The setting `notice_smtp`: a plain SMTP route, by which postroom's own mail can go without any asset."""

from __future__ import annotations

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from store.kinds import Security

ADDRESS = re.compile(r"(?=.{3,254}\Z)[!-;=?-~]+@[!-;=?-~]+\Z")
"""Visible ASCII without < and >; what is no address in spite of it, a server refuses."""


class NoticeSmtp(BaseModel):
    """An SMTP server, and as whom it is used."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=587, ge=1, le=65_535)
    security: Security = Security.STARTTLS
    username: str = Field(default="", max_length=254)
    """Who signs in; empty: nobody does."""
    sender: str = Field(alias="from")
    """The address that the mail is from."""

    @field_validator("host", "username")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not value.isprintable() or value != value.strip():
            raise ValueError("must have no spaces around it and no control characters")
        return value

    @field_validator("sender")
    @classmethod
    def _address(cls, value: str) -> str:
        if not ADDRESS.match(value):
            raise ValueError("must be an address such as postroom@example.com, without a name")
        return value

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.security is Security.NONE and self.username:
            raise ValueError('security "none" takes no username: the password would travel in the clear')
        return self
