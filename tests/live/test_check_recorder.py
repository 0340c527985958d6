"""Connection tests as they are recorded: together where they end together, and even if nobody waits."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from live import connection_tests
from live.check_recorder import Ended, Recorder, record_all
from live.connection_tests import Bounds
from store import assets, audit, checks
from store.assets import Asset, Security
from store.checks import CheckStep, Outcome
from store.database import Store, StoreError
from store.vault import Vault
from tests.live.smtp_servers import Scripted, listening
from tests.store.kit import PASSWORD, fields, raw


def kept(store: Store, vault: Vault, count: int, **more: object) -> list[Asset]:
    """So many assets with passwords."""
    return [
        assets.create(store, vault, fields(f"Desk {number}", **more), password=PASSWORD)
        for number in range(count)
    ]


def ended(asset: Asset, outcome: Outcome = Outcome.PASSED) -> Ended:
    """A test of one step."""
    return Ended(
        asset, datetime.now(UTC), 5.0, outcome, (CheckStep("connect", outcome, 5.0),), "S: 220 ready"
    )


async def test_tests_that_end_together_share_a_transaction(store: Store, vault: Vault) -> None:
    desks = kept(store, vault, 5)
    recorder = Recorder(store)
    commits: list[object] = []
    event.listen(store._engine, "commit", commits.append)
    runs = await asyncio.gather(*(recorder.keep(ended(asset)) for asset in desks))
    assert [run.asset_id for run in runs if run] == [asset.id for asset in desks]
    assert len(commits) == 1
    assert [entry.action for entry in audit.page(store)][:5] == ["connection tested"] * 5
    assert checks.page(store)[::-1] == runs


async def test_one_whose_asset_is_gone_is_told_so_and_the_others_are_kept(store: Store, vault: Vault) -> None:
    gone, here = kept(store, vault, 2)
    assets.delete(store, vault, [gone.id])
    none, run = record_all(store, [ended(gone), ended(here, Outcome.FAILED)])
    assert none is None
    assert run is not None
    assert run.asset_id == here.id
    assert audit.page(store)[0].detail == "failed at connect"


async def test_a_test_is_recorded_although_its_caller_was_cancelled(store: Store, vault: Vault) -> None:
    (asset,) = kept(store, vault, 1)
    recorder = Recorder(store)
    caller = asyncio.create_task(recorder.keep(ended(asset)))
    await asyncio.sleep(0)  # one turn, in which the caller begins to wait
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await recorder.finished()
    assert checks.count(store) == 1


async def test_a_store_that_cannot_be_written_is_told_to_all_who_wait(store: Store, vault: Vault) -> None:
    desks = kept(store, vault, 3)
    raw(store.path, "ALTER TABLE checks RENAME TO other")
    recorder = Recorder(store)
    told = await asyncio.gather(*(recorder.keep(ended(asset)) for asset in desks), return_exceptions=True)
    assert [type(error) for error in told] == [StoreError] * 3
    raw(store.path, "ALTER TABLE other RENAME TO checks")
    assert await recorder.keep(ended(desks[0])) is not None


async def test_leaving_early_records_the_tests_that_ran_as_cancelled(store: Store, vault: Vault) -> None:
    silent = Scripted({"banner": None})
    async with listening(silent) as port:
        desks = kept(store, vault, 3, host="127.0.0.1", port=port, security=Security.STARTTLS)
        ids = [asset.id for asset in desks]
        async with aclosing(connection_tests.run(store, vault, ids, bounds=Bounds(at_once=2))) as events:
            began = 0
            async for told in events:
                began += isinstance(told, connection_tests.TestBegan)
                if began == 2:
                    await silent.silent.wait()
                    break
        assert [run.outcome for run in checks.page(store)] == [Outcome.CANCELLED] * 2


async def test_an_asset_that_is_gone_ends_without_a_run(store: Store, vault: Vault) -> None:
    events = connection_tests.run(store, vault, [7, 7], bounds=Bounds())
    assert [told async for told in events] == [connection_tests.TestEnded(7, None)]
