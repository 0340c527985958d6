"""Sends one mail of postroom's own, and tells what the server answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from live.oauth.on_demand import HttpOnDemand
from live.outgoing.letter import Letter, composed
from live.outgoing.routes import Route, aim
from live.smtp.ladder import Ladder, Limits, RungStarted
from live.smtp.mail_rungs import IN_DOUBT
from live.smtp.names import mailbox_on_wire
from store import audit
from store.checks import CheckStep, Outcome
from store.database import Store, StoreError
from store.vault import Vault

if TYPE_CHECKING:
    from live.oauth.http import OAuthHttp

WHOLE_S = 150.0
"""For everything: the limits of all rungs together; only a server that answers each at its last moment, from
several addresses, comes near it."""
MESSAGE = "message"
SENT, NO_ANSWER = "mail sent", "mail sent, no answer"
"""What the audit log calls the two."""
TIMED_OUT = "any-step-timeout"


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken the mail; whether it arrives is another matter."""

    through: str
    """What the route is called."""
    reply: str
    """The server's words, as a rule with its queue id; untrusted."""
    message_id: str
    ms: float
    """Milliseconds that it all took."""
    unrecorded: str = ""
    """Why the audit log does not have it; "": it does."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The mail was not taken."""

    through: str
    words: str
    """The server's words, or a sentence; untrusted."""
    rung: str
    """Where it stopped: a rung of the connection test."""
    diagnosis: str
    """Id of an entry of `live.diagnosis`."""
    message_id: str
    in_doubt: bool = False
    """The whole mail was handed over and no answer came: it may arrive all the same, and sending it again may
    make two of it."""


async def send(
    store: Store,
    vault: Vault,
    route: Route,
    letter: Letter,
    *,
    limits: Limits | None = None,
    whole_s: float = WHOLE_S,
    http: OAuthHttp | None = None,
    before_data: Callable[[], Awaitable[None]] | None = None,
) -> Sent | NotSent:
    """Send a mail, under the rules of the connection test: TLS that is verified, no credential without it, a
    stale token renewed first. The audit log tells of each that was taken, or may have been: to whom, what
    for, through what; never what is in it.

    Args:
        limits: seconds for each rung.
        whole_s: seconds for all of it.
        http: the client for authorization servers; None: one is made where a token must be renewed.
        before_data: awaited when the envelope stands and the mail itself comes next: until then it has
            certainly not been sent. What it raises ends the sending.

    Raises:
        WireNameError: an address of the letter is none. RouteUnusable: see `live.outgoing.routes.aim`.
        ValueError: the letter is none that may be sent. StoreError: the store cannot be read.
    """
    async with HttpOnDemand(http) as on_demand:
        aimed = await asyncio.to_thread(aim, store, vault, route, on_demand)
        mail = composed(letter, aimed.sender)
        ladder = Ladder(
            aimed.target,
            limits=limits,
            send_to=mailbox_on_wire(letter.to),
            mail=mail,
            before_data=before_data,
        )
        for secret in letter.secrets:
            ladder.conceal_also(secret.get_secret_value())
        message_id = str(mail["Message-ID"])
        record = partial(_recorded, store, letter, aimed.through, message_id)
        began = time.perf_counter()
        last = await _climbed(ladder, whole_s, record)
    ms = (time.perf_counter() - began) * 1000
    in_doubt = IN_DOUBT in last.facts
    unrecorded = ""
    if last.outcome is Outcome.PASSED or in_doubt:
        unrecorded = await asyncio.to_thread(record, NO_ANSWER if in_doubt else SENT)
    if last.outcome is Outcome.PASSED:
        return Sent(aimed.through, last.words, message_id, ms, unrecorded)
    return NotSent(
        aimed.through, last.words, last.name, last.diagnosis or "unknown-reply", message_id, in_doubt
    )


async def _climbed(ladder: Ladder, whole_s: float, record: Callable[[str], str]) -> CheckStep:
    """The step that failed, or else the last one. Who is cancelled while the server may be taking the mail
    leaves an entry behind."""
    under_way = ladder.rungs[0]
    try:
        async with asyncio.timeout(whole_s) as limit, aclosing(ladder.climb()) as climbing:
            async for event in climbing:
                if isinstance(event, RungStarted):
                    under_way = event.name
                elif event.outcome is Outcome.FAILED or event.name == ladder.rungs[-1]:
                    return event
    except asyncio.CancelledError:
        if under_way == MESSAGE:
            record(NO_ANSWER)  # not in a thread: nobody waits for one any more
        raise
    except TimeoutError:
        if not limit.expired():
            raise
    words = f"Given up after {whole_s:g} seconds, at the rung {under_way}."
    facts = (IN_DOUBT,) if under_way == MESSAGE else ()
    return CheckStep(under_way, Outcome.FAILED, whole_s * 1000, words, facts, TIMED_OUT)


def _recorded(store: Store, letter: Letter, through: str, message_id: str, action: str) -> str:
    """Write the audit entry; why it could not be written, "" where it was. The mail is on its way by now, and
    must not be taken for one that is not."""
    told = f"{letter.purpose} to {letter.to}, through {through}, Message-ID {message_id}"
    try:
        with store.write() as session:
            audit.record(
                session,
                store.actor,
                action,
                asset_id=letter.about,
                asset_name=letter.about_name,
                detail=told,
            )
    except StoreError as error:
        return str(error)
    return ""
