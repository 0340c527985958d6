"""How long each rung of a connection test may take before it is given up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. Far below the minutes of RFC 5321 4.5.3.2, since a person waits for the answer."""

    resolve: float = 5.0
    """One name server that is dead costs the system's resolver 5 s; more than that is a finding."""
    connect_each: float = 8.0
    """Per address: lets the kernel repeat the first packet at 1, 3 and 7 s."""
    connect: float = 15.0
    """Over all addresses: two dead ones may not keep a person waiting for longer than the slowest banner."""
    tls: float = 10.0
    """A handshake is two round trips and some arithmetic; a loaded server still ends it in a few seconds."""
    banner: float = 15.0
    """Servers hold the banner back on purpose, to catch those that talk too early: mostly 2 to 10 s."""
    command: float = 15.0
    """For each reply: servers look up names and lists before they answer."""
    grant: float = 45.0
    """An access token: a request that is given up after 30 s, behind one of another process."""
    sign_in: float = 20.0
    """The whole sign-in: directories are slow, and wrong passwords are answered late on purpose."""
    data: float = 30.0
    """DATA and the message: the server scans it for spam and malware before it answers."""
    quit: float = 1.0
    """Mere politeness: the result is known by then."""
