"""Which spellings of an address are one mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.mail.mailbox import folded_address, same_mailbox


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.b@gmail.com", "ab@gmail.com", True),
        ("a.b@gmail.com", "A.B@GoogleMail.com", True),
        ("ab+x@gmail.com", "ab@gmail.com", True),
        ("ab+x@gmail.com", "ab+y@gmail.com", True),
        ("ab@gmail.com", "abc@gmail.com", False),
        ("ab@gmail.com", "ab@gmail.com.example.org", False),
        ("a.b@example.com", "ab@example.com", False),
        ("ab+x@example.com", "ab@example.com", False),
        ("AB@Example.com", "ab@example.com", True),
        ("<ab@example.com>", " ab@example.com. ", True),
        ("ab@bücher.example.com", "ab@xn--bcher-kva.example.com", True),
        ("ab@example.com", "", False),
        ("", "", False),
        ("ab", "ab@gmail.com", False),
        ("a" * 400, "a" * 400, False),
    ],
)
def test_spellings(one: str, other: str, same: bool) -> None:
    assert same_mailbox(one, other) is same
    assert same_mailbox(other, one) is same


@given(st.text(max_size=80))
def test_folding_never_fails_and_is_final(address: str) -> None:
    folded_address(address)
    assert same_mailbox(address, address) is bool(address)
