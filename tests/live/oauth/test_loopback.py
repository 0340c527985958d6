"""The listener that waits for the browser, against browsers, their habits, and others who knock."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from live.oauth.loopback import MOST_CONNECTIONS, Listener, PortTaken, is_loopback, listening, ssh_line
from tests.live.oauth.kit import assert_silent

STATE = SecretStr("plantedState-8f6f1c0d_aabbcc")
ANSWER = {"state": STATE.get_secret_value(), "code": "plantedCode-19fa"}


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening("http://127.0.0.1/callback", any_port=True) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        yield client


async def waiting(listener: Listener) -> asyncio.Task[SecretStr]:
    """Begin to wait; when this returns, the listener knows the state."""
    task = asyncio.create_task(listener.answer(STATE))
    await asyncio.sleep(0)
    return task


async def raw(listener: Listener, octets: bytes) -> bytes:
    """Say something and read to the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    try:
        writer.write(octets)
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_the_browser_brings_the_answer(listener: Listener, browser: httpx.AsyncClient) -> None:
    task = await waiting(listener)
    shown = await browser.get(listener.redirect_uri, params=ANSWER)
    address = await task
    assert shown.status_code == 200
    assert "can be closed" in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["connection"] == "close"
    assert address.get_secret_value() == str(httpx.URL(listener.redirect_uri, params=ANSWER))
    assert "planted" not in shown.text
    assert_silent(repr(address), [STATE])


async def test_an_error_is_an_answer_as_well(listener: Listener, browser: httpx.AsyncClient) -> None:
    task = await waiting(listener)
    await browser.get(
        listener.redirect_uri, params={"state": STATE.get_secret_value(), "error": "access_denied"}
    )
    assert "error=access_denied" in (await task).get_secret_value()


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/favicon.ico", ANSWER),
        ("GET", "/", ANSWER),
        ("GET", "/callback/", ANSWER),
        ("GET", "/callback", {}),
        ("GET", "/callback", {"state": STATE.get_secret_value()}),
        ("GET", "/callback", {"code": "c"}),
        ("GET", "/callback", {"x": ["1"] * 200} | ANSWER),
        ("POST", "/callback", ANSWER),
        ("HEAD", "/callback", ANSWER),
        ("OPTIONS", "/callback", ANSWER),
    ],
)
async def test_whatever_else_is_asked_is_not_found_and_waited_past(
    listener: Listener, browser: httpx.AsyncClient, method: str, path: str, query: dict[str, str]
) -> None:
    task = await waiting(listener)
    shown = await browser.request(method, f"http://127.0.0.1:{listener.port}{path}", params=query)
    assert shown.status_code == 404
    assert not task.done()
    await browser.get(listener.redirect_uri, params=ANSWER)
    await task


async def test_an_answer_to_an_earlier_attempt_is_told_so(
    listener: Listener, browser: httpx.AsyncClient
) -> None:
    task = await waiting(listener)
    for state in ("earlier", "", "ä", "x" * 10_000):
        shown = await browser.get(listener.redirect_uri, params=ANSWER | {"state": state})
        assert shown.status_code in (400, 404)
        assert not task.done()
    await browser.get(listener.redirect_uri, params=ANSWER)
    await task


async def test_nothing_is_taken_before_it_is_waited_for(
    listener: Listener, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get(listener.redirect_uri, params=ANSWER)).status_code == 404


async def test_a_second_answer_finds_nothing(listener: Listener, browser: httpx.AsyncClient) -> None:
    task = await waiting(listener)
    shown = await asyncio.gather(*(browser.get(listener.redirect_uri, params=ANSWER) for _ in range(4)))
    assert sorted(page.status_code for page in shown) == [200, 404, 404, 404]
    await task


async def test_after_the_block_nobody_listens(browser: httpx.AsyncClient) -> None:
    async with listening("", any_port=True) as listener:
        task = await waiting(listener)
        await browser.get(listener.redirect_uri, params=ANSWER)
        await task
    with pytest.raises(httpx.ConnectError):
        await browser.get(listener.redirect_uri)


async def test_a_block_that_is_left_early_leaves_nothing_behind() -> None:
    async with listening("", any_port=True) as listener:
        task = await waiting(listener)
        _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    with pytest.raises(asyncio.CancelledError):
        await task
    writer.close()


# Who knocks


async def test_connections_that_say_nothing_hold_nobody_up(
    listener: Listener, browser: httpx.AsyncClient
) -> None:
    task = await waiting(listener)
    silent = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(6)]
    assert (await browser.get(listener.redirect_uri, params=ANSWER)).status_code == 200
    await task
    for _, writer in silent:
        writer.close()


