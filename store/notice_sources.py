"""What the store knows of everything that may need a person, read in one go: only what may be a cause, since
most of 10,000 assets are well."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, text

from store.columns import UtcDateTime
from store.token_lines import ANOTHERS, CLIENTS, RETIRED

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlmodel import Session


class SignInSource(NamedTuple):
    """An asset whose sign-in needs a person, or will."""

    asset_id: int
    name: str
    address: str
    owner: str
    provider: str
    sign_in: str
    client_id: int | None
    client_name: str | None
    state: str
    """A word of `store.grants.GrantState`; that of a grant of another client is "consent_required"."""
    words: str
    """What the provider said last; untrusted."""
    diagnosis: str | None
    deadline_at: datetime | None
    """The asset's own, not its client's."""
    deadline_reason: str
    deadline_who: str


class ClientSource(NamedTuple):
    """An OAuth client whose secret ends."""

    client_id: int
    name: str
    at: datetime
    reason: str
    who: str


class ProbeSource(NamedTuple):
    """An asset whose last forwarding check failed."""

    asset_id: int
    at: datetime
    diagnosis: str | None


class AssetName(NamedTuple):
    """What is said of an asset that a cause touches."""

    asset_id: int
    name: str
    owner: str


SIGN_INS = text(
    f"""
    {CLIENTS}
    SELECT a.id, a.name, a.address, a.owner, a.provider, a.sign_in, c.id, c.name,
           CASE WHEN {ANOTHERS} THEN 'consent_required' ELSE coalesce(g.state, 'none') END AS stands,
           coalesce(g.last_words, ''), g.last_diagnosis, d.at, coalesce(d.reason, ''), coalesce(d.who, '')
      FROM assets a
      LEFT JOIN grants g ON g.asset_id = a.id
      LEFT JOIN c ON c.id = a.oauth_client_id AND a.sign_in = 'oauth'
      LEFT JOIN deadlines d ON d.subject = 'asset:' || a.id
     WHERE NOT {RETIRED}
       AND ((a.sign_in = 'oauth' AND stands IN ('consent_required', 'client_fault'))
            OR (d.at <= :horizon AND (a.sign_in != 'oauth' OR stands != 'none')))
     ORDER BY a.name_key
    """  # noqa: S608  # nothing in it is anybody's words
).bindparams(bindparam("horizon", type_=UtcDateTime))
CLIENT_ENDS = text(
    """
    SELECT o.id, o.name, d.at, d.reason, d.who
      FROM oauth_clients o JOIN deadlines d ON d.subject = 'oauth_client:' || o.id
     WHERE d.at <= :horizon
     ORDER BY o.id
    """
).bindparams(bindparam("horizon", type_=UtcDateTime))
OF_CLIENT = text(
    f"""
    SELECT a.id, a.name, a.owner
      FROM assets a JOIN grants g ON g.asset_id = a.id
     WHERE a.oauth_client_id = :client_id AND a.sign_in = 'oauth' AND g.state != 'none' AND NOT {RETIRED}
     ORDER BY a.name_key
    """  # noqa: S608  # as above
)
SENT_C, SENT_N = (f"coalesce({one}.failed_step, '') NOT IN ('receiver', 'send')" for one in "cn")
"""A check that never sent anything says nothing of the forwarding."""
PROBES = text(
    f"""
    SELECT c.asset_id, c.started_at, c.diagnosis
      FROM checks c JOIN assets a ON a.id = c.asset_id
     WHERE c.kind = 'forwarding' AND c.outcome = 'failed' AND {SENT_C} AND NOT {RETIRED}
       AND NOT EXISTS (SELECT 1 FROM checks n
                        WHERE n.asset_id = c.asset_id AND n.kind = 'forwarding' AND n.id > c.id
                          AND n.outcome != 'cancelled' AND {SENT_N})
    """  # noqa: S608  # as above
)
"""Both by the index `checks_forwarding`, which holds the checks of this kind alone."""
NAMES = text(f"SELECT a.id, a.name, a.owner FROM assets a WHERE NOT {RETIRED}")  # noqa: S608  # as above


def sign_ins(session: Session, horizon: datetime) -> list[SignInSource]:
    """Assets whose grant needs a person now, or that stop by `horizon` (aware); those that never had a grant
    are left out: they are being set up. By name."""
    rows = session.connection().execute(SIGN_INS, {"horizon": horizon})
    return [SignInSource._make((*row[:11], _time(row[11]), *row[12:])) for row in rows]


def client_ends(session: Session, horizon: datetime) -> list[ClientSource]:
    """OAuth clients whose secret ends by `horizon` (aware), whether or not an asset uses them."""
    rows = session.connection().execute(CLIENT_ENDS, {"horizon": horizon})
    return [ClientSource._make((*row[:2], datetime.fromisoformat(row[2]), *row[3:])) for row in rows]


def of_client(session: Session, client_id: int) -> list[AssetName]:
    """The assets that have tokens by a client, by name."""
    return [AssetName(*row) for row in session.connection().execute(OF_CLIENT, {"client_id": client_id})]


def failed_probes(session: Session) -> list[ProbeSource]:
    """Assets whose last forwarding check failed."""
    rows = session.connection().execute(PROBES)
    return [ProbeSource(row[0], datetime.fromisoformat(row[1]), row[2]) for row in rows]


def in_use(session: Session) -> dict[int, AssetName]:
    """Every asset that is not retired, by id."""
    return {row[0]: AssetName(*row) for row in session.connection().execute(NAMES)}


def newest_log_id(connection: Connection) -> int:
    """The id of the newest inbound message; 0 where there is none."""
    return int(connection.exec_driver_sql("SELECT max(id) FROM inbound_messages").scalar_one() or 0)


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
