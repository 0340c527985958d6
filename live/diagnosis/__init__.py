"""What the words of a provider mean: cause, fix, who can act, and whether trying again helps.

The knowledge lies in `diagnoses.json`; `live.diagnosis.book` says how it is written.
"""

from __future__ import annotations

import re

from live.diagnosis.book import FALLBACKS, UNKNOWN, UNKNOWN_OAUTH, the_book
from live.diagnosis.entries import ANY, CONFIDENCES, EFFECTS, SOURCES, Diagnosis, Effect, Stage, WhoActs
from live.diagnosis.oauth_rules import Answer, OAuthWords, words_of
from live.diagnosis.smtp_rules import read

__all__ = [
    "CONFIDENCES",
    "EFFECTS",
    "LONGEST_REPLY",
    "SOURCES",
    "UNKNOWN",
    "Diagnosis",
    "Effect",
    "OAuthWords",
    "Stage",
    "WhoActs",
    "all_diagnoses",
    "by_id",
    "diagnose",
    "diagnose_oauth",
    "words_of",
]

LONGEST_REPLY = 20_000
"""Characters of a reply that are looked at: real ones have under 2,000, and the telling words come early."""
CONDITION = re.compile(r"\s*(condition:[a-z0-9_]+)(?:\s|$)")


def diagnose(provider: str, stage: Stage, reply: str) -> Diagnosis:
    """The entry that fits best, or the fallback of the reply's class; never raises, whatever the reply.

    An entry of the provider beats one of any provider; then the same stage beats one that fits everywhere,
    and that beats other stages; then more keys beat fewer, codes beat texts, and what is earlier in the file
    beats what is later. General codes mean what the command makes of them (RFC 5321 4.3.2): entries of any
    provider that have one are not taken from a later stage.

    Args:
        reply: the server's lines joined by newlines, a fault's text, or "condition:<name>"; untrusted, and
            looked at up to `LONGEST_REPLY` characters. At the stage OAUTH: whatever `words_of` can read.
    """
    if stage is Stage.OAUTH:
        return diagnose_oauth(provider, words_of(reply))
    reply = reply[:LONGEST_REPLY]
    known = _condition(provider, stage, reply)
    if known:
        return known
    said = read(reply)
    fitting = [rule for rule in the_book().smtp if rule.fits(provider, stage, said)]
    if fitting:
        return min(fitting, key=lambda rule: rule.rank(stage)).diagnosis
    return by_id(FALLBACKS.get(said.code // 100, UNKNOWN))


def diagnose_oauth(provider: str, answer: OAuthWords) -> Diagnosis:
    """The entry that fits an OAuth answer best, or the one for unknown answers; never raises.

    An AADSTS number beats the `error`, and that beats texts: Microsoft warns that numbers become finer and
    texts change, https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Then an entry of
    the provider beats one of any, more keys beat fewer, and what is earlier in the file beats what is later.
    A number that is not known leaves the `error` to speak.
    """
    known = _condition(provider, Stage.OAUTH, answer.text[:LONGEST_REPLY])
    if known:
        return known
    said = Answer.of(answer)
    fitting = [rule for rule in the_book().oauth if rule.fits(provider, said)]
    if fitting:
        return min(fitting, key=lambda rule: rule.rank(said)).diagnosis
    return by_id(UNKNOWN_OAUTH)


def by_id(id: str) -> Diagnosis:  # noqa: A002  # the field's own name
    """The entry of that id; for an id that no longer exists, the one for unknown replies."""
    entries = the_book().entries
    return entries.get(id) or entries[UNKNOWN]


def all_diagnoses() -> tuple[Diagnosis, ...]:
    """Every entry, in the order of the file."""
    return tuple(the_book().entries.values())


def _condition(provider: str, stage: Stage, text: str) -> Diagnosis | None:
    """The entry for a state that the program found: the provider's own first, then the stage's own."""
    found = CONDITION.match(text)
    known = the_book().conditions.get(found[1], ()) if found else ()
    fitting = [entry for entry in known if entry.provider in (provider, ANY)]
    return min(fitting, key=lambda entry: (entry.provider == ANY, entry.stage != stage), default=None)
