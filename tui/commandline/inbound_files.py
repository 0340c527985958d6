"""`postroom inbound export` and `import`: mail into files, and out of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from live.inbound import export as exports
from live.inbound import importing
from tui.commandline.choosing import named
from tui.commandline.faults import UsageError
from tui.commandline.inbound_access import require_reason, search_of, unlock_log
from tui.commandline.opening import opened
from tui.commandline.printing import narrate, print_json

STDOUT = Path("-")
EVERY_S = 1.0
"""Seconds between two repaints of the progress line."""
ANEW = "\r\x1b[K"
"""Takes the line away."""


class Step(Protocol):
    """How far something has come."""

    def words(self) -> str: ...


T = TypeVar("T", bound=Step)


async def _narrated(steps: AsyncIterator[T]) -> T | None:
    """The last step; the others are told on a line of stderr, in a terminal only. What ends the work early is
    raised after a word on how far it came."""
    last, again_at = None, 0.0
    wanted = sys.stderr.isatty()
    try:
        async for last in steps:
            if wanted and time.monotonic() >= again_at:
                again_at = time.monotonic() + EVERY_S
                print(f"{ANEW}{last.words()}", end="", file=sys.stderr, flush=True)
    except BaseException:
        print(ANEW if again_at else "", end="", file=sys.stderr, flush=True)
        if last is not None:
            narrate(last.words())
        raise
    print(ANEW if again_at else "", end="", file=sys.stderr, flush=True)
    return last


def export(options: Namespace) -> int:
    """Write what matches into a file or directory, or to standard output."""
    search = search_of(options)
    form = next(form for form in exports.FORMS if form.id == options.form)
    _refuse_target(form, options.to)
    with opened(options) as desk:
        if form.needs_bodies:
            require_reason(desk, options)
            unlock_log(desk, options)
        with _target(options.to) as to:
            reason = options.reason.strip()
            steps = exports.exported(desk.store, desk.vault, search, (), form, to, reason=reason)
            last = asyncio.run(_narrated(steps))
    narrate(last.words() if last else "No message matches; nothing was written.")
    return 0


@contextlib.contextmanager
def _target(to: Path) -> Iterator[exports.Target]:
    if to != STDOUT:
        yield to
        return
    sys.stdout.flush()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as stream:
        yield stream


def _refuse_target(form: exports.Form, to: Path) -> None:
    if to == STDOUT:
        if form is exports.EML:
            raise UsageError("Files of their own do not go to standard output; name a directory with --to.")
        if form is exports.MBOX and sys.stdout.isatty():
            raise UsageError("A terminal would obey what stands in mail; name a file with --to.")
    elif form is exports.EML:
        if os.path.lexists(to) and not (to.is_dir() and not any(to.iterdir())):
            raise UsageError(
                f"{to} exists and is no empty directory; name a new one, nothing is written over."
            )
    elif os.path.lexists(to):
        raise UsageError(f"{to} exists; name a new file, nothing is written over.")


def bring_in(options: Namespace) -> int:
    """Bring mail into an asset's log."""
    with opened(options) as desk:
        asset = named(desk, options.asset)
        missing = [path for path in options.paths if not path.exists()]
        if missing:
            raise UsageError(f"{missing[0]} does not exist; nothing was imported.")
        done = asyncio.run(_narrated(importing.imported(desk.store, asset, options.paths)))
    assert done is not None
    if options.json:
        print_json(imported=done.kept, known=done.known, unreadable=done.unreadable, too_large=done.too_large)
    else:
        narrate(done.words())
    return 0
