"""`postroom agent`: runs the agent."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from argparse import Namespace
from typing import Any

from live.agent.agent import Agent, Ended
from live.agent.ground import Ground
from live.agent.leash import HandedKey, follow
from live.agent.service_manager import ServiceManager
from live.agent.tasks import all_tasks
from tui.commandline.opening import opened
from tui.commandline.printing import narrate
from tui.crash import keep_trace
from tui.desk import Desk
from tui.widgets.untrusted import visible

log = logging.getLogger("postroom.agent")

FAILED = 1
STOP_S = 5.0
"""After so long a stop that hangs, such as on a disk that does not answer, is an end."""
NICENESS = 5
"""A console's own agent lets its console go first: a burst of mail must not delay a key press."""


def run(options: Namespace) -> int:
    """Work until stopped, or once."""
    _log_to_stderr()
    if options.child:
        os.nice(NICENESS)
    with opened(options) as desk:
        ended = asyncio.run(_run(desk, once=options.once, child=options.child))
    if ended is Ended.NOT_NEEDED:
        narrate("Another agent works for this store; see `postroom agent status`.")
    return FAILED if ended is Ended.FAILED else 0


async def _run(desk: Desk, *, once: bool, child: bool) -> Ended:
    handed = HandedKey()
    homes = (handed, *desk.homes) if child else desk.homes
    ground = Ground(desk.store, desk.settings, desk.vault, homes, child=child)
    agent = Agent(ground, all_tasks, _keep, manager=ServiceManager.of_environment())
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: _trace(context))

    def stop() -> None:
        _end_hard_after(STOP_S)
        agent.stop()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    if child:
        follow(sys.stdin.fileno(), handed, lambda came: _key_changed(loop, ground, came), stop)
    return await agent.run(once=once)


def _key_changed(loop: asyncio.AbstractEventLoop, ground: Ground, came: bool) -> None:
    if came:
        ground.look_at_homes_again()
    else:
        loop.run_in_executor(None, ground.vault.lock).add_done_callback(
            lambda _done: ground.look_at_homes_again()
        )


def _end_hard_after(seconds: float) -> None:
    timer = threading.Timer(seconds, os._exit, (FAILED,))
    timer.daemon = True
    timer.start()


def _keep(error: BaseException) -> None:
    """Keep where an unforeseen error came from, without the values that it met."""
    log.error("trace=%s error=%s", keep_trace(error), type(error).__name__)


def _trace(context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException):
        _keep(error)


class _Lines(logging.Formatter):
    """A line each, of which a terminal obeys nothing."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def _log_to_stderr() -> None:
    """Our own lines only: what libraries log may hold what strangers sent."""
    logging.getLogger().addHandler(logging.NullHandler())
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
