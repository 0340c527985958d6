"""Values of headers are understood as meant: charsets, encoded words, addresses, parameters, dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.mail.addresses import ADDRESSES, addresses
from live.mail.charsets import codec, decoded
from live.mail.dates import moment
from live.mail.encoded_words import words
from live.mail.names import NAME_BYTES, NAME_CHARACTERS, distinct, safe_name
from live.mail.parameters import parameters


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@example.com", [("", "a@example.com")]),
        ("Ann Example <a@example.com>", [("Ann Example", "a@example.com")]),
        (
            '"Example, Ann" <a@example.com>, b@example.org',
            [("Example, Ann", "a@example.com"), ("", "b@example.org")],
        ),
        ("=?utf-8?Q?Example,_J=C3=B6rg?= <a@example.com>", [("Example, Jörg", "a@example.com")]),
        ("a@example.com (Ann)", [("Ann", "a@example.com")]),
        ('"ann example"@example.com', [("", '"ann example"@example.com')]),
        ("undisclosed-recipients:;", []),
        ("Team: a@example.com, B <b@example.com>;", [("", "a@example.com"), ("B", "b@example.com")]),
        ("<@relay.example:a@example.com>", [("", "a@example.com")]),
        ("other@example.net <real@example.com>", [("other@example.net", "real@example.com")]),
        ('"open <a@example.com>', [("open", "a@example.com")]),
        ("Ann <>", []),
        ('"A \\" B" <a@example.com>', [('A " B', "a@example.com")]),
        ("a@example.com; b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ("", []),
        ("nobody", []),
    ],
)
def test_addresses(value: str, found: list[tuple[str, str]]) -> None:
    assert addresses(value) == found


def test_no_more_addresses_than_asked_for() -> None:
    value = ", ".join(f"a{number}@example.com" for number in range(3_000))
    assert len(addresses(value)) == ADDRESSES
    assert addresses(value, 1) == [("", "a0@example.com")]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("=?utf-8?q?a=20b?=", "a b"),
        ("=?UTF-8?B?w6Q?=", "ä"),
        ("=?utf-8?b?w6Q=?= =?utf-8?b?w6Q=?=", "ää"),
        ("=?utf-8?b?w6Q=?= x =?utf-8?b?w6Q=?=", "ä x ä"),
        ("x=?utf-8?q?a?=y", "xay"),
        ("=?utf-8*de?q?a?=", "a"),
        ("=?nonsense?q?=C3=A4?=", "ä"),
        ("=?utf-8?q?a", "=?utf-8?q?a"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?iso-8859-1?q?=E4?= =?utf-8?q?=C3=A4?=", "ää"),
        ("=?utf-8?q?a=0Ab=00?=", "a b"),
        (" a\tb ", "a b"),
    ],
)
def test_encoded_words(value: str, told: str) -> None:
    assert words(value) == told


@pytest.mark.parametrize(
    ("value", "main", "found"),
    [
        ('text/Plain; Charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        ("a; filename*=UTF-8''na%C3%AFve%20x.txt", "a", {"filename": "naïve x.txt"}),
        ("a; filename*0*=iso-8859-1''Gr%FC; filename*1=\"n x\"", "a", {"filename": "Grün x"}),
        ("a; filename*1=b; filename*0=a", "a", {"filename": "ab"}),
        ('a; filename="=?utf-8?B?w6Q=?="', "a", {"filename": "ä"}),
        ("a; filename=old; filename*=utf-8''new", "a", {"filename": "new"}),
        ("a; filename=foo bar.pdf; size=3", "a", {"filename": "foo bar.pdf", "size": "3"}),
        ('a; b="x;y\\"z\\\\"', "a", {"b": 'x;y"z\\'}),
        ('a; b="open', "a", {"b": "open"}),
        ("a; b=1; b=2", "a", {"b": "1"}),
        ("", "", {}),
        (";", "", {}),
    ],
)
def test_parameters(value: str, main: str, found: dict[str, str]) -> None:
    assert parameters(value) == (main, found)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("Mon, 24 Nov 2025 10:00:00 +0100", datetime(2025, 11, 24, 9, tzinfo=UTC)),
        ("24 Nov 2025 10:00 -0000 (GMT)", datetime(2025, 11, 24, 10, tzinfo=UTC)),
        ("Mon, 24 Nov 2025 10:00:60 GMT", datetime(2025, 11, 24, 10, 0, 59, tzinfo=UTC)),
        ("Mon, 01 Jan 0000 00:00:00 +0000", None),
        ("Mon, 01 Jan 0001 00:00:00 +2300", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
        ("Mon, 24 Nov 2025 10:00:00 +9999", None),
        ("Mon, 24 Nov 99999 10:00:00 +0000", None),
        ("Mon, 99 Nov 2025 99:00:00 +0000", None),
        ("9" * 5_000, None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(value: str, at: datetime | None) -> None:
    assert moment(value) == at


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("UTF-8", "utf-8"),
        ("'iso-8859-1'", "cp1252"),
        ("GB2312", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("cp-850", "cp850"),
        ("windows-874", "cp874"),
        ("koi8-u", "koi8-u"),
        ("zlib", ""),
        ("idna", ""),
        ("punycode", ""),
        ("unicode_escape", ""),
        ("x" * 100, ""),
        ("utf\0-8", "utf-8"),
        ("../x", ""),
    ],
)
def test_charsets(label: str, name: str) -> None:
    assert codec(label) == name


def test_a_charset_is_guessed_where_none_is_named() -> None:
    text = "Здравствуйте, где мой заказ? Он должен был прийти вчера."
    assert decoded(text.encode("cp1251")) == text
    text = "注文した商品がまだ届いていません。"
    assert decoded(text.encode("iso2022_jp")) == text


def test_one_wrong_byte_does_not_make_another_charset() -> None:
    text = "Grüße aus Köln " * 20
    assert decoded(text.encode()[:-2] + b"\xc3", "utf-8").startswith("Grüße aus Köln ")


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300),
    st.one_of(st.text(max_size=20), st.sampled_from(["utf-7", "utf-16", "hz", "big5"])),
)
def test_any_bytes_in_any_charset_become_text(content: bytes, label: str) -> None:
    decoded(content, label).encode()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_value_is_understood(value: str) -> None:
    words(value)
    parameters(value)
    moment(value)
    assert all(address for _name, address in addresses(value))


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\y.txt", "y.txt"),
        ("..", "attachment.pdf"),
        ("", "attachment.pdf"),
        ("/", "attachment.pdf"),
        ("dir/", "dir"),
        (".bashrc", "bashrc"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200bb\u0000c\x1b[31m.txt", "abc[31m.txt"),
        ("a\r\nb.txt", "a b.txt"),
        ("a:b?.txt", "a_b_.txt"),
        ("-rf", "_-rf"),
        ("x .", "x"),
        ("e\u0301.txt", "\u00e9.txt"),
    ],
)
def test_attachment_names(raw: str, name: str) -> None:
    assert safe_name(raw, "application/pdf") == name


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=400), max_size=8))
def test_any_names_become_safe_and_distinct(raws: list[str]) -> None:
    names = distinct([safe_name(raw, "image/png") for raw in raws])
    assert len({name.casefold() for name in names}) == len(raws)
    for name in names:
        assert 0 < len(name) <= NAME_CHARACTERS
        assert len(name.encode()) <= NAME_BYTES
        assert name.isprintable()
        assert not set(name) & set('/\\:*?"<>|')
        assert not name.startswith((".", "-", " "))


def test_a_long_name_keeps_its_suffix() -> None:
    assert safe_name("a" * 300 + ".pdf", "") == "a" * 116 + ".pdf"
    assert distinct(["a" * 116 + ".pdf"] * 2)[1] == "a" * 112 + " (2).pdf"
