"""Text from outside is harmless and readable after `visible`."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.widgets.untrusted import TAB, visible

SHOWN = {
    "\x1b": "␛",
    "\x00": "␀",
    "\x07": "␇",
    "\r": "␍",
    "\n": "␊",
    "\x7f": "␡",
    "\t": TAB,
    "\x9b": "<U+009B>",
    "\x9d": "<U+009D>",
    "\x85": "<U+0085>",
    "\u202e": "<U+202E>",
    "\ud800": "<U+D800>",
    "\U000e0041": "<U+E0041>",
}
DANGEROUS = {
    "C0": range(0x20),
    "DEL and C1": range(0x7F, 0xA0),
    "bidirectional": (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    "invisible": (
        0x00AD,
        0x034F,
        0x200B,
        0x200C,
        0x200D,
        *range(0x2060, 0x2065),
        0xFEFF,
        0x3164,
        0xFFA0,
        0x115F,
    ),
    "tags": range(0xE0000, 0xE0080),
    "variation selectors of the supplement": range(0xE0100, 0xE01F0),
    "separators": (0x2028, 0x2029),
    "annotation": range(0xFFF9, 0xFFFC),
    "surrogates": (0xD800, 0xDBFF, 0xDC00, 0xDFFF),
    "deprecated format characters": range(0x206A, 0x2070),
}
HARMLESS = [
    "",
    "Support desk",
    "Bücher & Größen, 東京, Ελλάδα, עברית, عربي",
    "[b]markup[/b] is not ours to judge",
    "a\u00a0b\u3000c",  # spaces that are seen as spaces
    "\u2764\ufe0f e\u0301 \U0001f600",
    "\ue000 \ufffd \u0378",  # private use, replacement, unassigned
    "␛[31m <U+202E>",
]


@pytest.mark.parametrize(("character", "shown"), SHOWN.items(), ids=[f"{ord(one):04X}" for one in SHOWN])
def test_form(character: str, shown: str) -> None:
    assert visible(f"a{character}b") == f"a{shown}b"


@pytest.mark.parametrize("kind", DANGEROUS)
def test_no_dangerous_character_is_left(kind: str) -> None:
    for number in DANGEROUS[kind]:
        shown = visible(f"a{chr(number)}b")
        assert chr(number) not in shown, hex(number)
        assert len(shown) > 2, hex(number)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_unchanged(text: str) -> None:
    assert visible(text) == text


def test_clipboard_write_and_title_are_disarmed() -> None:
    assert visible("\x1b]52;c;ZXZpbA==\x07") == "␛]52;c;ZXZpbA==␇"
    assert visible("\x9b31mred") == "<U+009B>31mred"


def test_newlines_are_kept_only_when_asked_for() -> None:
    assert visible("one\ntwo") == "one␊two"
    assert visible("one\ntwo\x1b", newlines=True) == "one\ntwo␛"
    assert visible("one\r\ntwo", newlines=True) == "one␍\ntwo"


def safe(character: str) -> bool:
    """Judged by the Unicode database of the interpreter, not by the table under test."""
    kept_format = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    category = unicodedata.category(character)
    if category == "Cf":  # number signs and Egyptian joiners are drawn; all else of that category is not
        return character in kept_format or 0x13430 <= ord(character) <= 0x1343F
    return category not in ("Cc", "Cs", "Zl", "Zp")


ANY_TEXT = st.text(st.characters(exclude_categories=()))
ONES = [chr(number) for numbers in DANGEROUS.values() for number in numbers]
NASTY = st.text(st.sampled_from([*ONES, *"ab\n<["]))


@given(text=ANY_TEXT | NASTY, newlines=st.booleans())
@example(text="\x1b[2J\u202egnp.exe", newlines=False)
def test_result_is_safe_and_stays_as_it_is(text: str, newlines: bool) -> None:
    shown = visible(text, newlines=newlines)
    left = [one for one in shown if not safe(one) and not (newlines and one == "\n")]
    assert left == []
    shown.encode("utf-8")
    assert visible(shown, newlines=newlines) == shown
    if newlines:
        assert shown.count("\n") == text.count("\n")


def test_every_character_of_unicode_is_safe_afterwards() -> None:
    everything = "".join(map(chr, range(0x110000)))
    assert [hex(ord(one)) for one in visible(everything) if not safe(one)] == []
