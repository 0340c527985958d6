"""Remarks on single values of an asset: white space, hidden characters, odd hosts and addresses."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from live.asset_remarks import tidied
from store.assets import Security
from tests.live.asset_fields import Fields, but, one, said


@pytest.mark.parametrize("field", ["name", "address", "host"])
@pytest.mark.parametrize("value", ["", "  ", "\u200b"])
def test_a_required_field_that_is_empty(field: str, value: str) -> None:
    found = [remark for remark in said(but(**{field: value})) if remark.severity == "error"]
    assert [remark.field for remark in found] == [field]
    assert "is empty" in found[0].text


@pytest.mark.parametrize("field", ["name", "address", "host", "username", "login_id", "owner"])
@pytest.mark.parametrize(
    ("space", "word"),
    [(" ", "a space"), ("\t", "a tab"), ("\n", "a line break"), ("\u00a0", "U+00A0"), ("\u200b", "U+200B"),
     ("\ufeff", "U+FEFF"), ("\u3000", "U+3000")],
)  # fmt: skip
def test_white_space_at_the_ends_is_a_warning(field: str, space: str, word: str) -> None:
    value = getattr(Fields(), field) or "desk@example.com"
    for pasted in (space + value, value + space):
        remark = one(but(**{field: pasted}))
        assert (remark.field, remark.severity) == (field, "warning")
        assert word in remark.text
        assert tidied({field: pasted}) == {field: value}


def test_tidying_touches_nothing_but_the_ends_of_texts() -> None:
    fields = {"name": " a b\u00a0", "port": 587, "note": "x\ny\n", "password": " secret ", "agreed": False}
    assert tidied(fields) == {
        "name": "a b",
        "port": 587,
        "note": "x\ny",
        "password": " secret ",
        "agreed": False,
    }
    assert tidied({"password": SecretStr(" x ")})["password"].get_secret_value() == " x "
    security = tidied({"security": Security.SSL})["security"]
    assert security is Security.SSL


@pytest.mark.parametrize("field", ["address", "host", "username", "login_id", "owner"])
@pytest.mark.parametrize("space", [" ", "\t", "\u00a0", "\u200b", "\u00ad", "\u200d"])
def test_white_space_inside_is_an_error_with_the_clean_value(field: str, space: str) -> None:
    remark = one(
        but(**{field: f"desk@exa{space}mple.com" if field != "host" else f"smtp.exa{space}mple.com"})
    )
    assert (remark.field, remark.severity) == (field, "error")
    assert "inside" in remark.text
    assert remark.remedy in ("Take it out: desk@example.com", "Take it out: smtp.example.com")


@pytest.mark.parametrize(
    "field", ["name", "address", "host", "username", "login_id", "owner", "note", "ca_pem"]
)
@pytest.mark.parametrize("control", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\ufff9", "\ud800"])
def test_control_characters_anywhere_are_an_error(field: str, control: str) -> None:
    found = [remark for remark in said(but(**{field: f"a{control}b"})) if remark.field == field]
    assert any(f"U+{ord(control):04X}" in remark.text and remark.severity == "error" for remark in found)
    assert not any(control in remark.text + remark.remedy for remark in found)


def test_hidden_characters_in_a_name() -> None:
    remark = one(but(name="Bil\u200bling"))
    assert (remark.field, remark.severity) == ("name", "error")
    assert "zero-width space" in remark.text


@pytest.mark.parametrize(
    ("host", "holds", "remedy"),
    [
        ("smtp://smtp.example.com", "a scheme (smtp://)", "Enter smtp.example.com as the SMTP server."),
        ("https://smtp.example.com/", "a scheme (https://) and a path", "Enter smtp.example.com as"),
        ("smtps://smtp.example.com", "a scheme", "smtp.example.com as the SMTP server, and 465 as the port."),
        ("smtp.example.com:2525", "a port", "smtp.example.com as the SMTP server, and 2525 as the port."),
        ("smtp.example.com:587", "a port", "Enter smtp.example.com as the SMTP server."),
        ("smtp.example.com:", "a port", "Enter smtp.example.com as the SMTP server."),
        ("smtp.example.com:http", "a port", "Enter smtp.example.com as the SMTP server."),
        ("[2001:db8::1]:465", "a port", "2001:db8::1 as the SMTP server, and 465 as the port."),
        ("smtp.example.com/mail", "a path", "Enter smtp.example.com as the SMTP server."),
        (
            "smtp://desk@smtp.example.com:25/x",
            "a scheme (smtp://), a user name, a port and a path",
            "and 25 as",
        ),
        ("https://", "a scheme", "Enter the bare name of the server"),
        ("desk@example.com", "is a mailbox address", "Enter the name of the server"),
    ],
)
def test_a_host_that_is_more_than_a_host(host: str, holds: str, remedy: str) -> None:
    remark = one(but(host=host))
    assert (remark.field, remark.severity) == ("host", "error")
    assert holds in remark.text
    assert remedy in remark.remedy


@pytest.mark.parametrize(
    "host",
    [
        "smtp,example,com",
        "smtp..example.com",
        "-smtp.example.com",
        "a" * 64 + ".example.com",
        "a:b:c",
        "sm$tp",
    ],
)
def test_a_host_that_is_none(host: str) -> None:
    found = said(but(host=host))
    assert [(remark.field, remark.severity) for remark in found] == [("host", "error")]


@pytest.mark.parametrize("field", ["address", "owner"])
@pytest.mark.parametrize(
    ("value", "why", "remedy"),
    [
        ("Billing <billing@example.com>", "display name", "Enter billing@example.com alone."),
        ("<mailto:billing@example.com>", "angle brackets", "Enter billing@example.com alone."),
        ("mailto:billing@example.com", "mailto:", "Enter billing@example.com alone."),
        ("billing<", "angle brackets", "Enter one address"),
        ("a@example.com,b@example.com", "more than one address", "Enter one address"),
        ("a@example.com;b@example.com", "more than one address", "Enter one address"),
        ("billing", "no @", "Enter one address"),
        ("a@b@example.com", "more than one @", "Enter one address"),
        ("@example.com", "no proper name", "Enter one address"),
        ("a..b@example.com", "no proper name", "Enter one address"),
        ("billing@example", "no full domain", "Enter one address"),
        ("billing@", "no full domain", "Enter one address"),
        ("billing@example..com", "no proper domain", "Enter one address"),
        ("billing@192.0.2.1", "no proper domain", "Enter one address"),
        ("a" * 65 + "@example.com", "too long", "Enter one address"),
        ("a@" + ".".join(["b" * 60] * 5), "no proper domain", "Enter one address"),
        (
            "a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 20,
            "too long",
            "Enter one",
        ),
    ],
)
def test_an_address_in_another_form(field: str, value: str, why: str, remedy: str) -> None:
    remark = one(but(**{field: value}))
    assert (remark.field, remark.severity) == (field, "error")
    assert why in remark.text
    assert remedy in remark.remedy


def test_an_address_that_few_servers_take() -> None:
    remark = one(but(address="s\u00fcpport@example.com"))
    assert (remark.field, remark.severity) == ("address", "warning")


@pytest.mark.parametrize(
    ("field", "most"), [("name", 1_000), ("note", 10_000), ("ca_pem", 65_536), ("host", 1_000)]
)
def test_a_value_longer_than_any_real_one(field: str, most: int) -> None:
    found = said(but(**{field: "a" * (most + 1)}))
    assert (found[0].field, found[0].severity) == (field, "error")
    assert f"{most:,} characters" in " ".join(remark.text for remark in found)
    assert all(len(remark.text) + len(remark.remedy) < 500 for remark in found)
