"""The outbox: what is queued with the act it tells of, sealed for who delivers, and dropped in time."""

from __future__ import annotations

import contextlib
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from store import assets, deliveries, events, inbound, outbox_key, outbox_retention, webhooks
from store import delivery_statements as sql
from store.database import Store
from store.deliveries import DeliveryState, Which
from store.delivery_queue import Claimed, DeliveryQueue, Result
from store.inbound_kinds import MailKind, Via
from store.inbound_records import NewMessage
from store.inbound_writer import InboundWriter
from store.key_file import KeyFile
from store.log_key import LogSealer
from store.outbox_key import OutboxOpener
from store.outbox_mail import MailOutbox
from store.vault import SecretUnreadable, Vault, VaultLocked
from store.webhooks import Endpoint, EndpointFields, Event
from tests.store.kit import CHEAP, NOON, PASSPHRASE, fields, raw
from tests.store.test_webhooks import SECRET


@pytest.fixture
def hook(store: Store, vault: Vault) -> Endpoint:
    assets.create(store, vault, fields())
    given = EndpointFields(name="Hook", url="https://hooks.example.com/", events=(Event.EMAIL_RECEIVED,))
    return webhooks.create(store, vault, given, SECRET)


def message(number: int = 1, asset_id: int = 1, kind: MailKind = MailKind.ORDINARY) -> NewMessage:
    return NewMessage(
        asset_id=asset_id,
        received_at=NOON,
        source="smtp",
        mail_from="",
        rcpt_to="",
        peer="",
        content=b"mail %d planted words" % number,
        digest=number.to_bytes(32, "big"),
        subject="",
        sender="",
        sender_name="",
        recipients="",
        message_id="",
        sent_at=None,
        attachments=(),
        kind=kind,
        via=Via.NONE,
        forwarded_by="",
        marks=(),
    )


def receive(store: Store, *messages: NewMessage) -> None:
    writer = InboundWriter(store, LogSealer(store), MailOutbox(store))
    try:
        writer.write(messages)
    finally:
        writer.close()


def claim(store: Store, hook: Endpoint, room: int = 100) -> tuple[DeliveryQueue, list[Claimed]]:
    queue = DeliveryQueue(store)
    return queue, list(queue.exchange((), {hook.id: room}, 10**9).claimed)


def done(claimed: Claimed, state: DeliveryState = DeliveryState.DONE) -> Result:
    return Result(claimed, datetime.now(UTC), 1.0, 200, "", "", state)


# sealing