async def test_a_crowd_is_turned_away(listener: Listener) -> None:
    crowd = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(MOST_CONNECTIONS)]
    assert await raw(listener, b"") == b""
    for _, writer in crowd:
        writer.close()


@pytest.mark.parametrize(
    "octets",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
        b"GET /callback\r\n\r\n",
        b"EHLO example.com\r\n\r\n",
        b"GET /callback HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 200_000,
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /callback HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
    ],
)
async def test_nonsense_is_answered_with_nothing(listener: Listener, octets: bytes) -> None:
    task = await waiting(listener)
    assert b"200 OK" not in await raw(listener, octets)
    assert not task.done()
    task.cancel()


async def test_a_browser_that_is_gone_before_its_page_has_still_brought_the_answer(
    listener: Listener,
) -> None:
    task = await waiting(listener)
    _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    target = str(httpx.URL(listener.redirect_uri, params=ANSWER)).removeprefix(
        f"http://127.0.0.1:{listener.port}"
    )
    writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    await writer.drain()
    writer.transport.abort()
    assert "plantedCode-19fa" in (await task).get_secret_value()


# Ports


@pytest.mark.parametrize(
    ("callback", "redirect_uri"),
    [
        ("", "http://127.0.0.1:{}/"),
        ("http://127.0.0.1", "http://127.0.0.1:{}"),
        ("http://localhost", "http://localhost:{}"),
        ("http://localhost/callback", "http://localhost:{}/callback"),
        ("http://LOCALHOST/Callback", "http://localhost:{}/Callback"),
    ],
)
async def test_the_redirect_uri_names_the_port(callback: str, redirect_uri: str) -> None:
    async with listening(callback, any_port=True) as listener:
        assert listener.redirect_uri == redirect_uri.format(listener.port)
        assert listener.port > 0


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def test_a_port_that_is_named_is_taken_and_free_again_afterwards() -> None:
    callback = f"http://127.0.0.1:{free_port()}/callback"
    for _ in range(2):
        async with listening(callback, any_port=False) as listener:
            assert listener.redirect_uri == callback


async def test_a_port_in_use_is_said_or_gone_round() -> None:
    async with listening("", any_port=True) as other:
        callback = f"http://127.0.0.1:{other.port}/"
        with pytest.raises(PortTaken, match=f"Port {other.port} .*Address already in use.*paste the address"):
            async with listening(callback, any_port=False):
                pass
        async with listening(callback, any_port=True) as listener:
            assert listener.port != other.port


async def test_it_listens_on_one_address_only(listener: Listener) -> None:
    for family, address in ((socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as sock, pytest.raises(OSError) as caught:  # noqa: PT011  # none of one kind
            sock.connect((address, listener.port))
        assert caught.value.errno in (errno.ECONNREFUSED, errno.EADDRNOTAVAIL, errno.ENETUNREACH)


@pytest.mark.parametrize(
    ("callback", "is_one"),
    [
        ("http://127.0.0.1", True),
        ("http://localhost:8400/callback", True),
        ("https://localhost/callback", False),
        ("http://[::1]/", False),
        ("http://127.0.0.2/", False),
        ("https://desk.example.com/callback", False),
        ("http://localhost.example.com/", False),
        ("http://localhost:0/", False),
        ("http://localhost:99999/", False),
        ("http://localhost/?a=b", False),
        ("http://[", False),
        ("urn:ietf:wg:oauth:2.0:oob", False),
        ("", False),
    ],
)
def test_which_callbacks_a_listener_can_serve(callback: str, is_one: bool) -> None:
    assert is_loopback(callback) is is_one


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"host": "desk.example.com"}, "ssh -N -L 8400:127.0.0.1:8400 desk.example.com"),
        ({"host": "desk.example.com", "user": "op"}, "ssh -N -L 8400:127.0.0.1:8400 op@desk.example.com"),
        (
            {"host": "2001:db8::1", "user": "op", "ssh_port": 2222},
            "ssh -p 2222 -N -L 8400:127.0.0.1:8400 op@2001:db8::1",
        ),
        ({"host": "a; rm", "user": "op"}, "ssh -N -L 8400:127.0.0.1:8400 'op@a; rm'"),
    ],
)
def test_the_line_for_ssh(more: dict[str, str], line: str) -> None:
    assert ssh_line(8400, **more) == line  # type: ignore[arg-type]
