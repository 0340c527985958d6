"""Remarks on an asset's fields: each check of fields against each other, where it speaks and where not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import trustme
from pydantic import SecretStr

from live.asset_remarks import FIELDS, remarks
from store.assets import AssetFields, Provider, Security, SignIn
from tests.live.asset_fields import GMAIL, NOW, OFFICE, Fields, but, one, said

NAIVE = datetime(2027, 2, 1)
APP_PASSWORD = "abcd efgh ijkl mnop"


@pytest.mark.parametrize(
    ("fields", "password"),
    [
        (Fields(), None),
        (Fields(), "p\u00e4ss w\u00f6rd"),
        (GMAIL, APP_PASSWORD),
        (GMAIL, APP_PASSWORD.replace(" ", "")),
        (GMAIL, APP_PASSWORD.replace(" ", "\u00a0")),
        (but(GMAIL, port=587, security="starttls"), None),
        (but(GMAIL, host="smtp-relay.gmail.com"), None),
        (but(GMAIL, host="SMTP.Gmail.com."), None),
        (but(GMAIL, sign_in="oauth"), "no app password"),
        (OFFICE, None),
        (but(OFFICE, host="smtp-mail.outlook.com"), None),
        (but(OFFICE, host="localhost", port=1587), None),
        (but(GMAIL, host="127.0.0.1", port=1465), None),
        (but(host="2001:db8::25"), None),
        (but(host="[2001:db8::25]"), None),
        (but(host="b\u00fccher.example"), None),
        (but(host="smtp.example.com."), None),
        (but(host="relay"), None),
        (but(port=465, security="ssl"), None),
        (but(port=2525), None),
        (but(security="none", cleartext_agreed=True), None),
        (but(username="DESK\\billing"), None),
        (but(OFFICE, username="billing@example.com"), None),
        (but(login_id="desk@example.com", owner="owner@example.org"), None),
        (but(name="\u0628\u0647\u200c\u0631\u0648\u0632 \U0001f469\u200d\U0001f4bb"), None),
        (but(note="Two\nlines,\tand a tab."), None),
        (but(address="billing@b\u00fccher.example"), None),
        (but(address="billing+desk@example.com"), None),
    ],
)
def test_good_fields_are_not_remarked_on(fields: Fields, password: str | None) -> None:
    assert said(fields, password) == []


@pytest.mark.parametrize("port", [0, -1, 65_536, 10**9])
def test_a_port_that_is_none(port: int) -> None:
    remark = one(but(port=port))
    assert (remark.field, remark.severity) == ("port", "error")


@pytest.mark.parametrize(
    ("port", "word"),
    [(25, "between servers"), (993, "IMAP"), (143, "IMAP"), (995, "POP3"), (110, "POP3"), (443, "web")],
)
def test_a_port_for_something_else(port: int, word: str) -> None:
    remark = one(but(port=port))
    assert (remark.field, remark.severity) == ("port", "warning")
    assert word in remark.text


@pytest.mark.parametrize(
    ("fields", "severity", "remedy"),
    [
        (but(port=465), "warning", "Set the security to SSL, or the port to 587."),
        (but(port=587, security="ssl"), "warning", "Set the security to STARTTLS, or the port to 465."),
        (but(port=465, security="none", cleartext_agreed=True), "warning", "Set the security to SSL"),
        (but(GMAIL, port=587), "error", "Use port 465 with SSL, as Gmail does."),
        (but(GMAIL, security="starttls"), "error", "Use port 465 with SSL, as Gmail does."),
        (but(OFFICE, port=465), "error", "Use port 587 with STARTTLS, as Office 365 does."),
        (but(OFFICE, port=465, security="ssl"), "error", "Use port 587 with STARTTLS, as Office 365 does."),
    ],
)
def test_port_and_security_that_do_not_fit(fields: Fields, severity: str, remedy: str) -> None:
    remark = one(fields)
    assert (remark.field, remark.severity) == ("security", severity)
    assert remedy in remark.remedy


def test_port_25_with_ssl_is_told_twice() -> None:
    assert [remark.field for remark in said(but(port=25, security="ssl"))] == ["port", "security"]


def test_no_security_needs_a_yes_and_the_large_providers_refuse_it() -> None:
    remark = one(but(security="none"))
    assert (remark.field, remark.severity) == ("security", "error")
    assert "say yes" in remark.remedy
    both = said(but(GMAIL, port=587, security="none"))
    assert [(remark.field, remark.severity) for remark in both] == [
        ("security", "error"),
        ("security", "warning"),
    ]
    agreed = one(but(OFFICE, security="none", cleartext_agreed=True))
    assert (agreed.severity, agreed.text) == ("warning", "Office 365 refuses mail without TLS.")


@pytest.mark.parametrize(
    ("fields", "field", "remedy"),
    [
        (but(GMAIL, host="smtp.example.com"), "host", "Enter smtp.gmail.com, or choose the provider Custom."),
        (but(OFFICE, host="relay"), "host", "Enter smtp.office365.com, or choose the provider Custom."),
        (but(GMAIL, host="smtp.office365.com", port=587, security="starttls", sign_in="oauth"), "host",
         "Enter smtp.gmail.com, or choose the provider Office 365."),
        (but(GMAIL, provider="custom"), "provider", "Choose the provider Gmail"),
        (but(OFFICE, provider="custom"), "provider", "Choose the provider Office 365"),
        (but(GMAIL, provider="custom", host="smtp.googlemail.com"), "provider", "Choose the provider Gmail"),
    ],
)  # fmt: skip
def test_a_server_that_is_not_the_providers(fields: Fields, field: str, remedy: str) -> None:
    remark = one(fields)
    assert (remark.field, remark.severity) == (field, "warning")
    assert remedy in remark.remedy


@pytest.mark.parametrize(("field", "word"), [("provider", "is no provider"), ("security", "is no security")])
def test_a_word_that_nobody_knows(field: str, word: str) -> None:
    remark = one(but(**{field: "pigeon"}))
    assert (remark.field, remark.severity) == (field, "error")
    assert word in remark.text


@pytest.mark.parametrize(
    "password", ["correct horse", "abcdefghijklmno1", "abcdefghijklmno", "\u00e4bcdefghijklmnop"]
)
def test_a_gmail_password_that_cannot_be_an_app_password(password: str) -> None:
    remark = one(GMAIL, password)
    assert (remark.field, remark.severity) == ("password", "error")
    assert "16 letters" in remark.text
    assert "https://myaccount.google.com/apppasswords" in remark.remedy
    elsewhere = one(but(GMAIL, host="localhost", port=1465), password)
    assert (elsewhere.field, elsewhere.severity) == ("password", "warning")


@pytest.mark.parametrize("password", [" p4ss", "p4ss\u00a0", "p4ss\u200b"])
def test_white_space_at_the_ends_of_a_password(password: str) -> None:
    remark = one(Fields(), password)
    assert (remark.field, remark.severity) == ("password", "warning")


@pytest.mark.parametrize("password", ["p4ss\n", "p4\x00ss", "\tp4ss"])
def test_control_characters_in_a_password(password: str) -> None:
    remark = one(Fields(), password)
    assert (remark.field, remark.severity) == ("password", "error")


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (NOW, "36 days left. Microsoft switches"),
        (datetime(2026, 12, 30, tzinfo=UTC), "1 day left. Microsoft switches"),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), "This is the last day. Microsoft switches"),
        (datetime(2027, 2, 1, tzinfo=UTC), "Password sign-in (Basic authentication) has been off by default"),
        (NAIVE, "Password sign-in (Basic authentication) has been off by default"),
    ],
)
def test_a_password_on_office_365_has_a_timetable(now: datetime, begins: str) -> None:
    remark = one(but(OFFICE, sign_in="password"), "any", now)
    assert (remark.field, remark.severity) == ("sign_in", "warning")
    assert remark.text.startswith(begins)
    assert "second half of 2027" in remark.text
    assert "OAuth" in remark.remedy


@pytest.mark.parametrize("domain", ["outlook.com", "hotmail.co.uk", "live.fr", "MSN.com"])
def test_a_private_persons_mailbox_at_microsoft(domain: str) -> None:
    remark = one(but(OFFICE, sign_in="password", address=f"someone@{domain}"))
    assert (remark.field, remark.severity) == ("address", "warning")
    assert said(but(address=f"someone@{domain}")) == []


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"login_id": "Billing@Example.com"}, "login_id", "is the address itself"),
        ({"login_id": "desk@example.com", "username": "billing@example.com"}, "login_id", "is not used"),
    ],
)
def test_a_login_id_that_is_of_no_use(changes: dict[str, str], field: str, word: str) -> None:
    remark = one(but(**changes))
    assert (remark.field, remark.severity) == (field, "warning")
    assert word in remark.text


@pytest.mark.parametrize("field", ["username", "login_id"])
def test_a_sign_in_name_that_is_no_full_address(field: str) -> None:
    remark = one(but(OFFICE, **{field: "billing"}))
    assert (remark.field, remark.severity) == (field, "warning")
    assert "full address" in remark.text


def test_the_certificate_of_an_authority() -> None:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    pem = authority.cert_pem.bytes().decode()
    key = authority.private_key_pem.bytes().decode()
    assert said(but(ca_pem=pem)) == []
    assert said(but(ca_pem=pem + pem)) == []
    for wrong in ("nonsense", pem[:200], pem.replace("M", "!", 5), "b\u00fc" + pem[5:]):
        remark = one(but(ca_pem=wrong))
        assert (remark.field, remark.severity) == ("ca_pem", "error")
        assert "no certificate in PEM form" in remark.text
    assert "private key" in one(but(ca_pem=pem + key)).text


def test_the_stores_own_fields_fit() -> None:
    fields = AssetFields(
        name="Billing",
        address="billing@example.com",
        provider=Provider.OFFICE365,
        sign_in=SignIn.PASSWORD,
        host="smtp.gmail.com",
        port=465,
        security=Security.SSL,
    )
    found = remarks(fields, SecretStr("correct horse battery"), NOW)
    assert [remark.field for remark in found] == ["host", "password"]
    assert set(FIELDS) - {"password"} == set(AssetFields.model_fields) - {
        "cleartext_agreed",
        "oauth_client_id",
        "ask_consent",
    }


def test_remarks_come_in_the_order_of_the_form_errors_first() -> None:
    found = said(but(GMAIL, name="", host=" smtp.example.com:25", port=0, owner="x"), "x y")
    order = list(FIELDS)
    places = [(order.index(remark.field), remark.severity) for remark in found]
    assert places == sorted(places)
    assert {remark.field for remark in found} == {"name", "host", "port", "owner", "password"}


@pytest.mark.parametrize("field", ["keep_days", "keep_megabytes"])
def test_how_much_mail_is_kept_is_a_number_or_nothing(field: str) -> None:
    for number in (None, 0, 1, 36_500):
        assert not said(but(**{field: number}))
    for number in (-1, 10**8):
        found = one(but(**{field: number}))
        assert (found.field, found.severity) == (field, "error")
        assert f"inbound_{field}" in found.remedy
