"""The rungs of a mailbox that signs in by OAuth: its grant, and a sign-in that renews a token once.

The grant stands right before the sign-in: all below it can be looked at without a token, and is worth knowing
when there is none.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from pydantic import SecretStr

from live.smtp import mail_rungs, rungs, sasl
from live.smtp.fault import RungError, within
from live.smtp.ground import Ground, Seen

Rung = Callable[[Ground], Awaitable[Seen]]

ANOTHER_MAY_SERVE = frozenset({"", "5.7.3", "5.7.8"})
"""Enhanced codes of a 535 after which a new token can help: Exchange's for a token that tells it nobody, and
the general one, which Google gives. After the others it cannot: 5.7.139 says that who signs in is known, and
that a policy or a switch stands in the way."""
REFUSAL = re.compile(r"535[ -](\d\.\d{1,3}\.\d{1,3})?")

TO_SIGN_IN: Mapping[str, tuple[Rung, ...]] = {
    "ssl": (rungs.connect, rungs.implicit_tls, rungs.banner, rungs.ehlo),
    "starttls": (rungs.connect, rungs.banner, rungs.ehlo, rungs.starttls, rungs.ehlo),
    "none": (rungs.connect, rungs.banner, rungs.ehlo),
}
"""What comes between an address and a sign-in."""


async def grant(ground: Ground) -> Seen:
    """The access token, renewed where it is stale."""
    source = ground.target.tokens
    assert source is not None
    async with within(ground.limits.grant, "waiting for the access token"):
        held = await source.held()
    _take(ground, held.token)
    return Seen(held.words, held.facts)


async def sign_in(ground: Ground) -> Seen:
    """Sign in; a token that is refused though it should be good is renewed once, and tried on a new
    connection, since servers differ in what they let follow a refusal."""
    try:
        return await mail_rungs.sign_in(ground)
    except RungError as fault:
        refusal = fault
    token = await _another(ground, refusal)
    if token is None:
        raise refusal
    _take(ground, token)
    ground.transcript.remark("the access token was refused; it was renewed, and is tried on a new connection")
    for rung in TO_SIGN_IN[ground.target.security]:
        await rung(ground)
    renewed = ("token", "refused once, then renewed")
    try:
        seen = await mail_rungs.sign_in(ground)
    except RungError as again:
        again.facts = (*again.facts, renewed)
        raise
    return Seen(seen.words, (*seen.facts, renewed))


def speaks_of_the_token(reply: str) -> bool:
    """Whether a refused sign-in says that the token is not good for this mailbox; else it is, and something
    else stands in the way."""
    found = REFUSAL.match(reply)
    return found is not None and (found[1] or "") in ANOTHER_MAY_SERVE


async def _another(ground: Ground, refusal: RungError) -> SecretStr | None:
    """A newer token, where one may serve.

    Raises:
        RungError: the provider refused to renew it for good, which is why the server refuses it.
    """
    source = ground.target.tokens
    if source is None or not speaks_of_the_token(refusal.words):
        return None
    try:
        async with within(ground.limits.grant, "waiting for another access token"):
            return await source.renewed()
    except RungError as fault:
        if not fault.definite:
            refusal.facts = (*refusal.facts, ("renewing the token", fault.words))
            return None
        fault.words = f"{refusal.words}\n{fault.words}"
        fault.facts = (*refusal.facts, *fault.facts)
        raise


def _take(ground: Ground, token: SecretStr) -> None:
    sasl.conceal_also(ground.conceal, ground.target.sign_in_name, token)
    ground.target = replace(ground.target, credential=token)
