"""The hook: facts in the environment, no shell, bounded in time and output, and no secret of ours."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from live.notices import hook, trial
from live.notices.hook import VALUE, facts
from live.notices.words import Told
from store import notices
from store.database import Store
from store.grants import GrantState
from store.notice_records import Occasion
from store.vault import Vault
from tests.live.agent.kit import until
from tests.live.notices.kit import breaks, client, connected, desk
from tests.live.smtp_servers import Mailroom, good_server
from tests.store.kit import raw

OWNED = Path("/tmp/postroom-owned")
HOSTILE = 'x"; touch /tmp/postroom-owned; $(id) `id` \x1b[31m \N{RIGHT-TO-LEFT OVERRIDE}'


def script(tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "hook.sh"
    path.write_text(text, encoding="utf-8")
    return "/bin/sh", str(path)


def is_there(path: Path) -> bool:
    """Whether somebody has made it."""
    return path.exists()


def is_over(pid: int) -> bool:
    """Whether a process has ended; somebody else's child may not have been buried yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def test_the_facts_stand_in_the_environment_and_nothing_else_of_ours(
    store: Store, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_VAULT_KEY", "planted-key")
    out = tmp_path / "out"
    here = desk(store, vault, operators=(), hook=script(tmp_path, f"env > {out}\n"))
    (asset,) = connected(store, vault, HOSTILE.replace("\x1b", ""), client_id=client(store, vault))
    breaks(store, GrantState.CONSENT_REQUIRED, asset)
    assert (await here.round()).sent == 1
    told = out.read_text(encoding="utf-8")
    for words in (
        "POSTROOM_NOTICE_KIND=consent",
        "POSTROOM_NOTICE_ASSET_COUNT=1",
        "POSTROOM_NOTICE_OCCASION=opened",
    ):
        assert words in told
    assert "$(id) `id`" in told
    assert "planted" not in told
    assert not is_there(OWNED)
    assert [name for name in os.environ if name.startswith("POSTROOM_NOTICE")] == []


async def test_one_that_fails_is_told_and_tried_again_three_times(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    here = desk(store, vault, operators=(), hook=script(tmp_path, "echo no pager here; exit 7\n"))
    (asset,) = connected(store, vault, "Billing", client_id=client(store, vault))
    breaks(store, GrantState.CONSENT_REQUIRED, asset)
    tally = await here.round()
    assert (tally.failed, tally.why) == (1, "The hook ended with status 7. It said: no pager here")
    for _ in range(10):
        here.clock.on(minutes=30)
        await here.round()
    assert raw(store.path, "SELECT state, tries FROM notice_sendings") == [("failed", 4)]


async def test_one_that_hangs_is_ended_with_all_that_it_began(tmp_path: Path) -> None:
    left = tmp_path / "left"
    ran = await hook.run(script(tmp_path, f"sleep 600 & echo $! > {left}; wait\n"), {}, limit_s=1)
    assert not ran.well
    assert "after 1 seconds" in ran.words
    pid = int(left.read_text(encoding="ascii"))
    await until(lambda: is_over(pid))


async def test_what_it_prints_is_bounded_and_does_not_block_it(tmp_path: Path) -> None:
    ran = await hook.run(script(tmp_path, "head -c 3000000 /dev/zero | tr '\\0' x; exit 1\n"), {})
    assert not ran.well
    assert len(ran.words) < 2_200


@pytest.mark.parametrize("argv", [("/nowhere/at/all",), ("/tmp",), ("/bin/sh\x00",)])
async def test_one_that_cannot_be_run_is_told(argv: tuple[str, ...]) -> None:
    ran = await hook.run(argv, {})
    assert not ran.well
    assert "cannot be run" in ran.words


async def test_one_that_leaves_something_behind_has_ended_well(tmp_path: Path) -> None:
    ran = await hook.run(script(tmp_path, "sleep 600 &\nexit 0\n"), {}, limit_s=1)
    assert ran.well


async def test_many_at_once_are_one_run(store: Store, vault: Vault, tmp_path: Path) -> None:
    out = tmp_path / "out"
    here = desk(
        store, vault, operators=(), hook=script(tmp_path, f'echo "$POSTROOM_NOTICE_COUNT" >> {out}\n')
    )
    names = [f"Desk {number:03}" for number in range(300)]
    breaks(
        store, GrantState.CONSENT_REQUIRED, *connected(store, vault, *names, client_id=client(store, vault))
    )
    assert (await here.round()).sent == 300
    assert out.read_text(encoding="ascii").split() == ["300"]
    found = [notices.one(store, line.id) for line in here.lines]
    values = facts([Told(one, Occasion.OPENED) for one in found if one])
    assert all(len(value) <= VALUE for value in values.values())
    assert values["POSTROOM_NOTICE_CAUSE"].endswith("is needed")


async def test_the_trial_tries_every_way(store: Store, vault: Vault, tmp_path: Path) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port, hook=script(tmp_path, "echo paged\n"))
        tried = await trial.trial(store, vault, here.settings)
    assert [(one.well, one.what) for one in tried] == [
        (True, "mail to ops@example.org"),
        (True, "the hook /bin/sh"),
    ]
    assert tried[1].words == "It said: paged"
    nobody: Any = desk(store, vault, operators=()).settings
    assert [one.well for one in await asyncio.wait_for(trial.trial(store, vault, nobody), 10)] == [False]
