"""Names of the keys that an asset's domain signs with, as they were seen in mail that came in.

They can only be learned from mail: the DNS does not list them. Anybody may write such a name into a mail, so
they are hints of what to ask for, and proof of nothing.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Field, SQLModel, col, select

from store.columns import UtcDateTime, utc_text

if TYPE_CHECKING:
    from store.database import Store

KEPT = 10
"""For each asset: those seen most often. A domain has two or three."""
NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\Z")
DOMAIN, SELECTOR = re.compile(r"(?:^|;)\s*d=\s*([^;\s]+)"), re.compile(r"(?:^|;)\s*s=\s*([^;\s]+)")


@dataclass(frozen=True, slots=True)
class Selector:
    """The name of a key, and the domain whose it is; both in small letters."""

    domain: str
    selector: str


class DkimSelectorRow(SQLModel, table=True):
    """The table."""

    __tablename__ = "dkim_selectors"

    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")
    domain: str = Field(primary_key=True)
    selector: str = Field(primary_key=True)
    seen: int
    last_seen: datetime = Field(sa_type=UtcDateTime)


def named_in(headers: Iterable[tuple[str, str]], address: str) -> tuple[Selector, ...]:
    """The keys that a mail's DKIM-Signature headers name, where they are of the domain of `address`.

    Args:
        headers: names and unfolded values, as they came.
    """
    domain = ""
    found = []
    for name, value in headers:
        if len(name) != 14 or name.lower() != "dkim-signature":
            continue
        of, key = DOMAIN.search(value), SELECTOR.search(value)
        if of is None or key is None:
            continue
        domain = domain or _on_wire(address)
        signer, selector = of[1].lower(), key[1].lower()
        related = signer == domain or domain.endswith(f".{signer}") or signer.endswith(f".{domain}")
        if related and NAME.match(signer) and NAME.match(selector):
            found.append(Selector(signer, selector))
    return tuple(dict.fromkeys(found))[:KEPT]


def _on_wire(address: str) -> str:
    """The domain of an address as signatures have it."""
    domain = address.rpartition("@")[2].lower()
    with contextlib.suppress(UnicodeError):
        return domain.encode("idna").decode("ascii")
    return domain


ADD = """
    INSERT INTO dkim_selectors (asset_id, domain, selector, seen, last_seen) VALUES (?, ?, ?, 1, ?)
    ON CONFLICT DO UPDATE SET seen = seen + 1, last_seen = max(last_seen, excluded.last_seen)
"""
PRUNE = """
    DELETE FROM dkim_selectors WHERE asset_id = ?1 AND (domain, selector) NOT IN
        (SELECT domain, selector FROM dkim_selectors WHERE asset_id = ?1
          ORDER BY seen DESC, last_seen DESC LIMIT ?2)
"""


def add(connection: sqlite3.Connection, news: Iterable[tuple[int, datetime, Sequence[Selector]]]) -> None:
    """Count what was seen, in the caller's transaction: (asset, when, names)."""
    touched = set()
    for asset_id, at, selectors in news:
        for one in selectors:
            connection.execute(ADD, (asset_id, one.domain, one.selector, utc_text(at)))
            touched.add(asset_id)
    for asset_id in touched:
        connection.execute(PRUNE, (asset_id, KEPT))


def seen(store: Store, asset_id: int, limit: int = 5) -> list[Selector]:
    """The names that were seen most lately."""
    row = DkimSelectorRow
    query = select(row).where(row.asset_id == asset_id).order_by(col(row.last_seen).desc()).limit(limit)
    with store.read() as session:
        return [Selector(one.domain, one.selector) for one in session.exec(query)]
