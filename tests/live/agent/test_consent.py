"""Consents that come back to the agent by themselves, from a browser, over a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from live.agent.tasks.callback import CallbackTask
from live.oauth.authorize import Begun, begin
from live.rehearsal.authorization import faults
from live.rehearsal.authorization.consent import consent
from live.rehearsal.authorization.faults import Mishap
from store import audit, authorizations, grant_events, grants
from store.assets import Asset
from store.database import Store
from store.grants import GrantState
from store.oauth_clients import OAuthClient
from store.task_states import TaskStand
from store.vault import Vault
from tests.live.agent.kit import Quiet, ground_of, until
from tests.live.authorization_kit import ANN, BEN, GOOGLE, PUBLIC
from tests.live.oauth.house import House, house_of
from tests.store.kit import PASSPHRASE


@dataclass
class Door:
    """The agent's HTTP, and a desk whose client has its address for a callback URL."""

    house: House
    base: str
    browser: httpx.AsyncClient
    quiet: Quiet
    traces: list[BaseException]
    client: OAuthClient
    asset: Asset

    @property
    def store(self) -> Store:
        return self.house.store

    def begun(self, minutes: float = 60, now: datetime | None = None) -> Begun:
        uri = f"{self.base}/oauth/callback"
        return begin(
            self.store, self.house.vault, self.asset, self.client,
            redirect_uri=uri, consent=False, minutes=minutes, now=now,
        )  # fmt: skip

    async def ended(self, begun: Begun, account: str = "", **choice: Any) -> str:
        """Where the browser is sent after consent: an address of the agent's."""
        url = begun.url.get_secret_value()
        return await consent(url, account=account or self.asset.address, **choice)

    async def comes(self, address: str) -> httpx.Response:
        answer = await self.browser.get(address)
        assert "set-cookie" not in answer.headers
        return answer

    @property
    def state(self) -> GrantState | None:
        grant = grants.of(self.store, self.asset.id)
        return grant.state if grant else None

    @property
    def acts(self) -> list[str]:
        return [entry.action for entry in audit.page(self.store) if entry.asset_id == self.asset.id]


@asynccontextmanager
async def door_of(store: Store, vault: Vault, registered: Any = GOOGLE) -> AsyncIterator[Door]:
    ground, quiet, traces = ground_of(store, vault), Quiet(), []
    task = asyncio.create_task(CallbackTask(ground, lambda: {"http": "well"}, traces.append).run(quiet.told))
    try:
        await until(lambda: quiet.stand is TaskStand.WELL or task.done())
        (base,) = quiet.told.state.addresses
        async with house_of(store, vault) as house, httpx.AsyncClient(trust_env=False, timeout=30) as browser:
            client, asset = house.ready(registered, callback_url=f"{base}/oauth/callback")
            yield Door(house, base, browser, quiet, traces, client, asset)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def door(store: Store, vault: Vault) -> AsyncIterator[Door]:
    async with door_of(store, vault) as opened:
        yield opened


# the way that ends well


async def test_a_consent_becomes_a_grant_and_a_page_says_so(door: Door) -> None:
    address = await door.ended(door.begun())
    page = await door.comes(address)
    assert page.status_code == 200
    assert "The mailbox is connected" in page.text
    assert f"postroom can send for {ANN}" in page.text
    assert door.state is GrantState.VALID
    assert door.acts[:2] == ["grant accepted", "consent received"]
    assert grant_events.events(door.store, door.asset.id)[0].outcome == "kept"


async def test_the_page_lets_nothing_out(door: Door) -> None:
    page = await door.comes(await door.ended(door.begun()))
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "server" not in page.headers
    assert "<script" not in page.text
    assert "http" not in page.text