def test_a_receiver_with_a_locked_vault_seals_and_who_delivers_opens(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    vault.lock()
    receive(store, message())
    queue, (claimed,) = claim(store, hook)
    queue.close()
    assert claimed.sealed
    with store.read() as session, pytest.raises(VaultLocked):
        outbox_key.private(session, vault)
    vault.unlock(PASSPHRASE)
    with store.read() as session:
        key = outbox_key.private(session, vault)
        assert key
        content = OutboxOpener(store, key).open((claimed.uid.encode(), *claimed.sealed))
    assert zlib.decompress(content) == message().content


def test_the_credentials_key_alone_opens_the_outbox_and_not_the_log(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    receive(store, message())
    home = KeyFile(store.path.with_name("vault.key"))
    vault.keep_in(home)
    other = Vault(store, kdf=CHEAP)
    other.unlock_from([home])
    with store.read() as session:
        assert outbox_key.private(session, other)
        row = session.connection().exec_driver_sql(
            "SELECT uid, data_key_id, sealed FROM inbound_messages NATURAL JOIN inbound_bodies"
        )
        with pytest.raises(VaultLocked):
            other.open_message(session, *row.one())


def test_a_rotation_of_the_vault_leaves_the_outbox_readable(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    receive(store, message())
    vault.rotate(PASSPHRASE)
    receive(store, message(2))
    queue, claimed = claim(store, hook)
    queue.close()
    with store.read() as session:
        key = outbox_key.private(session, vault)
    assert key
    opener = OutboxOpener(store, key)
    for one in claimed:
        assert one.sealed
        assert opener.open((one.uid.encode(), *one.sealed))


def test_what_was_moved_to_another_event_does_not_open(store: Store, vault: Vault, hook: Endpoint) -> None:
    receive(store, message(1), message(2))
    queue, claimed = claim(store, hook)
    queue.close()
    with store.read() as session:
        key = outbox_key.private(session, vault)
        assert key
        assert claimed[0].sealed
        with pytest.raises(SecretUnreadable):
            OutboxOpener(store, key).open((b"msg_" + b"0" * 24, *claimed[0].sealed))


def test_a_foreign_public_half_is_put_right(store: Store, vault: Vault, hook: Endpoint) -> None:
    raw(store.path, "UPDATE outbox_keys SET public_key = ?", b"\x09" + b"\0" * 31)
    with store.write() as session:
        key = outbox_key.make_sure(session, vault)
    assert raw(store.path, "SELECT public_key FROM outbox_keys") == [(outbox_key.public_half(key),)]


def test_no_word_of_the_mail_lies_open(store: Store, vault: Vault, hook: Endpoint) -> None:
    receive(store, message())
    store.close()
    files = [file.read_bytes() for file in store.path.parent.iterdir()]
    assert not any(b"planted words" in content for content in files)
    assert not any(zlib.compress(message().content, 1) in content for content in files)


# the queue


def test_mail_and_deliveries_are_kept_together_or_not_at_all(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    writer = InboundWriter(store, LogSealer(store), MailOutbox(store))
    for _ in range(2):  # what was cached in the transaction that failed must not outlive it
        with pytest.raises(Exception, match="was deleted"):
            writer.write([message(1), message(2, asset_id=99)])
        assert raw(store.path, "SELECT count(*) FROM outbox") == [(0,)]
    writer.write([message(1)])
    writer.close()
    assert deliveries.count(store) == 1


@pytest.mark.parametrize("kind", list(MailKind))
def test_what_is_our_own_or_goes_in_a_circle_is_told_to_nobody(
    store: Store, vault: Vault, hook: Endpoint, kind: MailKind
) -> None:
    every = EndpointFields(name="All", url="https://hooks.example.com/", events=tuple(Event))
    webhooks.create(store, vault, every, SECRET)
    receive(store, message(kind=kind))
    told = {line.event for line in deliveries.page(store, Which(words=("All",)))}
    wanted = {
        "confirmation": {"email.confirmation"},
        "bounce": {"email.bounced"},
        "probe": set(),
        "loop": set(),
    }
    assert told == wanted.get(kind.value, {"email.received"})


def test_what_is_claimed_is_nobody_elses_before_the_claim_ends(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    receive(store, message())
    first, claimed = claim(store, hook)
    assert len(claimed) == 1
    second, nothing = claim(store, hook)
    assert nothing == []
    raw(store.path, "UPDATE deliveries SET next_at = '2026-01-01T00:00:00.000+00:00'")
    assert len(second.exchange((), {hook.id: 1}, 1).claimed) == 1
    first.exchange([done(claimed[0], DeliveryState.DEAD)], {}, 0)  # too late: another one has it
    assert deliveries.page(store)[0].state is DeliveryState.WAITING
    first.exchange([done(claimed[0])], {}, 0)  # but what was answered 2xx was delivered
    assert deliveries.page(store)[0].state is DeliveryState.DONE
    first.close()
    second.close()


def test_a_clock_that_was_set_back_holds_nothing_up(store: Store, vault: Vault, hook: Endpoint) -> None:
    receive(store, message())
    raw(store.path, "UPDATE deliveries SET next_at = '2099-01-01T00:00:00.000+00:00'")
    queue, claimed = claim(store, hook)
    queue.close()
    assert len(claimed) == 1


def test_claims_of_a_dead_process_are_free_at_once(store: Store, vault: Vault, hook: Endpoint) -> None:
    receive(store, message())
    queue, claimed = claim(store, hook)
    queue.close()
    assert claimed
    pid, rest = queue.owner.split(" ", 1)
    boot = "00000000-0000-0000-0000-000000000000"
    word, _old_boot, *more = rest.split(" ")
    raw(store.path, "UPDATE deliveries SET claimed_by = ?", " ".join((pid, word, boot, *more)))
    again, claimed = claim(store, hook)
    again.close()
    assert len(claimed) == 1


def test_one_of_a_line_at_a_time(store: Store, vault: Vault, hook: Endpoint) -> None:
    receive(store, message(1), message(2), message(3))
    queue, claimed = claim(store, hook)
    order = []
    while claimed:
        assert len(claimed) == 1
        order.append(claimed[0].id)
        claimed = list(queue.exchange([done(claimed[0])], {hook.id: 100}, 10**9).claimed)
    queue.close()
    assert order == sorted(order)
    assert len(order) == 3


def test_a_deleted_endpoint_leaves_nothing_and_results_for_it_go_nowhere(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    receive(store, message())
    queue, claimed = claim(store, hook)
    webhooks.delete(store, vault, hook.id)
    queue.exchange([done(claimed[0])], {}, 0)
    queue.close()
    assert deliveries.count(store) == 0
    assert raw(store.path, "SELECT count(*) FROM delivery_attempts") == [(0,)]


# events


def test_an_event_is_told_with_its_act_and_once_where_asked(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields())
    given = EndpointFields(name="Hook", url="https://hooks.example.com/", events=(Event.GRANT_FAILED,))
    webhooks.create(store, vault, given, SECRET)
    for _ in range(2):
        with store.write() as session:
            events.emit(session, Event.GRANT_FAILED, asset.id, {"words": "half \ud800"}, once="a")
            events.emit(session, Event.GRANT_RENEWED, asset.id, {})
    with contextlib.suppress(ZeroDivisionError), store.write() as session:
        events.emit(session, Event.GRANT_FAILED, asset.id, {})
        _ = 1 / 0
    (line,) = deliveries.page(store)
    assert (line.event, line.asset_name, line.state) == ("grant.failed", asset.name, DeliveryState.WAITING)


# time


def test_what_was_delivered_is_dropped_in_time_and_what_waits_is_not(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    receive(store, message(1), message(2), message(3))
    queue, claimed = claim(store, hook)
    (second,) = queue.exchange([done(claimed[0])], {hook.id: 9}, 9).claimed
    queue.exchange([done(second, DeliveryState.DEAD)], {}, 0)
    queue.close()
    now = datetime.now(UTC)
    assert outbox_retention.prune(store, now + timedelta(days=6), days=7) == 0
    assert outbox_retention.prune(store, now + timedelta(days=8), days=7) == 1
    assert [line.state for line in deliveries.page(store)] == [DeliveryState.WAITING, DeliveryState.DEAD]
    assert outbox_retention.prune(store, now + timedelta(days=29), days=7) == 1
    assert [line.state for line in deliveries.page(store)] == [DeliveryState.WAITING]
    assert raw(store.path, "SELECT count(*) FROM outbox_data_keys") == [(1,)]
    webhooks.delete(store, vault, hook.id)
    assert outbox_retention.prune(store, now + timedelta(days=29), days=7) == 1
    assert raw(store.path, "SELECT count(*) FROM outbox_data_keys") == [(0,)]


def test_pages_are_cut_by_key_and_words(store: Store, vault: Vault, hook: Endpoint) -> None:
    receive(store, *(message(number) for number in range(25)))
    newest = deliveries.page(store, limit=10)
    older = deliveries.page(store, before=newest[-1].id, limit=10)
    assert [line.id for line in newest + older] == sorted((line.id for line in newest + older), reverse=True)
    assert deliveries.page(store, after=older[0].id, limit=10) == newest
    assert deliveries.count(store, Which(words=("HOOK", "help"))) == 25
    assert deliveries.count(store, Which(words=("nothing",))) == 0
    assert deliveries.count(store, Which(state=DeliveryState.HELD)) == 24
    assert deliveries.count(store, Which(state=DeliveryState.HELD), at_most=5) == 5
    assert deliveries.count(store, Which(since=NOON + timedelta(seconds=1))) == 0
    assert deliveries.newest_id(store) == newest[0].id
    assert deliveries.queue(store).waiting == 25
    assert deliveries.by_id(store, 99) is None


def test_a_mail_that_is_deleted_from_the_log_goes_here_too_once_it_was_delivered(
    store: Store, vault: Vault, hook: Endpoint
) -> None:
    receive(store, message(1), message(2))
    queue, claimed = claim(store, hook)
    queue.exchange([done(claimed[0])], {}, 0)
    queue.close()
    inbound.delete(store, [1, 2])
    assert raw(store.path, "SELECT sealed IS NULL FROM outbox ORDER BY id") == [(1,), (0,)]
    assert deliveries.replay(store, [claimed[0].id]) == deliveries.Replayed(0, 1)


def test_what_waits_for_later_is_not_looked_at(store: Store, vault: Vault, hook: Endpoint) -> None:
    """Else an endpoint that is down, with a hundred thousand waiting, would cost 20 ms at each look."""
    for statement in (sql.DUE, sql.FAR_OFF):
        plan = raw(store.path, f"EXPLAIN QUERY PLAN {statement}", 1, "2026", 5)
        assert any("deliveries_due (webhook_id=? AND next_at" in row[3] for row in plan), plan
