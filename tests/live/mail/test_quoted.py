"""The parts of a text that repeat an earlier mail are found, in whatever language, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.mail.flowed import unflowed
from live.mail.quoted import quoted_ranges


def folded(text: str) -> list[str]:
    """What would be folded."""
    lines = text.split("\n")
    return ["\n".join(lines[start:end]) for start, end in quoted_ranges(text)]


@pytest.mark.parametrize(
    "announced",
    [
        "On Mon, 24 Nov 2025 at 10:00, Ann Example <ann@example.com> wrote:",
        "On Mon, 24 Nov 2025 at 10:00, Ann Example <\nann@example.com> wrote:",
        "On Mon, 24 Nov 2025,\nAnn Example <ann@example.com>\nwrote:",
        "Am 24.11.2025 um 10:00 schrieb Ann Example:",
        "Le lun. 24 nov. 2025 à 10:00, Ann Example <ann@example.com> a écrit :",
        "El lun, 24 nov 2025 a las 10:00, Ann (<ann@example.com>) escribió:",
        "Il giorno lun 24 nov 2025 alle ore 10:00 Ann <ann@example.com> ha scritto:",
        "Op ma 24 nov. 2025 om 10:00 schreef Ann <ann@example.com>:",
        "2025年11月24日(月) 10:00 Ann <ann@example.com>:",
        "24.11.2025 10:00, Анна пишет:",
        "Ann Example <ann@example.com>:",
    ],
)
def test_quotes_and_who_wrote_them(announced: str) -> None:
    quote = f"{announced}\n> Where is it?\n>\n> Ann"
    assert folded(f"It is here.\n\n{quote}\n\nBob") == [quote]
    assert folded(f"It is here.\n{announced}\n\n> Where?\n") == [f"{announced}\n\n> Where?"]


OUTLOOK = {
    "en": "From: Ann <ann@example.com>\nSent: Monday\nTo: support@example.org\nSubject: Where",
    "bold": "*From:* Ann\n*Sent:* Monday\n*To:* support@example.org\n*Subject:* Where",
    "de": "Von: Ann\nGesendet: Montag\nAn: support@example.org\nBetreff: Wo",
    "fr": "De : Ann\nEnvoyé : lundi\nÀ : support@example.org\nObjet : Où",
    "zh": "发件人: Ann\n发送时间: 2025年\n收件人: support@example.org\n主题: 哪里",
    "ru": "От: Ann\nОтправлено: понедельник\nКому: support@example.org\nТема: Где",
}
RULES = (
    "",
    "_" * 32 + "\n",
    "-----Original Message-----\n",
    "-----Ursprüngliche Nachricht-----\n",
    "_" * 32 + "\n\n",
)


@pytest.mark.parametrize("head", OUTLOOK.values(), ids=OUTLOOK)
@pytest.mark.parametrize("rule", RULES)
def test_all_below_the_head_of_an_earlier_mail(head: str, rule: str) -> None:
    quote = f"{rule}{head}\n\nWhere is it?\n\n> older"
    assert folded(f"It is here.\n\n{quote}\n") == [quote]


PASSED_ON = "---------- Forwarded message ---------\nFrom: Ann\nDate: x\nTo: y\nSubject: z"


@pytest.mark.parametrize(
    "text",
    [
        "No quote at all.\nFrom: here to there\n",
        "> nothing but\n> a quotation",
        f"{PASSED_ON}\n\nthe words",
        f"See below.\n\n{PASSED_ON}\n\nwords",
        "From: Ann\nSent: x\nTo: y\nSubject: z\n\nnothing above",
        "It concerns:\n\n  Date: x\n  From: Ann\n  To: y\n  Subject: z\n\nIt failed since",
        "",
    ],
)
def test_what_is_no_quotation(text: str) -> None:
    assert folded(text) == []


def test_answers_between_quotes_stay() -> None:
    assert folded("> one\n\nyes\n\n> two\n> three\n\nno") == ["> one", "> two\n> three"]


LINES = ("> a", ">", "", "x", "On 1 Jan wrote:", "From: a", "Sent: b", "To: c", "-" * 30, " ", "a@b:")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_ranges_are_apart_and_never_all(lines: list[str]) -> None:
    ranges = quoted_ranges("\n".join(lines))
    at = 0
    for start, end in ranges:
        assert at <= start < end <= len(lines)
        at = end
    if ranges:
        outside = set(range(len(lines))) - {number for start, end in ranges for number in range(start, end)}
        assert any(lines[number].strip() for number in outside)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("> a \n> b\nc", "> a b\nc"),
        (">> a \n> b", "> > a \n> b"),
        (" >not quoted", ">not quoted"),
        (" From here", "From here"),
        ("text \n-- \nsignature", "text \n-- \nsignature"),
        ("one \n", "one "),
    ],
)
def test_flowed(sent: str, meant: str) -> None:
    assert unflowed(sent) == meant


def test_the_space_of_a_soft_break_can_belong_to_it() -> None:
    assert unflowed("日本 \n語", delete_space=True) == "日本語"
