"""Writes the systemd unit of the agent: no rights that it does not need, and restarted whatever happens
(systemd.exec(5), systemd.service(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.key_file import SYSTEMD_CREDENTIAL

NAME = "postroom-agent"
WATCHDOG_S = 60
"""Twelve heartbeats. A store that hangs holds them up, and a start anew is what a person would try first."""
STOP_S = 10
"""Twice what the agent takes at most."""
FIRST_PLAIN_PORT = 1024
HOMES = tuple(map(Path, ("/home", "/root", "/run/user")))
TEMPORARY = tuple(map(Path, ("/tmp", "/var/tmp")))  # noqa: S108  # what PrivateTmp= hides
STATE = Path("/var/lib")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@=+,-]+\Z")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}\Z")


class UnitError(Exception):
    """No unit can be written for this; the text is one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the unit is to run, and as whom. Paths are absolute."""

    command: Sequence[str]
    store: Path
    config: Path | None
    """None: there is no configuration file."""
    credential: Path
    """A file with the vault's key, as `postroom vault unlock --keep file` writes it."""
    encrypted: bool = False
    """Whether systemd-creds(1) has encrypted that file."""
    user: str = ""
    """"": one that systemd makes for as long as the service runs."""
    ports: Sequence[int] = ()
    """On which it listens."""
    writes: Sequence[Path] = ()
    """Directories that it writes to besides the store's."""
    python_path: str = ""
    """Where the packages are, where they are not installed."""


def unit(service: Service) -> str:
    """The unit's text.

    Raises:
        UnitError: systemd could not run it.
    """
    _refuse_unusable(service)
    lines = [*_head(service), *_service(service), *_hardening(service), "", "[Install]"]
    return "\n".join([*lines, "WantedBy=multi-user.target", ""])


def _refuse_unusable(service: Service) -> None:
    paths = [
        service.store,
        service.credential,
        *service.writes,
        *([service.config] if service.config else []),
    ]
    for path in paths:
        if not path.is_absolute() or any(not char.isprintable() for char in str(path)):
            raise UnitError(f"A unit cannot name the path {str(path)!r}.")
    if service.user and not _USER.match(service.user):
        raise UnitError(f"{service.user!r} is no name of a user of this system.")
    if not service.user and STATE not in service.store.parents:
        raise UnitError(
            f"A user that systemd makes cannot keep {service.store}: name one with --user, or a store below "
            f"{STATE}, such as --store {STATE}/postroom/postroom.db."
        )


def _head(service: Service) -> Iterator[str]:
    yield f"# Put this into /etc/systemd/system/{NAME}.service, then:"
    yield f"#   systemctl daemon-reload && systemctl enable --now {NAME}"
    yield f"# systemd itself reads the vault's key, from {service.credential}: leave it to root alone."
    yield "[Unit]"
    yield "Description=postroom's agent: keeps the e-mail assets of a contact centre alive"
    yield "Wants=network-online.target"
    yield "After=network-online.target"
    yield "StartLimitIntervalSec=0"
    yield ""


def _service(service: Service) -> Iterator[str]:
    options = ["--store", str(service.store)]
    options += ["--config", str(service.config)] if service.config else []
    command = " ".join(_word(part, in_command=True) for part in (*service.command, *options, "agent"))
    yield "[Service]"
    yield "Type=notify"
    yield "NotifyAccess=main"
    yield f"ExecStart={command}"
    if service.python_path:
        yield f"Environment={_word(f'PYTHONPATH={service.python_path}')}"
    yield f"WatchdogSec={WATCHDOG_S}"
    yield "Restart=always"
    yield "RestartSec=2"
    yield f"TimeoutStopSec={STOP_S}"
    kind = "LoadCredentialEncrypted" if service.encrypted else "LoadCredential"
    yield f"{kind}={_word(f'{SYSTEMD_CREDENTIAL}:{service.credential}')}"
    yield f"User={service.user}" if service.user else "DynamicUser=yes"
    state = _below(service.store.parent, STATE)
    if state:
        yield f"StateDirectory={_word(state)}"
        yield "StateDirectoryMode=0700"
    yield "UMask=0077"


def _hardening(service: Service) -> Iterator[str]:
    yield ""
    yield "# What it may do: talk to the network, and write beside its store."
    yield "NoNewPrivileges=yes"
    low = [port for port in service.ports if 0 < port < FIRST_PLAIN_PORT]
    if low:
        yield "CapabilityBoundingSet=CAP_NET_BIND_SERVICE"
        yield "AmbientCapabilities=CAP_NET_BIND_SERVICE"
    else:
        yield "CapabilityBoundingSet="
        yield "PrivateUsers=yes"
    yield "ProtectSystem=strict"
    at_home = any(home in path.parents for path in _paths(service) for home in HOMES)
    yield f"ProtectHome={'read-only' if at_home else 'yes'}"
    writes = [*service.writes]
    if not _below(service.store.parent, STATE):
        writes.insert(0, service.store.parent)
    for path in dict.fromkeys(writes):
        yield f"ReadWritePaths={_word(str(path))}"
    if not any(place in path.parents for path in _paths(service) for place in TEMPORARY):
        yield "PrivateTmp=yes"
    yield from (f"{name}=yes" for name in YES)
    yield "ProtectProc=invisible"
    yield "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK"
    yield "SystemCallArchitectures=native"
    yield "SystemCallFilter=@system-service"
    yield "SystemCallFilter=~@privileged @resources"
    yield "SystemCallErrorNumber=EPERM"


YES = (
    *("PrivateDevices", "PrivateMounts", "ProtectClock", "ProtectControlGroups", "ProtectHostname"),
    *("ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "RestrictNamespaces"),
    *("RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute", "RemoveIPC"),
)


def _paths(service: Service) -> Iterator[Path]:
    yield service.store
    yield from service.writes
    if service.config:
        yield service.config
    yield from (Path(part) for part in (*service.command, service.python_path) if part.startswith("/"))


def _below(path: Path, parent: Path) -> str:
    """The path below another, "" where it is not."""
    return str(path.relative_to(parent)) if parent in path.parents else ""


def _word(text: str, *, in_command: bool = False) -> str:
    """One word of a setting: quoted where it must be, and free of what systemd would expand."""
    text = text.replace("%", "%%")
    if in_command:
        text = text.replace("$", "$$")
    if _PLAIN.match(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
