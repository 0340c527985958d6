"""A new password is tried before it takes the place of the old one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import SecretStr

from live.smtp.ladder import Ladder, Limits, RungStarted
from live.smtp.target import target_of
from store.assets import AssetFields
from store.checks import CheckStep, Outcome

SIGN_IN = "sign-in"


@dataclass(slots=True)
class PasswordTrial:
    """One climb of the ladder with fields and a password that are not kept yet."""

    fields: AssetFields
    password: SecretStr
    limits: Limits = field(default_factory=Limits)
    steps: list[CheckStep] = field(default_factory=list)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ms: float = 0.0
    transcript: str = ""

    async def climb(self) -> AsyncIterator[RungStarted | CheckStep]:
        """Run the test; afterwards `proven` and `failed` tell how it went."""
        ladder = Ladder(target_of(self.fields, self.password), limits=self.limits)
        began = time.perf_counter()
        async for event in ladder.climb():
            if isinstance(event, CheckStep):
                self.steps.append(event)
            yield event
        self.ms = (time.perf_counter() - began) * 1000
        self.transcript = ladder.transcript

    @property
    def proven(self) -> bool:
        """Whether the server took the password. A refusal to send as the address says nothing against the
        password."""
        return any(step.name == SIGN_IN and step.outcome is Outcome.PASSED for step in self.steps)

    @property
    def failed(self) -> CheckStep | None:
        """The step that stopped it."""
        return next((step for step in self.steps if step.outcome is Outcome.FAILED), None)
