"""The rehearsal provider as a child process: tells its ports in one line, goes when standard input ends."""

import asyncio
import logging
import os
import signal
import sys
import threading
from contextlib import suppress

from live.rehearsal.provider import serving


def main() -> int:
    """Serve until standard input reaches its end, or SIGTERM or SIGINT comes; returns the exit code 0."""
    logging.disable()  # aiosmtpd warns of what clients do wrong, and here they do so on purpose
    asyncio.run(_serve())
    return 0


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    async with serving() as endpoints:
        print(endpoints.to_line(), flush=True)
        threading.Thread(target=_wait_for_end, args=(loop, over), daemon=True).start()
        await over.wait()


def _wait_for_end(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    """Read standard input to its end, which comes with the parent's death however it dies.

    A thread, since a loop cannot watch every kind of standard input; os.read, since a daemon thread inside a
    buffered reader makes the interpreter abort at exit.
    """
    with suppress(OSError, ValueError):  # closed or unreadable: nobody holds the other end
        while os.read(sys.stdin.fileno(), 4096):
            pass
    with suppress(RuntimeError):  # a signal was quicker and the loop is closed
        loop.call_soon_threadsafe(over.set)


if __name__ == "__main__":
    sys.exit(main())
