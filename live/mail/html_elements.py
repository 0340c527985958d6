"""The elements of HTML by how they are read: blocks, lines, cells, and those without content."""

from __future__ import annotations


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


VOID = _names("area base basefont bgsound br col embed frame hr img input link meta param source track wbr")
BLOCKS = _names(
    "address article aside body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form head header html legend li main menu nav ol option section summary table tbody tfoot thead "
    "tr ul"
)
SPACED = _names("p h1 h2 h3 h4 h5 h6 blockquote pre")
"""Blocks with an empty line around them."""
CELLS = _names("td th")
ENDS_ITSELF = _names("p li td th tr dt dd option")
"""Those whose next of the same name ends them."""
_APART = BLOCKS | SPACED | CELLS | {"br", "hr"}


def ends_line(tag: str) -> bool:
    """Whether text before and after a tag ("p", "/p") is read apart."""
    return tag.removeprefix("/") in _APART
