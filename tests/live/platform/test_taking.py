"""Events of the platform over real HTTP: kept before they are answered, and nothing lost without a word."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from live.agent.ground import Ground
from live.agent.tasks import platform as task_module
from live.agent.tasks.callback import CallbackTask
from live.agent.tasks.platform import PlatformTask
from live.platform import events, taking
from live.platform.addresses import path_of
from store import assets, inbound, platform_sources, webhooks
from store.assets import Asset
from store.database import Store
from store.forwarding_states import Forwarding, states
from store.inbound import InboundLine
from store.inbound_search import Search
from store.platform_sources import Source
from store.task_states import TaskStand
from store.vault import Vault
from store.webhooks import EndpointFields, Event
from tests.live.agent.kit import Quiet, ground_of, until
from tests.live.platform.kit import SECRET, body_of, signature
from tests.store.kit import CHEAP, PASSPHRASE, fields, raw


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_module, "GATHER_S", 0.05)


@dataclass(slots=True)
class Listening:
    """An agent's HTTP with the platform's task, and a client."""

    ground: Ground
    asset: Asset
    source: Source
    http: httpx.AsyncClient
    quiet: Quiet
    task: PlatformTask

    async def post(self, body: bytes, **headers: str) -> httpx.Response:
        given = {"x-hub-signature": signature(body), "content-type": "application/json", **headers}
        return await self.http.post(path_of(self.source), content=body, headers=given)

    def kept(self) -> list[InboundLine]:
        return inbound.page(self.ground.store, Search())

    def figures(self) -> platform_sources.Figures:
        (found,) = platform_sources.all_sources(self.ground.store, self.ground.vault)
        return found.figures


@contextlib.asynccontextmanager
async def listening(store: Store, vault: Vault, **more: Any) -> AsyncIterator[Listening]:
    asset = assets.create(store, vault, fields("Help desk"), inbound_domain="in.example.com")
    source = platform_sources.add(store, vault, "Connect", SECRET, **more)
    async with served(store, vault, asset, source) as one:
        yield one


@contextlib.asynccontextmanager
async def served(store: Store, vault: Vault, asset: Asset, source: Source) -> AsyncIterator[Listening]:
    ground, traces = ground_of(store, vault), list[BaseException]()
    task, quiet, http_quiet = PlatformTask(ground, traces.append), Quiet("platform"), Quiet("http")
    callback = CallbackTask(ground, dict, print, lambda: task.desk)
    running = [
        asyncio.create_task(ground.changes.run()),
        asyncio.create_task(callback.run(http_quiet.told)),
        asyncio.create_task(task.run(quiet.told)),
    ]
    try:
        await until(lambda: http_quiet.told.state.addresses)
        base = http_quiet.told.state.addresses[0]
        async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=30) as http:
            yield Listening(ground, asset, source, http, quiet, task)
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert traces == []


async def test_an_event_is_a_message_of_the_asset_that_it_is_addressed_to(store: Store, vault: Vault) -> None:
    async with listening(store, vault) as desk:
        answer = await desk.post(body_of())
        assert answer.status_code == 200
        (line,) = desk.kept()  # by then it is on disk
        assert (line.asset_name, line.sender, line.subject) == (
            "Help desk",
            "ann@example.net",
            "Where is my order?",
        )
        message = inbound.message(store, line.id)
        assert message is not None
        assert (message.source, message.peer, message.marks) == ("platform", "127.0.0.1", ())
        assert message.rcpt_to == "Help.desk@example.com"
        await until(lambda: desk.figures().kept == 1)
        await until(lambda: "1 kept, 0 came again, 0 refused" in desk.quiet.words)
        assert states(store, datetime.now(UTC))[desk.asset.id].kind is Forwarding.WORKING


async def test_what_comes_again_is_kept_once(store: Store, vault: Vault) -> None:
    async with listening(store, vault) as desk:
        for _ in range(3):
            answer = await desk.post(body_of())
            assert answer.status_code == 200
        assert answer.json()["words"] == "It was kept before."
        (line,) = desk.kept()
        assert line.repeats == 2
        await until(lambda: desk.figures().repeats == 2)


async def test_it_goes_to_webhooks_as_received_mail_does(store: Store, vault: Vault) -> None:
    given = EndpointFields(name="flow", url="https://flow.example.com/", events=(Event.EMAIL_RECEIVED,))
    async with listening(store, vault) as desk:
        webhooks.create(store, vault, given, SECRET)
        await desk.post(body_of())
        await desk.post(body_of())
        ((event, data),) = raw(store.path, "SELECT event, data FROM outbox")
        assert event == "email.received"
        assert json.loads(data)["source"] == "platform"
        assert raw(store.path, "SELECT count(*) FROM deliveries") == [(1,)]


async def test_the_confirmation_of_a_forwarding_address_is_found(store: Store, vault: Vault) -> None:
    text = (
        "help.desk@example.com has requested to automatically forward mail to your address\n"
        "https://mail-settings.google.com/mail/vf-%5BANGjdJ8-x%5D-abc\nConfirmation code: 123456789\n"
    )
    subject = "(#123456789) Gmail Forwarding Confirmation - Receive Mail from help.desk@example.com"
    body = body_of(
        **{"from": "forwarding-noreply@google.com"}, subject=subject, textMessage=text, htmlMessage=None
    )
    async with listening(store, vault) as desk:
        assert (await desk.post(body)).status_code == 200
        ((code, matches),) = raw(store.path, "SELECT code, matches FROM confirmations")
        assert (code, matches) == ("123456789", 1)


async def test_what_the_platform_asks_before_it_saves(store: Store, vault: Vault) -> None:
    async with listening(store, vault) as desk:
        path = path_of(desk.source)
        assert (await desk.http.head(path)).status_code == 200
        assert (await desk.http.get(path)).status_code == 200
        assert (await desk.http.put(path)).status_code == 405
        assert (await desk.post(json.dumps({"event": "Test"}).encode())).status_code == 200
        assert desk.kept() == []
        await until(lambda: desk.figures().passed == 1)


async def test_strangers(store: Store, vault: Vault) -> None:
    body = body_of()
    async with listening(store, vault) as desk:
        for path in (
            "/platform/",
            "/platform/x",
            f"{path_of(desk.source)}x",
            "/platform/..%2f..",
            "/platform",
        ):
            for method in ("GET", "POST"):
                answer = await desk.http.request(method, path, content=body)
                assert answer.status_code == 404, path
        for wrong in ("", "sha256=" + "0" * 64, signature(body + b" x"), "sha1=x"):
            answer = await desk.post(body, **{"x-hub-signature": wrong})
            assert answer.status_code == 401
        assert desk.kept() == []
        assert desk.figures().refused == 0
        await until(lambda: "4 without a right signature" in desk.quiet.words)


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"{", 400, "not JSON"),
        (b"[]", 400, "no object"),
        (b"[" * 100_000, 400, "nested"),
        (body_of(to='["Other <x\x1b[31m@example.org>"]'), 422, "addressed to x"),
        (body_of(to=None), 422, "addressed to nobody"),
        (body_of(ts="2020-01-01T00:00:00Z"), 422, "days old"),
    ],
    ids=["broken", "list", "deep", "nobody's", "no recipient", "old"],
)
async def test_what_is_refused_is_counted_and_told(
    store: Store, vault: Vault, body: bytes, status: int, why: str
) -> None:
    async with listening(store, vault) as desk:
        answer = await desk.post(body)
        assert answer.status_code == status
        assert why in answer.json()["words"]
        await until(lambda: desk.figures().refused == 1)
        assert why in desk.figures().refused_words
        await until(lambda: why in desk.quiet.words)
        assert desk.kept() == []


async def test_bodies_that_are_too_large(store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    body = body_of(textMessage="x" * 2_000)
    async with listening(store, vault) as desk:
        monkeypatch.setattr("live.agent.http.platform.MOST_OCTETS", 1_000)
        assert (await desk.post(body)).status_code == 413

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 500):
                yield body[at : at + 500]

        answer = await desk.http.post(path_of(desk.source), content=pieces())
        assert answer.status_code == 413
        await until(lambda: "2 too large" in desk.quiet.words)
        monkeypatch.setattr("live.agent.http.platform.MOST_OCTETS", events.MOST_OCTETS)
        answer = await desk.http.post(
            path_of(desk.source), content=pieces(), headers={"x-hub-signature": signature(body)}
        )
        assert answer.status_code == 200
        assert len(desk.kept()) == 1


async def test_a_length_that_lies(store: Store, vault: Vault) -> None:
    body = body_of()
    async with listening(store, vault) as desk:
        host, port = desk.http.base_url.host, desk.http.base_url.port
        for length in ("99999999999999999999", "-1", "x", str(len(body) + 10)):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(
                f"POST {path_of(desk.source)} HTTP/1.1\r\nHost: x\r\nx-hub-signature: {signature(body)}\r\n"
                f"Content-Length: {length}\r\n\r\n".encode()
                + body
            )
            writer.write_eof()
            told = await reader.read()
            assert b" 200 " not in told
            writer.close()
            await writer.wait_closed()
        assert desk.kept() == []
        assert desk.task.desk._octets == 0
        assert (await desk.post(body)).status_code == 200


async def test_a_locked_vault_has_the_platform_come_again(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields("Help desk"))
    source = platform_sources.add(store, vault, "Connect", SECRET)
    locked = Vault(store, kdf=CHEAP)
    async with served(store, locked, asset, source) as desk:
        answer = await desk.post(body_of())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert (await desk.http.get(path_of(source))).status_code == 200
        assert (await desk.http.post("/platform/" + "x" * 22)).status_code == 404
        await until(lambda: desk.quiet.stand is TaskStand.FAILING)
        assert "The vault is locked" in desk.quiet.words
        locked.unlock(PASSPHRASE)
        assert (await desk.post(body_of())).status_code == 200
        assert len(desk.kept()) == 1


async def test_a_store_that_cannot_be_written_has_it_come_again(store: Store, vault: Vault) -> None:
    async with listening(store, vault) as desk:
        raw(
            store.path,
            "CREATE TRIGGER full BEFORE INSERT ON inbound_bodies BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        answer = await desk.post(body_of())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert desk.kept() == []
        await until(lambda: desk.quiet.stand is TaskStand.FAILING)
        raw(store.path, "DROP TRIGGER full")
        assert (await desk.post(body_of())).status_code == 200
        assert len(desk.kept()) == 1
        await until(lambda: desk.quiet.stand is TaskStand.WELL)


async def test_too_many_at_once_and_too_often(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "BURST", 5.0)
    monkeypatch.setattr(taking, "PER_SECOND", 0.001)
    async with listening(store, vault) as desk:
        monkeypatch.setattr(taking, "AT_ONCE", 0)
        assert (await desk.post(body_of())).status_code == 503
        monkeypatch.setattr(taking, "AT_ONCE", 16)
        found = [(await desk.post(body_of(transid=str(number)))).status_code for number in range(7)]
        assert found == [200] * 5 + [429] * 2
        assert len(desk.kept()) == 5


async def test_many_side_by_side(store: Store, vault: Vault) -> None:
    async with listening(store, vault) as desk:
        bodies = [body_of(transid=str(number % 20)) for number in range(40)]

        async def sent(body: bytes) -> int:
            while (answer := await desk.post(body)).status_code == 503:
                await asyncio.sleep(0.05)
            return answer.status_code

        assert set(await asyncio.gather(*map(sent, bodies))) == {200}
        assert sum(1 + line.repeats for line in desk.kept()) == 40
        assert len(desk.kept()) == 20


async def test_all_of_a_source_to_one_asset(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields("Billing"))
    source = platform_sources.add(store, vault, "Connect", SECRET, asset.id)
    async with served(store, vault, asset, source) as desk:
        assert (await desk.post(body_of(to=None))).status_code == 200
        (line,) = desk.kept()
        assert line.asset_name == "Billing"
        assets.delete(store, vault, [asset.id])
        answer = await desk.post(body_of(to=None))
        assert answer.status_code == 422
        assert "was deleted" in answer.json()["words"]


async def test_an_event_in_the_future_or_without_a_time_is_taken(store: Store, vault: Vault) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    async with listening(store, vault) as desk:
        for ts in (ahead, None, "nonsense"):
            assert (await desk.post(body_of(ts=ts, transid=str(ts)[:5]))).status_code == 200
        assert len(desk.kept()) == 3


async def test_no_source_nothing_to_do(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    task = asyncio.create_task(PlatformTask(ground_of(store, vault), print).run(quiet.told))
    await until(lambda: quiet.words == "No platform source is set up.")
    assert quiet.stand is TaskStand.WAITING
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
