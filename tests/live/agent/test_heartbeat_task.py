"""The agent's heartbeats: probes that go out when they are due, and are recorded if they come or if not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from live.agent.tasks import heartbeat
from live.agent.tasks.heartbeat import HeartbeatTask
from live.mail import probe_tokens
from live.outgoing.mark import token_of
from live.rehearsal import postman
from store import assets, checks, heartbeats, probes
from store.checks import FORWARDING, CheckRun, CheckStep, Outcome
from store.database import Store
from store.heartbeats import DAILY
from store.probes import Trigger
from store.task_states import TaskStand
from store.vault import Vault
from tests.live.agent.kit import Quiet, until
from tests.live.forwarding.kit import BLOCKED, NO_RULE, OWN, SILENT, SLOWLY, WELL, desk, facts
from tests.store.kit import raw

pytestmark = pytest.mark.usefixtures("_quickly")


@pytest.fixture
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postman, "AT_MAILBOX_S", 0.0)
    monkeypatch.setattr(heartbeat, "SPREAD_S", 0.0)
    monkeypatch.setattr(heartbeat, "SHORTEST_WAIT_S", 0.05)


def runs(store: Store) -> list[CheckRun]:
    return checks.page(store, kind=FORWARDING)


async def test_a_heartbeat_is_sent_when_it_is_due_and_recorded_when_it_comes(
    store: Store, vault: Vault
) -> None:
    async with desk(store, vault, heart=True) as made:
        made.asset(WELL)
        found = [made.asset(key) for key in (OWN, BLOCKED)]
        heartbeats.put(store, [asset.id for asset in found], DAILY, datetime.now(UTC))
        await until(lambda: len(runs(store)) == 2)
    by_name = {run.asset_name: run for run in runs(store)}
    assert by_name["Press"].outcome is Outcome.PASSED
    assert facts(by_name["Press"], "send")["trigger"] == "heartbeat"
    failed = by_name["Returns EU"].failed_step
    assert failed
    assert failed.diagnosis == "o365-fwd-external-blocked"
    assert heartbeats.due(store, datetime.now(UTC), thorough=True) == []
    assert not probes.still_open(store)


async def test_silence_is_recorded_when_its_time_is_up_and_what_comes_late_too(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "WAIT_S", 0.5)
    monkeypatch.setattr(postman, "SLOWLY_S", 3.0)
    async with desk(store, vault, heart=True) as made:
        made.asset(WELL)
        found = [made.asset(key) for key in (SLOWLY, SILENT)]
        heartbeats.put(store, [asset.id for asset in found], DAILY, datetime.now(UTC))
        await until(lambda: len(runs(store)) == 3)
    late, *others = runs(store)
    assert (late.asset_name, late.outcome) == ("Branch North", Outcome.PASSED)
    assert "late" in facts(late, "arrive")
    assert {run.asset_name for run in others} == {"Branch North", "Partners"}
    assert {run.outcome for run in others} == {Outcome.FAILED}


async def test_an_agent_that_was_killed_leaves_its_probes_to_the_next(store: Store, vault: Vault) -> None:
    """What it had only claimed is not sent again: nobody knows whether it went out."""
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(NO_RULE)
        heartbeats.put(store, [asset.id], DAILY, datetime.now(UTC))
        past = datetime.now(UTC) - timedelta(hours=1)
        raw(store.path, "UPDATE heartbeats SET next_at = ?", past.isoformat(timespec="milliseconds"))
        token = probe_tokens.made(token_of(store))
        assert heartbeats.claim(store, asset.id, token, past, 1_800.0)
        quiet = Quiet()
        await HeartbeatTask(made.ground).once(quiet.told)
    (run,) = runs(store)
    assert run.outcome is Outcome.CANCELLED
    assert [step.words for step in run.steps] == [
        "postroom was ended while it sent the probe; whether it went out is not known."
    ]
    assert quiet.stand is TaskStand.WELL


async def test_a_console_that_was_killed_leaves_its_check_to_the_agent(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        asset = made.asset(OWN)
        now = datetime.now(UTC)
        sent = CheckStep("send", Outcome.PASSED, 1.0, "250 ok")
        for token, at in (("under way", now), ("left", now - timedelta(minutes=10))):
            with store.write() as session:
                probes.begin(session, token, asset.id, Trigger.ASKED, at, 180.0)
            probes.sent(store, token, at, "Billing", (sent,))
        await HeartbeatTask(made.ground).once(Quiet().told)
    (run,) = runs(store)
    assert run.outcome is Outcome.FAILED
    assert [probe.token for probe in probes.still_open(store)] == ["under way"]


async def test_a_locked_vault_is_told_and_nothing_is_claimed(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        asset = made.asset(OWN)
        heartbeats.put(store, [asset.id], DAILY, datetime.now(UTC))
        vault.lock()
        quiet = Quiet()
        await HeartbeatTask(made.ground).once(quiet.told)
    assert quiet.stand is TaskStand.FAILING
    assert quiet.words.startswith("No heartbeat is sent. The vault is locked.")
    assert heartbeats.due(store, datetime.now(UTC)) == [asset.id]


async def test_where_nobody_receives_none_is_sent(store: Store, vault: Vault) -> None:
    async with desk(store, vault, receives=False) as made:
        asset = made.asset(OWN)
        heartbeats.put(store, [asset.id], DAILY, datetime.now(UTC))
        quiet = Quiet()
        await HeartbeatTask(made.ground).once(quiet.told)
    assert quiet.stand is TaskStand.FAILING
    assert "nobody receives" in quiet.words
    assert heartbeats.due(store, datetime.now(UTC)) == [asset.id]


async def test_one_that_cannot_be_sent_is_recorded_and_tried_within_the_hour(
    store: Store, vault: Vault
) -> None:
    async with desk(store, vault) as made:
        asset = made.asset(OWN)
        with store.write() as session:
            vault.forget(session, assets.owner_of_secrets(asset.id), assets.PASSWORD)
        heartbeats.put(store, [asset.id], DAILY, datetime.now(UTC))
        await HeartbeatTask(made.ground).once(Quiet().told)
    (run,) = runs(store)
    assert run.failed_step
    assert (run.failed_step.name, run.failed_step.diagnosis) == ("send", "forwarding-no-sender")
    _, next_at = heartbeats.first(store)
    assert next_at is not None
    assert next_at <= datetime.now(UTC) + timedelta(hours=1)


async def test_they_are_spread_out(store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "SPREAD_S", 3_600.0)
    async with desk(store, vault, heart=True) as made:
        found = [made.asset(key) for key in (WELL, OWN)]
        heartbeats.put(store, [asset.id for asset in found], DAILY, datetime.now(UTC))
        await until(lambda: len(runs(store)) == 1)
        assert len(heartbeats.due(store, datetime.now(UTC))) == 1


async def test_where_many_are_on_they_come_closer(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "SPREAD_S", 3_600.0)
    async with desk(store, vault, heart=True) as made:
        found = [made.asset(key) for key in (WELL, OWN)]
        heartbeats.put(store, [asset.id for asset in found], DAILY, datetime.now(UTC))
        monkeypatch.setattr(heartbeats, "per_hour", lambda _store: 3_600_000.0)
        await until(lambda: len(runs(store)) == 2)


async def test_without_heartbeats_nothing_is_to_be_done(store: Store, vault: Vault) -> None:
    async with desk(store, vault, receives=False) as made:
        quiet = Quiet()
        await HeartbeatTask(made.ground).once(quiet.told)
    assert (quiet.stand, quiet.words) == (TaskStand.WELL, "No asset has a heartbeat.")
