"""Registrations of assets to Webex Engage: each maps an asset to one service, for good.

A mapping never changes, and a registered asset is not deleted but retired; triggers hold that against every
program that writes the file. What is handed on over the network is kept as `UNKNOWN` before it is sent, so
that whatever happens meanwhile leaves a question to a person, and never a second call.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlmodel import Session

from store import audit
from store.actor import Actor
from store.processes import mark_of
from store.registration_rows import BY_HAND as BY_HAND
from store.registration_rows import AssetRegistered as AssetRegistered
from store.registration_rows import AssetRetired as AssetRetired
from store.registration_rows import Registration as Registration
from store.registration_rows import RegistrationError as RegistrationError
from store.registration_rows import RegistrationRow, missing_in, row_of, shown
from store.registration_rows import RegistrationState as RegistrationState
from store.registration_rows import every as every
from store.registration_rows import missing as missing
from store.registration_rows import of as of
from store.registration_rows import refuse_retired as refuse_retired
from store.registration_rows import retired as retired
from store.registration_rows import services as services

if TYPE_CHECKING:
    from store.database import Store

LONGEST_SERVICE = 200
"""Characters of a service's name; those of Webex Engage are shorter."""


def service_name(typed: str) -> str:
    """A service's name as it is kept.

    Raises:
        RegistrationError: it is empty, too long, or no line of text.
    """
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST_SERVICE or not name.isprintable():
        raise RegistrationError(
            f"Name the service as Webex Engage shows it: one line of at most {LONGEST_SERVICE} characters."
        )
    return name


def record(store: Store, asset_id: int, service: str) -> Registration:
    """Keep that a person has registered the asset in Engage.

    Raises:
        RegistrationError: it is registered already, something is missing, or the asset is gone.
    """
    with store.write() as session:
        row = _begun(session, store.actor, asset_id, service, BY_HAND)
        row.state, row.registered_at, row.pid, row.process = RegistrationState.REGISTERED, row.asked_at, 0, ""
        kept = _kept(session, row)
        _note(session, store.actor, row, "registered to Engage", f"service {row.service}, {BY_HAND}")
        return kept


def begin(store: Store, asset_id: int, service: str, host: str, tracking_id: str) -> Registration:
    """Keep, before anything is sent, that the registration is about to be handed on; it is unknown now.

    Raises: as `record`.
    """
    with store.write() as session:
        row = _begun(session, store.actor, asset_id, service, host)
        row.tracking_id, row.words = tracking_id, "No answer has been written down."
        kept = _kept(session, row)
        told = f"service {row.service}, handed to {host}, tracking id {tracking_id}"
        _note(session, store.actor, row, "Engage registration asked for", told)
        return kept


def answered(store: Store, registration_id: int, *, registered: bool, words: str) -> Registration | None:
    """Keep what came of the call: it is registered now, or it never was. None: it is not there any more.

    Args:
        words: how the server answered, in short.
    """
    with store.write() as session:
        row = session.get(RegistrationRow, registration_id)
        if row is None or row.state != RegistrationState.UNKNOWN:
            return shown(row) if row else None
        return _settled(session, store.actor, row, registered, words)


def left_open(store: Store, registration_id: int, words: str) -> None:
    """Keep why it is not known what came of the call; it is not under way any more."""
    with store.write() as session:
        row = session.get(RegistrationRow, registration_id)
        if row is None or row.state != RegistrationState.UNKNOWN:
            return
        row.words, row.pid, row.process = words, 0, ""
        session.add(row)
        _note(session, store.actor, row, "Engage registration unknown", words)


def settle(store: Store, asset_id: int, *, registered: bool) -> Registration | None:
    """Keep what a person has seen in Engage of a registration that was unknown.

    Raises:
        RegistrationError: it is not unknown (any more), or the call is still under way.
    """
    with store.write() as session:
        row = row_of(session, asset_id)
        if row is None or row.state != RegistrationState.UNKNOWN:
            stands = f"is {row.state}" if row else "is not registered"
            raise RegistrationError(f"There is nothing to settle: the asset {stands}, as somebody has said.")
        if shown(row).is_under_way(datetime.now(UTC)):
            raise RegistrationError(
                "The registration is being handed on at this moment; wait for a minute, then look again."
            )
        _name(session, row, asset_id)
        return _settled(session, store.actor, row, registered, "as a person saw in Engage")


def retire(store: Store, asset_id: int) -> Registration:
    """Keep the asset and its mapping, and use it no more: no tests, no tokens, no mail through it.

    Raises:
        RegistrationError: it is not registered.
    """
    with store.write() as session:
        row = _in_state(session, asset_id, RegistrationState.REGISTERED, "only a registered asset is retired")
        row.state, row.retired_at = RegistrationState.RETIRED, datetime.now(UTC)
        _note(session, store.actor, row, "asset retired", f"service {row.service}")
        return _kept(session, row)


