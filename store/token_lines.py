"""What the list of tokens shows: one line for each asset that signs in by OAuth 2.0 or has a deadline, the
earliest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, text

from store.columns import UtcDateTime

if TYPE_CHECKING:
    from sqlmodel import Session

    from store.database import Store


class TokenLine(NamedTuple):
    """How one asset's sign-in stands. A tuple: 10,000 frozen dataclasses cost 15 ms more."""

    asset_id: int
    name: str
    address: str
    provider: str
    sign_in: str
    owner: str
    client_id: int | None
    client_name: str | None
    state: str
    """A word of `store.grants.GrantState`; "none" where there is no grant."""
    expires_at: datetime | None
    next_refresh_at: datetime | None
    has_refresh: bool
    failures: int
    diagnosis: str | None
    deadline_at: datetime | None
    deadline_reason: str | None
    deadline_who: str | None
    made_with: str = ""
    """What the grant was made with, in words that follow "made with", where that is not the asset's client
    any more; `state` is "consent_required" then."""


CLIENTS = """
    WITH c AS MATERIALIZED (
        SELECT o.id, o.name, trim(o.tenant || ' ' || o.client_id) AS registration, e.at, e.reason, e.who
          FROM oauth_clients o LEFT JOIN deadlines e ON e.subject = 'oauth_client:' || o.id)
"""
"""The OAuth clients with their deadlines: they are few, and looked up once for each asset."""
OF_ALL = """
      FROM assets a
      LEFT JOIN grants g ON g.asset_id = a.id
      LEFT JOIN c ON c.id = a.oauth_client_id AND a.sign_in = 'oauth'
      LEFT JOIN deadlines d ON d.subject = 'asset:' || a.id
     WHERE (a.sign_in = 'oauth' OR d.at IS NOT NULL)
"""
RETIRED = """
    (a.id IN (SELECT r.asset_id FROM registrations r WHERE r.state = 'retired' AND r.asset_id IS NOT NULL))
"""
"""Whether nobody waits for the asset's tokens any more."""
ANOTHERS = """
    (g.state != 'none' AND g.made_by IS NOT NULL AND c.id IS NOT NULL
     AND (g.made_by != c.id OR g.made_as != c.registration))
"""
"""As `store.grant_makers.IS_ANOTHERS`."""
CLIENT_FIRST = "c.at IS NOT NULL AND (d.at IS NULL OR c.at < d.at)"
"""Whether the client ends before the grant."""
LINES = text(
    f"""
    {CLIENTS}
    SELECT a.id, a.name, a.address, a.provider, a.sign_in, a.owner, c.id, c.name,
           CASE WHEN {ANOTHERS} THEN 'consent_required' ELSE coalesce(g.state, 'none') END,
           g.expires_at, g.next_refresh_at, coalesce(g.has_refresh, 0),
           coalesce(g.failures, 0), g.last_diagnosis,
           CASE WHEN {CLIENT_FIRST} THEN c.at ELSE d.at END AS stops_at,
           CASE WHEN {CLIENT_FIRST} THEN c.reason ELSE d.reason END,
           CASE WHEN {CLIENT_FIRST} THEN c.who ELSE d.who END,
           {ANOTHERS}
    {OF_ALL} AND (:asset_id IS NULL OR a.id = :asset_id) AND (:retired OR NOT {RETIRED})
     ORDER BY stops_at IS NULL, stops_at, a.name_key
     LIMIT :most
    """
)
NEEDED = f"""
    CASE WHEN a.sign_in = 'oauth' AND (g.state IS NULL OR g.state NOT IN ('valid', 'retrying') OR {ANOTHERS})
         THEN 'now'
         WHEN d.at <= :now OR c.at <= :now THEN 'now'
         WHEN d.at <= :soon OR c.at <= :soon THEN 'soon'
         ELSE 'well' END
"""
COUNTS = text(
    f"{CLIENTS} SELECT {NEEDED} AS needed, count(*) {OF_ALL} AND NOT {RETIRED} GROUP BY needed"
).bindparams(bindparam("now", type_=UtcDateTime), bindparam("soon", type_=UtcDateTime))


class TokenCounts(NamedTuple):
    """How many assets need a person how soon."""

    now: int
    soon: int
    well: int


def token_counts(store: Store, now: datetime, soon: datetime) -> TokenCounts:
    """Count the lines without reading them.

    Args:
        now: aware.
        soon: aware; what ends up to then is soon.
    """
    with store.read() as session:
        rows = session.connection().execute(COUNTS, {"now": now, "soon": soon})
        counts = {row[0]: row[1] for row in rows}
    return TokenCounts(*(counts.get(group, 0) for group in TokenCounts._fields))


def token_lines(
    store: Store, asset_id: int | None = None, *, most: int | None = None, retired: bool = False
) -> list[TokenLine]:
    """All lines, the earliest deadline first, or just the one; an asset's deadline is the earlier of its own
    and its client's.

    Args:
        most: no more than so many from the top; the first 200 of 10,000 are had in a sixth of the time.
        retired: those of retired assets too, which nobody waits for.
    """
    with store.read() as session:
        asked = {"asset_id": asset_id, "most": -1 if most is None else most, "retired": retired}
        found = session.connection().execute(LINES, asked).all()
        made = _made_with(session, [row[0] for row in found if row[17]])
    return [TokenLine._make(_values(row, made)) for row in found]


def _made_with(session: Session, asset_ids: Sequence[int]) -> dict[int, str]:
    """What the grants of these assets were made with, which are few as a rule."""
    if not asset_ids:
        return {}
    from store.grant_reading import of_many

    return {asset_id: grant.made_with for asset_id, grant in of_many(session, asset_ids).items()}


def _values(row: Sequence[Any], made: Mapping[int, str]) -> tuple[Any, ...]:
    times = (_time(row[9]), _time(row[10]))
    made_with = made.get(row[0], "") if row[17] else ""
    return (*row[:9], *times, bool(row[11]), *row[12:14], _time(row[14]), *row[15:17], made_with)


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
