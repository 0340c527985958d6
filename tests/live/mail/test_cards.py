"""Card numbers are found however they are written, and nothing else is taken for one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from live.mail.cards import has_cards, masked
from live.mail.html_masking import masked_html
from live.mail.html_text import html_to_text

# Numbers that the brands and payment providers publish for tests.
CARDS = {
    "Visa": "4111111111111111",
    "Visa, 13": "4222222222222",
    "Mastercard": "5555555555554444",
    "Mastercard, 2-series": "2223003122003222",
    "American Express": "378282246310005",
    "Discover": "6011111111111117",
    "Diners Club": "30569309025904",
    "Diners Club, 36": "36227206271667",
    "JCB": "3530111333300000",
    "UnionPay": "6200000000000005",
    "Maestro": "6759649826438453",
}


def hidden(number: str) -> str:
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS)
def test_every_brand(number: str) -> None:
    assert masked(f"My card {number}, thanks") == f"My card {hidden(number)}, thanks"
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not has_cards(other)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("4111 1111 1111 1111", "4111 11** **** 1111"),
        ("4111-1111-1111-1111", "4111-11**-****-1111"),
        ("4111.1111.1111.1111", "4111.11**.****.1111"),
        ("4111_1111_1111_1111", "4111_11**_****_1111"),
        ("4111\u00a01111\u202f1111\u20091111", "4111\u00a011**\u202f****\u20091111"),
        ("4111\u20131111\u20121111\u22121111", "4111\u201311**\u2012****\u22121111"),
        ("4111\u200b1111\u00ad1111\ufeff1111", "4111\u200b11**\u00ad****\ufeff1111"),
        ("4111 - 1111 - 1111 - 1111", "4111 - 11** - **** - 1111"),
        ("3782 822463 10005", "3782 82**** *0005"),
        ("4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "4-1-1-1-1-1-*-*-*-*-*-*-1-1-1-1"),
        ("\u0664\u0661\u0661\u0661" + "\u0661" * 12, "\u0664" + "\u0661" * 5 + "******" + "\u0661" * 4),
        ("\uff14" + "\uff11" * 15, "\uff14" + "\uff11" * 5 + "******" + "\uff11" * 4),
        ("\u2463" + "\u2460" * 15, "\u2463" + "\u2460" * 5 + "******" + "\u2460" * 4),
        ("4111 1111\n1111 1111", "4111 11**\n**** 1111"),
        ("4111 1111\r\n1111 1111", "4111 11**\r\n**** 1111"),
        ("> 4111 1111\n> 1111 1111", "> 4111 11**\n> **** 1111"),
        ("4111111111\n111111", "411111****\n**1111"),
        ("4111\n\n1111\n1111\n1111", "4111\n\n11**\n****\n1111"),
        ("Visa4111111111111111.", "Visa411111******1111."),
        ("4111111111111111 123", "411111******1111 123"),
        ("4111 1111 1111 1111 12/26 123", "4111 11** **** 1111 12/26 123"),
        ("4111 1111 1111 1111 5500 0000 0000 0004", "4111 11** **** 1111 5500 00** **** 0004"),
        ("https://example.com/?pan=4111111111111111&x=1", "https://example.com/?pan=411111******1111&x=1"),
    ],
)
def test_every_way_to_write_one(text: str, told: str) -> None:
    assert masked(text) == told
    assert len(told) == len(text)
    assert masked(told) == told


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111112",
        "order 1234567890123452",
        "41111111111111111111",
        "12345674111111111111111",
        "4111111111111111@example.com",
        "4111 1111 1111 1111@example.com",
        "ann.4111111111111111@example.com",
        "ann@4111111111111111.example.com",
        "https://example.com/4111-1111-1111-1111/",
        "https://example.com/a4111111111111111b",
        "www.example.com/4111-1111-1111-1111",
        "+49 151 23456789",
        "call +4930 1234 56789 12",
        "2024-11-25 08:29:38",
        "4111, 1111, 1111, 1111",
        "411\n1111\n11111\n1111",
        "4111 x 1111 1111 1111",
        "",
    ],
)
def test_what_is_no_card_number(text: str) -> None:
    assert masked(text) == text
    assert not has_cards(text)


def test_a_telephone_number_of_thirteen_digits_passes_whatever_its_check_digit() -> None:
    numbers = [f"+4{number}" for number in range(100_000_000_000, 100_000_000_040)]
    assert any(luhn.is_valid(number[1:]) for number in numbers)
    assert not any(has_cards(number) for number in numbers)


SEPARATORS = st.sampled_from(["", " ", "-", ".", "\u00a0", " - ", "\u2009", "\u200b"])
AROUND = st.text(alphabet="abc ,:;()\n\u00e9", max_size=20)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(CARDS.values())), st.lists(SEPARATORS, min_size=19, max_size=19), AROUND, AROUND
)
def test_a_number_is_found_with_any_separators_in_any_text(
    number: str, between: list[str], before: str, after: str
) -> None:
    written = "".join(digit + gap for digit, gap in zip(number, between, strict=False))
    written = written[: len(written) - len(between[len(number) - 1])]
    told = masked(before + written + after)
    assert "".join(letter for letter in told if letter in "0123456789*") == hidden(number)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789 -.\n4>*@/:www\u00a0\uff14", max_size=400))
def test_masking_keeps_length_and_lines_and_comes_to_rest(text: str) -> None:
    told = masked(text)
    assert len(told) == len(text)
    assert all(new in (old, "*") for old, new in zip(text, told, strict=True))
    assert not has_cards(told)


def test_numbers_among_many_digits_are_found_wherever_the_look_is_cut() -> None:
    chance = random.Random(7)
    for _each in range(300):
        filler = " ".join("1" * chance.randrange(1, 30) for _word in range(chance.randrange(20, 120)))
        assert masked(f"{filler} 4111 1111 1111 1111 {filler}").count("*") == 6


@pytest.mark.parametrize("unit", ["1 ", "4 ", "4", "4111 ", "4\n"])
def test_a_text_of_nothing_but_digits_takes_seconds_at_most(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    masked(text)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("<p>4111111111111111</p>", "<p>411111******1111</p>"),
        ("<b>4111</b><i>1111</i>1111<!-- x -->1111", "<b>4111</b><i>11**</i>****<!-- x -->1111"),
        ("&#52;111&nbsp;1111&#x20;1111&#32;111&#49;", "&#52;111&nbsp;11**&#x20;****&#32;111&#49;"),
        ("&#52;&#49;&#49;&#x31;111111111111", "&#52;&#49;&#49;&#x31;11******1111"),
        ("4111&shy;1111&zwnj;1111&#8203;1111", "4111&shy;11**&zwnj;****&#8203;1111"),
        (
            "<table><tr>\n  <td>4111</td>\n  <td>1111</td>\n  <td>1111</td><td>1111</td></tr></table>",
            "<table><tr>\n  <td>4111</td>\n  <td>11**</td>\n  <td>****</td><td>1111</td></tr></table>",
        ),
        ("<img alt='4111 1111 1111 1111'>", "<img alt='4111 11** **** 1111'>"),
        ("<!-- 4111111111111111 -->", "<!-- 411111******1111 -->"),
        ("<script>a='4111111111111111'</script>", "<script>a='411111******1111'</script>"),
        ("<p>4111111111111112</p><p>x</p>", "<p>4111111111111112</p><p>x</p>"),
        ("<b>ann</b>@example.com 4111 x &amp; <i>y", "<b>ann</b>@example.com 4111 x &amp; <i>y"),
    ],
)
def test_html(source: str, told: str) -> None:
    assert masked_html(source) == told
    assert masked_html(told) == told


PIECES = ("4111", "1111", "<b>", "</b>", "&nbsp;", "&#49;", " ", "<td>", "<br>", "x", "<", "&", "\n")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_number_is_read_in_html_that_was_masked(pieces: list[str]) -> None:
    source = "".join(pieces)
    told = masked_html(source)
    if has_cards(html_to_text(source)[0]):
        assert told != source
    assert not has_cards(html_to_text(told)[0])
