"""Why a probe did not come: from its bounce, else from what is known of the asset's forwarding, likely causes
first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from live import diagnosis
from live.diagnosis import Stage
from live.forwarding.steps import ARRIVE, FORWARD, MAILBOX
from store.forwarding_states import Forwarding
from store.kinds import Provider

AWAITING, MISSING, BLOCKED, SILENT = "awaiting", "rule_missing", "blocked", "silent"
STRAYED = "forwarding-strayed"
SHORT = {
    MISSING: "no rule forwards the mail to here, or it is turned off",
    AWAITING: "the forwarding address still waits to be confirmed",
    BLOCKED: "the provider forbids forwarding to outside",
    SILENT: "the provider took the probe and dropped it, or holds it back, without a word",
}
"""The conditions without a bounce, in a few words."""
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
NO_MAILBOX = frozenset(("5.1.0", "5.1.1", "5.1.2", "5.1.10", "5.2.1", "5.4.1", "5.4.310"))
FULL = frozenset(("4.2.2", "5.2.2"))
IN_A_CIRCLE = frozenset(("5.4.6", "5.4.14", "4.4.6"))


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it did not come, as far as can be told."""

    step: str
    """The step that failed."""
    diagnosis: str
    """Id of an entry of `live.diagnosis`."""
    also: tuple[str, ...] = ()
    """What else it could be, in a few words each, the likelier first."""


def of_bounce(returned: str, provider: Provider, forwarding_address: str) -> Cause:
    """What a bounce tells.

    Args:
        returned: a server's words; untrusted.
    """
    text = returned.casefold()
    statuses = set(STATUS.findall(returned))
    if "as(7555)" in text or "5.7.520" in statuses:
        by_rule = "transport.rules" in text
        return Cause(FORWARD, _id(provider, "blocked_by_a_rule" if by_rule else BLOCKED))
    if statuses & IN_A_CIRCLE or "hop count" in text or "mail loop" in text:
        return Cause(FORWARD, _id(provider, "loop"))
    if forwarding_address and forwarding_address.casefold() in text:
        return Cause(ARRIVE, _id(provider, "refused_here"))
    if statuses & FULL or "mailbox full" in text or "over quota" in text:
        return Cause(MAILBOX, _id(provider, "mailbox_full"))
    if statuses & NO_MAILBOX or "user unknown" in text:
        return Cause(MAILBOX, _id(provider, "mailbox_missing"))
    return Cause(MAILBOX, _id(provider, "returned"))


def of_silence(state: Forwarding, provider: Provider) -> Cause:
    """What silence after a 250 may mean, the likeliest first.

    Args:
        state: how the asset's forwarding stands.
    """
    if state is Forwarding.AWAITING:
        order = [AWAITING, MISSING, BLOCKED, SILENT]
    elif state is Forwarding.NEVER:
        order = [MISSING, AWAITING, BLOCKED, SILENT]
    else:  # mail has come before
        order = [SILENT, MISSING, BLOCKED]
    if provider is Provider.OFFICE365 and AWAITING in order and state is not Forwarding.AWAITING:
        order.remove(AWAITING)  # Exchange asks nobody
    step = ARRIVE if order[0] == SILENT else FORWARD
    return Cause(step, _id(provider, order[0]), tuple(SHORT[one] for one in order[1:]))


def in_order(also: Sequence[str]) -> str:
    """Further causes in one line, numbered on."""
    return "; ".join(f"{number}. {words}" for number, words in enumerate(also, 2))


def _id(provider: Provider, condition: str) -> str:
    return diagnosis.diagnose(provider.value, Stage.FORWARDING, f"condition:forwarding_{condition}").id
