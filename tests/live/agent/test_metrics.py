"""Health and metrics over real HTTP: for this machine alone, and read from the store now and then."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from live.agent.agent import Agent
from live.agent.ground import Ground
from live.agent.http import metrics as metrics_module
from live.agent.tasks import all_tasks
from store import deadlines, desk_figures, platform_sources
from store.database import Store
from store.deadlines import Deadline
from store.vault import Vault
from tests.live.agent.kit import ground_of, running, shown
from tests.live.platform.kit import SECRET, body_of, signature
from tests.store.kit import NOON
from tests.store.oauth_kit import consent, made_asset, made_client

Found = dict[tuple[str, frozenset[tuple[str, str]]], float]


@contextlib.asynccontextmanager
async def serving(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    traces: list[BaseException] = []
    async with running(Agent(ground, all_tasks, traces.append)):
        lease = await shown(ground.store, lambda lease: lease.addresses("http"))
        async with httpx.AsyncClient(
            base_url=lease.addresses("http")[0], trust_env=False, timeout=30
        ) as http:
            yield http
    assert traces == []


async def scraped(http: httpx.AsyncClient) -> Found:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: Found, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


async def test_everything_that_is_to_be_seen(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_module, "EACH_S", 0.0)
    client = made_client(store, vault)
    asset_id = made_asset(store, vault, oauth_client_id=client.id)
    consent(store, vault, asset_id)
    source = platform_sources.add(store, vault, "Connect", SECRET, asset_id)
    async with serving(ground_of(store, vault)) as http:
        for _ in range(2):
            body = body_of()
            headers = {"x-hub-signature": signature(body)}
            assert (
                await http.post(f"/platform/{source.key}", content=body, headers=headers)
            ).status_code == 200
        with store.write() as session:  # the agent has worked out its own by now
            deadlines.put(session, f"asset:{asset_id}", Deadline(NOON, "It ended.", "owner"))
        found = await scraped(http)
    assert sum(count for (name, _), count in found.items() if name == "postroom_grants") == 1
    assert value(found, "postroom_next_deadline_seconds") < 0
    assert value(found, "postroom_messages_total", road="platform", result="kept") == 1
    assert value(found, "postroom_messages_total", road="platform", result="repeat") == 1
    assert value(found, "postroom_messages_total", road="smtp", result="kept") == 0
    assert value(found, "postroom_commit_seconds_count", road="platform") == 2
    assert value(found, "postroom_commit_seconds_bucket", road="platform", le="+Inf") == 2
    assert value(found, "postroom_log_messages") == 1
    assert value(found, "postroom_queue_length") == 0
    assert value(found, "postroom_queue_age_seconds") == 0
    assert value(found, "postroom_deliveries_total", result="delivered") == 0
    assert value(found, "postroom_task", task="receiver", state="well") == 1
    assert value(found, "postroom_task", task="receiver", state="failing") == 0
    assert value(found, "postroom_vault_open") == 1
    assert ("process_resident_memory_bytes", frozenset()) in found


async def test_the_store_is_read_now_and_then_however_often_somebody_asks(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = desk_figures.read

    def counted(store: Store) -> desk_figures.DeskFigures:
        reads.append(1)
        return read(store)

    monkeypatch.setattr(desk_figures, "read", counted)
    monkeypatch.setattr(metrics_module, "EACH_S", 3_600.0)
    async with serving(ground_of(store, vault)) as http:
        assert reads == []  # nothing is read for nobody
        await asyncio.gather(*(http.get("/metrics") for _ in range(10)))
    assert reads == [1]


@pytest.mark.parametrize("path", ["/metrics", "/health"])
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
async def test_nothing_of_it_goes_through_a_proxy(store: Store, vault: Vault, path: str, header: str) -> None:
    async with serving(ground_of(store, vault)) as http:
        answer = await http.get(path, headers={header: "192.0.2.1"})
        assert (answer.status_code, answer.content) == (404, b"")
        assert (await http.get(path)).status_code == 200
        assert (await http.post(path)).status_code == 405


async def test_health_says_what_fails(store: Store, vault: Vault) -> None:
    ground = ground_of(store, vault, receiver_host="192.0.2.1")  # not an address of this machine
    async with serving(ground) as http:
        await shown(store, lambda lease: any(task.stand == "failing" for task in lease.tasks))
        answer = await http.get("/health")
        assert answer.status_code == 503
        told = answer.json()
        assert told["state"] == "failing"
        assert told["tasks"]["receiver"]["state"] == "failing"
        assert told["tasks"]["http"]["state"] == "well"
