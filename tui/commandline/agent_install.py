"""`postroom agent install`: prints the systemd unit of the agent."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from live.agent.unit import NAME, STATE, Service, UnitError, unit
from store import settings
from store.settings import Settings
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate

ROOT = Path(__file__).resolve().parents[2]
CREDENTIAL = Path("/etc/postroom/vault.key")


def show(options: Namespace) -> int:
    """Print the unit; nothing is installed, and no store is opened or made."""
    configured = settings.load(options.config, options.store)
    store = options.store or (None if options.user else STATE / "postroom" / "postroom.db")
    path = (store or configured.store).expanduser().absolute()
    file = settings.config_file(options.config, options.store)
    command, python_path = _command()
    try:
        text = unit(
            Service(
                command=command,
                store=path,
                config=file if file.is_file() else None,
                credential=(options.credential or CREDENTIAL).expanduser().absolute(),
                encrypted=options.encrypted,
                user=options.user or "",
                ports=_ports(configured),
                writes=[configured.lmtp_socket.parent] if configured.lmtp_socket else [],
                python_path=python_path,
            )
        )
    except UnitError as error:
        raise UsageError(str(error)) from None
    print(text, end="")
    narrate(
        f"Check it with: postroom agent install … > {NAME}.service && systemd-analyze verify {NAME}.service"
    )
    return 0


def _command() -> tuple[list[str], str]:
    """How this program is started, and where its packages are where they are not installed."""
    script = Path(sys.executable).with_name("postroom")
    if script.is_file():
        return [str(script)], ""
    return [sys.executable, "-m", "tui"], str(ROOT)


def _ports(configured: Settings) -> list[int]:
    receiving = [configured.receiver_port, configured.lmtp_port or 0] if configured.receiver else []
    return [configured.agent_http_port, *receiving]
