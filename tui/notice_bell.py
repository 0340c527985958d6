"""Rings the terminal's bell once when a new notice appears while the console is open."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.hub import Hub

_seen: weakref.WeakKeyDictionary[Hub, int] = weakref.WeakKeyDictionary()


async def ring(console: Hub, desk: Desk) -> None:
    """Look whether there is a new one; the first look of a console only remembers what is there."""
    from store import notices

    newest = await asyncio.to_thread(notices.newest_open, desk.store)
    before = _seen.get(console)
    _seen[console] = max(newest, before or 0)
    if before is not None and newest > before and desk.settings.notices.bell:
        console.bell()
