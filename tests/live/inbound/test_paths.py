"""Arguments of MAIL and RCPT, whatever octets they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.inbound import paths
from live.inbound.paths import Refused, Sender


@pytest.mark.parametrize(
    ("argument", "sender"),
    [
        (b"FROM:<>", Sender("", 0)),
        (b"FROM:<a@example.net>", Sender("a@example.net", 0)),
        (b"from: <a@example.net>  size=7  body=8bitmime", Sender("a@example.net", 7)),
        (b"FROM:a@example.net SIZE=7", Sender("a@example.net", 7)),
        (b"FROM:< a@example.net >", Sender("a@example.net", 0)),
        (b'FROM:<"a b>c\\"d"@example.net> SMTPUTF8', Sender('"a b>c\\"d"@example.net', 0)),
        (b"FROM:<@one.example,@two.example:a@example.net>", Sender("a@example.net", 0)),
        ("FROM:<zoë@exämple.net>".encode(), Sender("zoë@exämple.net", 0)),
        (
            b"FROM:<support+caf_=desk.abc=in.example.com@example.com>",
            Sender("support+caf_=desk.abc=in.example.com@example.com", 0),
        ),
    ],
)
def test_senders(argument: bytes, sender: Sender) -> None:
    assert paths.sender(argument) == sender


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("A.B@Example.COM", "a.b@example.com"),
        ("a@example.com.", "a@example.com"),
        ('"a"@example.com', "a@example.com"),
        ('"a\\b"@example.com', "ab@example.com"),
        ("İ@example.com", "i̇@example.com"),
        ("", ""),
    ],
)
def test_the_form_that_is_looked_up(address: str, bare: str) -> None:
    assert paths.bare(address) == bare


@given(st.binary(max_size=300))
def test_any_octets_give_an_address_or_a_refusal(octets: bytes) -> None:
    for prefix, read in ((b"FROM:", paths.sender), (b"FROM:<", paths.sender), (b"TO:<", paths.recipient)):
        refused = None
        try:
            found = read(prefix + octets)
        except Refused as refusal:
            refused = refusal
        if refused is None:
            address = found if isinstance(found, str) else found.address
            assert paths.bare(address).encode() is not None
        else:
            assert refused.reply[:1] == b"5"
            assert refused.reply.endswith(b"\r\n")
            assert str(refused) == ""


@pytest.mark.parametrize(
    "argument", [b'FROM:<"' + b"\\" * 2_000, b"FROM:<" + b'"' * 2_000, b"FROM:" + b" " * 2_000 + b"<"]
)
def test_none_takes_long(argument: bytes) -> None:
    with pytest.raises(Refused):
        paths.sender(argument)
