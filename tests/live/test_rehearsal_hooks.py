"""The rehearsal's webhooks: endpoints that answer as they are meant to, and a history to look at."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from live.rehearsal import hook_samples
from live.rehearsal.closing import close_listeners
from live.rehearsal.desk import PASSPHRASE, prepare
from live.rehearsal.endpoints import Endpoints, Listener
from live.rehearsal.hooks import ANSWERS, hook_server
from live.webhooks import explain
from store import deliveries, settings, webhooks
from store.database import Store
from store.deliveries import DeliveryState, Which
from store.vault import Vault


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = hook_server()
    listener = await server.listen("127.0.0.1")
    yield int(listener.sockets[0].getsockname()[1])
    await close_listeners([listener])
    await server.end()


async def answered(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("path", ANSWERS)
async def test_answers(port: int, path: str) -> None:
    asked = f"POST {path}?x=1 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}".encode().replace(b"?x=1", b"")
    told = await answered(port, asked * 2)
    status, word, body = ANSWERS[path]
    assert told.count(f"HTTP/1.1 {status} {word}\r\n".encode()) == 2
    assert told.endswith(body.encode())


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /helpdesk HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /helpdesk HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /helpdesk HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
        b"x" * 100_000,
    ],
)
async def test_nonsense_gets_nothing_good(port: int, nonsense: bytes) -> None:
    with contextlib.suppress(ConnectionError):
        assert b" 200 " not in await answered(port, nonsense)


async def test_the_desk_has_one_of_each_and_a_test_works(tmp_path: Path, port: int) -> None:
    ports = {listener.value: 1024 + number for number, listener in enumerate(Listener)}
    endpoints = Endpoints({**ports, Listener.WEBHOOKS.value: port}, "")
    path = prepare(tmp_path, endpoints)
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock(PASSPHRASE)
    hook_samples.add_webhooks(store, vault, endpoints)
    found = {one.name: one for one in webhooks.all_endpoints(store, vault)}
    assert (found["Helpdesk"].health.failures, found["Helpdesk"].health.dead) == (0, 0)
    assert found["Helpdesk"].health.last_ok_at
    assert found["Ticketing"].health.failures
    assert found["Ticketing"].health.waiting
    assert found["Contact flow"].health.dead
    assert deliveries.count(store, Which(state=DeliveryState.DONE)) > len(found)
    configured = settings.load(store=path)
    for name, status in (("Helpdesk", 200), ("Contact flow", 200), ("Ticketing", 500)):
        done = await explain.ping(store, vault, configured, found[name].id)
        assert done.answer is not None
        assert done.answer.status == status
    store.close()
