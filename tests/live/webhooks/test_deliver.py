"""Deliveries to endpoints on loopback, from the mail that came in to what was written down."""

from __future__ import annotations

import asyncio
import ssl

import pytest
import trustme

from live.webhooks import courier
from store import deliveries, webhooks
from store.deliveries import DeliveryState, Which
from tests.live.webhooks.kit import (
    OK,
    Desk,
    Request,
    all_done,
    answering,
    counted,
    delivering,
    mail,
    receiving,
    status,
    until,
)


async def test_a_mail_that_came_is_delivered_signed_and_written_down(desk: Desk) -> None:
    async with receiving() as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail())
        await until(lambda: all_done(desk))
    (request,) = endpoint.requests
    told = request.verified()
    assert told["type"] == "email.received"
    assert told["data"]["subject"] == "Order 1"
    assert told["data"]["text"] == "Hello."
    assert told["data"]["from"] == {"name": "Ann Customer", "address": "customer@example.net"}
    assert told["data"]["asset"]["name"] == "Billing"
    assert request.headers["content-type"] == "application/json"
    assert request.path == "/hook?x=1"
    found = desk.delivery()
    assert found.line.state is DeliveryState.DONE
    assert found.uid == request.headers["webhook-id"]
    (attempt,) = found.attempts
    assert (attempt.status, attempt.words, attempt.answer) == (200, "", "ok")
    health = desk.endpoint().health
    assert (health.waiting, health.dead, health.failures) == (0, 0, 0)
    assert health.last_ok_at


async def test_nothing_is_queued_where_nobody_wants_it(desk: Desk) -> None:
    desk.webhook("https://hooks.example.com/", events=())
    desk.webhook("https://hooks.example.com/2", "Other", asset_ids=(desk.assets[1].id,))
    desk.webhook("https://hooks.example.com/3", "Off", enabled=False)
    desk.receive(mail())
    assert desk.lines() == []
    desk.receive(mail(), asset=1)
    assert [line.webhook_name for line in desk.lines()] == ["Other"]
    desk.receive(mail(), asset=1)  # a repeat
    desk.receive(mail(2), asset=1, source="import")
    assert len(desk.lines()) == 1


async def test_a_failed_try_is_made_again_with_the_same_id_and_another_time(desk: Desk) -> None:
    async with receiving(answering(status(500), OK)) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail())
        await until(lambda: desk.lines()[0].tries == 1)
        (line,) = desk.lines()
        assert line.state is DeliveryState.WAITING
        assert line.next_at
        assert line.words == "It answered 500; only 2xx counts as delivered."
        desk.due_now()
        await until(lambda: all_done(desk))
    first, second = endpoint.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.verified()["data"] == second.verified()["data"]
    assert [attempt.status for attempt in desk.delivery().attempts] == [500, 200]


async def test_an_assets_events_arrive_in_order_and_hold_up_no_other_asset(desk: Desk) -> None:
    refused: list[str] = []

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        first = request.told["data"]["subject"] == "Order 1" and not refused
        refused.extend(["once"] if first else [])
        writer.write(status(503) if first else OK)

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail(1), mail(2), mail(3))
        desk.receive(mail(4), mail(5), asset=1)
        await until(lambda: counted(desk, DeliveryState.DONE) == 2)
        assert desk.states() == ["waiting", "held", "held", "done", "done"]
        desk.due_now()
        await until(lambda: all_done(desk))
    of_billing = [r.told["data"]["subject"] for r in endpoint.requests if r.told["data"]["asset"]["id"] == 1]
    assert of_billing == ["Order 1", "Order 1", "Order 2", "Order 3"]


async def test_without_an_order_none_waits_for_another(desk: Desk) -> None:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(status(500) if request.told["data"]["subject"] == "Order 1" else OK)

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url, ordered=False)
        desk.receive(*(mail(number) for number in range(1, 6)))
        await until(lambda: counted(desk, DeliveryState.DONE) == 4)
        assert desk.states() == ["waiting", "done", "done", "done", "done"]


async def test_410_switches_the_endpoint_off_and_what_waits_stays(desk: Desk) -> None:
    async with receiving(answering(status(410))) as endpoint, delivering(desk):
        made = desk.webhook(endpoint.url)
        desk.receive(mail(1), mail(2))
        await until(lambda: not desk.endpoint().fields.enabled)
        found = desk.endpoint()
        assert found.off_why == "It answered 410 Gone: it wants no more deliveries."
        assert desk.states() == ["dead", "waiting"]
        desk.receive(mail(3))
        assert len(desk.lines()) == 2
        endpoint.behave = answering(OK)
        webhooks.set_enabled(desk.store, made.id, True)
        await until(lambda: all_done(desk))
    assert len(endpoint.requests) == 2
    assert desk.states() == ["dead", "done"]


