"""Mail that is made of an event can be read like any other, and is no other's."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.mail.glance import glance
from live.mail.reading import read as read_mail
from live.platform.events import mail_of
from live.platform.rebuilt import MARK, MARK_WORDS, rebuilt
from tests.live.platform.kit import CONTENT, event


def made(**more: Any) -> bytes:
    found = mail_of(event(**more))
    assert found is not None
    return rebuilt(found)


def test_it_reads_as_it_was_told() -> None:
    content = made(ts="2026-11-24T10:00:00+01:00")
    look, mail = glance(content), read_mail(content)
    assert not look.unreadable
    assert (look.sender, look.recipients) == ("ann@example.net", "Help.desk@example.com")
    assert look.subject == CONTENT["subject"]
    assert look.sent_at is not None
    assert look.sent_at.isoformat() == "2026-11-24T09:00:00+00:00"
    assert mail.text.strip() == CONTENT["textMessage"].strip()
    assert dict(mail.headers)[MARK] == MARK_WORDS
    assert dict(mail.headers)["X-Postroom-Platform-App"] == "a_637812345"
    assert content.isascii()


def test_the_same_event_makes_the_same_octets() -> None:
    files = json.dumps(
        [{"name": "a.pdf", "contentType": "application/pdf", "url": "https://f.example.com/1"}]
    )
    assert made(attachments=files) == made(attachments=files)
    assert made(transid="other", attachments=files) != made(attachments=files)


@pytest.mark.parametrize(
    "field", ["subject", "from", "senderName", "transid", "tid", "appId", "tenantId", "inReplyTo"]
)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\0"])
def test_no_field_becomes_another_header(field: str, end: str) -> None:
    content = made(**{field: f"a{end}Bcc: victim@example.org{end}{end}<script>"})
    names = [name.lower() for name, _ in glance(content).headers]
    assert "bcc" not in names
    assert len(names) == len(set(names))
    head = content.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(^|[\r\n])Bcc:", head)
    assert b"<script>" not in content.replace(head, b"")


def test_addresses_that_are_none_are_kept_as_words() -> None:
    look = glance(made(**{"from": "no address at all"}))
    assert look.sender == "unknown@sender.invalid"
    assert look.sender_name == "no address at all"


def test_files_stay_where_they_are() -> None:
    url = "https://files.example.com/" + "x" * 1_700
    told = [
        {"name": "rücken\r\nX: y.pdf", "contentType": "application/pdf", "url": url},
        {"name": "", "contentType": "no type\r\n", "url": "javascript:alert(1)"},
    ]
    content = made(attachments=json.dumps(told))
    first, second = read_mail(content).attachments
    assert first.name == "rücken X_ y.pdf"
    assert second.name == "attachment-2"
    assert b"javascript" not in content
    assert url.encode() in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) < 998


def test_html_alone_and_nothing_at_all() -> None:
    assert "it has not come" in read_mail(made(textMessage=None)).text
    assert read_mail(made(textMessage=None, htmlMessage=None)).text.strip() == ""


def test_what_another_postroom_tells_of_the_mail_is_kept() -> None:
    told = {"message_id": "<a.b@mail.example.net>", "in_reply_to": "<c@mail.example.net>"}
    look = glance(made(postroom=told))
    assert look.message_id == "a.b@mail.example.net"
    hostile = {"message_id": "<a@b>\r\nBcc: x@example.com", "in_reply_to": "x"}
    assert glance(made(postroom=hostile)).message_id.endswith("@platform.postroom.invalid")


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(
            ["from", "to", "cc", "subject", "textMessage", "htmlMessage", "transid", "senderName"]
        ),
        st.text(alphabet=st.characters(), max_size=60)
        | st.lists(st.text(alphabet=st.characters(), max_size=30), max_size=3),
    ),
    st.lists(
        st.fixed_dictionaries({name: st.text(max_size=40) for name in ("name", "contentType", "url")}),
        max_size=2,
    ),
)
def test_whatever_it_holds_it_is_one_readable_mail(told: dict[str, Any], files: list[dict[str, str]]) -> None:
    content = made(**told, attachments=files)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) < 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    look = glance(content)
    names = [name.lower() for name, _ in look.headers]
    assert len(names) == len(set(names))
    assert read_mail(content).trouble == ""
