"""What the words of a provider mean: cause, fix, who can act, and whether trying again helps.

The knowledge lies in `diagnoses.json`, a list of objects; each becomes a `Diagnosis`, plus its `match`, whose
keys must all hold (a list holds when one of its members does):

- `smtp_code`: the reply's code; 0: the words are no reply, but a fault of name, connection, TLS or postroom;
- `enhanced`: an enhanced status code (RFC 3463) anywhere in the reply, as a whole; "4.7.500-699" is a range;
- `text_contains`: a part of the text, case ignored; "condition:<name>" is a state that the program found.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_REPLY = 20_000
"""Characters of a reply that are looked at: real ones have under 2,000, and the telling words come early."""

ANY = "any"
AGAIN = {True: "Yes, later.", False: "Not before this is mended."}
CONFIDENCES = ("verified", "code-verified, wording from memory", "from memory, unverified")
SOURCES = ("public source code and issue threads", "postroom's own finding")
"""What a source may be when it is no address of a page."""


class Stage(StrEnum):
    """How far a connection test had come; `ANY` is the stage of entries that may turn up everywhere."""

    SMTP_CONNECT = "smtp_connect"
    """Name, connection, TLS, banner, EHLO, STARTTLS."""
    SMTP_AUTH = "smtp_auth"
    SMTP_SEND = "smtp_send"
    """MAIL FROM, RCPT TO, DATA."""
    ANY = "any"


ORDER = {Stage.SMTP_CONNECT: 1, Stage.SMTP_AUTH: 2, Stage.SMTP_SEND: 3}


class WhoActs(StrEnum):
    """Who can mend it; nobody where waiting cures it."""

    OPERATOR = "operator"
    OWNER = "mailbox owner"
    ADMINISTRATOR = "tenant administrator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a reply or fault means, in words for the screen."""

    id: str
    provider: str
    """"gmail", "office365", or "any"."""
    stage: Stage
    cause: str
    fix: tuple[str, ...]
    """Steps in the imperative, in order."""
    who: WhoActs
    again: bool
    """Whether trying again, without mending anything, can help."""
    again_words: str
    source: str
    """Address of a public page, or one of `SOURCES`."""
    confidence: str
    example: str


FALLBACKS = {4: "unknown-4yz", 5: "unknown-5yz"}
UNKNOWN = "unknown-reply"


