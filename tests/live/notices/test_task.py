"""The agent's task: it wakes when something breaks, says what it cannot do, and tells of an absence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from live.agent.ground import Ground
from live.agent.tasks import notices as task_module
from live.agent.tasks.notices import NoticesTask, is_absence
from store import agent_presence, leases
from store.agent_presence import Presence
from store.database import Store
from store.grants import GrantState
from store.notice_records import Kind
from store.notice_settings import NoticeSettings
from store.notice_smtp import NoticeSmtp
from store.settings import Settings
from store.task_states import TaskStand
from store.vault import Vault
from tests.live.agent.kit import Quiet, until
from tests.live.notices.kit import OPERATOR, breaks, client, connected, desk, ends, subjects, to
from tests.live.smtp_servers import ADDRESS, HOST, Mailroom, good_server
from tests.store.kit import NOON, PASSPHRASE


def ground(
    store: Store, vault: Vault, port: int | None = None, *, child: bool = False, **told: Any
) -> Ground:
    given: dict[str, Any] = {"operators": (OPERATOR,), **told}
    smtp = NoticeSmtp(**{"host": HOST, "port": port, "security": "none", "from": ADDRESS}) if port else None
    settings = Settings(store=store.path, notice_smtp=smtp, notices=NoticeSettings(**given))
    return Ground(store, settings, vault, (), child=child)


@contextlib.asynccontextmanager
async def working(on: Ground, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quiet]:
    monkeypatch.setattr(task_module, "FIRST_S", 0.0)
    monkeypatch.setattr(task_module, "GATHER_S", 0.0)
    monkeypatch.setattr(task_module, "LOOK_LEAST_S", 0.1)
    quiet = Quiet("notices")
    going = [
        asyncio.create_task(NoticesTask(on).run(quiet.told)),
        asyncio.create_task(on.changes.run()),
    ]
    try:
        yield quiet
    finally:
        for one in going:
            one.cancel()
        await asyncio.gather(*going, return_exceptions=True)


async def test_it_wakes_when_something_breaks(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Mailroom()
    (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
    ends(store, None, asset)
    async with good_server("none", room) as port, working(ground(store, vault, port), monkeypatch) as quiet:
        await until(lambda: quiet.words == "Nobody is needed.")
        breaks(store, GrantState.CONSENT_REQUIRED, asset)
        await until(lambda: to(room) == [OPERATOR])
        await until(lambda: quiet.words == "1 notice is open.")
        assert quiet.stand is TaskStand.WELL


async def test_a_locked_vault_is_said_and_the_rest_goes_on(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
    breaks(store, GrantState.CONSENT_REQUIRED, asset)
    vault.lock()
    async with working(ground(store, vault), monkeypatch) as quiet:
        await until(lambda: quiet.stand is TaskStand.FAILING)
        assert "The vault is locked" in quiet.words
        assert "postroom vault unlock" in quiet.words
        vault.unlock(PASSPHRASE)


async def test_nobody_to_be_told_is_said(store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
    breaks(store, GrantState.CONSENT_REQUIRED, asset)
    async with working(ground(store, vault, operators=()), monkeypatch) as quiet:
        await until(lambda: "names nobody to be told" in quiet.words)


async def test_back_after_an_absence(store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = leases.Holder.this_process("operator")
    leases.take(store, holder, NOON)
    now = datetime.now(UTC)
    agent_presence.note(store, now - timedelta(hours=5), child=False)
    room = Mailroom()
    async with good_server("none", room) as port, working(ground(store, vault, port), monkeypatch):
        await until(lambda: room.delivered)
    assert subjects(room) == ["postroom: No agent ran for 5 hours; one works again"]
    last = agent_presence.last(store)
    assert last
    assert last.at > now - timedelta(minutes=1)
    here = desk(store, vault)
    assert [line.kind for line in here.lines] == [Kind.ABSENCE]


@pytest.mark.parametrize(
    ("before", "child", "minutes", "absent"),
    [(False, False, 10, False), (False, False, 20, True), (True, True, 900, False), (True, False, 900, True),
     (False, True, 900, True), (False, False, -60, False)],
)  # fmt: skip
def test_what_an_absence_is(before: bool, child: bool, minutes: int, absent: bool) -> None:
    now = NOON + timedelta(minutes=minutes)
    assert is_absence(Presence(NOON, before), now, child=child) is absent


def test_presence_survives_a_file_that_is_none(store: Store) -> None:
    assert agent_presence.last(store) is None
    leases.take(store, leases.Holder.this_process("operator"), NOON)
    assert agent_presence.last(store) is None
    agent_presence.note(store, NOON, child=True)
    assert agent_presence.last(store) == Presence(NOON, True)
    leases.path_of(store).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    assert agent_presence.last(store) is None
