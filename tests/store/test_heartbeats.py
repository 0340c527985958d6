"""Heartbeats and probes as they are kept: due once, told once, whatever the clock says."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from store import assets, audit, heartbeats, probes
from store.assets import Asset
from store.checks import CheckStep, Outcome
from store.database import Store
from store.heartbeats import DAILY, MOST_HOURS, HeartbeatError
from store.inbound_kinds import MailKind, Via
from store.probes import PathHop, ProbeNews, Trigger
from store.vault import Vault
from tests.store.inbound.kit import keep, message
from tests.store.kit import NOON, Program, fields, raw

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SENT = CheckStep("send", Outcome.PASSED, 12.0, "250 ok", (("through", "Help desk"),))


@pytest.fixture
def desk(store: Store, vault: Vault) -> list[Asset]:
    return [assets.create(store, vault, fields(name), inbound_domain="in.example.com") for name in "AB"]


def begun(store: Store, asset: Asset, token: str = "token", at: datetime = NOON) -> None:
    with store.write() as session:
        probes.begin(session, token, asset.id, Trigger.ASKED, at, 60.0)


def ended(store: Store, token: str = "token", outcome: Outcome = Outcome.FAILED) -> bool:
    with store.write() as session:
        return probes.end(session, token, NOON + HOUR, outcome)


def news(store: Store, asset: Asset, number: int = 1, token: str = "token", **more: str) -> None:
    keep(
        store,
        message(
            number,
            asset.id,
            kind=MailKind.PROBE,
            via=Via.GMAIL,
            forwarded_by="a@example.com",
            probe=ProbeNews(
                token, (PathHop("by mx", NOON, "mailbox"), PathHop("?", None, "forward")), **more
            ),
        ),
    )


def test_it_is_due_at_once_and_then_every_so_many_hours(store: Store, desk: list[Asset]) -> None:
    ids = [asset.id for asset in desk]
    assert heartbeats.put(store, ids, DAILY, NOON) == 2
    assert heartbeats.put(store, ids, DAILY, NOON) == 0
    assert heartbeats.first(store) == (2, NOON)
    assert heartbeats.per_hour(store) == pytest.approx(2 / 24)
    assert heartbeats.due(store, NOON) == ids
    assert heartbeats.claim(store, ids[0], "one", NOON, 60.0)
    assert heartbeats.due(store, NOON) == ids[1:]
    found = heartbeats.of(store, ids[0])
    assert found
    assert (found.every_hours, found.next_at) == (DAILY, NOON + DAY)
    assert heartbeats.due(store, NOON + DAY) == [ids[1], ids[0]]
    (probe,) = probes.still_open(store)
    assert (probe.token, probe.trigger, probe.sent_at) == ("one", Trigger.HEARTBEAT, None)
    assert [entry.action for entry in audit.page(store)][:2] == ["heartbeat on"] * 2


def test_what_is_claimed_is_not_due_for_anybody_else(store: Store, desk: list[Asset]) -> None:
    heartbeats.put(store, [desk[0].id], DAILY, NOON)
    assert heartbeats.claim(store, desk[0].id, "one", NOON, 60.0)
    assert not heartbeats.claim(store, desk[0].id, "two", NOON, 60.0)
    assert not heartbeats.claim(store, desk[1].id, "three", NOON, 60.0)
    assert list(probes.by_tokens(store, ["one", "two", "three"])) == ["one"]


def test_two_agents_at_once_send_one(store: Store, desk: list[Asset]) -> None:
    heartbeats.put(store, [desk[0].id], DAILY, NOON)
    barrier, taken = threading.Barrier(8), []

    def agent(number: int) -> None:
        barrier.wait()
        taken.append(heartbeats.claim(store, desk[0].id, f"token {number}", NOON, 60.0))

    threads = [threading.Thread(target=agent, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]
    assert len(probes.still_open(store)) == 1


def test_a_process_that_was_killed_after_its_claim_has_not_left_it_due(
    store: Store, desk: list[Asset]
) -> None:
    heartbeats.put(store, [desk[0].id], DAILY, NOON)
    source = """
        from datetime import datetime
        from store import heartbeats
        store = Store.open(Path(sys.argv[1]))
        say(heartbeats.claim(store, int(sys.argv[2]), "killed", datetime.fromisoformat(sys.argv[3]), 60.0))
        hear()
    """
    with Program(source, store.path, desk[0].id, NOON.isoformat()) as program:
        assert program.hear() == "True"
        program.kill()
    assert heartbeats.due(store, NOON) == []
    assert [probe.token for probe in probes.still_open(store)] == ["killed"]


def test_a_clock_that_was_set_back_puts_nothing_off(store: Store, desk: list[Asset]) -> None:
    heartbeats.put(store, [desk[0].id], DAILY, NOON)
    heartbeats.claim(store, desk[0].id, "one", NOON, 60.0)
    earlier = NOON - 300 * DAY
    assert heartbeats.due(store, earlier) == []
    assert heartbeats.due(store, earlier, thorough=True) == [desk[0].id]
    assert heartbeats.claim(store, desk[0].id, "two", earlier, 60.0)
    assert heartbeats.due(store, earlier, thorough=True) == []
    assert heartbeats.due(store, earlier - HOUR, thorough=True) == []
    assert not heartbeats.claim(store, desk[0].id, "three", earlier - HOUR, 60.0)


def test_another_interval_counts_from_now_and_off_ends_it(store: Store, desk: list[Asset]) -> None:
    heartbeats.put(store, [desk[0].id], 168, NOON)
    heartbeats.claim(store, desk[0].id, "one", NOON, 60.0)
    heartbeats.put(store, [desk[0].id], 1, NOON)
    assert heartbeats.first(store) == (1, NOON + HOUR)
    heartbeats.put(store, [desk[0].id], 24, NOON)
    assert heartbeats.first(store) == (1, NOON + HOUR)
    assert heartbeats.put(store, [desk[0].id, 999], 0, NOON) == 1
    assert heartbeats.every(store) == {}
    assert heartbeats.first(store) == (0, None)
    assert heartbeats.per_hour(store) == 0
    assert audit.page(store)[0].action == "heartbeat off"


def test_one_that_could_not_be_sent_comes_sooner_never_later(store: Store, desk: list[Asset]) -> None:
    heartbeats.put(store, [desk[0].id], DAILY, NOON)
    heartbeats.claim(store, desk[0].id, "one", NOON, 60.0)
    heartbeats.sooner(store, desk[0].id, NOON + HOUR)
    heartbeats.sooner(store, desk[0].id, NOON + 5 * HOUR)
    assert heartbeats.first(store) == (1, NOON + HOUR)


@pytest.mark.parametrize("hours", [-1, MOST_HOURS + 1])
def test_hours_that_are_none(store: Store, desk: list[Asset], hours: int) -> None:
    with pytest.raises(HeartbeatError, match="every 1 to 744 hours"):
        heartbeats.put(store, [desk[0].id], hours, NOON)


def test_a_heartbeat_goes_with_its_asset(store: Store, vault: Vault, desk: list[Asset]) -> None:
    heartbeats.put(store, [desk[0].id], DAILY, NOON)
    begun(store, desk[0])
    assets.delete(store, vault, [desk[0].id])
    assert heartbeats.first(store) == (0, None)
    assert raw(store.path, "SELECT count(*) FROM forwarding_probes") == [(0,)]


# probes


def test_a_probe_arrives_with_its_way(store: Store, desk: list[Asset]) -> None:
    begun(store, desk[0])
    probes.sent(store, "token", NOON, "Help desk", (SENT,))
    news(store, desk[0])
    probe = probes.by_tokens(store, ["token"])["token"]
    assert (probe.steps, probe.through, probe.settled) == ((SENT,), "Help desk", True)
    assert (probe.via, probe.forwarded_by) == ("gmail", "a@example.com")
    assert probe.path == (PathHop("by mx", NOON, "mailbox"), PathHop("?", None, "forward"))


def test_what_came_to_another_asset_or_was_imported_is_no_arrival(store: Store, desk: list[Asset]) -> None:
    begun(store, desk[0])
    news(store, desk[1])
    keep(store, message(2, desk[0].id, source="import", probe=ProbeNews("token")))
    assert not probes.by_tokens(store, ["token"])["token"].settled


def test_the_first_arrival_counts_and_a_bounce_after_it_does_not(store: Store, desk: list[Asset]) -> None:
    begun(store, desk[0])
    news(store, desk[0])
    first = probes.by_tokens(store, ["token"])["token"]
    news(store, desk[0], 2)
    news(store, desk[1], 3, returned="550 5.1.1 no")
    assert probes.by_tokens(store, ["token"])["token"] == first


def test_it_is_ended_once(store: Store, desk: list[Asset]) -> None:
    begun(store, desk[0])
    assert ended(store)
    assert not ended(store)
    assert not ended(store, "no such token")
    assert probes.still_open(store) == []


def test_only_what_failed_can_come_late_and_it_is_told_once(store: Store, desk: list[Asset]) -> None:
    for number, (token, outcome) in enumerate(
        (("failed", Outcome.FAILED), ("stopped", Outcome.CANCELLED), ("passed", Outcome.PASSED)), 1
    ):
        begun(store, desk[0], token)
        ended(store, token, outcome)
        news(store, desk[0], number, token)
    assert [probe.token for probe in probes.come_late(store)] == ["failed"]
    with store.write() as session:
        assert probes.tell_late(session, "failed")
        assert not probes.tell_late(session, "failed")
    assert probes.come_late(store) == []


def test_its_time_is_up_by_the_clock_and_when_the_clock_was_set_back(store: Store, desk: list[Asset]) -> None:
    begun(store, desk[0])
    (probe,) = probes.still_open(store)
    assert not probe.is_over(NOON + timedelta(seconds=59))
    assert probe.is_over(NOON + timedelta(seconds=61))
    assert not probe.is_over(NOON + timedelta(seconds=61), 60.0)
    assert probe.is_over(NOON - HOUR)


def test_old_ones_are_dropped_and_open_ones_never(store: Store, desk: list[Asset]) -> None:
    begun(store, desk[0], "open")
    for number in range(probes.KEPT + 5):
        begun(store, desk[0], f"token {number}")
        ended(store, f"token {number}")
    kept = raw(store.path, "SELECT token FROM forwarding_probes ORDER BY id")
    assert kept[0] == ("open",)
    assert probes.KEPT <= len(kept) <= probes.KEPT + 2
    assert kept[-1] == (f"token {probes.KEPT + 4}",)


def test_hostile_words_are_kept_whole_or_cut(store: Store, desk: list[Asset]) -> None:
    begun(store, desk[0])
    news(store, desk[1], returned="550 \x00\x1b[31m \ud800 " + "x" * 10_000)
    probe = probes.by_tokens(store, ["token"])["token"]
    assert probe.returned.startswith("550 \ufffd\x1b[31m \ufffd")
    assert len(probe.returned) == probes.RETURNED_WORDS
    assert probe.settled
