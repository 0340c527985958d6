"""What was typed into the form, as fields and as remarks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from store.assets import AssetFields, Security, SignIn
from tests.tui.rows import NOW, line
from tui.asset_draft import fields_of, judged, taken_by


def typed(**more: Any) -> dict[str, object]:
    """A form that is all right."""
    return {
        "name": "Billing",
        "address": "billing@example.com",
        "provider": "custom",
        "host": "smtp.example.com",
        "port": "587",
        "security": "starttls",
        "cleartext_agreed": False,
        "sign_in": "password",
        "oauth_client_id": "",
        "ask_consent": False,
        "username": "",
        "login_id": "",
        "password": "",
        "owner": "",
        "note": "",
        "ca_file": "",
        "pci_check": False,
        "keep_days": "",
        "keep_megabytes": "",
        **more,
    }


def fields(**more: Any) -> AssetFields:
    return fields_of(typed(**more), ca_pem="")


def test_outer_white_space_is_dropped() -> None:
    assert fields(name="  Billing\t", host=" smtp.example.com ").name == "Billing"
    assert fields(host=" smtp.example.com ").host == "smtp.example.com"


@pytest.mark.parametrize("port", ["", "x", "-1", "58 7", "587.0", "١٢", "0x24b", "999999", "1e3", "²"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    draft = fields(port=port)
    assert draft.port == 0
    assert [remark.field for remark in judged(draft, None, [], NOW)] == ["port"]


def test_a_port_may_have_spaces_around() -> None:
    assert fields(port=" 465 ").port == 465


def test_a_port_beyond_the_last_is_named() -> None:
    assert "port" in [remark.field for remark in judged(fields(port="65536"), None, [], NOW)]


def test_agreeing_to_clear_text_counts_only_without_tls() -> None:
    assert not fields(cleartext_agreed=True).cleartext_agreed
    without = fields(cleartext_agreed=True, security="none")
    assert without.cleartext_agreed
    assert without.security is Security.NONE


def test_sign_in_and_authority_come_along() -> None:
    kept = fields_of(typed(sign_in="oauth", oauth_client_id="3", ask_consent=True), ca_pem="PEM")
    assert (kept.sign_in, kept.ca_pem) == (SignIn.OAUTH, "PEM")
    assert (kept.oauth_client_id, kept.ask_consent) == (3, True)


def test_a_password_asset_has_no_client() -> None:
    kept = fields(oauth_client_id="3", ask_consent=True)
    assert (kept.oauth_client_id, kept.ask_consent) == (None, False)


def test_duplicates_come_first_and_name_the_other() -> None:
    others = [
        line("BILLING", id=3, address="other@example.com"),
        line("Zoo", id=4, address="Billing@Example.com"),
    ]
    draft = fields(host="")
    assert taken_by(draft, others) == [("name", others[0]), ("address", others[1])]
    found = judged(draft, None, others, NOW)
    assert [remark.field for remark in found[:2]] == ["name", "address"]
    assert found[0].text == "The name is already used by the asset BILLING."
    assert "^G" in found[0].remedy
    assert found[2].field == "host"


def test_an_empty_name_is_nobodys() -> None:
    assert taken_by(fields(name="", address=""), [line("", address="")]) == []


def test_case_beyond_ascii_does_not_make_another_name() -> None:
    assert taken_by(fields(name="Größe"), [line("GRÖSSE", address="x@example.com")])


@given(st.dictionaries(st.sampled_from(["name", "address", "host", "port", "owner", "note"]), st.text()))
def test_whatever_is_typed_can_be_judged(values: dict[str, str]) -> None:
    draft = fields(**values)
    for remark in judged(draft, SecretStr("x"), [line()], NOW):
        assert remark.text
        assert remark.remedy


def test_how_much_mail_is_kept_may_be_left_open() -> None:
    assert (fields().keep_days, fields().keep_megabytes, fields().pci_check) == (None, None, False)
    draft = fields(keep_days=" 30 ", keep_megabytes="0", pci_check=True)
    assert (draft.keep_days, draft.keep_megabytes, draft.pci_check) == (30, 0, True)
    assert not judged(draft, None, [], NOW)


@pytest.mark.parametrize("field", ["keep_days", "keep_megabytes"])
@pytest.mark.parametrize("typed", ["x", "-1", "3.5", "1e3", "99999999", "9" * 5_000, "٣"])
def test_a_limit_that_is_none_is_named(field: str, typed: str) -> None:
    (remark,) = judged(fields(**{field: typed}), None, [], NOW)
    assert (remark.field, remark.severity) == (field, "error")
    assert "the configuration says" in remark.remedy
