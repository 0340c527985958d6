"""How a reply of a mail server is read, and when an entry fits it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from live.diagnosis.entries import ANY, Diagnosis, Stage

ORDER = {Stage.SMTP_CONNECT: 1, Stage.SMTP_AUTH: 2, Stage.SMTP_SEND: 3}


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, read."""

    code: int
    """0 where the text does not begin with a reply code."""
    enhanced: frozenset[tuple[int, int, int]]
    texts: tuple[str, ...]
    """The whole in one line, lines joined with a space and, since servers break inside words too, without."""


_HEAD = re.compile(r"([2-5][0-9]{2})(?:[ -]+|$)")
_STATUS = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?!\w|\.[0-9])")
_ANYWHERE = re.compile(r"(?<![\w.])" + _STATUS.pattern)


def read(reply: str) -> Said:
    """What a reply says, however its lines are broken."""
    lines = [" ".join(line.split()) for line in reply.splitlines() if line.strip()] or [""]
    head = _HEAD.match(lines[0])
    status = _STATUS.match(lines[0], head.end()) if head else None
    rest = [_without_prefix(line, head, status) for line in lines[1:]]
    texts = dict.fromkeys(joint.join([lines[0], *rest]).casefold() for joint in (" ", ""))
    return Said(
        code=int(head[1]) if head else 0,
        enhanced=frozenset(_numbers(found) for found in _ANYWHERE.finditer("\n".join(lines))),
        texts=tuple(texts),
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


@dataclass(frozen=True, slots=True)
class SmtpRule:
    """When an entry fits a reply: all keys that it has must hold."""

    KEYS = frozenset({"smtp_code", "enhanced", "text_contains"})

    diagnosis: Diagnosis
    place: int
    codes: frozenset[int]
    enhanced: tuple[tuple[int, int, range], ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, found: Diagnosis, place: int, match: Mapping[str, list[Any]]) -> SmtpRule:
        """The rule of an entry, from its `match`."""
        return cls(
            found,
            place,
            frozenset(int(code) for code in match.get("smtp_code", ())),
            tuple(_range(status) for status in match.get("enhanced", ())),
            tuple(str(text).casefold() for text in match.get("text_contains", ())),
        )

    def fits(self, provider: str, stage: Stage, said: Said) -> bool:
        """Whether the entry may speak about the reply."""
        own = self.diagnosis.provider == provider
        if not own and (self.diagnosis.provider != ANY or self._is_for_later(stage)):
            return False
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


def _range(status: str) -> tuple[int, int, range]:
    first, second, last = status.split(".")
    low, _, high = last.partition("-")
    return int(first), int(second), range(int(low), int(high or low) + 1)
