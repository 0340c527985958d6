"""A delivery's request as a person looks at it: as it would go out, and never without a word in the audit
log."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook

from live.webhooks.look import look, unsigned
from store import audit, delivery_contents
from store.inbound_bodies import audit_name
from store.vault_errors import VaultLocked
from store.webhooks import Event, Style
from tests.live.webhooks.kit import SECRET, Desk, answering, delivering, mail, receiving, status, until


async def test_it_is_what_the_deliverer_sends(desk: Desk) -> None:
    async with receiving() as endpoint:
        desk.webhook(endpoint.url)
        (kept,) = desk.receive(mail(1, "Hello."))
        async with delivering(desk):
            await until(lambda: endpoint.requests)
        line = desk.lines()[0]
        seen = look(desk.store, desk.vault, line.id, reason="ticket 7")
    assert seen is not None
    *head, empty, body = seen.request
    headers = dict(one.split(": ", 1) for one in head[1:])
    (sent,) = endpoint.requests
    assert (head[0], empty) == ("POST /hook?x=1 HTTP/1.1", "")
    assert set(headers) == set(sent.headers)
    assert json.loads(body) == sent.told
    assert Webhook(SECRET.get_secret_value()).verify(body, headers)
    (entry,) = [one for one in audit.page(desk.store) if one.action == "message opened"]
    assert entry.detail == f"{audit_name(kept.id)} in delivery {line.id} ticket 7"
    assert SECRET.get_secret_value() not in repr(seen)
    assert "Hello" not in repr(seen)


async def test_the_credentials_key_alone_opens_no_mail(desk: Desk) -> None:
    async with receiving(answering(status(500))) as endpoint:
        desk.webhook(endpoint.url)
        desk.receive(mail())
        line = desk.lines()[0]
        assert delivery_contents.has_mail(desk.store, line.id)
        desk.vault.lock()
        with pytest.raises(VaultLocked):
            look(desk.store, desk.vault, line.id)
    assert not [one for one in audit.page(desk.store) if one.action == "message opened"]


async def test_one_that_is_past_its_time(desk: Desk) -> None:
    assert look(desk.store, desk.vault, 4711) is None
    assert not delivery_contents.has_mail(desk.store, 4711)


@pytest.mark.parametrize(
    ("style", "last"),
    [(Style.STANDARD, "webhook-signature: v1,…"), (Style.PLATFORM_SHA256, "x-hub-signature: sha256=…")],
)
def test_the_head_without_what_each_try_makes_anew(style: Style, last: str) -> None:
    lines = unsigned("https://hooks.example.com:8443/in?a=b", style, "msg_1")
    assert lines[0] == "POST /in?a=b HTTP/1.1"
    assert lines[1] == "host: hooks.example.com:8443"
    assert lines[-2:] == [last, "content-length: …"]


async def test_the_platform_s_style_of_an_event_without_mail(desk: Desk) -> None:
    from tests.tui.webhook_kit import fails

    desk.webhook("https://hooks.example.com/x", style=Style.PLATFORM_SHA512, events=(Event.GRANT_FAILED,))
    fails(desk)
    seen = look(desk.store, desk.vault, desk.lines()[0].id)
    assert seen is not None
    assert json.loads(seen.request[-1])["postroom"]["type"] == "grant.failed"
    assert seen.steps[-1].value in "\n".join(seen.request)
