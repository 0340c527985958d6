"""Everything that needs a person now, or will: read from the store, and put together where one act mends
several mailboxes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from live.diagnosis import WhoActs, by_id
from live.outgoing.consent_letter import PROVIDERS
from live.webhooks.due_events import QUIET, STEPS, step
from store import forwarding_states, notice_queue, notice_sources
from store.database import Store
from store.forwarding_states import Forwarding, ForwardingState
from store.grants import GrantState
from store.notice_queue import Returned
from store.notice_records import BROKEN, Cause, Kind, Level, Member
from store.notice_sources import AssetName, ClientSource, ProbeSource, SignInSource

HORIZON = timedelta(days=STEPS[0])
DEADLINE, FAULT, REFUSED, STAYS_AWAY = "deadline", "fault", "refused", "stays away"
"""States of causes."""
LAST_STEP = STEPS[-1]


def causes(store: Store, now: datetime, operators: Collection[str] = ()) -> list[Cause]:
    """All of them, each key once. Blocks for the disk: some 0.1 s for 10,000 assets.

    Args:
        operators: their addresses, which a mail may not reach either.

    Raises:
        StoreError.
    """
    with store.read() as session:
        signed = notice_sources.sign_ins(session, now + HORIZON)
        found = [*_consents(signed), *_clients(session, signed, now), *_deadlines(signed, now)]
        names = notice_sources.in_use(session)
        probes = notice_sources.failed_probes(session)
    states = forwarding_states.states(store, now)
    back = notice_queue.returned(store, now)
    return [*found, *_forwarding(names, states, probes), *_unreachable(back, names, operators)]


def absence(since: datetime, until: datetime, words: str) -> Cause:
    """That no agent ran from one moment to another.

    Args:
        words: for how long, such as "3 hours".
    """
    return Cause(
        key=f"absence {since.isoformat(timespec='seconds')}",
        kind=Kind.ABSENCE,
        state=STAYS_AWAY,
        level=Level.NOW,
        words=f"No agent ran for {words}; one works again",
        reason="Meanwhile no mail was received, no token was renewed, nothing was delivered to webhooks, and "
        "nobody was told of anything. What was put off is being done now; senders try again for days as a "
        "rule.",
        who=str(WhoActs.OPERATOR),
        deadline_at=until,
    )


def _consents(signed: Iterable[SignInSource]) -> Iterator[Cause]:
    """One for each asset: each takes a consent of its own."""
    for one in signed:
        if one.sign_in == "oauth" and one.state == GrantState.CONSENT_REQUIRED:
            known = by_id(one.diagnosis) if one.diagnosis else None
            who = one.deadline_who or (known.who if known else WhoActs.OWNER)
            yield Cause(
                key=f"consent {one.asset_id}",
                kind=Kind.CONSENT,
                state=REFUSED,
                level=Level.NOW,
                words=f"{one.name}: a new consent is needed",
                reason=one.deadline_reason,
                who=str(who),
                members=(_member(one, BROKEN),),
                diagnosis=one.diagnosis,
                client_id=one.client_id,
                client_name=one.client_name or "",
                owner_acts=who == WhoActs.OWNER,
            )


def _clients(session: Session, signed: Iterable[SignInSource], now: datetime) -> Iterator[Cause]:
    """One for each OAuth client that is refused, or whose secret ends: one act mends all its assets."""
    refused: dict[int, list[SignInSource]] = defaultdict(list)
    for one in signed:
        if one.client_id is not None and one.state == GrantState.CLIENT_FAULT:
            refused[one.client_id].append(one)
    ends = {one.client_id: one for one in notice_sources.client_ends(session, now + HORIZON)}
    for client_id in sorted({*refused, *ends}):
        touched = refused.get(client_id)
        if touched:
            yield _refused_client(client_id, touched, ends.get(client_id))
        elif members := notice_sources.of_client(session, client_id):
            yield _ending_client(ends[client_id], members, now)


def _refused_client(client_id: int, touched: Sequence[SignInSource], ends: ClientSource | None) -> Cause:
    first = touched[0]
    name = first.client_name or ""
    return Cause(
        key=f"client {client_id}",
        kind=Kind.CLIENT,
        state=FAULT,
        level=Level.NOW,
        words=f"{name}: OAuth client refused ({_mailboxes(len(touched))})",
        reason=first.deadline_reason,
        who=first.deadline_who or str(WhoActs.OPERATOR),
        members=tuple(_member(one, BROKEN) for one in touched),
        diagnosis=first.diagnosis,
        client_id=client_id,
        client_name=name,
        deadline_at=ends.at if ends else None,
    )


def _ending_client(ends: ClientSource, members: Sequence[AssetName], now: datetime) -> Cause:
    at = step(ends.at, now)
    assert at is not None
    over = ends.at <= now
    return Cause(
        key=f"client {ends.client_id}",
        kind=Kind.CLIENT,
        state=DEADLINE,
        level=Level.NOW if over else Level.SOON,
        words=f"{ends.name}: client secret {'has ended' if over else 'ends'} ({_mailboxes(len(members))})",
        reason=ends.reason,
        who=ends.who,
        members=tuple(Member(one.asset_id, at, ends.at, one.name, one.owner) for one in members),
        client_id=ends.client_id,
        client_name=ends.name,
        deadline_at=ends.at,
    )


def _deadlines(signed: Iterable[SignInSource], now: datetime) -> Iterator[Cause]:
    """One for what ends for the same reason behind the same client, or, without one, at the same provider."""
    groups: dict[str, list[SignInSource]] = defaultdict(list)
    for one in signed:
        dead = one.sign_in == "oauth" and one.state in (GrantState.CONSENT_REQUIRED, GrantState.CLIENT_FAULT)
        if one.deadline_at is not None and not dead:
            group = f"client {one.client_id}" if one.client_id else f"provider {one.provider}"
            why = hashlib.sha256(one.deadline_reason.encode()).hexdigest()[:12]
            groups[f"deadline {group} {why}"].append(one)
    for key, ending in sorted(groups.items()):
        yield _deadline(key, ending, now)


def _deadline(key: str, ending: Sequence[SignInSource], now: datetime) -> Cause:
    in_order = sorted(ending, key=_ends_at)
    first = in_order[0]
    at = _ends_at(first)
    one = len(in_order) == 1
    whose = first.name if one else first.client_name or PROVIDERS.get(first.provider, first.provider)
    many = "" if one else f" for {_mailboxes(len(in_order))}"
    return Cause(
        key=key,
        kind=Kind.DEADLINE,
        state=DEADLINE,
        level=Level.NOW if at <= now else Level.SOON,
        words=f"{whose}: sending {'has ended' if at <= now else 'ends'}{many}",
        reason=first.deadline_reason,
        who=first.deadline_who,
        members=tuple(_member(one, _step(one, now)) for one in in_order),
        client_id=first.client_id,
        client_name=first.client_name or "",
        deadline_at=at,
        owner_acts=first.deadline_who == WhoActs.OWNER,
    )


def _forwarding(
    names: Mapping[int, AssetName], states: Mapping[int, ForwardingState], probes: Iterable[ProbeSource]
) -> Iterator[Cause]:
    """One for each asset: each mailbox has a rule of its own."""
    failed = {probe.asset_id: probe for probe in probes}
    for asset_id, state in states.items():
        probe = failed.get(asset_id)
        if asset_id in names and (state.kind in QUIET or probe is not None):
            yield _stays_away(names[asset_id], state, probe)


def _stays_away(asset: AssetName, state: ForwardingState, probe: ProbeSource | None) -> Cause:
    quiet = state.kind in QUIET
    worst = probe is not None or state.kind is Forwarding.STOPPED
    told = f"forwarding has {'stopped' if worst else 'gone silent'}" if quiet else "a forwarding check failed"
    known = by_id(probe.diagnosis) if probe and probe.diagnosis else None
    reasons = [
        "Nothing has come for much longer than usual." if quiet else "",
        "A probe that was sent to the mailbox did not come back." if probe else "",
        known.cause if known else "",
    ]
    return Cause(
        key=f"forwarding {asset.asset_id}",
        kind=Kind.FORWARDING,
        state=STAYS_AWAY,
        level=Level.NOW if worst else Level.SOON,
        words=f"{asset.name}: {told}",
        reason=" ".join(filter(None, reasons)),
        who=str(WhoActs.OPERATOR),
        members=(
            Member(asset.asset_id, LAST_STEP if worst else LAST_STEP + 1, None, asset.name, asset.owner),
        ),
        diagnosis=probe.diagnosis if probe else None,
    )


def _unreachable(
    back: Iterable[Returned], names: Mapping[int, AssetName], operators: Collection[str]
) -> Iterator[Cause]:
    """One for each person whom our mail does not reach, as long as it is anybody's address here."""
    for one in back:
        own = [asset for asset in names.values() if asset.owner == one.recipient]
        if own or one.recipient in operators:
            whose = (
                f"the owner of {own[0].name if len(own) == 1 else _mailboxes(len(own))}"
                if own
                else "an operator"
            )
            yield Cause(
                key=f"unreachable {one.recipient}",
                kind=Kind.UNREACHABLE,
                state=REFUSED,
                level=Level.SOON,
                words=f"{one.recipient}: mail to {whose} comes back",
                reason="A notice to this address was refused or came back, so nobody there knows of it. "
                "Nothing is sent to it for a week; tell the person another way, and correct the address.",
                who=str(WhoActs.OPERATOR),
                members=tuple(Member(asset.asset_id, 0, None, asset.name, asset.owner) for asset in own),
            )


def _member(one: SignInSource, at: int) -> Member:
    return Member(one.asset_id, at, one.deadline_at, one.name, one.owner)


def _step(one: SignInSource, now: datetime) -> int:
    found = step(one.deadline_at, now)
    assert found is not None
    return found


def _ends_at(one: SignInSource) -> datetime:
    assert one.deadline_at is not None
    return one.deadline_at


def _mailboxes(count: int) -> str:
    return "1 mailbox" if count == 1 else f"{count:,} mailboxes"
