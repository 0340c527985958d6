"""What looking at one record yields: facts and words, or a fault with its diagnosis."""

from __future__ import annotations

from dataclasses import dataclass

Facts = tuple[tuple[str, str], ...]
"""What was seen, as (label, value); values are untrusted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, all well, or nothing to look at."""

    facts: Facts = ()
    words: str = ""
    looked: bool = True
    """False: there was nothing to look at; the words say why."""


class Fault(Exception):
    """Something is wrong.

    Args:
        words: what was found, in a sentence or as the record has it; untrusted.
        diagnosis: id of an entry of `live.diagnosis`.
        facts: what was seen besides.
    """

    def __init__(self, words: str, diagnosis: str, facts: Facts = ()) -> None:
        super().__init__(words)
        self.words = words
        self.diagnosis = diagnosis
        self.facts = facts
