"""What a person types to find deliveries: words, and `state: event: asset: after: before:` with a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from store.deliveries import DeliveryState, Which
from store.folding import folded
from store.webhook_kinds import Event
from tui import times

TERM = re.compile(
    r"""(?P<field>state|event|asset|after|before):(?:"(?P<phrase>[^"]*)"?|(?P<word>\S*))
      | "(?P<alone_phrase>[^"]*)"? | (?P<alone>\S+)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A field with a value, or a value alone; quotes hold several words together, the last may be missing."""
TEXT_CHARACTERS = 500
WORDS = 10
"""More than anybody types; each is looked for in every row."""


class SearchError(ValueError):
    """What was typed cannot be looked for; the text says what to type instead."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as far as it is understood without the store."""

    which: Which
    asset: str
    """An asset's name, or how it begins."""

    def resolved(self, names: Mapping[str, int]) -> Which:
        """With the asset's id.

        Args:
            names: ids of all assets by name.

        Raises:
            SearchError: no asset is called so, or several begin so.
        """
        if not self.asset:
            return self.which
        asked = folded(self.asset) or ""
        begun = [name for name in names if (folded(name) or "").startswith(asked)]
        exact = [name for name in begun if folded(name) == asked]
        found = exact or begun
        if not found:
            raise SearchError(f"No asset's name begins with {self.asset}.")
        if len(found) > 1:
            raise SearchError(f"{len(found):,} assets begin so: {', '.join(sorted(found)[:3])} …")
        return replace(self.which, asset_id=names[found[0]])


def parse(text: str, now: datetime) -> Typed:
    """Read it: `state:dead event:email.bounced asset:"Returns EU" after:2d timeout`.

    Raises:
        SearchError: a value cannot be understood; the text says which ones can.
    """
    if len(text) > TEXT_CHARACTERS:
        raise SearchError(f"A filter has at most {TEXT_CHARACTERS:,} characters; leave some words out.")
    which, asset = Which(), ""
    for term in TERM.finditer(text):
        field = (term["field"] or "").lower()
        if not field:
            alone = term["alone"] if term["alone_phrase"] is None else term["alone_phrase"]
            if alone.strip() and len(which.words) < WORDS:
                which = replace(which, words=(*which.words, alone.strip()))
            continue
        value = (term["word"] if term["phrase"] is None else term["phrase"]).strip()
        if not value:
            continue
        if field == "asset":
            asset = value
        elif field == "state":
            which = replace(which, state=DeliveryState(_one_of(field, [*DeliveryState], value)))
        elif field == "event":
            which = replace(which, event=Event(_one_of(field, [*Event], value)))
        elif field == "after":
            which = replace(which, since=_moment(value, now))
        else:
            which = replace(which, until=_moment(value, now))
    return Typed(which, asset)


def _one_of(field: str, words: list[str], value: str) -> str:
    begun = [word for word in words if word.startswith(value.lower())]
    if value.lower() in words:
        return value.lower()
    if len(begun) == 1:
        return begun[0]
    raise SearchError(f"{field}: takes {', '.join(begun or words)}.")


def _moment(value: str, now: datetime) -> datetime:
    try:
        return times.typed(value, now)
    except ValueError as error:
        raise SearchError(f"{error}.") from None
