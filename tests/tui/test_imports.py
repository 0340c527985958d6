"""The first frame is painted before anything slow is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.command_line import environment

SLOW = (
    "aiosmtpd",
    "aiosmtplib",
    "alembic",
    "authlib",
    "cryptography",
    "httpx",
    "keyring",
    "pydantic",
    "pydantic_settings",
    "sqlalchemy",
    "sqlmodel",
    "trustme",
)
"""Libraries of the store and the network; together they cost a second, and a frame a quarter of one."""
ALLOWED = {"store", "store.actor"}
"""The one module of the other rooms that the first frame needs: who is at this terminal."""
WITHOUT = "textual.widgets._markdown", "textual.widgets._data_table"
"""Widgets of the library that nothing on the first screen needs."""

FIRST_FRAME = """
import asyncio, json, sys
from pathlib import Path
from tui.app import Console

display, frames = Console._display, []

def watched(console, screen, renderable):
    display(console, screen, renderable)
    text = "".join(strip.text for strip in screen._compositor.render_strips())
    if not frames and "1 Assets" in text and "opening the store" in text:
        frames.append(sorted(sys.modules))

async def main():
    Console._display = watched
    console = Console(Path(sys.argv[1]))
    async with console.run_test(size=(120, 40)) as pilot:
        while not frames or console.desk is None:
            await pilot.pause()
    print(json.dumps({"frame": frames[0], "later": sorted(sys.modules)}))

asyncio.run(main())
"""


def answer(script: str, *words: str, home: Path) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def ours(modules: list[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] in ("store", "live")}


def packages(modules: list[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    home = tmp_path_factory.mktemp("home")
    return answer(FIRST_FRAME, str(home / "desk" / "postroom.db"), home=home)


def test_the_first_frame_comes_before_the_slow_imports(modules: dict[str, list[str]]) -> None:
    assert packages(modules["frame"]) & set(SLOW) == set()
    assert ours(modules["frame"]) <= ALLOWED
    assert set(WITHOUT) & set(modules["frame"]) == set()


def test_what_is_needed_comes_afterwards(modules: dict[str, list[str]]) -> None:
    assert {"sqlmodel", "store"} <= packages(modules["later"])


def test_opening_the_desk_needs_neither_network_nor_forms(modules: dict[str, list[str]]) -> None:
    for name in ("aiosmtpd", "aiosmtplib", "trustme", "live.rehearsal", "live.smtp.ladder"):
        assert name not in modules["later"], name


def test_importing_the_app_imports_neither_half_of_the_house(tmp_path: Path) -> None:
    script = "import json, sys, tui.app; print(json.dumps({'after': sorted(sys.modules)}))"
    after = answer(script, home=tmp_path)["after"]
    assert packages(after) & set(SLOW) == set()
    assert ours(after) <= ALLOWED
