"""Takes the pictures in this directory: the console on its rehearsal desk, driven by keys, at both sizes.

Run from the checkout: `python screenshots/make.py`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from textual.pilot import Pilot  # noqa: E402  # after the checkout is on the path

from live.rehearsal.child import running_provider  # noqa: E402
from live.rehearsal.desk import prepare  # noqa: E402
from tui.app import Console  # noqa: E402
from tui.commandline import rehearsed  # noqa: E402

SIZES = ((80, 24), (120, 40))
ENDLESS = ("watch", "verb")
"""Groups of workers that go on: the watch on the store, and verbs that wait for a person."""
PICTURES: dict[str, Sequence[str]] = {
    "assets": (),
    "assets-filtered": ("slash", *"provider:office", "enter"),
    "asset": ("G", "k", "k", "k", "home", "j", "enter"),
    "asset-form": ("n", *"Billing EU", "tab", *"billing@example"),
    "checks": ("2",),
    "check": ("2", "j", "j", "enter"),
    "tokens": ("3",),
    "grant": ("3", "end", "h"),
    "clients": ("3", "O"),
    "audit": ("4",),
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


def main() -> None:
    """Take all pictures."""
    with running_provider() as endpoints, TemporaryDirectory() as directory:
        store = prepare(Path(directory), endpoints, oauth=True)
        rehearsed.make_history(Namespace(store=store, config=None))
        for name, keys in PICTURES.items():
            for size in SIZES:
                asyncio.run(take(store, name, keys, size))
                print(f"{name} {size[0]}x{size[1]}", file=sys.stderr)


if __name__ == "__main__":
    main()
