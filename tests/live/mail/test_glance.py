"""A glance tells what a list shows, in microseconds, and the same as reading does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from live.mail.glance import glance
from live.mail.reading import parsed
from tests.live.mail.mails import SAMPLES, attached, multipart, plain

HEAD = (
    b"".join(
        b"Received: from mail-%d.example.net (mail-%d.example.net [192.0.2.%d])\r\n"
        b"        by mx.example.org (Postfix) with ESMTPS id 4XyZ%d;\r\n"
        b"        Mon, 24 Nov 2025 10:0%d:12 +0100 (CET)\r\n" % (n, n, n, n, n)
        for n in range(4)
    )
    + b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1;\r\n b=" + b"A" * 400 + b"\r\n"
    + b"".join(b"X-Header-%d: value %d\r\n" % (n, n) for n in range(12))
    + b"From: =?utf-8?Q?J=C3=B6rg?= <joerg@example.com>\r\n"
    + b'To: "Support" <support@example.org>\r\nCc: a@example.com, B <b@example.net>\r\n'
    + b"Subject: =?utf-8?B?R3LDvMOfZQ==?= and order 17\r\nDate: Mon, 24 Nov 2025 10:00:00 +0100\r\n"
    + b"Message-ID: <abc@example.com>\r\nMIME-Version: 1.0\r\n"
)  # fmt: skip


def test_what_a_list_shows() -> None:
    body, field = multipart("mixed", [plain("x"), attached(b"x", "a.pdf"), attached(b"y", "a.pdf")])
    look = glance(HEAD + field.encode() + b"\r\n\r\n" + body)
    assert look.subject == "Grüße and order 17"
    assert (look.sender, look.sender_name) == ("joerg@example.com", "Jörg")
    assert look.recipients == "support@example.org, a@example.com, b@example.net"
    assert look.message_id == "abc@example.com"
    assert look.sent_at == datetime(2025, 11, 24, 9, tzinfo=UTC)
    assert look.attachments == ("a.pdf", "a (2).pdf")
    assert not look.unreadable
    assert look.first("x-header-3") == "value 3"
    assert look.first("missing") == ""
    assert len(look.every("received")) == 4
    assert look.every("received")[0].endswith("with ESMTPS id 4XyZ0; Mon, 24 Nov 2025 10:00:12 +0100 (CET)")
    assert look.headers[-1][0] == "Content-Type"


def test_where_the_body_starts() -> None:
    content = HEAD + b"\r\nthe body"
    assert content[glance(content).body :] == b"the body"
    assert glance(b"Subject: x").body == 10
    assert glance(b"").body == 0


def test_nothing_is_there() -> None:
    for content in (b"", b"\r\n", b"words without a header", b"\0\0\0", b"X-Only: this\r\n\r\n"):
        look = glance(content)
        assert look.unreadable
        assert (look.subject, look.sender, look.recipients, look.attachments) == ("", "", "", ())


def test_a_sender_serves_where_from_does_not() -> None:
    assert glance(b"From: \r\nSender: a@example.com\r\n\r\n").sender == "a@example.com"


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_reading_agrees(sample: bytes) -> None:
    look, found = glance(sample), parsed(sample)
    assert [name for name, _value in look.headers] == [
        name for name, _value in found.headers[: len(look.headers)]
    ]
    inside = tuple(f"{one.path}." for one in found.nested)
    outer = [one.name for one in found.attachments if not one.path.startswith(inside)] if inside else []
    assert len(look.attachments) == len(outer or found.attachments)
