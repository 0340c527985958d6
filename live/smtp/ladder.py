"""The climb: the rungs of a connection test in order, each timed and reported, up to the first that fails."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage

from live.diagnosis import UNKNOWN, Stage, diagnose
from live.smtp import grant_rungs, mail_rungs, rungs, sasl
from live.smtp.fault import Facts, RungError
from live.smtp.ground import Ground, Seen
from live.smtp.limits import Limits
from live.smtp.target import Target
from live.smtp.transcript import Transcript
from store.checks import CheckStep, Outcome

__all__ = ["Ladder", "Limits", "RungStarted", "rungs_for"]

MOST_WORDS = 2_000
"""Characters of a server's words that are kept with a step; the longest real refusals have 600."""
MOST_FACTS = 24
"""Facts of a step; a host with all its addresses dead has 17."""
LONGEST_FACT = 300
"""Characters of one value: a server's dozen extensions take half of it."""
AUTH_CODES = frozenset({530, 534, 535, 538})
"""Replies about authentication (RFC 4954 6), which some servers give to MAIL FROM only."""

Rung = Callable[[Ground], Awaitable[Seen]]

RUNGS: dict[str, Rung] = {
    "resolve": rungs.resolve,
    "connect": rungs.connect,
    "tls": rungs.implicit_tls,
    "banner": rungs.banner,
    "ehlo": rungs.ehlo,
    "starttls": rungs.starttls,
    "certificate": rungs.certificate,
    "ehlo-tls": rungs.ehlo,
    "grant": grant_rungs.grant,
    "sign-in": grant_rungs.sign_in,
    "envelope": mail_rungs.envelope,
    "message": mail_rungs.message,
}
"""All rungs in the order of the climb."""

ONLY: dict[str, frozenset[str]] = {
    "tls": frozenset({"ssl"}),
    "starttls": frozenset({"starttls"}),
    "certificate": frozenset({"ssl", "starttls"}),
    "ehlo-tls": frozenset({"starttls"}),
}
"""Rungs that only some kinds of security have."""

STAGES = {
    "grant": Stage.OAUTH,
    "sign-in": Stage.SMTP_AUTH,
    "envelope": Stage.SMTP_SEND,
    "message": Stage.SMTP_SEND,
}
"""The stage by which a rung's failure is diagnosed; all others are `SMTP_CONNECT`."""


@dataclass(frozen=True, slots=True)
class RungStarted:
    """A rung is being climbed."""

    name: str


def rungs_for(target: Target, send_to: str | None = None) -> tuple[str, ...]:
    """The rungs that a climb will have, in order, so that a screen can draw them beforehand."""
    return tuple(
        name
        for name in RUNGS
        if (name not in ONLY or target.security in ONLY[name])
        and (name != "grant" or target.tokens is not None)
        and (name != "message" or send_to is not None)
    )


def rungs_to_send(target: Target) -> tuple[str, ...]:
    """The rungs of a climb that sends a mail of our own: its envelope is the mail's, and nobody signs in
    where there is no name for it."""
    left_out = {"envelope"} if target.sign_in_name else {"envelope", "sign-in"}
    return tuple(name for name in rungs_for(target, target.address) if name not in left_out)


class Ladder:
    """One connection test of one mailbox.

    Args:
        send_to: an address that gets one real test message at the end; None: no mail is sent.
        mail: what `send_to` gets instead of a test message.
        before_data: awaited when the envelope stands and the mail itself comes next: until then it has
            certainly not been sent. What it raises, `climb` raises.
    """

    def __init__(
        self,
        target: Target,
        *,
        limits: Limits | None = None,
        send_to: str | None = None,
        mail: EmailMessage | None = None,
        before_data: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.target = target
        self.rungs = rungs_for(target, send_to) if mail is None else rungs_to_send(target)
        self._mail, self._before_data = mail, before_data
        self._limits = limits or Limits()
        self._send_to = send_to
        self._conceal = sasl.concealment(target.sign_in_name, target.credential)
        self._transcript = Transcript(self._conceal)

    @property
    def transcript(self) -> str:
        """Every line of both sides so far, the credential replaced; untrusted, at most 64 kB."""
        return self._transcript.text

    def conceal_also(self, secret: str) -> None:
        """Have one more secret, such as one that a mail holds, taken out of all words and facts."""
        self._conceal.also(secret)

    async def climb(self) -> AsyncGenerator[RungStarted | CheckStep, None]:
        """Climb, and yield each rung as it begins and as it ends; rungs after a failed one are skipped.

        No fault of the network or the server is raised: it is a failed step. Cancelling the task that waits
        here, or closing the iterator, closes the socket at once. A consumer that may leave the loop early by
        itself should use `contextlib.aclosing`.
        """
        ground = Ground(self.target, self._limits, self._send_to, self._transcript, conceal=self._conceal)
        ground.mail, ground.before_data = self._mail, self._before_data
        left = iter(self.rungs)
        try:
            for name in left:
                yield RungStarted(name)
                step = await self._step(name, ground)
                yield step
                if step.outcome is Outcome.FAILED:
                    break
            for name in left:
                yield CheckStep(name, Outcome.SKIPPED, 0.0)
            if ground.live is not None:
                await ground.live.quit()
        finally:
            ground.close()

    async def _step(self, name: str, ground: Ground) -> CheckStep:
        began = time.perf_counter()
        try:
            seen = await RUNGS[name](ground)
        except RungError as fault:
            ms = (time.perf_counter() - began) * 1000
            words, facts = self._kept(fault.words, fault.facts)
            return CheckStep(name, Outcome.FAILED, ms, words, facts, self._diagnosis(name, fault))
        ms = (time.perf_counter() - began) * 1000
        return CheckStep(name, Outcome.PASSED, ms, *self._kept(seen.words, seen.facts))

    def _kept(self, words: str, facts: Facts) -> tuple[str, Facts]:
        kept = [(label, _cut(self._conceal(value), LONGEST_FACT)) for label, value in facts[:MOST_FACTS]]
        return _cut(self._conceal(words), MOST_WORDS), tuple(kept)

    def _diagnosis(self, name: str, fault: RungError) -> str:
        if fault.diagnosis:
            return fault.diagnosis
        stage = STAGES.get(name, Stage.SMTP_CONNECT)
        if stage is Stage.SMTP_SEND and fault.code in AUTH_CODES:
            stage = Stage.SMTP_AUTH
        found = UNKNOWN
        for text in filter(None, (fault.finer, fault.cause)):
            if found == UNKNOWN:
                found = diagnose(self.target.provider, stage, self._conceal(text)).id
        return found


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
