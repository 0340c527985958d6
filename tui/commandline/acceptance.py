"""Checks a new token, then trusts it, and tells how that went."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from live.oauth.accept import Accepted, NotAccepted, accept
from live.oauth.http import OAuthHttp
from store.database import StoreError
from tui.commandline import grant_shapes
from tui.commandline.asset_shapes import quoted
from tui.commandline.authorizing import Got, Task, hint
from tui.commandline.printing import narrate, narrate_pairs
from tui.commandline.refusals import tell
from tui.times import exact

REFUSED = 1
PATIENCE_S = 60.0
"""Enough to make room on a disk, or for another process to end what it does."""
AGAIN_S = 5.0
"""Each try signs in to the mail server anew, which no provider likes often."""


async def judged(http: OAuthHttp, task: Task, got: Got, *, consented: bool) -> int:
    """Make new tokens the asset's grant where they are good; 1 where they are not, and nothing was changed.

    Args:
        consented: whether a person consented just now.
    """
    asset = task.asset
    narrate(
        f"Checking the new token: its scope, and whether {asset.host} lets it in as {asset.sign_in_name}."
    )
    answer = await _accepted(http, task, got, consented=consented)
    if isinstance(answer, NotAccepted):
        headline = f"✗ The new token of {asset.name} was not accepted; what was there before stays."
        tell(headline, answer.words, answer.diagnosis)
        hint(answer.diagnosis, task)
        return REFUSED
    _welcome(task, answer)
    return 0


async def _accepted(http: OAuthHttp, task: Task, got: Got, *, consented: bool) -> Accepted | NotAccepted:
    """Accept, and try again for a while where the store cannot be written: a person's consent is worth that.

    Raises:
        StoreError: it cannot be written at the end of `PATIENCE_S` either; the token is lost.
    """
    desk, told = task.desk, False
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await accept(
                desk.store, desk.vault, task.asset, task.client, got, consented=consented, http=http
            )
        except StoreError as error:
            if time.monotonic() >= until:
                raise
            if not told:
                narrate(f"! The new token cannot be kept: {error} It is tried again for {PATIENCE_S:.0f} s.")
            told = True
        await asyncio.sleep(AGAIN_S)


def _welcome(task: Task, answer: Accepted) -> None:
    name = task.asset.name
    narrate(f"✓ {name} signs in with its new token.")
    facts = list(grant_shapes.pairs(answer.grant, datetime.now(UTC)))
    if answer.deadline is not None:
        facts.append(("Ends", f"{exact(answer.deadline.at)}: {answer.deadline.reason}"))
    narrate_pairs(facts, "  ")
    narrate(f"To test the whole way: postroom test {quoted(name)}")