def take_back(store: Store, asset_id: int) -> Registration:
    """Use a retired asset again; its mapping is as it was.

    Raises:
        RegistrationError: it is not retired.
    """
    with store.write() as session:
        row = _in_state(session, asset_id, RegistrationState.RETIRED, "it is in use already")
        row.state, row.retired_at = RegistrationState.REGISTERED, None
        _note(session, store.actor, row, "asset taken back into use", f"service {row.service}")
        return _kept(session, row)


def refuse_deletion(session: Session, asset_id: int) -> None:
    """Raises: AssetRegistered."""
    row = row_of(session, asset_id)
    if row is None:
        return
    if row.state == RegistrationState.UNKNOWN:
        raise AssetRegistered(
            f"Whether {row.asset_name} is registered to Webex Engage is not known: settle that first."
        )
    raise AssetRegistered(
        f"{row.asset_name} is registered to Webex Engage for the service {row.service}: "
        "it is not deleted but retired."
    )


def refuse_burial(session: Session, asset_id: int, service: str) -> RegistrationRow:
    """The registration that is to be a tombstone.

    Raises:
        RegistrationError: it is not registered, is unknown, or is mapped to another service.
    """
    row = row_of(session, asset_id)
    if row is None or row.state == RegistrationState.UNKNOWN or row.service != service:
        raise RegistrationError("The registration changed meanwhile; nothing was deleted. Look again.")
    return row


def bury(session: Session, actor: Actor, asset_id: int, service: str, export: str) -> None:
    """Make a registration a tombstone, in the transaction that deletes its asset.

    Args:
        service: what the person was told is orphaned; another one stops the deletion.
        export: where the asset's settings were written.

    Raises: as `refuse_burial`.
    """
    row = refuse_burial(session, asset_id, service)
    _name(session, row, asset_id)
    row.state, row.buried_at, row.asset_id = RegistrationState.TOMBSTONE, datetime.now(UTC), None
    session.add(row)
    session.flush()
    told = f"orphaned: service {row.service} and {row.address} in Webex Engage; settings in {export}"
    audit.record(
        session,
        actor,
        "registered asset deleted",
        asset_id=asset_id,
        asset_name=row.asset_name,
        detail=told,
    )


def _begun(session: Session, actor: Actor, asset_id: int, service: str, how: str) -> RegistrationRow:
    row = row_of(session, asset_id)
    if row is not None:
        known = "may be registered already" if row.state == RegistrationState.UNKNOWN else f"is {row.state}"
        raise RegistrationError(
            f"{row.asset_name} {known}, for the service {row.service}; a mapping never changes."
        )
    now = datetime.now(UTC)
    made = RegistrationRow(
        asset_id=asset_id,
        service=service_name(service),
        state=RegistrationState.UNKNOWN,
        how=how,
        asked_at=now,
        asked_by=actor.user,
        asset_name="",
        address="",
        pid=os.getpid(),
        process=mark_of(os.getpid()),
    )
    _name(session, made, asset_id)
    wanting = missing_in(session, asset_id)
    if wanting:
        raise RegistrationError(f"{made.asset_name} cannot be registered yet: {' and '.join(wanting)}.")
    return made


def _name(session: Session, row: RegistrationRow, asset_id: int) -> None:
    """Take the asset's present names over."""
    found = (
        session.connection()
        .execute(
            text("SELECT name, address, forwarding_address FROM assets WHERE id = :id"), {"id": asset_id}
        )
        .one_or_none()
    )
    if found is None:
        raise RegistrationError("The asset was deleted by somebody else.")
    row.asset_name, row.address, row.forwarding_address = found


def _settled(
    session: Session, actor: Actor, row: RegistrationRow, registered: bool, words: str
) -> Registration | None:
    if not registered:
        session.delete(row)
        _note(session, actor, row, "Engage registration not made", f"service {row.service}, {words}")
        return None
    row.state, row.registered_at = RegistrationState.REGISTERED, datetime.now(UTC)
    row.words, row.pid, row.process = "", 0, ""
    _note(session, actor, row, "registered to Engage", f"service {row.service}, {words}")
    return _kept(session, row)


def _kept(session: Session, row: RegistrationRow) -> Registration:
    session.add(row)
    session.flush()
    session.refresh(row)  # times are kept to the millisecond
    return shown(row)


def _in_state(session: Session, asset_id: int, state: RegistrationState, why: str) -> RegistrationRow:
    row = row_of(session, asset_id)
    if row is None or row.state != state:
        stands = f"{row.asset_name} is {row.state}" if row else "The asset is not registered"
        raise RegistrationError(f"{stands}; {why}.")
    _name(session, row, asset_id)
    return row


def _note(session: Session, actor: Actor, row: RegistrationRow, action: str, detail: str) -> None:
    audit.record(session, actor, action, asset_id=row.asset_id, asset_name=row.asset_name, detail=detail)
