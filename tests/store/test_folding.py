"""Texts are compared without regard to case, composition and spacing, in every script."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from store.folding import folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert folded(f"  {text}\n") == once


@given(st.text(st.characters(codec="utf-8")))
def test_folding_passes_over_case_and_composition(text: str) -> None:
    for other in (text.casefold(), unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)):
        assert folded(other) == folded(text)
