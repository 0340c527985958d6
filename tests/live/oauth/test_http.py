"""The client for authorization servers: what it sends, where to, and what it keeps to itself."""

from __future__ import annotations

import asyncio
import logging

import pytest

from live.oauth.http import HttpLimits, NetworkFault, OAuthHttp, url_fault
from tests.live.oauth.kit import (
    CODE,
    REFRESH,
    SECRET,
    SHORT,
    assert_silent,
    good,
    reply,
    serving,
    tokens,
    told,
)
from tests.live.oauth.posting import FORM, fault_of
from tests.live.smtp_servers import ca_pem, server_context

# What goes well


async def test_a_form_goes_out_and_its_answer_comes_in(http: OAuthHttp) -> None:
    async with serving(good()) as server:
        answer = await http.post(server.url(), FORM)
    assert answer.status == 200
    assert answer.data == tokens()
    assert answer.ms > 0
    assert server.forms == [
        {
            "grant_type": "refresh_token",
            "refresh_token": REFRESH.get_secret_value(),
            "client_secret": SECRET.get_secret_value(),
        }
    ]
    assert server.heard[0].headers["accept-encoding"] == "identity"
    assert server.heard[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert_silent(repr(answer) + str(answer))


async def test_every_value_survives_the_form(http: OAuthHttp) -> None:
    async with serving(good()) as server:
        await http.post(server.url(), {"a": "ü&=+ %41\n", "b": "", "c": "x" * 20_000, "d": "\udc80"})
    assert server.forms[0] == {"a": "ü&=+ %41\n", "b": "", "c": "x" * 20_000, "d": "?"}


async def test_tls_with_an_authority_of_its_own() -> None:
    async with serving(good(), tls=server_context()) as server, OAuthHttp(SHORT, ca_pem=ca_pem()) as http:
        assert (await http.post(server.url(), FORM)).status == 200


async def test_a_connection_is_used_again(http: OAuthHttp) -> None:
    async with serving(good()) as server:
        for _ in range(3):
            await http.post(server.url(), FORM)
    assert server.connections == 1


async def test_no_cookie_is_sent_back(http: OAuthHttp) -> None:
    async with serving(reply(tokens(), "200 OK", "Set-Cookie: who=planted; Path=/")) as server:
        await http.post(server.url(), FORM)
        await http.post(server.url(), FORM)
    assert "cookie" not in server.heard[1].headers


async def test_no_more_connections_than_allowed_and_waiting_for_one_is_no_time_out() -> None:
    limits = HttpLimits(connect=1, read=0.5, total=0.5, connections=2)

    async def slowly(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)  # the server's slowness, not a wait for something
        writer.write(reply(tokens(), "200 OK", "Connection: close"))

    async with serving(slowly) as server, OAuthHttp(limits) as http:
        answers = await asyncio.gather(*(http.post(server.url(), FORM) for _ in range(10)))
    assert [answer.status for answer in answers] == [200] * 10
    assert server.most_open <= 2


# Where nothing is sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "token",
        "//example.com/token",
        "ftp://example.com/token",
        "https://",
        "https:///token",
        "https://user:pass@example.com/token",
        "https://example.com/token#part",
        "https://exa mple.com/token",
        "https://example.com:99999/token",
        "file:///etc/passwd",
        "https://example.com/\r\nX: 1",
    ],
)
async def test_a_url_that_is_none_to_send_to(http: OAuthHttp, url: str) -> None:
    fault = await fault_of(http, url)
    assert (fault.edit, fault.sent, fault.cause) == (True, False, "condition:oauth_bad_url")


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.2", "127.0.0.1.example.com", "0.0.0.0", "localhost.example.com"]
)
async def test_plain_http_goes_to_loopback_only(http: OAuthHttp, host: str) -> None:
    fault = await fault_of(http, f"http://{host}/token")
    assert (fault.edit, fault.sent, fault.cause) == (True, False, "condition:oauth_plain_http")
    assert host in fault.words


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/t", "http://localhost/t", "http://[::1]:9/t", "HTTPS://example.com/t?a=b"]
)
def test_urls_that_may_be_sent_to(url: str) -> None:
    assert url_fault(url) is None


# Redirects


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
async def test_a_redirect_is_not_followed(http: OAuthHttp, status: str) -> None:
    async with serving(good()) as elsewhere, serving() as server:
        server.replies = [reply(b"", status, f"Location: {elsewhere.url()}")]
        answer = await http.post(server.url(), FORM)
    assert answer.status == int(status[:3])
    assert elsewhere.heard == []


# Logs


async def test_the_libraries_say_nothing_below_a_warning(
    http: OAuthHttp, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    elsewhere = f"Location: https://example.com/?code={CODE.get_secret_value()}"
    async with serving(reply(b"", "302 Found", elsewhere, "Set-Cookie: planted")) as server:
        await http.post(server.url(f"/token?secret={SECRET.get_secret_value()}"), FORM)
    assert [record.name for record in caplog.records if record.name.startswith("http")] == []
    for name in names:
        logging.getLogger(name).warning("heard")
    assert [record.name for record in caplog.records if record.name.startswith("http")] == list(names)


# Proxies


async def test_a_proxy_of_the_environment_leads_out_and_never_to_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with (
        serving(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as proxy,
        serving(good()) as server,
    ):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://user:plantedProxyPassword@127.0.0.1:{proxy.port}")
        async with OAuthHttp(SHORT) as http:
            assert (await http.post(server.url(), FORM)).status == 200
            fault = await fault_of(http, "https://oauth.example.com/token")
    assert [(one.method, one.target) for one in proxy.heard] == [("CONNECT", "oauth.example.com:443")]
    assert fault.cause == "condition:oauth_proxy_refused"
    assert not fault.sent
    assert "plantedProxyPassword" not in told(fault)


@pytest.mark.parametrize(
    "proxy", ["socks5://u:plantedProxyPassword@127.0.0.1:1", "nonsense://u:plantedProxyPassword@h"]
)
async def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(NetworkFault, match="HTTPS_PROXY") as caught:
        async with OAuthHttp(SHORT):
            pass
    assert "plantedProxyPassword" not in told(caught.value)