async def test_retry_after_is_kept_for_all_deliveries_of_the_endpoint(desk: Desk) -> None:
    async with receiving(answering(status(429, "Retry-After: 3600"))) as endpoint, delivering(desk):
        made = desk.webhook(endpoint.url)
        desk.receive(mail(1))
        await until(lambda: desk.endpoint().health.rests_until)
        desk.receive(mail(2), asset=1)
        line = desk.lines()[0]
        assert line.next_at
        assert (line.next_at - line.at).total_seconds() > 3_500
        assert len(endpoint.requests) == 1
        endpoint.behave = answering(OK)
        webhooks.set_enabled(desk.store, made.id, True)  # a person says that it may be tried
        await until(lambda: all_done(desk))


async def test_a_redirect_is_a_failure_and_nobody_follows_it(desk: Desk) -> None:
    elsewhere = "Location: http://169.254.169.254/latest/meta-data/"
    async with receiving(answering(status(302, elsewhere))) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail())
        await until(lambda: desk.lines()[0].tries == 1)
    assert desk.lines()[0].words == "It answered 302, a redirect: none is followed."
    assert len(endpoint.requests) == 1


async def test_an_endpoint_that_flips_loses_nothing(desk: Desk) -> None:
    flips: dict[int, int] = {}

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        asset_id = request.told["data"]["asset"]["id"]
        flips[asset_id] = flips.get(asset_id, 0) + 1
        writer.write(status(500) if flips[asset_id] % 2 else OK)

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        for asset in (0, 1):
            desk.receive(*(mail(number) for number in range(10)), asset=asset)

        def finished() -> bool:
            desk.due_now()
            return all_done(desk)

        await until(finished)
    assert set(desk.states()) == {"done"}
    for asset in (0, 1):
        of_asset = [
            r.told["data"]["subject"]
            for r in endpoint.requests
            if r.told["data"]["asset"]["id"] == desk.assets[asset].id
        ]
        assert of_asset == [f"Order {number}" for number in range(10) for _ in (1, 2)]


async def test_a_private_address_is_refused_unless_allowed(desk: Desk) -> None:
    async with receiving() as endpoint, delivering(desk, allow_private=False):
        desk.webhook(f"https://localhost:{endpoint.port}/")
        desk.receive(mail())
        await until(lambda: desk.lines()[0].tries == 1)
    assert "which is not a public address" in desk.lines()[0].words
    assert endpoint.connections == 0


async def test_an_endpoint_that_never_answers_is_given_up_in_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "SECONDS", 0.3)

    async def behave(_request: Request, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3_600)

    async with receiving(behave) as endpoint, receiving() as well, delivering(desk):
        desk.webhook(endpoint.url, "Dead")
        desk.webhook(well.url, "Well")
        desk.receive(mail())
        await until(lambda: len(well.requests) == 1)
        await until(lambda: counted(desk, DeliveryState.DONE) == 1 and desk.lines()[0].tries == 1)
    assert desk.lines()[0].words == "127.0.0.1 did not answer within 0.3 s."


async def test_an_answer_without_end_is_read_no_further_than_it_matters(desk: Desk) -> None:
    sent = 0

    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail())
        await until(lambda: all_done(desk))
    assert sent < 30_000_000  # what the buffers of the sockets took
    assert desk.delivery().attempts[0].answer == "x" * 500


async def test_what_speaks_no_http_is_told_so(desk: Desk) -> None:
    async with receiving(answering(b"220 smtp.example.com ESMTP\r\n\r\n")) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail())
        await until(lambda: desk.lines()[0].tries == 1)
    assert desk.lines()[0].words == "What answers at 127.0.0.1 does not speak HTTP."


async def test_a_connection_that_was_closed_while_idle_costs_no_try(desk: Desk) -> None:
    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()  # although it said nothing of it

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        for number in range(4):
            desk.receive(mail(number))
            await until(lambda: all_done(desk))
    assert [line.tries for line in desk.lines()] == [1, 1, 1, 1]


