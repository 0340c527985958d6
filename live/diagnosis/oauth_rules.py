"""What an OAuth answer says, wherever it was found, and when an entry fits it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from live.diagnosis.entries import ANY, Diagnosis

LONGEST_WORDS = 20_000
"""Characters of each part that are looked at: real answers have under 3,000."""
MOST_NUMBERS = 20
"""AADSTS numbers of one answer that are looked at; real ones have one or two."""

AADSTS = re.compile(r"AADSTS([0-9]{4,9})", re.IGNORECASE)
ON_PAGE = re.compile(r"\bError [0-9]{3}:\s*([a-z_]{3,60})")
"""As Google's own page names the error that never reaches the redirect."""
IN_LOG = re.compile(r"\s*([a-z]+(?:_[a-z]+)+):\s+(.*)", re.DOTALL)
"""As libraries print it: `invalid_grant: Bad Request`."""


@dataclass(frozen=True, slots=True)
class OAuthWords:
    """What an authorization server said; RFC 6749 4.1.2.1 and 5.2, with Microsoft's numbers."""

    error: str = ""
    description: str = ""
    aadsts: tuple[int, ...] = ()
    """From `error_codes`; where it is empty, the numbers in the description and the text are taken."""
    text: str = ""
    """What there is beside: a fault's "ClassName: message"; or "HTTP 502 " before the beginning of a body
    that is no OAuth answer, so that no server can pass for a finding; or "condition:<name>", a finding."""

    @classmethod
    def found(cls, condition: str) -> OAuthWords:
        """Words for a state that the program itself found."""
        return cls(text=f"condition:{condition}")


def words_of(text: str) -> OAuthWords:
    """Words out of a token answer, a redirected address, a sign-in page or a log line, as people paste them.

    Never raises; what cannot be taken apart stays in `text`.
    """
    text = text[:LONGEST_WORDS]
    members = _json_members(text) or _query_members(text)
    if members:
        error = _word(members, "error")
        described = [_word(members, key) for key in ("error_description", "error_subtype", "suberror")]
        codes = members.get("error_codes")
        numbers = tuple(code for code in codes if type(code) is int) if isinstance(codes, list) else ()
        return OAuthWords(error, " ".join(filter(None, described)), numbers[:MOST_NUMBERS], "")
    on_page = ON_PAGE.search(text)
    if on_page:
        return OAuthWords(error=on_page[1], description=text)
    in_log = IN_LOG.fullmatch(text)
    if in_log:
        return OAuthWords(error=in_log[1], description=in_log[2])
    return OAuthWords(text=text)


def _json_members(text: str) -> Mapping[str, Any]:
    if not text.lstrip().startswith("{"):
        return {}
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def _query_members(text: str) -> Mapping[str, Any]:
    from urllib.parse import parse_qsl  # 4 ms, which the first frame need not pay

    _, _, query = text.strip().replace("#", "?", 1).rpartition("?")
    if not re.search(r"(?:^|&)error=", query):
        return {}
    try:
        return dict(reversed(parse_qsl(query)))  # the first of a repeated name
    except ValueError:
        return {}


def _word(members: Mapping[str, Any], key: str) -> str:
    value = members.get(key)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Words as the rules look at them."""

    numbers: tuple[int, ...]
    error: str
    whole: str

    @classmethod
    def of(cls, words: OAuthWords) -> Answer:
        """The words, bounded and folded."""
        parts = (words.description[:LONGEST_WORDS], words.text[:LONGEST_WORDS])
        numbers = words.aadsts or tuple(int(found) for part in parts for found in AADSTS.findall(part))
        return cls(
            numbers[:MOST_NUMBERS],
            words.error[:LONGEST_WORDS].strip().casefold(),
            " ".join(" ".join(parts).split()).casefold(),
        )


@dataclass(frozen=True, slots=True)
class OAuthRule:
    """When an entry fits an answer: all keys that it has must hold."""

    KEYS = frozenset({"aadsts", "oauth_error", "text_contains"})

    diagnosis: Diagnosis
    place: int
    numbers: frozenset[int]
    errors: frozenset[str]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, found: Diagnosis, place: int, match: Mapping[str, list[Any]]) -> OAuthRule | None:
        """The rule of an entry, from its `match`; None for one that only the program's own finding means."""
        texts = [str(text).casefold() for text in match.get("text_contains", ())]
        said = tuple(text for text in texts if not text.startswith("condition:"))
        if texts and not said:
            return None
        errors = frozenset(str(error).casefold() for error in match.get("oauth_error", ()))
        return cls(found, place, frozenset(map(int, match.get("aadsts", ()))), errors, said)

    def fits(self, provider: str, answer: Answer) -> bool:
        """Whether the entry may speak about the answer; AADSTS numbers are Microsoft's, whoever is named."""
        if self.diagnosis.provider not in (provider, ANY) and not self.numbers:
            return False
        if self.numbers and self.numbers.isdisjoint(answer.numbers):
            return False
        if self.errors and answer.error not in self.errors:
            return False
        return not self.texts or any(text in answer.whole for text in self.texts)

    def rank(self, answer: Answer) -> tuple[int, ...]:
        """The smaller, the better: number before error before text, the provider's own before any."""
        return (
            0 if self.numbers else 1 if self.errors else 2,
            self.diagnosis.provider == ANY,
            _first(answer.numbers, self.numbers),
            -(bool(self.numbers) + bool(self.errors) + bool(self.texts)),
            self.place,
        )


def _first(numbers: Iterable[int], wanted: frozenset[int]) -> int:
    return next((place for place, number in enumerate(numbers) if number in wanted), 0)
