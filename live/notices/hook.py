"""The hook: a command of the configuration, run for a notice, with the facts in its environment. No shell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from live.notices.words import Told, next_act
from store.notice_records import Occasion

LIMIT_S = 30.0
"""A hook hands on what it is told; one that takes longer hangs."""
LAST_WORDS_S = 0.5
"""For what it has printed to be read after its end; something that it began may hold its output open."""
ANSWER = 2_000
"""Octets kept of what it prints; the rest is read and thrown away, so that it does not block."""
VALUE = 4_000
"""Characters of one fact: the kernel takes 128 KB, and a list of 10,000 assets has more."""
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "TMPDIR")
"""What of our own environment it sees; the vault's key may stand in the rest."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended."""

    well: bool
    words: str
    """May hold what the command printed: untrusted."""


def facts(told: Sequence[Told]) -> dict[str, str]:
    """The environment of a run, all of it `POSTROOM_NOTICE_…`; never a secret. Several notices are told by
    their numbers and causes, a line each."""
    first = told[0]
    line = first.notice.line
    many = len(told) > 1
    ids = [str(one.notice.line.id) for one in told]
    found = {
        "ID": " ".join(ids),
        "COUNT": str(len(told)),
        "OCCASION": first.occasion.value,
        "KIND": line.kind.value,
        "LEVEL": line.level.value,
        "CAUSE": "\n".join(one.notice.line.cause for one in told),
        "RECOVERED": "1" if first.occasion is Occasion.RECOVERED else "",
        "OPENED_AT": line.opened_at.isoformat(timespec="seconds"),
    }
    if not many:
        found |= {
            "REASON": line.reason,
            "WHO": line.who,
            "DIAGNOSIS": line.diagnosis or "",
            "CLIENT": line.client_name,
            "DEADLINE": line.deadline_at.isoformat(timespec="seconds") if line.deadline_at else "",
            "ASSETS": "\n".join(one.name for one in first.notice.members),
            "ADDRESSES": "\n".join(one.address for one in first.notice.members),
            "ASSET_COUNT": str(line.asset_count),
            "NEXT": "\n".join(next_act(line)),
        }
    return {f"POSTROOM_NOTICE_{name}": _fact(value) for name, value in found.items()}


def _fact(value: str) -> str:
    """Without NUL, which no environment takes, and cut at a line's end where it is too long."""
    clean = value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= VALUE else clean[:VALUE].rpartition("\n")[0] or clean[:VALUE]


async def run(argv: Sequence[str], told: Mapping[str, str], *, limit_s: float = LIMIT_S) -> Ran:
    """Run the command and wait for its end; then, or after `limit_s`, whatever it began ends too. Never
    raises for the command's faults.

    Args:
        told: as `facts` makes it.
    """
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | dict(told)
    loop = asyncio.get_running_loop()
    try:
        transport, talk = await loop.subprocess_exec(
            lambda: _Talk(loop),
            *argv,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Ran(False, f"The hook {argv[0]} cannot be run: {getattr(error, 'strerror', None) or error}.")
    try:
        await asyncio.wait({talk.ended}, timeout=limit_s)
        in_time = talk.ended.done()
        if in_time:
            await asyncio.wait({talk.silent}, timeout=LAST_WORDS_S)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(transport.get_pid(), signal.SIGKILL)
        await talk.ended
        transport.close()
    status = transport.get_returncode()
    if not in_time:
        return Ran(False, f"The hook was ended after {limit_s:g} seconds.{_said(talk.said)}")
    if status:
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        return Ran(False, f"The hook ended {how}.{_said(talk.said)}")
    return Ran(True, _said(talk.said).strip())


class _Talk(asyncio.SubprocessProtocol):
    """What a command says, up to `ANSWER`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.said = bytearray()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.silent: asyncio.Future[None] = loop.create_future()
        """Nobody holds its output open any more."""

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.said += data[: ANSWER - len(self.said)]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if not self.silent.done():
            self.silent.set_result(None)

    def process_exited(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def _said(said: bytearray) -> str:
    text = said.decode("utf-8", "replace").strip()
    return f" It said: {text}" if text else ""
