"""Waiting for a browser: what comes first counts, and nothing is waited for longer than the state lives."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from live.diagnosis import by_id
from live.oauth.authorize import begin
from live.oauth.faults import TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.loopback import listening
from live.rehearsal.endpoints import Endpoints
from tests.tui.oauth_kit import OAuthDesk
from tui.commandline.authorizing import Task
from tui.commandline.browsing import answered
from tui.desk import Desk
from tui.token_ways import Session


@pytest.fixture
async def task(empty_store: Path, endpoints: Endpoints) -> Task:
    """An asset that waits for its token."""
    made = OAuthDesk(empty_store, endpoints)
    client = made.client("google")
    asset = made.asset("oauth-well", client)
    desk = Desk.open(empty_store)
    desk.unlock_from_homes()
    return Task(desk, asset, client, Session.of({}), consent=False)


async def test_time_runs_out_into_what_the_person_may_be_looking_at(task: Task) -> None:
    async with OAuthHttp() as http, listening("http://127.0.0.1/callback", any_port=True) as listener:
        begun = begin(
            task.desk.store,
            task.desk.vault,
            task.asset,
            task.client,
            redirect_uri=listener.redirect_uri,
            consent=False,
        )
        with pytest.raises(TokenRefused) as refused:
            async with asyncio.timeout(20):
                await answered(http, task, replace(begun, ends_at=datetime.now(UTC)), listener, None)
    assert refused.value.diagnosis == "gmail-oauth-redirect-timeout"
    assert len(by_id(refused.value.diagnosis).fix) > 2
    task.desk.close()
