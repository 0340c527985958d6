"""Why a rung failed, as one value: what to show, what to diagnose, and what was seen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator

Facts = tuple[tuple[str, str], ...]
"""What was seen, as (label, value)."""


class RungError(Exception):
    """A rung failed.

    Args:
        words: what a person reads: the server's reply, or a sentence with the system's text.
        cause: the text that is diagnosed: a reply, "ClassName: message", "timed out …" or "condition:…".
        finer: a text that is diagnosed first, since it says more where it is known.
        code: the reply's code where a reply is the reason; the session then goes on in step.
        diagnosis: id of an entry of `live.diagnosis`, where it is known already; the cause may be empty then.
        definite: no later try can go otherwise unless a person acts.
    """

    def __init__(
        self,
        words: str,
        cause: str,
        *,
        finer: str = "",
        facts: Facts = (),
        code: int | None = None,
        diagnosis: str = "",
        definite: bool = False,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.cause = cause
        self.finer = finer
        self.facts = facts
        self.code = code
        self.diagnosis = diagnosis
        self.definite = definite


def system_text(error: OSError) -> str:
    """An operating system's or TLS fault as "ClassName: message", in the system's own words.

    asyncio replaces the system's message by "Connect call failed (…)"; the number still tells which it was.
    """
    name = type(error).__name__
    if isinstance(error, ssl.SSLError | socket.gaierror) or error.errno is None:
        return f"{name}: {error}"
    return f"{name}: [Errno {error.errno}] {os.strerror(error.errno)}"


@contextlib.asynccontextmanager
async def within(seconds: float, doing: str) -> AsyncIterator[None]:
    """Give up after so many seconds.

    Args:
        doing: completes "timed out …".

    Raises:
        RungError: the time was over.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        sentence = f"Timed out {doing}: nothing within {seconds:g} seconds."
        raise RungError(sentence, f"timed out {doing}") from None
