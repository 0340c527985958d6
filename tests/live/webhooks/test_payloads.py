"""What webhooks are told: every field, what is hidden, what is masked, in both styles."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from live.webhooks.letters import letter, unpacked, without_code
from live.webhooks.signing import Style
from store.inbound_bodies import packed
from store.webhooks import RawSource
from tests.live.webhooks.kit import Desk, Request, all_done, delivering, mail, receiving, until

CARD = "4111 1111 1111 1111"
PLATFORM_SECRET = SecretStr("platform secret")
PARTS = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
    "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
    "--c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlain {0}\r\n"
    "--c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Rich {0}</p>\r\n--c--\r\n"
    '--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="bill.pdf"\r\n'
    "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--",
)
GMAIL = (
    "From: Gmail Team <forwarding-noreply@google.com>\r\nTo: {to}\r\n"
    "Subject: (#99427480) Gmail Forwarding Confirmation - Receive Mail from {address}\r\n"
    "Message-ID: <c1@google.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "{address} has requested to automatically forward mail to your email\r\naddress {to}.\r\n"
    "Confirmation code: 99427480\r\n\r\nTo allow, please click the link below to confirm the request:\r\n\r\n"
    "https://mail-settings.google.com/mail/vf-%5BANGjdJ-secret%5D-token\r\n\r\n"
    "If you accidentally clicked the link, cancel:\r\n"
    "https://mail-settings.google.com/mail/uf-%5BANGjdJ-other%5D-token\r\n"
)


async def told(desk: Desk, content: bytes, *, asset: int = 0, **webhook: Any) -> Request:
    """What an endpoint hears of a mail."""
    roster = {"link_base": lambda: "https://desk.example.com"} if webhook.pop("links", False) else {}
    async with receiving() as endpoint, delivering(desk, **roster):
        desk.webhook(endpoint.url, **webhook)
        desk.receive(content, asset=asset)
        await until(lambda: all_done(desk))
    (request,) = endpoint.requests
    return request


def rich(text: str = "text") -> bytes:
    return mail(
        1, PARTS[1].format(text), PARTS[0] + "In-Reply-To: <0@x.example>\r\nCc: Bob <b@example.org>\r\n"
    )


async def test_every_field_of_a_mail_with_parts(desk: Desk) -> None:
    data = (await told(desk, rich())).verified()["data"]
    assert (data["text"], data["html"]) == ("Plain text", "<p>Rich text</p>")
    (attached,) = data["attachments"]
    assert attached == {"name": "bill.pdf", "content_type": "application/pdf", "size": 5, "content_id": ""}
    assert data["in_reply_to"] == "0@x.example"
    assert data["cc"] == [{"name": "Bob", "address": "b@example.org"}]
    assert data["to"] == [{"name": "Desk", "address": "billing@example.com"}]
    assert ["Message-ID", "<1@mail.example.net>"] in data["headers"]
    assert data["envelope"]["mail_from"] == "bounces@example.net"
    assert (data["raw"], data["kind"]) == (None, "ordinary")


async def test_the_source_goes_along_inline(desk: Desk) -> None:
    data = (await told(desk, rich(), raw=RawSource.INLINE)).told["data"]
    assert base64.b64decode(data["raw"]["base64"]) == rich()
    assert data["raw"]["sha256"] == hashlib.sha256(rich()).hexdigest()


async def test_the_source_goes_along_by_a_link(desk: Desk) -> None:
    raw = (await told(desk, rich(), raw=RawSource.LINK, links=True)).told["data"]["raw"]
    assert raw["url"].startswith("https://desk.example.com/webhooks/raw/msg_")
    assert raw["expires_at"].endswith("Z")


async def test_card_numbers_are_masked_everywhere(desk: Desk) -> None:
    content = (
        rich(CARD).replace(b"Order 1", b"Order " + CARD.encode()).replace(b"Desk <", CARD.encode() + b" <")
    )
    request = await told(desk, content, asset=2, raw=RawSource.INLINE)
    source = base64.b64decode(request.told["data"]["raw"]["base64"])
    for text in (request.body.decode(), source.decode("latin-1"), desk.delivery().data.__repr__()):
        assert CARD not in text
        assert CARD.replace(" ", "") not in text
    assert "Plain" in request.told["data"]["text"]


@pytest.mark.parametrize("style", [Style.STANDARD, Style.PLATFORM_SHA256])
async def test_a_confirmations_link_and_code_are_told_only_to_who_opted_in(desk: Desk, style: Style) -> None:
    to, address = desk.assets[0].forwarding_address, desk.assets[0].address
    content = GMAIL.format(to=to, address=address).encode()
    more: dict[str, Any] = {"style": style, "raw": RawSource.INLINE}
    if style.is_platform:
        more["secret"] = PLATFORM_SECRET
    hidden = await told(desk, content, **more)
    assert b"99427480" not in hidden.body
    assert b"vf-" not in hidden.body
    assert b"uf-" not in hidden.body
    assert b"base64" not in hidden.body
    assert b"email.confirmation" in hidden.body
    assert address.encode() in hidden.body


async def test_who_opted_in_is_told_link_and_code(desk: Desk) -> None:
    to, address = desk.assets[0].forwarding_address, desk.assets[0].address
    content = GMAIL.format(to=to, address=address).encode()
    found = (await told(desk, content, opt_in_confirmation=True)).verified()
    assert found["type"] == "email.confirmation"
    assert found["data"]["confirmation"]["link"].startswith("https://mail-settings.google.com/mail/vf-")
    assert found["data"]["confirmation"]["code"] == "99427480"


@pytest.mark.parametrize("style", [Style.PLATFORM_SHA256, Style.PLATFORM_SHA512])
async def test_the_platforms_style_has_its_fields(desk: Desk, style: Style) -> None:
    request = await told(desk, rich(), style=style, secret=PLATFORM_SECRET)
    name, _, mac = request.headers["x-hub-signature"].partition("=")
    assert mac == hmac.new(b"platform secret", request.body, name).hexdigest()
    assert "webhook-signature" not in request.headers
    found = request.told
    assert (found["event"], found["event_identifier"]) == ("Inbound Message", "MO")
    assert (found["channel"], found["channel_identifier"]) == ("Email", "EMAIL")
    assert found["transid"] == found["tid"]
    assert found["from"] == "customer@example.net"
    assert json.loads(found["to"]) == ["Desk <billing@example.com>"]
    assert json.loads(found["attachments"])[0]["name"] == "bill.pdf"
    assert (found["subject"], found["textMessage"]) == ("Order 1", "Plain text")
    assert found["htmlMessage"] == "<p>Rich text</p>"


def test_a_subject_is_freed_of_what_could_be_a_code() -> None:
    assert without_code("(#99427480) Gmail Forwarding", "") == "(#…) Gmail Forwarding"
    assert without_code("code AB-12 here", "AB-12") == "code … here"


@given(st.binary(max_size=2_000), st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_bytes_can_be_read_and_told(content: bytes, pci: bool) -> None:
    found = letter(content, pci=pci)
    json.dumps([found.subject, found.text, found.html, found.headers, found.attachments])
    assert unpacked(packed(content)) == content


@given(st.binary(max_size=200))
def test_what_is_no_compressed_mail_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a"):
        unpacked(content)
