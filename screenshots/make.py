"""Takes the pictures in this directory: the console on its rehearsal desk, driven by keys, at both sizes.

Run from the checkout: `python screenshots/make.py`.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from textual.pilot import Pilot  # noqa: E402  # after the checkout is on the path

from live.rehearsal.child import running_forwarder, running_provider  # noqa: E402
from live.rehearsal.desk import prepare  # noqa: E402
from live.rehearsal.forwarder import AT_ONCE  # noqa: E402
from store import inbound, settings  # noqa: E402
from store.database import Store  # noqa: E402
from tui.app import Console  # noqa: E402
from tui.commandline import rehearsed  # noqa: E402

SIZES = ((80, 24), (120, 40))
ENDLESS = ("watch", "verb")
"""Groups of workers that go on: the watch on the store, and verbs that wait for a person."""
PICTURES: dict[str, Sequence[str]] = {
    "assets": (),
    "assets-filtered": ("slash", *"provider:office", "enter"),
    "asset": ("G", "k", "k", "k", "home", "j", "enter"),
    "guide": ("slash", *"returns", "enter", "u"),
    "asset-form": ("n", *"Billing EU", "tab", *"billing@example"),
    "checks": ("2",),
    "check": ("2", "j", "j", "enter"),
    "tokens": ("3",),
    "grant": ("3", "end", "h"),
    "clients": ("3", "O"),
    "inbound": ("4",),
    "message": ("4", "end", "enter"),
    "confirmation": ("4", "c"),
    "webhooks": ("5",),
    "deliveries": ("5", "j", "enter"),
    "notices": ("6",),
    "notice": ("6", "enter"),
    "audit": ("7",),
    "help": ("question_mark",),
    "delete": ("space", "space", "d"),
    "vault": ("v", "v"),
}
"""Name and the keys that lead there."""


async def settled(pilot: Pilot[int]) -> None:
    """Wait until nothing is being read any more; the watch on the store goes on for ever."""
    app = pilot.app
    for _ in range(200):
        await pilot.pause(0.02)
        if not any(worker.is_running and worker.group not in ENDLESS for worker in app.workers):
            break
    await pilot.pause()


async def take(store: Path, name: str, keys: Sequence[str], size: tuple[int, int]) -> None:
    """One picture."""
    console = Console(store)
    console.user = "operator"
    async with console.run_test(size=size, notifications=False) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press({" ": "space", "@": "at", ":": "colon"}.get(key, key))
            await settled(pilot)
        svg = console.export_screenshot(title="postroom")
    # The fonts that the picture would fetch from the network are left out; the viewer's own serve.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace(str(store.parent), "/srv/postroom")
    (HERE / f"{name}-{size[0]}x{size[1]}.svg").write_text(svg, encoding="utf-8")


@contextmanager
def receiving(store: Path) -> Iterator[None]:
    """An agent at work for the length of the block, and some mail that it has received."""
    agent = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "tui", "agent", "--store", str(store)],
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        stderr=subprocess.DEVNULL,
    )
    try:
        port = settings.load(None, store).receiver_port
        with running_forwarder(store, port, 0.1):
            seen = Store.open(store)
            until = time.monotonic() + 60
            while inbound.count(seen) < AT_ONCE and time.monotonic() < until:
                time.sleep(0.1)
            seen.close()
        yield
    finally:
        agent.terminate()
        agent.wait()


def main() -> None:
    """Take all pictures."""
    with running_provider() as endpoints, TemporaryDirectory() as directory:
        store = prepare(Path(directory), endpoints, oauth=True)
        rehearsed.make_history(Namespace(store=store, config=None))
        with receiving(store):
            for name, keys in PICTURES.items():
                for size in SIZES:
                    asyncio.run(take(store, name, keys, size))
                    print(f"{name} {size[0]}x{size[1]}", file=sys.stderr)


if __name__ == "__main__":
    main()
