"""What the receiver says: replies of RFC 5321 with the enhanced codes of RFC 2034 and RFC 3463.

Nothing that a client sent, and no text of a fault, is ever part of a reply.
"""

from __future__ import annotations

OK = b"250 2.0.0 Ok\r\n"
SENDER_OK = b"250 2.1.0 Ok\r\n"
RECIPIENT_OK = b"250 2.1.5 Ok\r\n"
KEPT = b"250 2.0.0 Ok: kept\r\n"
SEND_DATA = b"354 End data with <CR><LF>.<CR><LF>\r\n"
START_TLS = b"220 2.0.0 Ready to start TLS\r\n"
BYE = b"221 2.0.0 Bye\r\n"
HELP = b"214 2.0.0 See RFC 5321\r\n"
CANNOT_VERIFY = b"252 2.5.2 Cannot verify, send some mail\r\n"

# The connection ends.
SHUTTING_DOWN = b"421 4.3.2 Shutting down, try again later\r\n"
TOO_MANY_CONNECTIONS = b"421 4.3.2 Too many connections, try again later\r\n"
TOO_MANY_FROM_YOU = b"421 4.7.0 Too many connections from your address, try again later\r\n"
TOO_MANY_ERRORS = b"421 4.7.0 Too many errors\r\n"
TOO_SLOW = b"421 4.4.2 Timeout, closing the connection\r\n"
NOT_SMTP = b"421 4.7.0 This is a mail server\r\n"
FAULT_AND_END = b"421 4.3.0 Temporary failure, try again later\r\n"

# It may succeed later: a fault or a shortage of ours.
FAULT = b"451 4.3.0 Temporary failure, try again later\r\n"
NO_ROOM = b"452 4.3.1 Insufficient system storage, try again later\r\n"
TOO_MANY_RECIPIENTS = b"452 4.5.3 Too many recipients, send the rest in another transaction\r\n"
NO_TLS = b"454 4.7.0 TLS is not available\r\n"

# It will not succeed this way.
TOO_LONG = b"500 5.5.2 Line too long\r\n"
BAD_CHARACTERS = b"500 5.5.2 Control character in a command\r\n"
UNKNOWN = b"500 5.5.1 Command not recognised\r\n"
NOT_IMPLEMENTED = b"502 5.5.1 Command not implemented\r\n"
BAD_ARGUMENT = b"501 5.5.4 Syntax error in the argument\r\n"
HELLO_FIRST = b"503 5.5.1 Say hello first\r\n"
MAIL_FIRST = b"503 5.5.1 Need MAIL first\r\n"
RECIPIENT_FIRST = b"503 5.5.1 Need a valid recipient first\r\n"
ONE_MAIL = b"503 5.5.1 Sender already given\r\n"
TLS_IS_UP = b"503 5.5.1 TLS is up already\r\n"
UNKNOWN_RECIPIENT = b"550 5.1.1 No such address here\r\n"
TOO_BIG = b"552 5.3.4 Message size exceeds fixed limit\r\n"
BAD_SENDER = b"553 5.1.7 Bad sender address\r\n"
BAD_RECIPIENT = b"553 5.1.3 Bad recipient address\r\n"
BAD_PARAMETER = b"555 5.5.4 Parameter not recognised\r\n"


def greeting(host: str, *, lmtp: bool) -> bytes:
    """The first line of a connection."""
    return f"220 {host} {'LMTP' if lmtp else 'ESMTP'} ready\r\n".encode("ascii")


def capabilities(host: str, size: int, *, tls: bool) -> bytes:
    """The answer to EHLO and LHLO: what is announced is kept to."""
    told = [host, "PIPELINING", f"SIZE {size}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
    if tls:
        told.append("STARTTLS")
    lines = [f"250-{line}" for line in told[:-1]] + [f"250 {told[-1]}"]
    return "\r\n".join([*lines, ""]).encode("ascii")


def hello(host: str) -> bytes:
    """The answer to HELO."""
    return f"250 {host}\r\n".encode("ascii")
