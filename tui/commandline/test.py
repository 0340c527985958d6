"""`postroom test`: tests connections, and prints each ladder when all before it have been printed."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from live import connection_tests
from live.connection_tests import Bounds, Event, TestEnded
from store import assets
from store.assets import SignIn
from store.checks import CheckRun, Outcome
from store.vault import VaultState
from tui.commandline import opening, rungs
from tui.commandline.choosing import all_named, in_use
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line
from tui.commandline.progress import Progress
from tui.desk import Desk

SOME_FAILED = 1


def run(options: Namespace) -> int:
    """Test the assets that the options name; 0 when all passed, 1 when some did not."""
    if bool(options.names) == options.all:
        raise UsageError("Name the assets to test, or use --all.")
    if options.domain and options.send_to:
        raise UsageError("--domain looks at the DNS, and sends no message; leave out --send-to.")
    if options.forwarding and (options.domain or options.send_to):
        raise UsageError(
            "--forwarding sends a probe to the mailbox itself; leave out --domain and --send-to."
        )
    if options.wait is not None and not options.forwarding:
        raise UsageError("--wait is for --forwarding.")
    with opening.opened(options) as desk:
        chosen = _chosen(desk, options)
        if not chosen:
            raise UsageError("There are no assets to test yet; set one up with `postroom assets add`.")
        ids = [id_ for id_, _ in chosen]
        if options.domain:
            runs = asyncio.run(printed(ids, _domains(desk, ids), quiet=options.json))
        elif options.forwarding:
            _unlock(desk, options, True, "so no probe can be sent")
            runs = asyncio.run(printed(ids, _forwardings(desk, ids, options.wait), quiet=options.json))
        else:
            _unlock(desk, options, any(sealed for _, sealed in chosen))
            runs = asyncio.run(ladders(desk, ids, quiet=options.json, send_to=options.send_to))
        if options.json:
            addresses = {line.id: line.address for line in assets.lines(desk.store)}
            print_json(tests=[rungs.as_json(run, addresses.get(run.asset_id, "")) for run in runs])
        elif len(chosen) > 1:
            print_line(_summary(runs, len(chosen)))
    passed = sum(run.outcome is Outcome.PASSED for run in runs)
    return 0 if passed == len(chosen) else SOME_FAILED


async def ladders(
    desk: Desk, ids: Sequence[int], *, quiet: bool, send_to: str | None = None
) -> list[CheckRun]:
    """Test assets side by side; the runs in the order of `ids`, without those deleted in the meantime.

    Args:
        send_to: an address that gets one real message from each.
        quiet: print no ladders.
    """
    bounds = Bounds(at_once=desk.settings.tests_at_once, per_host=desk.settings.tests_per_host)
    running = connection_tests.run(desk.store, desk.vault, ids, bounds=bounds, send_to=send_to)
    return await printed(ids, running, quiet=quiet)


def _domains(desk: Desk, ids: Sequence[int]) -> AsyncGenerator[Event, None]:
    from live import domain_check  # with dnspython, which the others need not wait for

    return domain_check.run(desk.store, desk.vault, ids, dns_server=desk.settings.dns_server)


def _forwardings(desk: Desk, ids: Sequence[int], wait_s: float | None) -> AsyncGenerator[Event, None]:
    from live import forwarding_check

    plain = desk.settings.notice_smtp
    return forwarding_check.run(
        desk.store, desk.vault, ids, plain=plain, wait_s=forwarding_check.WAIT_S if wait_s is None else wait_s
    )


async def printed(ids: Sequence[int], running: AsyncGenerator[Event, None], *, quiet: bool) -> list[CheckRun]:
    """Print checks of whatever kind while they end, as `ladders` does."""
    ended: dict[int, CheckRun | None] = {}
    waiting = list(dict.fromkeys(ids))
    runs: list[CheckRun] = []
    with Progress(len(waiting)) as progress:
        async with aclosing(running) as events:
            async for event in events:
                progress.take(event)
                if not isinstance(event, TestEnded):
                    continue
                ended[event.asset_id] = event.run
                while waiting and waiting[0] in ended:
                    run = ended[waiting.pop(0)]
                    if run is None:
                        continue
                    runs.append(run)
                    if not quiet:
                        progress.clear()
                        rungs.print_run(run)
    return runs


def _chosen(desk: Desk, options: Namespace) -> list[tuple[int, bool]]:
    """Id of each asset, and whether the vault may hold its password or token."""
    if not options.all:
        found = [in_use(desk, one) for one in all_named(desk, options.names)]
        return [(one.id, one.has_password or one.sign_in == SignIn.OAUTH) for one in found]
    lines = [line for line in assets.lines(desk.store) if line.engage != "retired"]
    return [(one.id, one.has_password or one.sign_in == SignIn.OAUTH) for one in lines]


def _unlock(
    desk: Desk, options: Namespace, needed: bool, what_then: str = "so the tests end at the sign-in"
) -> None:
    """Open the vault where a password or token lies in it; locked, the tests still climb to the sign-in."""
    if desk.vault.state() is VaultState.ABSENT or not needed:
        return
    if not opening.try_unlock(desk, options):
        narrate(f"The vault is locked, {what_then}; {opening.HOW_TO_UNLOCK}.")


def _summary(runs: Sequence[CheckRun], asked: int) -> str:
    passed = sum(run.outcome is Outcome.PASSED for run in runs)
    gone = f", {asked - len(runs)} deleted meanwhile" if len(runs) < asked else ""
    return f"{asked} tested: {passed} passed, {len(runs) - passed} failed{gone}."
