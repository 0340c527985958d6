"""Tables stand in columns, whatever their text; JSON and narration hold nothing that a terminal obeys."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.commandline.printing import cells, narrate, print_json, print_line, print_pairs, print_table

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_columns_are_aligned_by_cells(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("A", "B"), [("東京", "x"), ("e\u0301", "y"), ("abcd", "\x1b[1m")])
    assert capsys.readouterr().out.splitlines() == ["A     B", "東京  x", "e\u0301     y", "abcd  ␛[1m"]


def test_cells() -> None:
    assert [cells(text) for text in ("", "abc", "東京", "e\u0301", "\u2713")] == [0, 3, 4, 1, 1]


def test_pairs_keep_their_lines_together(capsys: pytest.CaptureFixture[str]) -> None:
    print_pairs([("Why", "one\ntwo"), ("Longer", "three")], "  ")
    assert capsys.readouterr().out == "  Why:    one\n          two\n  Longer: three\n"


@given(text=ANY_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_dangerous_is_printed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    print_line(text)
    narrate(text)
    print_table((text, "B"), [("x", text)])
    print_pairs([("Label", text)])
    told = capsys.readouterr()
    bad = {chr(number) for number in (*range(32), *range(127, 160), 0x202E, 0x2028, 0x200B, 0xFEFF)} - {"\n"}
    assert not bad & set(told.out + told.err)
    assert told.err.count("\n") == 1


@given(text=ANY_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_json_is_ascii_and_whole(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    print_json(one_line=True, text=text)
    out = capsys.readouterr().out
    assert all(" " <= one <= "~" for one in out.removesuffix("\n"))
    assert json.loads(out) == {"postroom": 1, "text": text}
