"""The entries of `diagnoses.json`, read once.

The file is a list of objects; each becomes a `Diagnosis`, plus its `match`, whose keys must all hold (a list
holds when one of its members does):

- `smtp_code`: the reply's code; 0: the words are no reply, but a fault of name, connection, TLS or postroom;
- `enhanced`: an enhanced status code (RFC 3463) anywhere in the reply, as a whole; "4.7.500-699" is a range;
- `text_contains`: a part of the text, case ignored; "condition:<name>" is a state that the program found;
- `aadsts`: Microsoft's number, from `error_codes` or AADSTSnnnn; only at the stage oauth, as is
- `oauth_error`: the answer's `error` (RFC 6749 5.2).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from live.diagnosis.entries import (
    AGAIN,
    CONFIDENCES,
    EFFECTS,
    PROVIDERS,
    SOURCES,
    Diagnosis,
    Stage,
    WhoActs,
)
from live.diagnosis.oauth_rules import OAuthRule
from live.diagnosis.smtp_rules import SmtpRule

FALLBACKS = {4: "unknown-4yz", 5: "unknown-5yz"}
UNKNOWN = "unknown-reply"
UNKNOWN_OAUTH = "unknown-oauth"
CONDITION = "condition:"


@dataclass(frozen=True, slots=True)
class Book:
    """All that is known."""

    entries: Mapping[str, Diagnosis]
    smtp: tuple[SmtpRule, ...]
    oauth: tuple[OAuthRule, ...]
    conditions: Mapping[str, tuple[Diagnosis, ...]]
    """By "condition:<name>", in the order of the file."""


@functools.cache
def the_book() -> Book:
    """The project's own file."""
    from importlib import resources  # 11 ms, which the first frame need not pay

    return parsed(resources.files("live").joinpath("diagnoses.json").read_text("utf-8"))


def parsed(text: str) -> Book:
    """A file's entries.

    Raises:
        ValueError: the file is damaged; the text names the entry and what is wrong with it.
    """
    entries: dict[str, Diagnosis] = {}
    smtp: list[SmtpRule] = []
    oauth: list[OAuthRule] = []
    conditions: dict[str, list[Diagnosis]] = {}
    for place, raw in enumerate(json.loads(text)):
        try:
            found = _diagnosis(raw)
            if found.id in entries:
                raise ValueError("the id is used twice")
            entries[found.id] = found
            match = {key: _listed(value) for key, value in raw["match"].items()}
            _refuse_unknown_keys(found, match)
            if match and found.stage is not Stage.OAUTH:
                smtp.append(SmtpRule.of(found, place, match))
            elif match and (rule := OAuthRule.of(found, place, match)):
                oauth.append(rule)
            for condition in _conditions(match):
                conditions.setdefault(condition, []).append(found)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            told = raw.get("id") if isinstance(raw, dict) else raw
            why = f"{error} is missing" if isinstance(error, KeyError) else error
            raise ValueError(f"diagnoses.json, entry {place} ({told}): {why}") from error
    missing = [needed for needed in (*FALLBACKS.values(), UNKNOWN, UNKNOWN_OAUTH) if needed not in entries]
    if missing:
        raise ValueError(f"diagnoses.json has no entry {', '.join(missing)}")
    by_condition = {condition: tuple(known) for condition, known in conditions.items()}
    return Book(entries, tuple(smtp), tuple(oauth), by_condition)


def _conditions(match: Mapping[str, list[Any]]) -> Iterable[str]:
    return (str(text) for text in match.get("text_contains", ()) if str(text).startswith(CONDITION))


def _diagnosis(raw: Mapping[str, Any]) -> Diagnosis:
    again = raw["again"]
    found = Diagnosis(
        id=raw["id"],
        provider=raw["provider"],
        stage=Stage(raw["stage"]),
        cause=raw["cause"],
        fix=tuple(raw["fix"]),
        who=WhoActs(raw["who"]),
        again=again,
        again_words=raw.get("again_words", AGAIN[again]),
        source=raw["source"],
        confidence=raw["confidence"],
        example=raw["example"],
        effect=raw.get("effect", ""),
    )
    if not found.fix or not isinstance(raw["fix"], list):
        raise ValueError("the fix is no list of steps")
    for value in (found.id, found.cause, found.example, found.again_words, *found.fix):
        if not isinstance(value, str) or not value.strip():
            raise ValueError("the id, the cause, the example, a step or the word on trying again is no text")
    if found.provider not in PROVIDERS:
        raise ValueError(f"the provider {found.provider} is not known")
    if found.confidence not in CONFIDENCES:
        raise ValueError(f"the confidence {found.confidence} is not known")
    if not found.source.startswith("https://") and found.source not in SOURCES:
        raise ValueError("the source is neither an address nor a known word")
    if found.effect not in EFFECTS:
        raise ValueError(f"the effect {found.effect} is not known")
    if found.stage is Stage.OAUTH and "effect" not in raw:
        raise ValueError("the effect is missing, which every entry of OAuth states")
    return found


def _refuse_unknown_keys(found: Diagnosis, match: Mapping[str, list[Any]]) -> None:
    known = OAuthRule.KEYS if found.stage is Stage.OAUTH else SmtpRule.KEYS
    unknown = sorted(match.keys() - known)
    if unknown:
        raise ValueError(f"match has the unknown key {unknown[0]}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
