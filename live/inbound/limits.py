"""Every bound of the receiver, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_048_576

DISK_TIMES = 1.5
"""Free space that is asked for, in largest messages; the rule of Postfix (queue_minfree, smtpd_check.c)."""

LINE_OCTETS = 2_048
"""A command line with its end. RFC 5321, 4.5.3.1.4, asks for 512 and more for each extension; a forwarded
mail's sender can hold two addresses of up to 254 octets, and Postfix takes 2,048."""

ADDRESS_OCTETS = 1_024
"""A sender or a recipient. RFC 5321 ends at 256, which `+caf_=` and SRS forms of long addresses exceed."""

READ_AHEAD_OCTETS = 65_536
"""What a client may send ahead while its message is being kept; then its transport is paused."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a receiver takes. Times in seconds, sizes in octets."""

    size: int = 50 * MEGABYTE
    """One message. Gmail forwards up to 25 MB, Exchange Online 35 MB and more."""
    memory: int = 256 * MEGABYTE
    """All messages that are on their way in at the same time: five of the largest."""
    connections: int = 200
    """Ten times what a forwarding provider, or Postfix by default, opens to one host."""
    connections_per_address: int = 50
    """So that one client, broken or ill-meant, leaves room for the others."""
    recipients: int = 100
    """In one transaction, by RFC 5321, 4.5.3.1.8; a client sends the rest in another."""
    errors: int = 100
    """Refused commands since the last message that was kept. More than the 50 recipients that Postfix sends
    at once: a transaction whose recipients have all been deleted still gets its answer."""
    command: float = 300.0
    """Waiting for a command, or for the next octets of a message (RFC 5321, 4.5.3.2.7)."""
    transaction: float = 1_800.0
    """From the connection, or the end of the last message, to the end of the next: 50 MB at 28 kB/s."""
    handshake: float = 30.0
    """TLS, from 220 to its end; four round trips of a slow link, with room."""
    parting: float = 10.0
    """From the last reply to the end of the connection, for clients that do not read it."""
    tls_parting: float = 1.0
    """For the client's word that it has heard the end of TLS; nothing depends on it."""
    batch_mails: int = 64
    """Mails in one transaction of the store. Each costs about half a millisecond, so that the first of a
    full batch waits no longer than for two commits of a slow disk."""
    batch_octets: int = 16 * MEGABYTE
    """Content in one transaction; a larger mail has one to itself."""
