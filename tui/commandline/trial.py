"""Tries a new password before it takes the place of the old one."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from live import connection_tests
from live.password_trial import PasswordTrial
from store.assets import Asset, AssetFields
from tui import diagnosis_text
from tui.commandline.printing import narrate
from tui.commandline.rungs import explanation
from tui.desk import Desk


def tried(fields: AssetFields, password: SecretStr) -> PasswordTrial:
    """One connection test with fields and a password that are not kept yet."""
    narrate("Testing the new password; the old one stays until the server has taken it.")
    trial = PasswordTrial(fields, password)
    asyncio.run(_climbed(trial))
    return trial


async def _climbed(trial: PasswordTrial) -> None:
    async for _ in trial.climb():
        pass


def explain_refusal(trial: PasswordTrial) -> None:
    """Say why the new password was not kept."""
    narrate("Nothing was changed, the old password stays: the test did not come past the sign-in.")
    failed = trial.failed
    if failed is None:
        return
    happened = failed.words.replace("\n", " ")
    for label, text in [(f"{diagnosis_text.title(failed.name)} failed", happened), *explanation(failed)]:
        for line in f"{label}: {text}".split("\n"):
            narrate(f"  {line}")
    narrate("Use --without-test to keep it all the same.")


def keep(desk: Desk, asset: Asset, trial: PasswordTrial) -> None:
    """Record the test that proved the password among the asset's checks."""
    outcome = connection_tests.outcome_of(trial.steps)
    connection_tests.record(
        desk.store, asset, trial.started_at, trial.ms, outcome, trial.steps, trial.transcript
    )