async def test_no_log_holds_the_code(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    address = await door.ended(door.begun())
    await door.comes(address)
    await door.comes(address)
    query = urlsplit(address).query
    for record in caplog.records:
        told = f"{record.getMessage()} {record.args!r}"
        if record.name.startswith(("httpx", "httpcore")) and "agent" not in record.name:
            continue  # the browser of this test
        assert query[:40] not in told
        assert "code=" not in told


# states


async def test_the_same_answer_twice_counts_once(door: Door) -> None:
    address = await door.ended(door.begun())
    assert (await door.comes(address)).status_code == 200
    again = await door.comes(address)
    assert again.status_code == 400
    assert "taken already" in again.text
    assert door.state is GrantState.VALID


async def test_of_many_at_once_one_counts(door: Door) -> None:
    address = await door.ended(door.begun())
    pages = await asyncio.gather(*(door.comes(address) for _ in range(6)))
    assert sorted(page.status_code for page in pages) == [200, 400, 400, 400, 400, 400]
    assert door.state is GrantState.VALID
    assert door.acts == ["grant accepted", "consent received", "asset created"]


async def test_a_state_of_nobody_is_refused_and_leaves_no_trace(door: Door) -> None:
    before = len(audit.page(door.store))
    for state in ("x" * 43, "%00", "%ed%a0%80", "a" * 20_000):
        page = await door.comes(f"{door.base}/oauth/callback?code=c&state={state}")
        assert page.status_code == 400
    assert len(audit.page(door.store)) == before
    assert door.state is None


async def test_a_state_that_has_ended(door: Door) -> None:
    begun = door.begun(minutes=1, now=datetime.now(UTC) - timedelta(minutes=2))
    page = await door.comes(await door.ended(begun))
    assert page.status_code == 400
    assert "came too late" in page.text
    assert "Ask the person who sent you the link for a new one" in page.text
    assert door.state is None
    assert door.acts == ["asset created"]


# refusals


async def test_the_answer_of_another_server_is_refused(door: Door) -> None:
    door.house.server.issuer.set_mishap(ANN, Mishap(faults.Fault.WRONG_ISSUER))
    page = await door.comes(await door.ended(door.begun()))
    assert page.status_code == 400
    assert "not from the server that was asked" in page.text
    assert door.state is None
    assert door.acts[0] == "consent refused"
    event = grant_events.events(door.store, door.asset.id)[0]
    assert (event.kind, event.outcome) == ("consent", "refused")
    assert event.diagnosis


async def test_a_person_who_says_no(door: Door) -> None:
    page = await door.comes(await door.ended(door.begun(), deny=True))
    assert page.status_code == 400
    assert "access_denied" in page.text
    assert door.state is None


async def test_another_persons_mailbox_is_not_taken(store: Store, vault: Vault) -> None:
    async with door_of(store, vault) as door:
        door.house.server.issuer.set_mishap(ANN, Mishap(faults.Fault.WRONG_ACCOUNT))
        page = await door.comes(await door.ended(door.begun()))
        assert page.status_code == 400
        assert "does not sign in as" in page.text
        assert door.state is None


async def test_a_provider_that_is_down(door: Door) -> None:
    door.house.server.issuer.set_mishap(GOOGLE.client_id, Mishap(faults.Fault.DEAD))
    address = await door.ended(door.begun())
    page = await door.comes(address)
    assert page.status_code == 400
    assert door.state is None
    assert door.acts[0] == "consent refused"


async def test_an_old_grant_stays_when_a_new_one_is_refused(door: Door) -> None:
    assert (await door.comes(await door.ended(door.begun()))).status_code == 200
    page = await door.comes(await door.ended(door.begun(), deny=True))
    assert page.status_code == 400
    assert door.state is GrantState.VALID


# a locked vault


async def test_with_a_locked_vault_nothing_is_used_up(store: Store, vault: Vault) -> None:
    async with door_of(store, vault) as door:
        address = await door.ended(door.begun())
        vault.lock()
        page = await door.comes(address)
        assert page.status_code == 503
        assert "its vault is locked" in page.text
        assert "open the same link again" in page.text
        nobody = await door.comes(f"{door.base}/oauth/callback?code=c&state=nobodys")
        assert "vault" not in nobody.text
        vault.unlock(PASSPHRASE)
        assert (await door.comes(address)).status_code == 200
        assert door.state is GrantState.VALID


async def test_a_store_that_cannot_be_written_for_a_while(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tokens are there, and the consent is used up: they are kept as soon as that can be."""
    from live.agent.http import consent as module

    monkeypatch.setattr(module, "AGAIN_S", 0.1)
    monkeypatch.setattr("live.oauth.accept.grants.keep_tokens", _once_busy(grants.keep_tokens))
    page = await door.comes(await door.ended(door.begun()))
    assert page.status_code == 200
    assert door.state is GrantState.VALID


def _once_busy(real: Any) -> Any:
    from store.database import StoreBusy

    tries: list[int] = []

    def keep(*given: Any, **more: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise StoreBusy("Another program keeps it locked.")
        real(*given, **more)

    return keep


# what else comes to the door


async def test_health_tells_nothing_but_stands(door: Door) -> None:
    answer = await door.browser.get(f"{door.base}/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"agent": "runs", "tasks": {"http": "well"}}


@pytest.mark.parametrize(
    "path", ["", "/", "/oauth", "/oauth/callback/", "/oauth/callback/x", "/..%2f", "/favicon.ico"]
)
async def test_there_is_nothing_else(door: Door, path: str) -> None:
    answer = await door.browser.get(f"{door.base}{path}?code=c&state=s")
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS", "DELETE"])
async def test_only_get_counts(door: Door, method: str) -> None:
    address = await door.ended(door.begun())
    answer = await door.browser.request(method, address)
    assert answer.status_code == 405
    assert door.state is None
    assert (await door.comes(address)).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code",
        "code=&state=",
        "code=c",
        "state=s",
        "code=c&code=d&state=s",
        "code=c&state=s&state=t",
        "error=<script>alert(1)</script>&state=s",
        "code=%1b%5d52;c;eA==%1b%5c&state=s",
        "&".join(f"a{number}=1" for number in range(200)) + "&code=c&state=s",
        "code=" + "c" * 20_000 + "&state=s",
    ],
)
async def test_hostile_queries(door: Door, query: str) -> None:
    page = await door.comes(f"{door.base}/oauth/callback?{query}")
    assert page.status_code == 400
    assert "<script" not in page.text
    assert "\x1b" not in page.text
    assert not door.traces


async def test_any_octets_at_all(store: Store, vault: Vault) -> None:
    async with door_of(store, vault) as door:
        loop_answers: list[int] = []

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.binary(max_size=300).map(lambda octets: octets.replace(b"\n", b"").replace(b" ", b"")))
        def check(octets: bytes) -> None:
            host, port = urlsplit(door.base).hostname, urlsplit(door.base).port
            with socket.create_connection((host, port), timeout=10) as wire:
                wire.sendall(
                    b"GET /oauth/callback?" + octets + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                )
                answer = b""
                while piece := wire.recv(65536):
                    answer += piece
            status = int(answer.split(b" ", 2)[1])
            loop_answers.append(status)
            assert status in (400, 404)

        await asyncio.to_thread(check)
        assert loop_answers
        assert not door.traces


async def test_the_words_of_strangers_are_words(door: Door) -> None:
    """The provider's text goes into the page as text."""
    begun = door.begun()
    state = begun.state.get_secret_value()
    words = "error=access_denied&error_description=%3Cimg%20src%3Dx%3E%1b%5b31m%e2%80%ae"
    page = await door.comes(f"{door.base}/oauth/callback?{words}&state={state}")
    assert page.status_code == 400
    assert "&lt;img src=x&gt;" in page.text
    assert "<img" not in page.text
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


async def test_a_head_that_is_too_long_is_refused(door: Door) -> None:
    answer = await door.browser.get(f"{door.base}/oauth/callback?code={'c' * 60_000}&state=s")
    assert answer.status_code in (400, 431)


async def test_a_fault_of_our_own_is_a_page_without_a_trace(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("planted words")

    monkeypatch.setattr("live.agent.http.consent.complete", broken)
    page = await door.comes(await door.ended(door.begun()))
    assert page.status_code == 500
    assert "planted" not in page.text
    assert [type(error) for error in door.traces] == [RuntimeError]


async def test_a_port_in_use_is_said_with_its_setting(store: Store, vault: Vault) -> None:
    from live.agent.task import TaskFault

    with socket.create_server(("127.0.0.1", 0)) as taken:
        ground = ground_of(store, vault, agent_http_port=taken.getsockname()[1])
        with pytest.raises(
            TaskFault, match=r"HTTP cannot listen at 127\.0\.0\.1 port \d+: .*agent_http_port\.$"
        ):
            await CallbackTask(ground, dict, print).run(Quiet().told)


async def test_who_leaves_before_the_end_still_has_consented(door: Door) -> None:
    address = await door.ended(door.begun())
    with pytest.raises(httpx.ReadTimeout):
        await door.browser.get(address, timeout=0.02)
    await until(lambda: door.state is GrantState.VALID)


async def test_a_state_can_be_looked_at_without_being_used(door: Door) -> None:
    begun = door.begun()
    asked = authorizations.asked(door.store, begun.state)
    assert asked is not None
    assert (asked.asset_id, asked.used_at) == (door.asset.id, None)
    assert authorizations.asked(door.store, SecretStr("nobody's")) is None
    await door.comes(await door.ended(begun))
    used = authorizations.asked(door.store, begun.state)
    assert used is not None
    assert used.used_at is not None


async def test_at_microsoft_too(store: Store, vault: Vault) -> None:
    async with door_of(store, vault, PUBLIC) as door:
        # Its registration knows localhost without a path; what the browser is sent to is brought by hand.
        begun = begin(
            store, vault, door.asset, door.client, redirect_uri="http://localhost:8400", consent=False
        )
        address = await consent(begun.url.get_secret_value(), account=BEN)
        page = await door.comes(f"{door.base}/oauth/callback?{urlsplit(address).query}")
        assert page.status_code == 200
        assert door.state is GrantState.VALID
