"""Checks a new token, then trusts it, and tells how that went."""

from __future__ import annotations

from datetime import UTC, datetime

from live.oauth.accept import Accepted, NotAccepted, accept
from live.oauth.http import OAuthHttp
from tui.commandline import grant_shapes, sign_ins
from tui.commandline.asset_shapes import quoted
from tui.commandline.printing import narrate, narrate_pairs
from tui.commandline.refusals import tell
from tui.commandline.sign_ins import Got, Task
from tui.times import exact

REFUSED = 1


async def judged(http: OAuthHttp, task: Task, got: Got, *, consented: bool) -> int:
    """Make new tokens the asset's grant where they are good; 1 where they are not, and nothing was changed.

    Args:
        consented: whether a person consented just now.
    """
    asset, desk = task.asset, task.desk
    narrate(
        f"Checking the new token: its scope, and whether {asset.host} lets it in as {asset.sign_in_name}."
    )
    answer = await accept(desk.store, desk.vault, asset, task.client, got, consented=consented, http=http)
    if isinstance(answer, NotAccepted):
        headline = f"✗ The new token of {asset.name} was not accepted; what was there before stays."
        tell(headline, answer.words, answer.diagnosis)
        sign_ins.hint(answer.diagnosis, task)
        return REFUSED
    _welcome(task, answer)
    return 0


def _welcome(task: Task, answer: Accepted) -> None:
    name = task.asset.name
    narrate(f"✓ {name} signs in with its new token.")
    facts = list(grant_shapes.pairs(answer.grant, datetime.now(UTC)))
    if answer.deadline is not None:
        facts.append(("Ends", f"{exact(answer.deadline.at)}: {answer.deadline.reason}"))
    narrate_pairs(facts, "  ")
    narrate(f"To test the whole way: postroom test {quoted(name)}")
