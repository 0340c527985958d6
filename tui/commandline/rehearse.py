"""`postroom rehearse`: a desk of sample mailboxes on a provider of its own, all gone at the end."""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, NoReturn

from live.rehearsal.child import running_forwarder, running_provider
from live.rehearsal.desk import KEY_NAME, prepare
from live.rehearsal.oauth_samples import CLIENTS, OAUTH_DESK
from store import settings
from store.settings import FILE_NAME
from tui import cli
from tui.commandline import rehearsed
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_pairs

OWN_SETTINGS = "POSTROOM_"
NEWCOMER = next(sample for sample in OAUTH_DESK if not sample.consented)
"""The mailbox that waits for its first consent."""
KEPT_SETTINGS = ("POSTROOM_THEME", "POSTROOM_AGENT_CHILD")
"""What a person sets for the own desk must not steer the rehearsal's; how the screen looks, and whether
the console starts an agent, may."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal desk that is served."""

    store: Path
    ports: Mapping[str, int]
    authorization: str
    """Address of the authorization server."""

    @property
    def config(self) -> Path:
        return self.store.parent / FILE_NAME

    @property
    def key_file(self) -> Path:
        return self.store.parent / KEY_NAME


def rehearse(options: Namespace) -> int:
    """Serve a rehearsal desk, and open the console on it; without a terminal, test and judge its samples.

    Returns 1 when some sample did not end as its account is meant to.

    Raises:
        UsageError: a store or a configuration was named. RehearsalError: the provider did not start.
    """
    if options.store or options.config:
        raise UsageError(
            "The rehearsal brings its own store and configuration; leave --store and --config out."
        )
    for name in [name for name in os.environ if name.startswith(OWN_SETTINGS) and name not in KEPT_SETTINGS]:
        del os.environ[name]
    arm()
    with _served(every=options.every) as rehearsal:
        if options.serve:
            with _forwarding(rehearsal, options.mail):
                return _serve(rehearsal, as_json=options.json)
        at_desk = Namespace(store=rehearsal.store, config=rehearsal.config)
        if not cli.has_terminal():
            return rehearsed.judge(at_desk, as_json=options.json)
        narrate("Preparing the rehearsal desk …")
        rehearsed.make_history(at_desk)
        try:
            with _forwarding(rehearsal, options.mail):
                return cli.open_console(rehearsal.store, rehearsal.config, mouse=options.mouse)
        finally:
            arm()  # the console's event loop took the handlers, and left the system's own ones behind


def _forwarding(rehearsal: Rehearsal, per_minute: float) -> AbstractContextManager[None]:
    """Sample mail for the length of the block; none where nobody wants any."""
    if not per_minute:
        return nullcontext()
    port = settings.load(rehearsal.config, rehearsal.store).receiver_port
    return running_forwarder(rehearsal.store, port, per_minute)


def arm() -> None:
    """Let SIGTERM and SIGHUP end the program by an exception, so that everything is cleaned up on its way."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    for once in (signal.SIGTERM, signal.SIGHUP):  # a second one must not break off the cleaning up
        signal.signal(once, signal.SIG_IGN)
    raise SystemExit(128 + number)


@contextmanager
def _served(*, every: bool) -> Iterator[Rehearsal]:
    """For the block: the provider in a child process, the desk in a directory that nobody else can read."""
    with running_provider() as endpoints, TemporaryDirectory(prefix="postroom-rehearsal-") as directory:
        store = prepare(Path(directory), endpoints, every=every, oauth=True)
        yield Rehearsal(store, endpoints.ports, endpoints.authorization)


def _serve(rehearsal: Rehearsal, *, as_json: bool) -> int:
    """Tell what there is and wait for Ctrl-C or SIGTERM, either of which is the proper end."""
    with suppress(KeyboardInterrupt, SystemExit):
        told = _told(rehearsal)
        if as_json:
            print_json(one_line=True, rehearsal=told)
        else:
            _print(told)
        sys.stdout.flush()
        while True:
            signal.pause()
    return 0


def _told(rehearsal: Rehearsal) -> dict[str, Any]:
    command = f"postroom --store {rehearsal.store}"
    return {
        "store": str(rehearsal.store),
        "config": str(rehearsal.config),
        "key_file": str(rehearsal.key_file),
        "ports": dict(sorted(rehearsal.ports.items())),
        "authorization": rehearsal.authorization,
        "commands": [
            f"{command} test --all",
            f"{command} assets list --state failed",
            f"{command} tokens",
            f"{command} refresh --due",
            f"{command} agent",
            f"{command} inbound tail",
            command,
        ],
        "token_by_browser": by_browser(command),
        "token_by_curl": by_curl(command),
    }


def by_browser(command: str) -> list[str]:
    """How a token is generated by hand in a browser, graphical or text, one act after the other."""
    return [
        f"{command} authorize {NEWCOMER.asset_name}",
        "# open the address that it prints in a browser on this machine (a text browser will do),",
        f"# choose {NEWCOMER.address}, and press Allow: the answer is heard at once",
    ]


def by_curl(command: str) -> list[str]:
    """The same without a browser, as lines for a shell; the answer is given back on standard input."""
    scope = next(client.scope for client in CLIENTS if client.key == NEWCOMER.client)
    ticked = " ".join(f"--data-urlencode scope={name}" for name in scope.split())
    return [
        f"link=$({command} authorize {NEWCOMER.asset_name} --owner-link)",
        f"curl -sS -o /dev/null -w '%{{redirect_url}}' -d account={NEWCOMER.address} -d decision=allow \\",
        f'  {ticked} "$link" \\',
        f"  | {command} authorize {NEWCOMER.asset_name} --paste",
    ]


def _print(told: dict[str, Any]) -> None:
    narrate("Serving on 127.0.0.1 until Ctrl-C or SIGTERM; then everything below goes away.")
    print_pairs(
        [
            ("Store", told["store"]),
            ("Configuration", told["config"]),
            ("Key file", f"{told['key_file']} (the desk opens unlocked)"),
        ]
    )
    print_line("Ports:")
    print_pairs([(name, str(port)) for name, port in told["ports"].items()], "  ")
    print_line("To try:")
    for command in told["commands"]:
        print_line(f"  {command}")
    print_line(
        f"Authorization server: {told['authorization']} (lists its OAuth clients, accounts and faults)"
    )
    print_line("To generate a token by hand, in a browser:")
    for line in told["token_by_browser"]:
        print_line(f"  {line}")
    print_line("To generate a token by hand, by curl:")
    for line in told["token_by_curl"]:
        print_line(f"  {line}")
