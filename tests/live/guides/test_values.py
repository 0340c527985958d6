"""Values of hostile assets: lines for PowerShell stay one command, and nothing unprintable is offered."""

from __future__ import annotations

import re

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from live.providers.guides.powershell import QUOTES, Unquotable, nested, quoted
from live.providers.guides.values import VALUES, filled, put_in
from store import assets
from store.database import Store
from store.vault import Vault
from tests.live.guides.kit import facts, given, kept_asset, kept_client
from tests.store.kit import fields

LINES = [
    "smtp_auth_on",
    "smtp_auth_look",
    "forward_line",
    "policy_line",
    "rule_line",
    "permission_line",
    "scope_line",
    "role_line",
    "principal_look",
]
ALLOWED = re.compile(
    r"[A-Za-z0-9 .=|-]|\$false\b|\$true\b|\$app(?:\.Id|\.AppId)?(?![\w.])",
)


def outside_of_strings(line: str) -> str:
    """What of a line PowerShell reads as code: its tokenizer's way with single-quoted strings, in which any
    two quotes in a row stand for one."""
    code, place = "", 0
    while place < len(line):
        if not QUOTES.match(line[place]):
            code += line[place]
            place += 1
            continue
        place += 1
        while True:
            assert place < len(line), "the string does not end"
            if QUOTES.match(line[place]):
                if not QUOTES.match(line[place + 1 : place + 2]):
                    break
                place += 1
            place += 1
        place += 1
    return code


def meant(line: str) -> str:
    """What the first string of a line holds for PowerShell."""
    text, place = "", QUOTES.search(line).end()  # type: ignore[union-attr]
    while True:
        if QUOTES.match(line[place]):
            if not QUOTES.match(line[place + 1 : place + 2]):
                return text
            place += 1
        text += line[place]
        place += 1


@hypothesis_given(st.text())
def test_whatever_is_quoted_is_the_whole_string_and_no_more(text: str) -> None:
    try:
        line = quoted(text)
    except Unquotable:
        assert not text.isprintable()
        return
    assert outside_of_strings(line) == ""
    assert meant(line) == text


@hypothesis_given(st.text(alphabet="ab'\u2018\u2019\u201a\u201b\";`$()\n\x1b{}|&"))
def test_quotes_in_any_number_stay_within(text: str) -> None:
    try:
        line = f"Get-Thing -Name {quoted(text)} -Next 'x'"
    except Unquotable:
        return
    assert outside_of_strings(line) == "Get-Thing -Name  -Next "


def test_a_string_within_a_string() -> None:
    inner = nested("o'hara@example.com")
    assert inner == "'o''hara@example.com'"
    assert quoted(f"Address -eq {inner}") == "'Address -eq ''o''''hara@example.com'''"
    with pytest.raises(Unquotable):
        nested("o\u2019hara@example.com")


HOSTILE = (
    "o'hara@example.com",
    "x'; Remove-Mailbox -Identity * #@example.com",
    "\u2019; Remove-Mailbox *@example.com",
    "$(whoami)`n{0}@example.com",
    '"&|><@example.com',
    "{forwarding}{address}@example.com",
)


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_mailbox_stays_text(store: Store, vault: Vault, address: str) -> None:
    asset = kept_asset(store, vault, "office365", "oauth", address=address, name=f"n {address}")
    asset = given(store, vault, asset, kept_client(store, vault, "office365", "client_credentials"))
    known = facts(store, vault, asset)
    for key in LINES:
        value = filled(known, key)
        if not value.text:
            assert "\u2019" in address
            assert value.missing == "it holds a typographic quotation mark; write this line by hand"
            continue
        code = outside_of_strings(value.text)
        assert ALLOWED.sub("", code) == "", code
    assert put_in(known, "{address}") == address


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[31m", "\x00", "\u202e", "\u200b", "\u2028", "\x9b"])
def test_what_is_not_printed_is_not_offered(store: Store, vault: Vault, sign: str) -> None:
    asset = kept_asset(store, vault, "office365", "oauth", address=f"a{sign}b@example.com", name=f"a{sign}b")
    client = kept_client(
        store, vault, "office365", "client_credentials", tenant=f"x{sign}", client_id=f"y{sign}"
    )
    known = facts(store, vault, given(store, vault, asset, client))
    for key in VALUES:
        value = filled(known, key)
        assert value.text.isprintable()
        assert bool(value.text) != bool(value.missing)
        assert sign not in value.text
    assert put_in(known, "to {address}") == "to (it holds characters that are not printed)"


def test_a_name_in_the_tenant_has_at_most_64_characters(store: Store, vault: Vault) -> None:
    asset = kept_asset(store, vault, "office365", "oauth", address=f"{'a' * 100}@example.com")
    line = filled(facts(store, vault, asset), "policy_line").text
    assert len(meant(line)) == 64


@pytest.mark.parametrize("client_id", ["x&redirect_uri=https://evil.example", "x#y", "x y", "ä", ""])
def test_the_address_for_an_administrators_consent_is_built_of_ids_alone(
    store: Store, vault: Vault, client_id: str
) -> None:
    asset = kept_asset(store, vault, "office365", "oauth")
    client = kept_client(store, vault, "office365", "authorization_code", client_id=client_id)
    value = filled(facts(store, vault, given(store, vault, asset, client)), "admin_consent")
    assert value.text == ""
    assert value.missing


def test_an_asset_without_a_forwarding_address_says_what_to_set(store: Store, vault: Vault) -> None:
    bare = assets.create(store, vault, fields(provider="office365"))
    value = filled(facts(store, vault, bare), "forward_line", "Switch on")
    assert (value.label, value.text) == ("Switch on", "")
    assert value.missing == ("the asset has no forwarding address; set inbound_domain in the configuration")
