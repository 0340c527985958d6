"""Words from outside as they are kept: bounded, and such as SQLite can take."""

from __future__ import annotations

KEPT_CHARACTERS = 2_000
"""Microsoft's longest descriptions have 700; nobody reads more in a terminal."""


def kept_words(text: str, characters: int = KEPT_CHARACTERS) -> str:
    """The words cut to so many characters. JSON can hold half of a surrogate pair, UTF-8 cannot: such a half
    becomes "?", so that what came with it is kept all the same."""
    return text[:characters].encode("utf-8", "replace").decode("utf-8")
