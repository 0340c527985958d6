"""The certificate of the asset's SMTP server, with the days that are left of it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from live.smtp.ladder import Ladder, Limits
from live.smtp.target import target_of
from store.assets import Asset
from store.checks import CheckStep, Outcome

NAME = "certificate"
SOON_DAYS = 14
"""Whoever renews by machine does so with a third of the time left, 16 days at the least; whoever does it by
hand needs some."""
NO_TLS = "The asset speaks to its server without TLS, so there is no certificate."


async def looked_at(asset: Asset, limits: Limits | None = None) -> tuple[CheckStep, str]:
    """The certificate as a step, and the dialogue with the server; nobody signs in."""
    if asset.security == "none":
        return CheckStep(NAME, Outcome.SKIPPED, 0.0, NO_TLS), ""
    ladder = Ladder(target_of(asset, None), limits=limits)
    ms = 0.0
    async with aclosing(ladder.climb()) as climbing:
        async for event in climbing:
            if not isinstance(event, CheckStep):
                continue
            ms += event.ms
            if event.outcome is Outcome.FAILED or event.name == NAME:
                return _judged(replace(event, name=NAME, ms=ms)), ladder.transcript
    raise AssertionError("a climb with TLS has this rung")


def _judged(step: CheckStep) -> CheckStep:
    days = dict(step.facts).get("days left", "")
    if step.outcome is Outcome.PASSED and days.isdigit() and int(days) < SOON_DAYS:
        words = f"The certificate ends in {days} days." if days != "1" else "The certificate ends in one day."
        return replace(step, outcome=Outcome.FAILED, words=words, diagnosis="domain-certificate-ends")
    return step
