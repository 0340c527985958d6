"""Mails of postroom's own: their headers, and that nothing in a letter can become another one."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from live.mail.glance import glance
from live.mail.sorting import sorted_mail
from live.outgoing.letter import MOST_TEXT, Letter, Sender, composed, one_line
from live.outgoing.mark import NO_VAULT, mark, store_token
from live.smtp.names import WireNameError
from store.database import Store
from store.inbound_kinds import MailKind
from store.vault import Vault
from tests.store.kit import PASSPHRASE

SENDER = Sender("support@example.com", "Support", "7.0123456789abcdef")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OURS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "X-Postroom-Asset",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]
EVIL = "\r\nBcc: thief@example.net\r\n\r\nHello"


def letter(**changed: Any) -> Letter:
    fields: dict[str, Any] = {
        "to": "ada@example.org",
        "subject": "Your consent",
        "text": "Hello,\n\nhere it is.",
        "purpose": "consent link",
    }
    return Letter(**{**fields, **changed})


def read(mail: EmailMessage) -> EmailMessage:
    """The mail as who receives it reads it."""
    raw = mail.as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    return email.message_from_bytes(raw, policy=policy.default)


def test_the_headers_of_a_mail() -> None:
    mail = read(composed(letter(reply_to="desk@example.com"), SENDER, NOW))
    assert str(mail["From"]) == "Support <support@example.com>"
    assert (str(mail["To"]), str(mail["Reply-To"])) == ("ada@example.org", "desk@example.com")
    assert str(mail["Subject"]) == "Your consent"
    assert mail["Date"].datetime == NOW
    assert str(mail["Message-ID"]).endswith("@example.com>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "bulk"
    assert mail["X-Postroom-Asset"] == "7.0123456789abcdef"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    assert mail.get_content() == "Hello,\r\n\r\nhere it is.\r\n"


def test_letters_of_all_scripts_and_long_lines_arrive_as_they_are() -> None:
    text = "Grüße aus Łódź, 日本 🦊\n\nhttps://example.com/?" + "x" * 3_000
    mail = read(composed(letter(text=text, subject="Zustimmung für Łódź " * 5), SENDER, NOW))
    assert mail.get_content().replace("\r\n", "\n") == f"{text}\n"
    assert str(mail["Subject"]) == ("Zustimmung für Łódź " * 5).strip()


@pytest.mark.parametrize("field", ["subject", "from"])
def test_a_line_break_in_a_name_or_subject_becomes_a_space(field: str) -> None:
    sender = Sender("support@example.com", f"Support{EVIL}" if field == "from" else "Support", "7.x")
    made = letter(subject=f"Hello{EVIL}") if field == "subject" else letter()
    mail = read(composed(made, sender, NOW))
    assert mail.keys() == OURS
    assert "Bcc: thief@example.net" in str(mail[field])


@pytest.mark.parametrize("field", ["to", "reply_to"])
@pytest.mark.parametrize(
    "address",
    [
        f"ada@example.org{EVIL}",
        "ada@example.org\nBcc: x@example.net",
        "ada@example.org, x@example.net",
        "Ada <ada@example.org>",
        "a..b@example.org",
        "ada",
        "<>",
        "ädä@example.org",
    ],
)
def test_what_is_no_address_is_refused(field: str, address: str) -> None:
    with pytest.raises(WireNameError):
        composed(letter(**{field: address}), SENDER, NOW)


def test_a_letter_may_set_headers_of_ours_only() -> None:
    mail = read(composed(letter(headers=(("X-Postroom-Probe", f"abc{EVIL}"),)), SENDER, NOW))
    assert str(mail["X-Postroom-Probe"]).startswith("abc Bcc")
    for name in ("Bcc", "X-Postroom-Asset", "x-postroom-asset", "X-Postroom-Probe\r\nBcc", "X-Postroom-"):
        with pytest.raises(ValueError, match="no header that a letter may set"):
            composed(letter(headers=((name, "x"),)), SENDER, NOW)


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        composed(letter(text="x" * (MOST_TEXT + 1)), SENDER, NOW)


def test_what_a_letter_holds_is_not_shown() -> None:
    told = repr(letter(text="planted-text", secrets=(SecretStr("planted-state"),)))
    assert "planted" not in told


@given(subject=st.text(max_size=300), name=st.text(max_size=200), text=st.text(max_size=400))
def test_whatever_the_words_are_they_stay_where_they_belong(subject: str, name: str, text: str) -> None:
    sender = Sender("support@example.com", name, "7.x")
    mail = read(composed(letter(subject=subject, text=text), sender, NOW))
    assert mail.keys() == OURS
    assert [str(one.addr_spec) for one in mail["From"].addresses] == ["support@example.com"]
    assert [str(one.addr_spec) for one in mail["To"].addresses] == ["ada@example.org"]
    assert not mail.is_multipart()


@given(
    local=st.text(st.characters(codec="ascii"), min_size=1, max_size=40),
    domain=st.text(st.characters(codec="ascii"), min_size=1, max_size=40),
)
def test_whatever_the_address_is_it_is_one_or_refused(local: str, domain: str) -> None:
    try:
        mail = composed(letter(to=f"{local}@{domain}", reply_to=f"{local}@{domain}"), SENDER, NOW)
    except WireNameError:
        return
    arrived = read(mail)
    assert [key for key in arrived if key != "Reply-To"] == OURS
    assert len(arrived["To"].addresses) == 1


@given(st.text(max_size=300), st.integers(min_value=1, max_value=80))
def test_a_line_is_a_line(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1
    line.encode()


def test_the_mark_is_the_stores_and_known_when_it_comes_back(store: Store) -> None:
    vault = Vault(store)
    with store.read() as session:
        assert mark(session, None) == f"0.{NO_VAULT}"
    vault.initialise(PASSPHRASE)
    with store.read() as session:
        made, token = mark(session, 7), store_token(session)
    vault.rotate(PASSPHRASE)
    with store.read() as session:
        assert mark(session, 7) == made
    content = composed(letter(), Sender("support@example.com", "Support", made), NOW).as_bytes()

    def kind(store_token: str) -> MailKind:
        return sorted_mail(
            glance(content),
            content,
            mail_from="support@example.com",
            rcpt_to="support-x@in.example.com",
            asset_address="support@example.com",
            store_token=store_token,
        ).kind

    assert kind(token) is MailKind.LOOP
    assert kind("another") is MailKind.AUTOMATIC
