"""Forwarding addresses: readable, impossible to guess, valid for any name, and given once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import assets, audit
from store.database import Store
from store.forwarding import forwarding_address
from store.vault import Vault
from tests.store.kit import fields


@given(st.text())
def test_a_forwarding_address_is_one_whatever_the_name(name: str) -> None:
    made = forwarding_address(name, "in.example.com")
    local, _, domain = made.partition("@")
    readable, _, random = local.partition(".")
    assert domain == "in.example.com"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", readable)
    assert re.fullmatch(r"[a-z2-7]{20}", random)  # 5 bits each
    assert len(local) <= 64
    assert forwarding_address(name, "in.example.com") != made
    assert forwarding_address(name, "") == ""


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("Help desk", "help-desk"),
        ("Ärger & Söhne GmbH", "arger-sohne-gmbh"),
        ("Straße", "strasse"),
        ("邮局", "mailbox"),
        ("", "mailbox"),
        ("a" * 99, "a" * 30),
        ("a" * 29 + " b", "a" * 29),
        ("../../etc", "etc"),
        ("a@b.example", "a-b-example"),
    ],
)
def test_the_readable_part_comes_from_the_name(name: str, readable: str) -> None:
    assert forwarding_address(name, "in.example.com").partition(".")[0] == readable


def test_the_random_part_uses_the_whole_alphabet() -> None:
    drawn = "".join(forwarding_address("x", "example.com")[2:22] for _ in range(500))
    assert set(drawn) == set("abcdefghijklmnopqrstuvwxyz234567")


def test_assets_made_before_the_domain_get_their_addresses_once(store: Store, vault: Vault) -> None:
    for name in ("One", "Two"):
        assets.create(store, vault, fields(name))
    third = assets.create(store, vault, fields("Three"), inbound_domain="old.example.com")
    assert assets.give_forwarding_addresses(store, "") == 0
    assert assets.give_forwarding_addresses(store, "in.example.com") == 2
    assert assets.give_forwarding_addresses(store, "in.example.com") == 0
    given = {line.name: line.forwarding_address for line in assets.lines(store)}
    assert given["One"].startswith("one.")
    assert given["Two"].endswith("@in.example.com")
    assert given["Three"] == third.forwarding_address
    assert [entry.detail for entry in audit.page(store, words=["forwarding"])] == [given["Two"], given["One"]]
