"""Keeping what the form holds: a new password is tried first, a conflict is put before the person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr
from textual.app import App
from textual.content import Content

from live.connection_tests import outcome_of, record
from live.password_trial import PasswordTrial
from store import assets
from store.assets import Asset, AssetFields, EditConflict
from store.checks import CheckRun, CheckStep
from tui import diagnosis_text
from tui.desk import Desk
from tui.dialogs.conflict import resolved
from tui.widgets.untrusted import visible


async def proven(
    fields: AssetFields, password: SecretStr, say: Callable[[Content | str], None]
) -> PasswordTrial:
    """Try a new password, telling of every step."""
    trial = PasswordTrial(fields, password)
    async for event in trial.climb():
        name = diagnosis_text.title(event.name)
        say(f"Testing the new password: {name} …  The old one stays until this has passed.")
    return trial


def refused(failed: CheckStep) -> tuple[Content, Content]:
    """That the new password was not kept, in short, and then what can be done now, and why."""
    told = diagnosis_text.explained(failed)
    first, *more = told.happened.splitlines() or [""]
    first += " …" if more else ""
    short = Content.assemble(
        ("The new password was not kept: ", "$text-error"),
        visible(f"{diagnosis_text.title(failed.name)} failed. {first}"),
    )
    return short, Content.assemble(
        "The old password stays. ^S tests again, ^O saves the new one without a test.\n",
        f"{told.why} {told.steps[0] if told.steps else ''}",
    )


async def kept(
    app: App[Any],
    desk: Desk,
    before: Asset | None,
    fields: AssetFields,
    password: SecretStr | None,
) -> Asset | None:
    """Create the asset, or save over the one that the form began with; None when the person goes back to the
    form.

    Raises:
        AssetError, VaultError: it cannot be kept as asked; nothing is changed.
    """
    if before is None:
        domain = desk.settings.inbound_domain
        return await asyncio.to_thread(
            assets.create, desk.store, desk.vault, fields, inbound_domain=domain, password=password
        )
    version = before.version
    while True:
        try:
            return await asyncio.to_thread(
                assets.update, desk.store, desk.vault, before.id, fields, version=version, password=password
            )
        except EditConflict as conflict:
            answer = await resolved(app, conflict)
            if answer is None:
                return None
            fields, version = answer, conflict.theirs.version


def record_trial(desk: Desk, asset: Asset, trial: PasswordTrial) -> CheckRun | None:
    """Keep the trial that proved the password as a check of the asset. Blocks for disk."""
    outcome = outcome_of(trial.steps)
    return record(desk.store, asset, trial.started_at, trial.ms, outcome, trial.steps, trial.transcript)
