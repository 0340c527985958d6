"""Handing a registration on: recorded after a 2xx, unknown where nobody can say, and never sent twice."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from live.engage import registering
from live.engage.call import Called, Came, Handover, handover
from live.engage.registering import hand_on
from store import assets, audit, engage_token, registrations
from store.assets import Asset
from store.database import Store
from store.registrations import RegistrationError, RegistrationState
from store.vault import Vault, VaultLocked
from tests.live.engage_server import CREATED, Engage, answer, engaged
from tests.live.smtp_servers import ca_pem
from tests.store.kit import CHEAP, NOON, PASSPHRASE, Program, fields, keep_check, raw

TOKEN = SecretStr("planted-token-0a1b2c3d4e5f6071")
SERVICE = "Contact Centre"
Desk = tuple[Store, Vault, Asset]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Store.open(tmp_path / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    asset = assets.create(store, vault, fields(), inbound_domain="in.example.net")
    keep_check(store, asset.id)
    now = NOON.isoformat(timespec="milliseconds")
    raw(
        store.path,
        "INSERT INTO inbound_states (asset_id, messages, bytes, first_at, last_at, usual_gap) "
        "VALUES (?, 1, 1, ?, ?, 0)",
        asset.id,
        now,
        now,
    )
    engage_token.keep(store, vault, TOKEN)
    yield store, vault, asset
    store.close()


def request_to(engage: Engage, asset: Asset) -> Handover:
    return handover(asset, SERVICE, engage.url, "org-1")


async def handed(desk: Desk, engage: Engage, *, seconds: float = 10.0) -> Called:
    store, vault, asset = desk
    what = request_to(engage, asset)
    return await hand_on(store, vault, asset.id, SERVICE, what, ca_pem=ca_pem(), seconds=seconds)


def state(desk: Desk) -> str:
    found = registrations.of(desk[0], desk[2].id)
    return found.state.value if found else ""


@pytest.mark.parametrize("reply", [CREATED, answer(200), b"HTTP/1.1 204 No Content\r\n\r\n"])
async def test_registered_after_a_2xx(desk: Desk, reply: bytes) -> None:
    with engaged(reply) as engage:
        called = await handed(desk, engage)
    assert called.came is Came.REGISTERED
    assert state(desk) == "registered"
    ((headers, body),) = engage.requests
    assert headers["authorization"] == f"Bearer {TOKEN.get_secret_value()}"
    assert headers["x-organization-id"] == "org-1"
    found = registrations.of(desk[0], desk[2].id)
    assert found is not None
    assert headers["trackingid"] == found.tracking_id
    assert headers[""] == "POST /v2/digital/app?channel=email HTTP/1.1"
    assert body == {
        "channel": "email",
        "name": "Help desk",
        "emailId": "Help.desk@example.com",
        "forwardingAddress": desk[2].forwarding_address,
        "service": SERVICE,
        "pciCheck": False,
    }


async def test_a_2xx_counts_whatever_follows(desk: Desk) -> None:
    with engaged(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{") as engage:
        assert (await handed(desk, engage)).came is Came.REGISTERED
    assert state(desk) == "registered"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (301, "a redirect: none is followed"),
        (307, "a redirect: none is followed"),
        (400, "does not accept the request"),
        (401, "give a new one"),
        (409, "registered there already"),
        (418, "it refused"),
        (500, "look in Engage before trying again"),
        (503, "look in Engage before trying again"),
    ],
)
async def test_refused_in_words_and_not_recorded(desk: Desk, status: int, told: str) -> None:
    location = "Location: https://127.0.0.1:1/elsewhere"
    with engaged(answer(status, "the service is unknown", location)) as engage:
        called = await handed(desk, engage)
        assert called.came is Came.REFUSED
        assert f"answered {status}" in called.words
        assert told in called.words
        assert "the service is unknown" in called.words
        assert state(desk) == ""
        assert len(engage.requests) == 1
        engage.reply = CREATED
        assert (await handed(desk, engage)).came is Came.REGISTERED


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (None, "did not answer within 1 seconds"),
        (b"", "without an answer"),
        (b"HTTP/1.1 20", "without an answer"),
        (b"220 mx.example.com ESMTP\r\n", "without an answer"),
        (answer(504), "may have taken it"),
    ],
)
async def test_a_lost_answer_leaves_it_unknown(desk: Desk, reply: bytes | None, told: str) -> None:
    with engaged(reply) as engage:
        called = await handed(desk, engage, seconds=1)
        assert called.came is Came.UNKNOWN
        assert told in called.words
        assert state(desk) == "unknown"
        with pytest.raises(RegistrationError, match="may be registered already"):
            await handed(desk, engage)
        assert len(engage.requests) == 1
    found = registrations.settle(desk[0], desk[2].id, registered=True)
    assert found is not None
    assert found.state is RegistrationState.REGISTERED


async def test_nothing_was_sent_where_nobody_listens(desk: Desk) -> None:
    with engaged() as engage:
        pass
    called = await handed(desk, engage)
    assert called.came is Came.REFUSED
    assert "Nothing was sent: no connection to localhost (ConnectionRefusedError" in called.words
    assert state(desk) == ""


async def test_nothing_is_sent_to_whom_cannot_be_trusted(desk: Desk) -> None:
    store, vault, asset = desk
    with engaged() as engage:
        called = await hand_on(store, vault, asset.id, SERVICE, request_to(engage, asset), seconds=10)
        assert engage.requests == []
    assert called.came is Came.REFUSED
    assert "certificate" in called.words
    assert state(desk) == ""


async def test_nothing_is_sent_in_the_clear(desk: Desk) -> None:
    store, vault, asset = desk
    what = handover(asset, SERVICE, "http://127.0.0.1:1/")
    assert (await hand_on(store, vault, asset.id, SERVICE, what)).came is Came.REFUSED
    assert state(desk) == ""


async def test_without_a_token_or_with_a_locked_vault_nothing_is_begun(desk: Desk) -> None:
    store, vault, _asset = desk
    with engaged() as engage:
        vault.lock()
        with pytest.raises(VaultLocked):
            await handed(desk, engage)
        engage_token.drop(store, vault)
        with pytest.raises(RegistrationError, match="engage-token"):
            await handed(desk, engage)
        assert engage.requests == []
    assert state(desk) == ""
    assert audit.page(store)[0].action == "token for Engage removed"


async def test_stopped_in_the_middle_it_is_unknown(desk: Desk) -> None:
    with engaged(None) as engage:
        task = asyncio.create_task(handed(desk, engage))
        assert await asyncio.to_thread(engage.came.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    found = registrations.of(desk[0], desk[2].id)
    assert found is not None
    assert found.words == registering.STOPPED
    assert registrations.settle(desk[0], desk[2].id, registered=False) is None


async def test_an_answer_that_cannot_be_written_down(desk: Desk) -> None:
    """The store cannot be written at that moment: what is known is told, the registration unknown."""
    with engaged(None) as engage:
        task = asyncio.create_task(handed(desk, engage))
        assert await asyncio.to_thread(engage.came.wait, 20)
        with closing(sqlite3.connect(desk[0].path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            engage.go.set()
            called = await task
            other.execute("ROLLBACK")
    assert called.came is Came.UNKNOWN
    assert "could not be written down" in called.words
    assert state(desk) == "unknown"


async def test_a_2xx_that_cannot_be_written_down(desk: Desk) -> None:
    with engaged(CREATED) as engage:
        store, vault, asset = desk
        what = request_to(engage, asset)
        begun = registrations.begin

        def and_then_locked(*given: object) -> object:
            """Another program takes the store between the call and its record."""
            done = begun(*given)  # type: ignore[arg-type]
            other.execute("BEGIN IMMEDIATE")
            return done

        with (
            closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as other,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(registrations, "begin", and_then_locked)
            called = await hand_on(store, vault, asset.id, SERVICE, what, ca_pem=ca_pem())
            other.execute("ROLLBACK")
    assert called.came is Came.UNKNOWN
    assert "answered 201" in called.words
    assert state(desk) == "unknown"


def test_killed_between_the_call_and_the_record(desk: Desk) -> None:
    source = """
    import asyncio
    from live.engage.call import handover
    from live.engage.registering import hand_on
    store = Store.open(Path(sys.argv[1]))
    vault = Vault(store, kdf=Kdf(n=2**14))
    vault.unlock(kit.PASSPHRASE)
    asset = assets.by_name(store, vault, "Help desk")
    what = handover(asset, "Desk", sys.argv[2])
    say("ready")
    asyncio.run(hand_on(store, vault, asset.id, "Desk", what, ca_pem=Path(sys.argv[3]).read_text()))
    """
    store, _vault, asset = desk
    authority = store.path.parent / "ca.pem"
    authority.write_text(ca_pem())
    with engaged(None) as engage, Program(source, store.path, engage.url, authority) as program:
        assert program.hear() == "ready"
        assert engage.came.wait(30)
        assert state(desk) == "unknown"
        program.kill()
    assert registrations.settle(store, asset.id, registered=True) is not None
    assert len(engage.requests) == 1


async def test_the_token_is_nowhere_but_in_the_request(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    store, _vault, asset = desk
    caplog.set_level(logging.DEBUG)
    echoed = f"you said Bearer {TOKEN.get_secret_value()}"
    with engaged(answer(400, echoed)) as engage:
        called = await handed(desk, engage)
        engage.reply = answer(504, echoed)
        lost = await handed(desk, engage)
    found = registrations.of(store, asset.id)
    written = [entry.detail for entry in audit.page(store)]
    for text in (
        called.words,
        lost.words,
        repr(found),
        repr(request_to(engage, asset)),
        caplog.text,
        *written,
    ):
        assert TOKEN.get_secret_value() not in text


@pytest.mark.parametrize("token", ["", "two words", "a\nb", "ü", "x" * 9_000])
def test_a_token_that_no_header_can_carry(desk: Desk, token: str) -> None:
    with pytest.raises(RegistrationError, match="one word of plain characters"):
        engage_token.keep(*desk[:2], SecretStr(token))
