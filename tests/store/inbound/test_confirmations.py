"""A provider's requests: kept apart from the log, marked as done by a person or by the mail that comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from store import audit, confirmations, inbound
from store.confirmations import confirmation, confirmation_dkim, confirmation_done, unchecked
from store.database import Store
from store.inbound import NewMessage
from store.inbound_kinds import MailKind, Mark, Via
from store.vault import Vault
from tests.store.inbound.kit import REQUEST, assert_whole, asset, keep, message
from tests.store.kit import NOON


@pytest.fixture
def log(store: Store, vault: Vault) -> Store:
    """A log with one asset."""
    asset(store)
    return store


def request(number: int = 1, asset_id: int = 1, **more: Any) -> NewMessage:
    given = {"kind": MailKind.CONFIRMATION, "via": Via.DIRECT, "confirmation": REQUEST} | more
    return message(number, asset_id, **given)


def test_a_request_is_shown_without_any_key(log: Store, vault: Vault) -> None:
    keep(log, message(1), request(2))
    vault.lock()
    (found,) = confirmations.confirmations(log)
    assert (found.message_id, found.asset_id, found.asset_name) == (2, 1, "Help desk")
    assert (found.asset_address, found.arrived_at) == ("Help.desk@example.com", NOON + timedelta(minutes=2))
    assert (found.link, found.cancel_link, found.code) == (REQUEST.link, REQUEST.cancel_link, REQUEST.code)
    assert (found.requester, found.matches, found.dkim) == ("help.desk@example.com", True, "unverified")
    assert (found.done_at, found.done_by) == (None, "")
    assert confirmation(log, 2) == found
    assert confirmation(log, 1) is None


def test_those_that_wait_come_newest_first_and_done_ones_when_asked_for(log: Store) -> None:
    other = asset(log, "Orders").id
    keep(log, request(1), request(2, other), request(3))
    assert confirmation_done(log, 1)
    assert [one.message_id for one in confirmations.confirmations(log)] == [3, 2]
    assert [one.message_id for one in confirmations.confirmations(log, open_only=False)] == [3, 2, 1]
    assert [one.message_id for one in confirmations.confirmations(log, asset_id=1)] == [3]
    assert [one.message_id for one in confirmations.confirmations(log, open_only=False, asset_id=1)] == [3, 1]


def test_who_marked_it_as_done_is_kept_once(log: Store) -> None:
    keep(log, request(1))
    assert confirmation_done(log, 1)
    assert not confirmation_done(log, 1)
    assert not confirmation_done(log, 99)
    done = confirmation(log, 1)
    assert done
    assert done.done_by == "operator"
    assert done.done_at
    (entry,) = [entry for entry in audit.page(log) if entry.action == "confirmation done"]
    assert entry.detail == "message 1: asked for by help.desk@example.com"
    assert entry.asset_name == "Help desk"


def test_the_signature_is_kept_when_somebody_looked_at_it(log: Store) -> None:
    keep(log, request(1), request(2))
    assert unchecked(log) == [2, 1]
    confirmation_dkim(log, 2, "pass")
    confirmation_dkim(log, 1, "unverified")
    assert unchecked(log) == []
    assert [one.dkim for one in confirmations.confirmations(log)] == ["pass", "unverified"]
    with pytest.raises(ValueError, match="none of pass, fail, unverified"):
        confirmation_dkim(log, 1, "maybe")


def test_mail_that_the_mailbox_forwards_by_gmail_settles_its_request(log: Store) -> None:
    keep(log, request(1))
    keep(log, message(2))
    settled = confirmation(log, 1)
    assert settled
    assert (settled.done_at, settled.done_by) == (NOON + timedelta(minutes=2), "")
    assert confirmations.confirmations(log) == []


@pytest.mark.parametrize(
    "more",
    [
        {"via": Via.EXCHANGE},
        {"via": Via.DIRECT},
        {"marks": (Mark.MISMATCH,)},
        {"source": "import"},
        {"received_at": NOON - timedelta(days=1)},
        {"kind": MailKind.CONFIRMATION},
    ],
)
def test_other_mail_settles_nothing(log: Store, more: dict[str, Any]) -> None:
    keep(log, request(1))
    keep(log, message(2, **more))
    assert [one.message_id for one in confirmations.confirmations(log)] == [1]


def test_a_request_of_another_mailbox_stays_until_a_person_looks(log: Store) -> None:
    from dataclasses import replace

    keep(log, request(1, confirmation=replace(REQUEST, matches=False, requester="stranger@example.net")))
    keep(log, message(2))
    assert [one.message_id for one in confirmations.confirmations(log)] == [1]


def test_hostile_requests_are_kept_and_cut(log: Store) -> None:
    from dataclasses import replace

    hostile = replace(REQUEST, link="x\0\ud800" + "y" * 10_000, code="\x1b[2J", requester="\u202e" * 1_000)
    keep(log, request(1, confirmation=hostile))
    (found,) = confirmations.confirmations(log)
    assert found.link.startswith("x\ufffd\ufffdy")
    assert len(found.link) == 4_000
    assert found.code == "\x1b[2J"
    assert len(found.requester) == 320


def test_a_request_goes_with_its_message_and_with_its_asset(log: Store, vault: Vault) -> None:
    from store import assets

    other = asset(log, "Orders").id
    keep(log, request(1), request(2, other))
    inbound.delete(log, [1])
    assert [one.message_id for one in confirmations.confirmations(log)] == [2]
    assets.delete(log, vault, [other])
    assert confirmations.confirmations(log, open_only=False) == []
    assert_whole(log)


def test_a_repeated_request_is_one(log: Store) -> None:
    keep(log, request(1), request(1))
    keep(log, request(1))
    assert len(confirmations.confirmations(log)) == 1
