"""Asset fields for the tests of remarks, and the remarks on them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from live.asset_remarks import Remark, remarks

NOW = datetime(2026, 11, 25, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fields:
    name: str = "Billing"
    address: str = "billing@example.com"
    provider: str = "custom"
    sign_in: str = "password"
    host: str = "smtp.example.com"
    port: int = 587
    security: str = "starttls"
    username: str = ""
    login_id: str = ""
    owner: str = ""
    note: str = ""
    ca_pem: str = ""
    cleartext_agreed: bool = False
    keep_days: int | None = None
    keep_megabytes: int | None = None


GMAIL = Fields(provider="gmail", host="smtp.gmail.com", port=465, security="ssl")
OFFICE = Fields(provider="office365", host="smtp.office365.com", sign_in="oauth")


def said(fields: Fields, password: str | None = None, now: datetime = NOW) -> list[Remark]:
    return list(remarks(fields, SecretStr(password) if password is not None else None, now))


def one(fields: Fields, password: str | None = None, now: datetime = NOW) -> Remark:
    found = said(fields, password, now)
    assert len(found) == 1, found
    return found[0]


def but(fields: Fields = Fields(), /, **changes: Any) -> Fields:
    return dataclasses.replace(fields, **changes)
