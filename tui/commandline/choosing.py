"""Finds the assets that a command line names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from store import assets
from store.assets import Asset
from tui.commandline.faults import UsageError
from tui.desk import Desk


def named(desk: Desk, name: str) -> Asset:
    """The asset of that name or address.

    Raises:
        UsageError: there is none; the text offers the nearest name.
    """
    found = assets.by_name(desk.store, desk.vault, name)
    if found is None:
        near = difflib.get_close_matches(name, assets.names(desk.store), n=1)
        raise UsageError(f"There is no asset {name!r}{f'; did you mean {near[0]!r}?' if near else '.'}")
    return found


def all_named(desk: Desk, names: Iterable[str]) -> list[Asset]:
    """The assets of these names, each once, in the order in which they are named.

    Raises:
        UsageError: there is none of a name.
    """
    return list({found.id: found for found in (named(desk, name) for name in names)}.values())