def diagnose(provider: str, stage: Stage, reply: str) -> Diagnosis:
    """The entry that fits best, or the fallback of the reply's class; never raises, whatever the reply.

    An entry of the provider beats one of any provider; then the same stage beats one that fits everywhere,
    and that beats other stages; then more keys beat fewer, codes beat texts, and what is earlier in the file
    beats what is later. General codes mean what the command makes of them (RFC 5321 4.3.2): entries of any
    provider that have one are not taken from a later stage.

    Args:
        reply: the server's lines joined by newlines, a fault's text, or "condition:<name>"; untrusted, and
            looked at up to `LONGEST_REPLY` characters.
    """
    said = _read(reply[:LONGEST_REPLY])
    fitting = [rule for rule in _book().rules if rule.fits(provider, stage, said)]
    if fitting:
        return min(fitting, key=lambda rule: rule.rank(stage)).diagnosis
    return by_id(FALLBACKS.get(said.code // 100, UNKNOWN))


def by_id(id: str) -> Diagnosis:  # noqa: A002  # the field's own name
    """The entry of that id; for an id that no longer exists, the one for unknown replies."""
    entries = _book().entries
    return entries.get(id) or entries[UNKNOWN]


def all_diagnoses() -> tuple[Diagnosis, ...]:
    """Every entry, in the order of the file."""
    return tuple(_book().entries.values())


# A reply, read


@dataclass(frozen=True, slots=True)
class _Said:
    code: int
    """0 where the text does not begin with a reply code."""
    enhanced: frozenset[tuple[int, int, int]]
    texts: tuple[str, ...]
    """The whole in one line, lines joined with a space and, since servers break inside words too, without."""
    condition: str


_HEAD = re.compile(r"([2-5][0-9]{2})(?:[ -]+|$)")
_STATUS = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?!\w|\.[0-9])")
_ANYWHERE = re.compile(r"(?<![\w.])" + _STATUS.pattern)
_CONDITION = re.compile(r"\s*(condition:[a-z0-9_]+)(?:\s|$)")


def _read(reply: str) -> _Said:
    lines = [" ".join(line.split()) for line in reply.splitlines() if line.strip()] or [""]
    head = _HEAD.match(lines[0])
    status = _STATUS.match(lines[0], head.end()) if head else None
    rest = [_without_prefix(line, head, status) for line in lines[1:]]
    texts = dict.fromkeys(joint.join([lines[0], *rest]).casefold() for joint in (" ", ""))
    condition = _CONDITION.match(reply)
    return _Said(
        code=int(head[1]) if head else 0,
        enhanced=frozenset(_numbers(found) for found in _ANYWHERE.finditer("\n".join(lines))),
        texts=tuple(texts),
        condition=condition[1] if condition else "",
    )


def _without_prefix(line: str, head: re.Match[str] | None, status: re.Match[str] | None) -> str:
    """A later line without the code and the enhanced code that it only repeats from the first."""
    if head is None:
        return line
    again = _HEAD.match(line)
    if again and again[1] == head[1]:
        line = line[again.end() :]
    again = _STATUS.match(line)
    if again and status and again[0] == status[0]:
        line = line[again.end() :].lstrip()
    return line


def _numbers(found: re.Match[str]) -> tuple[int, int, int]:
    return int(found[1]), int(found[2]), int(found[3])


# The rules


@dataclass(frozen=True, slots=True)
class _Rule:
    diagnosis: Diagnosis
    place: int
    codes: frozenset[int]
    enhanced: tuple[tuple[int, int, range], ...]
    texts: tuple[str, ...]

    def fits(self, provider: str, stage: Stage, said: _Said) -> bool:
        own = self.diagnosis.provider == provider
        if not own and (self.diagnosis.provider != ANY or self._is_for_later(stage)):
            return False
        if said.condition in _book().conditions:
            return said.condition in self.texts
        if self.codes and said.code not in self.codes:
            return False
        if self.enhanced and not any(
            a == first and b == second and c in last
            for first, second, last in self.enhanced
            for a, b, c in said.enhanced
        ):
            return False
        return not self.texts or any(text in whole for text in self.texts for whole in said.texts)

    def _is_for_later(self, stage: Stage) -> bool:
        is_fault = 0 in self.codes
        return not is_fault and ORDER.get(self.diagnosis.stage, 0) > ORDER.get(stage, len(ORDER))

    def rank(self, stage: Stage) -> tuple[int, ...]:
        """The smaller, the better."""
        mine = self.diagnosis.stage
        return (
            self.diagnosis.provider == ANY,
            0 if mine == stage else 1 if mine == Stage.ANY else 2,
            -(bool(self.codes) + bool(self.enhanced) + bool(self.texts)),
            not self.enhanced,
            not self.codes,
            self.place,
        )


# The file


@dataclass(frozen=True, slots=True)
class _Book:
    entries: Mapping[str, Diagnosis]
    rules: tuple[_Rule, ...]
    conditions: frozenset[str]


@functools.cache
def _book() -> _Book:
    from importlib import resources  # 11 ms, which the first frame need not pay

    return _parsed(resources.files("live").joinpath("diagnoses.json").read_text("utf-8"))


def _parsed(text: str) -> _Book:
    """The file's entries.

    Raises:
        ValueError: the file is damaged; the text names the entry and what is wrong with it.
    """
    entries: dict[str, Diagnosis] = {}
    rules: list[_Rule] = []
    for place, raw in enumerate(json.loads(text)):
        try:
            found = _diagnosis(raw)
            if found.id in entries:
                raise ValueError("the id is used twice")
            entries[found.id] = found
            if raw["match"]:
                rules.append(_rule(found, place, raw["match"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            name = raw.get("id") if isinstance(raw, dict) else raw
            why = f"{error} is missing" if isinstance(error, KeyError) else error
            raise ValueError(f"diagnoses.json, entry {place} ({name}): {why}") from error
    missing = [name for name in (*FALLBACKS.values(), UNKNOWN) if name not in entries]
    if missing:
        raise ValueError(f"diagnoses.json has no entry {', '.join(missing)}")
    conditions = frozenset(text for rule in rules for text in rule.texts if text.startswith("condition:"))
    return _Book(entries, tuple(rules), conditions)


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
    )
    if not found.fix or not isinstance(raw["fix"], list):
        raise ValueError("the fix is no list of steps")
    for value in (found.id, found.cause, found.example, found.again_words, *found.fix):
        if not isinstance(value, str) or not value.strip():
            raise ValueError("the id, the cause, the example, a step or the word on trying again is no text")
    if found.provider not in ("gmail", "office365", ANY):
        raise ValueError(f"the provider {found.provider} is not known")
    if found.confidence not in CONFIDENCES:
        raise ValueError(f"the confidence {found.confidence} is not known")
    if not found.source.startswith("https://") and found.source not in SOURCES:
        raise ValueError("the source is neither an address nor a known word")
    return found


def _rule(found: Diagnosis, place: int, match: Mapping[str, Any]) -> _Rule:
    unknown = sorted(match.keys() - {"smtp_code", "enhanced", "text_contains"})
    if unknown:
        raise ValueError(f"match has the unknown key {unknown[0]}")
    return _Rule(
        found,
        place,
        frozenset(int(code) for code in _listed(match.get("smtp_code"))),
        tuple(_range(status) for status in _listed(match.get("enhanced"))),
        tuple(str(text).casefold() for text in _listed(match.get("text_contains"))),
    )


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _range(status: str) -> tuple[int, int, range]:
    first, second, last = status.split(".")
    low, _, high = last.partition("-")
    return int(first), int(second), range(int(low), int(high or low) + 1)
