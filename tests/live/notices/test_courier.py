"""From a broken grant to the mail at a real server: grouping, repeats, links, bounces, a locked vault."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from live.notices import rounds
from live.notices.bounces import Bounces
from live.notices.courier import LOOK_AGAIN
from store import audit, notices, registrations
from store.database import Store
from store.grants import GrantState
from store.inbound_kinds import MailKind
from store.notice_records import Kind
from store.vault import Vault
from tests.live.notices.kit import (
    DAY,
    OPERATOR,
    OWNER,
    breaks,
    client,
    client_ends,
    connected,
    desk,
    ends,
    mails,
    mends,
    subjects,
    to,
)
from tests.live.smtp_servers import OFFER, Mailroom, Scripted, good_server, listening
from tests.store.inbound.kit import keep, message
from tests.store.kit import PASSPHRASE, raw

CONSENT, FAULT = GrantState.CONSENT_REQUIRED, GrantState.CLIENT_FAULT


async def test_a_missing_consent_is_told_to_operator_and_owner_and_told_when_it_is_over(
    store: Store, vault: Vault
) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port, to="both", signed="Grace of the desk")
        (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
        assert (await here.round()).sent == 0
        breaks(store, CONSENT, asset)
        assert (await here.round()).sent == 2
        assert sorted(to(room)) == [OWNER, OPERATOR]
        for_owner, for_operator = sorted(mails(room), key=lambda mail: mail["To"] != OWNER)
        text = for_owner.get_content()
        assert "https://login.example.com/authorize?" in text
        assert "Grace of the desk" in text
        assert "1. Open this link" in text
        assert for_owner["Reply-To"] == OPERATOR
        for mail in (for_owner, for_operator):
            assert mail["Auto-Submitted"] == "auto-generated"
            assert mail["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
        assert "Billing: a new consent is needed" in for_operator["Subject"]
        assert "authorize?" not in for_operator.get_content()
        assert len(raw(store.path, "SELECT * FROM authorizations")) == 1
        # Nothing more happens while it stays so, at whatever minute somebody looks.
        for _ in range(20):
            here.clock.on(minutes=60)
            assert (await here.round()).sent == 0
        here.clock.on(hours=5)
        assert (await here.round()).sent == 2
        assert subjects(room)[2:] != subjects(room)[:2]
        mends(store, vault, asset)
        assert (await here.round()).sent == 0
        here.clock.on(minutes=6)
        assert (await here.round()).sent == 2
        assert any(subject.startswith("postroom: Well again: Billing") for subject in subjects(room))
        assert "Sending as Billing@example.com works again" in subjects(room)
    (line,) = here.lines
    assert line.ended_how == "it is well again"
    assert set(here.states()) == {"sent"}


async def test_one_secret_behind_twelve_mailboxes_is_one_notice(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port)
        contoso = client(store, vault)
        assets = connected(store, vault, *(f"Desk {number}" for number in range(12)), client_id=contoso)
        client_ends(store, contoso, here.clock() + 10 * DAY)
        assert (await here.round()).sent == 1
        assert subjects(room)[-1].endswith("Contoso: client secret ends (12 mailboxes), in 10 days")
        for _ in range(10):
            here.clock.on(days=1)
            await here.round()
        told = [subject.rpartition(", ")[2] for subject in subjects(room)]
        assert told == ["in 10 days", "in 7 days", "in 3 days", "in 2 days", "in 24 h", "now"]
        breaks(store, FAULT, *assets[:3], who="operator")
        await here.round()
        assert "OAuth client refused (3 mailboxes)" in subjects(room)[-1]
        breaks(store, FAULT, *assets[3:], who="operator")
        here.clock.on(hours=2)
        assert (await here.round()).sent == 0
        (line,) = here.open
        assert (line.asset_count, line.client_name) == (12, "Contoso")


async def test_deadlines_of_one_client_are_one_notice_and_a_moved_one_is_silent(
    store: Store, vault: Vault
) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port)
        assets = connected(store, vault, "A", "B", "C", client_id=client(store, vault))
        ends(store, None, *assets)
        ends(store, here.clock() + 20 * DAY, *assets)
        assert (await here.round()).sent == 1
        assert subjects(room)[-1].startswith("postroom: Contoso: sending ends for 3 mailboxes")
        ends(store, here.clock() + 50 * DAY, *assets)
        here.clock.on(days=2)
        assert (await here.round()).sent == 0
        ends(store, here.clock() + 14 * DAY, assets[0])
        assert (await here.round()).sent == 1
        assert subjects(room)[-1].endswith("in 14 days")


async def test_acknowledged_it_is_told_when_it_gets_worse_and_at_the_end(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port)
        contoso = client(store, vault)
        connected(store, vault, "A", client_id=contoso)
        client_ends(store, contoso, here.clock() + 50 * DAY)
        await here.round()
        (line,) = here.open
        assert notices.acknowledge(store, line.id, here.clock())
        assert not notices.acknowledge(store, line.id, here.clock())
        assert audit.page(store)[0].action == "notice acknowledged"
        here.clock.on(days=10)
        assert (await here.round()).sent == 0
        assert not here.open[0].needs_person
        here.clock.on(days=11)
        assert (await here.round()).sent == 1
        assert here.open[0].needs_person


async def test_never_through_the_broken_asset(store: Store, vault: Vault) -> None:
    """The only other way fails too: it waits, and the words say why."""
    here = desk(store, vault)
    here.settings = here.settings.model_copy(update={"notice_smtp": None})
    here.courier.settings = here.settings
    (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
    ends(store, here.clock() + DAY, asset)
    tally = await here.round()
    assert (tally.sent, tally.stuck) == (0, 1)
    assert "No way is there" in tally.why
    assert here.states() == ["waiting"]
    assert raw(store.path, "SELECT tries FROM notice_sendings") == [(0,)]


async def test_with_a_locked_vault_the_owners_mail_waits_and_the_plain_route_works(
    store: Store, vault: Vault
) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port, to="both")
        (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
        breaks(store, CONSENT, asset)
        vault.lock()
        tally = await here.round()
        assert (tally.sent, tally.stuck) == (1, 1)
        assert "locked" in tally.why
        assert to(room) == [OPERATOR]
        vault.unlock(PASSPHRASE)
        here.clock.at += LOOK_AGAIN
        assert (await here.round()).sent == 1
        assert to(room) == [OPERATOR, OWNER]


async def test_an_owner_whose_address_is_refused_is_told_of_once(store: Store, vault: Vault) -> None:
    script = Scripted({"EHLO": b"250 mx.example.com\r\n", "RCPT": b"550 5.1.1 no such user\r\n"})
    async with listening(script) as port:
        here = desk(store, vault, port, to="owner")
        (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
        breaks(store, CONSENT, asset)
        await here.round()
    room = Mailroom()
    async with good_server("none", room) as port:
        here.settings = desk(store, vault, port, to="owner").settings
        here.courier.settings = here.settings
        for _ in range(6):
            here.clock.on(days=1)
            await here.round()
    assert set(to(room)) == {OPERATOR}
    told = [subject for subject in subjects(room) if "comes back" in subject or "notices" in subject]
    assert len(told) == 1
    assert {line.kind for line in here.open} == {Kind.CONSENT, Kind.UNREACHABLE}


async def test_bounces_of_our_own_notices_make_one_notice_and_no_loop(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port, to="both")
        (asset, other) = connected(store, vault, "Billing", "Orders", client_id=client(store, vault))
        bounces = Bounces(store)
        breaks(store, CONSENT, asset)
        await here.round()

        def bounced(number: int, detail: str) -> int:
            keep(store, message(number, other, kind=MailKind.BOUNCE, detail=detail))
            return bounces.look(here.clock())

        assert bounced(1, "4.4.1 ada@example.net (delayed)") == 0
        assert bounced(2, "5.1.1 somebody@example.net") == 0
        assert bounced(3, f"5.1.1 {OWNER}") == 1
        assert bounced(4, f"5.1.1 {OWNER}") == 0
        before = len(room.delivered)
        for number in range(10, 30):  # each of ours is answered by another bounce, of the operator too
            here.clock.on(hours=3)
            await here.round()
            bounced(number, f"5.1.1 {OWNER}")
        assert OWNER not in to(room)[before:]
        assert (
            subjects(room)[before:].count(f"postroom: {OWNER}: mail to the owner of 2 mailboxes comes back")
            == 1
        )
        bounced(40, f"5.1.1 {OPERATOR}")
        after = len(room.delivered)
        for number in range(50, 60):
            here.clock.on(hours=3)
            await here.round()
            bounced(number, f"5.1.1 {OPERATOR}")
        assert len(room.delivered) == after
        assert {line.key for line in here.open} == {
            f"consent {asset}",
            f"unreachable {OWNER}",
            f"unreachable {OPERATOR}",
        }


async def test_a_retired_asset_is_nobodys_business_any_more(store: Store, vault: Vault) -> None:
    here = desk(store, vault)
    (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
    breaks(store, CONSENT, asset)
    here.look()
    assert len(here.open) == 1
    with store.write() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO registrations (asset_id, service, state, how, tracking_id, asked_at, asked_by, "
            "words, asset_name, address, forwarding_address, pid, process) "
            "VALUES (?, 's', 'retired', 'h', '', "
            "'2026-01-01T00:00:00.000+00:00', 'me', '', 'n', 'a', '', 0, '')",
            (asset,),
        )
        assert registrations.retired(session) == {asset}
    here.look()
    here.clock.on(minutes=6)
    here.look()
    (line,) = here.lines
    assert line.ended_how == "the asset is not in use any more"
    assert "recovered" not in [one.occasion.value for one in _rounds(here)]


def _rounds(here: Any) -> list[Any]:
    found = [notices.one(here.store, line.id) for line in here.lines]
    return [each for notice in found if notice for each in notice.rounds]


async def test_sent_again_because_somebody_asks(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port)
        (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
        breaks(store, CONSENT, asset)
        await here.round()
        (line,) = here.open
        assert rounds.send_again(store, here.settings.notices, line.id, here.clock()) == 1
        assert (await here.courier.send_due()).sent == 1
        with pytest.raises(rounds.NoSuchNotice, match="not there"):
            rounds.send_again(store, here.settings.notices, 77, here.clock())


async def test_many_at_once_are_one_mail(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port, to="both")
        names = [f"Desk {number:03}" for number in range(60)]
        assets = connected(store, vault, *names, client_id=client(store, vault))
        breaks(store, CONSENT, *assets)
        assert (await here.round()).sent == 120
        assert sorted(to(room)) == [OWNER, OPERATOR]
        assert "postroom: 60 notices, 60 need a person" in subjects(room)
        assert "Your consent is needed for 60 support mailboxes" in subjects(room)
        assert len(raw(store.path, "SELECT * FROM authorizations")) == 0


async def test_a_try_that_fails_is_tried_again_at_growing_distances_and_given_up(
    store: Store, vault: Vault
) -> None:
    script = Scripted({"EHLO": OFFER, "MAIL": b"451 4.3.0 not now\r\n"})
    async with listening(script) as port:
        here = desk(store, vault, port)
        contoso = client(store, vault)
        connected(store, vault, "A", client_id=contoso)
        client_ends(store, contoso, here.clock() + 50 * DAY)
        tries = []
        for _ in range(300):
            if (await here.round()).failed:
                tries.append(here.clock())
            here.clock.on(minutes=15)
        assert here.states() == ["failed"] or len(tries) >= 6
        waits = [later - earlier for earlier, later in pairwise(tries)]
        assert waits == sorted(waits)
        assert waits[0] <= timedelta(minutes=15)
