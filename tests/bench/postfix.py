"""A Postfix of its own, in a temporary directory and on a free port, that delivers to one Maildir."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "/usr/sbin/postfix"
"""Where it is when it is not in the path, as it seldom is of people who are not root."""
DOMAIN = "in.example.net"
PATIENCE_S = 120.0
MAIN = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.net
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject_unauth_destination
message_size_limit = 52428800
virtual_mailbox_limit = 0
in_flow_delay = 0
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {directory}/mail
virtual_mailbox_maps = static:desk/
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup   unix n - n 60   1 pickup
cleanup  unix n - n -    0 cleanup
qmgr     unix n - n 300  1 qmgr
rewrite  unix - - n -    - trivial-rewrite
bounce   unix - - n -    0 bounce
defer    unix - - n -    0 bounce
trace    unix - - n -    0 bounce
verify   unix - - n -    1 verify
flush    unix n - n 1000? 0 flush
proxymap unix - - n -    - proxymap
smtp     unix - - n -    - smtp
error    unix - - n -    - error
retry    unix - - n -    - error
discard  unix - - n -    - discard
virtual  unix - n n -    - virtual
anvil    unix - - n -    1 anvil
scache   unix - - n -    1 scache
postlog  unix-dgram n - n - 1 postlogd
"""


def _program() -> str | None:
    return shutil.which("postfix") or (PROGRAM if Path(PROGRAM).exists() else None)


def why_not() -> str:
    """Why there can be no Postfix here; empty where there can."""
    if _program() is None:
        return "there is no postfix; install it (apt install postfix)"
    if os.geteuid() != 0:
        return "postfix can be started by root alone"
    return ""


@dataclass(frozen=True, slots=True)
class Postfix:
    """One that runs."""

    port: int
    recipient: str
    delivered: Path
    """The directory that holds one file for each message that was delivered."""

    def wait_for(self, count: int) -> None:
        """Until so many have been delivered.

        Raises:
            RuntimeError: they were not, in two minutes.
        """
        until = time.monotonic() + PATIENCE_S
        while (found := len(os.listdir(self.delivered)) if self.delivered.exists() else 0) < count:
            if time.monotonic() > until:
                raise RuntimeError(f"Postfix has delivered {found} of {count} messages")
            time.sleep(0.005)


@contextlib.contextmanager
def running(directory: Path) -> Iterator[Postfix]:
    """Start it in a directory that it may enter, and stop it."""
    user = pwd.getpwnam("postfix")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    etc, mail = directory / "etc", directory / "mail"
    for path in (etc, directory / "queue", directory / "data", mail):
        path.mkdir()
    for path in (directory / "data", mail):
        os.chown(path, user.pw_uid, user.pw_gid)
    given = {"directory": directory, "domain": DOMAIN, "user": user.pw_uid, "group": user.pw_gid}
    (etc / "main.cf").write_text(MAIN.format(**given), encoding="ascii")
    (etc / "master.cf").write_text(MASTER.format(port=port), encoding="ascii")
    _postfix(etc, "start")
    try:
        _wait_for(port)
        yield Postfix(port, f"desk@{DOMAIN}", mail / "desk" / "new")
    finally:
        _postfix(etc, "stop")


def _postfix(etc: Path, verb: str) -> None:
    command = [_program() or PROGRAM, "-c", str(etc), verb]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode:
        raise RuntimeError(f"postfix {verb} ended with status {done.returncode}: {done.stderr.strip()}")


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
