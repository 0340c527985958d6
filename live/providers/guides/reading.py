"""Reads the guides' texts: `guides.toml` says which parts make up which guide, `parts/` holds the steps.

In a part each `[[steps]]` has `id`, `title`, `who`, `text` (paragraphs with an empty line between them, their
lines joined), and where it applies `values` ([label, key] each), `link`, `proof`, `opens_on`,
`act` and `optional`.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from typing import Any

from live.diagnosis.entries import WhoActs
from live.providers.guides.model import Guide, Step, Value

KEYS = frozenset({"id", "title", "who", "text", "values", "link", "proof", "opens_on", "act", "optional"})


@functools.cache
def the_guides() -> Mapping[str, Guide]:
    """The project's own, by id, in the order in which a person is offered them."""
    from importlib import resources  # 11 ms, which the first frame need not pay

    files = resources.files("live.providers.guides")
    index = tomllib.loads(files.joinpath("guides.toml").read_text("utf-8"))
    parts: dict[str, tuple[Step, ...]] = {}
    for name in dict.fromkeys(part for raw in index["guides"] for part in raw["parts"]):
        parts[name] = steps(files.joinpath("parts", f"{name}.toml").read_text("utf-8"))
    found = {}
    for raw in index["guides"]:
        told = tuple(step for part in raw["parts"] for step in parts[part])
        rest = {key: " ".join(raw[key].split()) for key in ("id", "provider", "sign_in", "title", "about")}
        found[raw["id"]] = Guide(**rest, steps=told)
    return found


def steps(text: str) -> tuple[Step, ...]:
    """A part's steps.

    Raises:
        ValueError: the text is damaged.
    """
    return tuple(map(_step, tomllib.loads(text)["steps"]))


def _step(raw: dict[str, Any]) -> Step:
    if unknown := raw.keys() - KEYS:
        raise ValueError(f"the step {raw.get('id')} has {', '.join(sorted(unknown))}")
    return Step(
        id=raw["id"],
        title=raw["title"],
        who=WhoActs(raw["who"]),
        text=tuple(" ".join(part.split()) for part in raw["text"].split("\n\n") if part.strip()),
        values=tuple(Value(label, key) for label, key in raw.get("values", ())),
        link=raw.get("link", ""),
        proof=raw.get("proof", ""),
        opens_on=tuple(raw.get("opens_on", ())),
        act=raw.get("act", ""),
        optional=raw.get("optional", False),
    )
