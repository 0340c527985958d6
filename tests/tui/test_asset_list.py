"""What the list of assets says: states, cells, filter, order and headline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.providers.office365 import BASIC_ENDS
from tests.tui.rows import NOW, failed_line, line, passed_line
from tui import asset_list
from tui.asset_list import AssetRow, Filter, State, chosen, headline, judged, parsed, row, rows, with_next

ROWS = rows(
    [
        line("Billing"),
        failed_line("Careers", host="smtp.example.com", owner="people@example.com"),
        passed_line("Orders", provider="custom"),
        line("Press", sign_in="oauth", has_password=False, provider="custom"),
        passed_line("Returns EU", provider="office365"),
        failed_line("Zoo", provider="office365", diagnosis="o365-smtp-auth-disabled-tenant"),
    ],
    NOW,
)


def names(found: list[AssetRow]) -> list[str]:
    return [one.line.name for one in found]


def test_states() -> None:
    assert [one.state for one in ROWS] == [
        State.UNTESTED,
        State.FAILING,
        State.WELL,
        State.UNTESTED,
        State.SOON,
        State.FAILING,
    ]


def test_a_missing_password_is_said_where_one_is_needed() -> None:
    assert judged(line(has_password=False), NOW) == (State.UNTESTED, "no password is kept yet")
    assert judged(line(has_password=False, sign_in="oauth"), NOW) == (State.UNTESTED, "")
    assert judged(line(), NOW) == (State.UNTESTED, "")


def test_failing_says_the_cause_or_at_least_where() -> None:
    state, finding = judged(failed_line("x"), NOW)
    assert state is State.FAILING
    assert finding
    assert judged(failed_line("x", diagnosis=None), NOW)[1] == "stopped at sign-in"


def test_a_diagnosis_that_is_no_longer_known_is_no_fault() -> None:
    assert judged(failed_line("x", diagnosis="gone-with-the-last-version"), NOW)[0] is State.FAILING


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (BASIC_ENDS - timedelta(days=20), "in 20 d"),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), "in 0 d"),
        (BASIC_ENDS + timedelta(days=3), "since 3 d"),
    ],
)
def test_passwords_on_office_365_end(now: datetime, words: str) -> None:
    state, finding = judged(passed_line("x", provider="office365"), now)
    assert state is State.SOON
    assert finding.endswith(words)
    assert judged(passed_line("x", provider="office365", sign_in="oauth"), now)[0] is State.WELL


def test_cells_stand_in_the_order_of_the_columns() -> None:
    told = asset_list.cells(ROWS[1], NOW)
    assert len(told) == len(asset_list.COLUMNS)
    assert [cell.text for cell in told[:-1]] == [
        "✗ failing",
        "Careers",
        "careers@example.com",
        "Gmail",
        "password",
        "smtp.example.com:465",
        "4 min ago",
        "○ none yet",
        "",
    ]
    assert told[0].tone == "bad"
    assert asset_list.cells(ROWS[0], NOW)[6].text == "never"


@pytest.mark.parametrize(
    ("engage", "pci", "expected"),
    [
        ("", False, ""),
        ("", True, "PCI"),
        ("registered", True, "◆ yes PCI"),
        ("unknown", False, "? open"),
        ("retired", False, "■ out"),
        ("of-a-newer-store", False, ""),
    ],
)
def test_engage_and_pci_have_their_marks(engage: str, pci: bool, expected: str) -> None:
    told = asset_list.cells(row(passed_line("x", engage=engage, pci_check=pci, service="Desk"), NOW), NOW)
    assert told[-2].text == expected


def test_a_retired_asset_needs_nobody() -> None:
    retired = row(failed_line("x", engage="retired", service="Desk"), NOW)
    assert retired.state is State.RETIRED
    assert asset_list.headline([retired]) == "Nothing is failing · 0 well · 1 retired"
    assert asset_list.chosen([retired], "engage:retired state:retired desk", "state") == [retired]
    assert asset_list.chosen([retired, row(line(), NOW)], "engage:none", "state") != [retired]


def test_unknown_words_of_a_newer_store_are_shown_as_they_are() -> None:
    told = asset_list.cells(row(line(sign_in="passkey"), NOW), NOW)
    assert told[4].text == "passkey"


def test_states_differ_by_glyph_and_word() -> None:
    looks = list(asset_list.LOOKS.values())
    assert (
        len({glyph for glyph, _word, _tone in looks})
        == len({word for _glyph, word, _tone in looks})
        == len(looks)
    )


def test_detail_names_who_can_act() -> None:
    assert asset_list.detail(ROWS[5]).strip().partition(":")[0] == "Tenant administrator"
    assert asset_list.detail(ROWS[5]).endswith(ROWS[5].finding)
    assert asset_list.detail(row(passed_line("x", forwarding_address="x@in.example.net"), NOW)).endswith(
        "x@in.example.net"
    )
    assert asset_list.detail(row(passed_line("x"), NOW)) == ""


# Headline


def test_headline() -> None:
    assert headline(ROWS) == "2 need you · 1 will end soon · 2 never tested · 1 well"
    assert headline(ROWS[1:2]) == "1 needs you · 0 well"
    assert headline(ROWS[2:3]) == "Nothing is failing · 1 well"
    assert headline([]) == "Nothing is failing · 0 well"


# Filter


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Filter()),
        ("   ", Filter()),
        ("Billing GMAIL", Filter(("billing", "gmail"))),
        ("provider:gmail state:fail x", Filter(("x",), provider="gmail", state="fail")),
        ("State:FAILING", Filter(state="failing")),
        ("method:", Filter()),
        ("provider:gmail provider:custom", Filter(provider="custom")),
        ("owner:finance", Filter(("owner:finance",))),
        ("smtp.example.com:465", Filter(("smtp.example.com:465",))),
        (":", Filter((":",))),
    ],
)
def test_filter_grammar(text: str, wanted: Filter) -> None:
    assert parsed(text) == wanted


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ["Billing", "Careers", "Orders", "Press", "Returns EU", "Zoo"]),
        ("ORDER", ["Orders"]),
        ("people@", ["Careers"]),
        ("smtp.example", ["Careers"]),
        ("provider:cust", ["Orders", "Press"]),
        ("provider:office365 state:fail", ["Zoo"]),
        ("method:oauth", ["Press"]),
        ("method:pass provider:custom", ["Orders"]),
        ("state:well", ["Orders"]),
        ("state:ends", ["Returns EU"]),
        ("example.com oo", ["Zoo"]),
        ("nothing-like-it", []),
        ("provider:nobody", []),
    ],
)
def test_filter_keeps(text: str, kept: list[str]) -> None:
    assert names(chosen(ROWS, text, "name")) == kept


def test_words_of_the_finding_are_found() -> None:
    word = ROWS[5].finding.split()[-1].strip(".,").casefold()
    assert "Zoo" in names(chosen(ROWS, word, "name"))


def test_what_a_column_shows_can_be_filtered_by_its_state_word() -> None:
    for words in asset_list.state_words():
        assert " " not in words
        assert parsed(f"state:{words}").state == words
        for one in chosen(ROWS, f"state:{words}", "name"):
            assert asset_list.LOOKS[one.state][1].startswith(words)
    assert sum(len(chosen(ROWS, f"state:{words}", "name")) for words in asset_list.state_words()) == len(ROWS)


def test_keys_go_round_the_values_and_keep_the_rest() -> None:
    values = ("gmail", "office365", "custom")
    texts = [text := "billing"] + [text := with_next(text, "provider", values) for _ in range(4)]
    assert texts == [
        "billing",
        "billing provider:gmail",
        "billing provider:office365",
        "billing provider:custom",
        "billing",
    ]
    assert with_next("provider:nobody x", "provider", values) == "x provider:gmail"
    assert with_next("x", "method", ()) == "x"


@given(st.text(), st.sampled_from(asset_list.FILTER_KEYS))
def test_whatever_is_typed_is_a_filter(text: str, key: str) -> None:
    kept = chosen(ROWS, text, "state")
    assert len(kept) <= len(ROWS)
    after = with_next(text, key, ("gmail", "custom"))
    assert getattr(parsed(after), key) in ("gmail", "custom", "")
    assert parsed(after).words == parsed(text).words


# Order


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("state", ["Careers", "Zoo", "Returns EU", "Billing", "Press", "Orders"]),
        ("name", ["Billing", "Careers", "Orders", "Press", "Returns EU", "Zoo"]),
        ("address", ["Billing", "Careers", "Orders", "Press", "Returns EU", "Zoo"]),
        ("checked", ["Careers", "Zoo", "Orders", "Returns EU", "Billing", "Press"]),
    ],
)
def test_orders(order: str, first: list[str]) -> None:
    assert order in asset_list.ORDERS
    assert names(chosen(ROWS, "", order)) == first


def test_the_list_itself_is_left_as_it_is() -> None:
    before = names(ROWS)
    chosen(ROWS, "", "state")
    assert names(ROWS) == before
