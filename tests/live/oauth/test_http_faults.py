"""The client for authorization servers, against servers that do all that a server can do wrong."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from live.oauth.http import OAuthHttp
from tests.live.oauth.kit import REFRESH, SECRET, SHORT, good, reply, serving, tokens
from tests.live.oauth.posting import FORM, fault_of
from tests.live.smtp_servers import ca_pem, self_signed_context, server_context


async def test_nobody_listens(http: OAuthHttp) -> None:
    async with serving(good()) as server:
        url = server.url()
    fault = await fault_of(http, url)
    assert "Connection refused" in fault.cause
    assert not fault.sent


async def test_a_name_that_does_not_exist(http: OAuthHttp) -> None:
    fault = await fault_of(http, "https://nowhere.invalid/token")
    assert fault.cause.startswith("gaierror: ")
    assert not fault.sent
    assert "nowhere.invalid" in fault.words


async def test_a_certificate_that_nobody_vouches_for(http: OAuthHttp) -> None:
    async with serving(good(), tls=self_signed_context()) as server:
        fault = await fault_of(http, server.url())
    assert "CERTIFICATE_VERIFY_FAILED" in fault.cause
    assert server.heard == []


async def test_a_certificate_of_another_name() -> None:
    context = server_context("other.example.com")
    async with serving(good(), tls=context) as server, OAuthHttp(SHORT, ca_pem=ca_pem()) as http:
        fault = await fault_of(http, server.url())
    assert "CERTIFICATE_VERIFY_FAILED" in fault.cause
    assert server.heard == []


async def test_silence(http: OAuthHttp) -> None:
    async with serving(None) as server:
        fault = await fault_of(http, server.url())
    assert fault.cause == "condition:oauth_timed_out"
    assert fault.sent
    assert fault.ms >= 400


async def test_an_octet_now_and_then_holds_nobody_up() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(drip) as server, OAuthHttp(SHORT) as http:
        fault = await fault_of(http, server.url())
        await server.left.wait()
    assert fault.cause == "condition:oauth_timed_out"


async def test_headers_without_end() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-Padding: " + b"x" * 50_000 + b"\r\n")
            await writer.drain()

    async with serving(endless) as server, OAuthHttp(SHORT) as http:
        fault = await fault_of(http, server.url())
        await server.left.wait()
    assert fault.cause == "condition:oauth_not_http"


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b"", "oauth_no_answer"),
        (b"220 mx.example.com ESMTP\r\n\r\n", "oauth_not_http"),
        (b"\x16\x03\x01\x02\x00\x01\x00", "oauth_not_http"),
        (reply(tokens(), length=5_000), "oauth_cut_off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{", "oauth_cut_off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{", "oauth_cut_off"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "oauth_no_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: twelve\r\n\r\n{}", "oauth_not_http"),
    ],
)
async def test_answers_that_end_too_soon_or_are_none(http: OAuthHttp, said: bytes, cause: str) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(said)

    async with serving(say) as server:
        fault = await fault_of(http, server.url())
    assert fault.cause == f"condition:{cause}"
    assert fault.sent


async def test_a_server_that_repeats_the_request_as_nonsense(http: OAuthHttp) -> None:
    async def parrot(writer: asyncio.StreamWriter) -> None:
        writer.write(f"{REFRESH.get_secret_value()} {SECRET.get_secret_value()}\r\n\r\n".encode())

    async with serving(parrot) as server:
        fault = await fault_of(http, server.url())
    assert fault.cause == "condition:oauth_not_http"


# Too much


async def test_a_gigabyte_is_not_read() -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" " * 65_536)
            sent += 65_536
            await writer.drain()

    async with serving(flood) as server, OAuthHttp(SHORT) as http:
        fault = await fault_of(http, server.url())
        await server.left.wait()
    assert fault.cause == "condition:oauth_answer_too_long"
    assert sent < 32 * 1_048_576


async def test_an_answer_of_256_kb_is_read_and_one_octet_more_is_not(http: OAuthHttp) -> None:
    async with serving(reply(b" " * 262_144), reply(b" " * 262_145)) as server:
        assert len((await http.post(server.url(), FORM)).text) == 262_144
        assert (await fault_of(http, server.url())).cause == "condition:oauth_answer_too_long"


async def test_what_is_compressed_all_the_same_is_not_unpacked(http: OAuthHttp) -> None:
    bomb = gzip.compress(b"{" + b" " * 50_000_000 + b"}")
    async with serving(reply(bomb, "200 OK", "Content-Encoding: gzip")) as server:
        answer = await http.post(server.url(), FORM)
    assert answer.data is None
    assert len(answer.text) <= len(bomb)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a":' + b"9" * 200_000 + b"}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b"",
        b"{} {}",
    ],
)
async def test_bodies_that_are_no_object(http: OAuthHttp, body: bytes) -> None:
    async with serving(reply(body)) as server:
        assert (await http.post(server.url(), FORM)).data is None


async def test_an_object_is_one_whatever_its_type_is_called(http: OAuthHttp) -> None:
    async with serving(reply(b'\xef\xbb\xbf{"a": 1}', "200 OK", "Content-Type: text/html")) as server:
        answer = await http.post(server.url(), FORM)
    assert answer.data == {"a": 1}
    assert not answer.is_page