async def test_dead_letters_are_replayed_in_order(desk: Desk) -> None:
    async with receiving(answering(status(500))) as endpoint, delivering(desk):
        made = desk.webhook(endpoint.url)
        desk.receive(mail(1), mail(2))

        def worn_out() -> bool:
            desk.due_now()
            return counted(desk, DeliveryState.DEAD) == 2

        await until(worn_out)
        assert desk.lines()[0].tries == 10
        assert "This was the last of 10 tries." in desk.lines()[0].words
        assert desk.endpoint().health.dead == 2
        endpoint.behave, endpoint.requests = answering(OK), []
        done = deliveries.replay_all(desk.store, Which(webhook_id=made.id, state=DeliveryState.DEAD))
        assert (done.again, done.gone) == (2, 0)
        await until(lambda: all_done(desk))
    assert [request.told["data"]["subject"] for request in endpoint.requests] == ["Order 1", "Order 2"]
    assert len(desk.delivery().attempts) == 11


async def test_what_is_given_up_lets_the_next_go(desk: Desk) -> None:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(status(400) if request.told["data"]["subject"] == "Order 1" else OK)

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail(1), mail(2))
        await until(lambda: desk.lines()[0].tries == 1)
        assert deliveries.give_up(desk.store, [desk.lines()[0].id]) == 1
        await until(lambda: all_done(desk))
    assert desk.states() == ["dead", "done"]


async def test_tls_proves_the_name_although_the_address_was_chosen_here(desk: Desk) -> None:
    authority = trustme.CA()
    pem = authority.cert_pem.bytes().decode()
    right, wrong = (ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) for _ in (1, 2))
    authority.issue_cert("localhost").configure_cert(right)
    authority.issue_cert("other.example.com").configure_cert(wrong)
    async with (
        receiving(ssl=right) as good,
        receiving(ssl=wrong) as bad,
        delivering(desk, ca_pem=pem),
    ):
        desk.webhook(f"https://localhost:{good.port}/", "Good")
        desk.webhook(f"https://localhost:{bad.port}/", "Bad")
        desk.receive(mail())
        await until(lambda: counted(desk, DeliveryState.DONE) == 1)
        await until(lambda: desk.lines()[1].tries == 1)
    assert good.requests[0].headers["host"] == f"localhost:{good.port}"
    assert bad.requests == []
    assert "certificate" in desk.lines()[1].words


async def test_an_answer_that_drips_is_given_up_in_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "SECONDS", 0.5)

    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail())
        await until(lambda: desk.lines()[0].tries == 1)
    assert desk.lines()[0].words == "127.0.0.1 did not end its answer within 0.5 s."


async def test_headers_without_end_are_no_answer(desk: Desk) -> None:
    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Pad: " + b"x" * 8_000 + b"\r\n")
            await writer.drain()

    async with receiving(behave) as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail())
        await until(lambda: desk.lines()[0].tries == 1)
    assert desk.lines()[0].words == "What answers at 127.0.0.1 does not speak HTTP."


async def test_a_dead_endpoint_with_a_long_queue_delays_no_other(desk: Desk) -> None:
    async def behave(_request: Request, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3_600)

    async with receiving(behave) as dead, receiving() as well, delivering(desk):
        desk.webhook(dead.url, "Dead", ordered=False)
        desk.webhook(well.url, "Well", ordered=False)
        desk.receive(*(mail(number) for number in range(200)))
        await until(lambda: counted(desk, DeliveryState.DONE) == 200)
        assert len(dead.requests) <= 10
        assert counted(desk, DeliveryState.WAITING) == 200


async def test_a_large_mail_goes_the_same_way(desk: Desk) -> None:
    body = "".join(f"{number:x} " for number in range(700_000))  # compresses to more than comes along
    async with receiving() as endpoint, delivering(desk):
        desk.webhook(endpoint.url)
        desk.receive(mail(1, body))
        await until(lambda: all_done(desk))
    told = endpoint.requests[0].verified()["data"]
    assert told["text_cut"]
    assert told["text"] == body[:100_000]


async def test_two_deliverers_share_the_queue(desk: Desk) -> None:
    async with receiving() as endpoint, delivering(desk), delivering(desk):
        desk.webhook(endpoint.url, ordered=False)
        desk.receive(*(mail(number) for number in range(100)))
        await until(lambda: all_done(desk))
    assert len({request.headers["webhook-id"] for request in endpoint.requests}) == 100
    assert len(endpoint.requests) == 100


async def test_what_was_kept_while_nobody_delivered_is_delivered_later(desk: Desk) -> None:
    async with receiving() as endpoint:
        desk.webhook(endpoint.url)
        desk.receive(mail())
        async with delivering(desk):
            await until(lambda: all_done(desk))
        assert len(endpoint.requests) == 1
