"""How each kind of provider speaks when all is well: its banner, EHLO reply and yes to each command."""

from dataclasses import dataclass

from live.rehearsal import replies


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's words; templates as in `replies`, mechanisms in the order in which it offers them."""

    provider: str
    host: str
    banner: str  # what follows the host's name after 220
    hello: str  # first line of the EHLO reply, without its code
    capabilities: tuple[str, ...]
    mechanisms: tuple[str, ...]
    signed_in: str
    sender_ok: str
    recipient_ok: str
    flushed: str
    accepted: str
    goodbye: str
    bad_credentials: str
    bad_token: str
    starttls_first: str
    sign_in_first: str
    xoauth2_challenge: str = ""  # sent in a 334 before the refusal; "" = refuses at once


# The sizes are what the real providers announce, so that the screen shows what it shows in life; what is
# really accepted is bounded by server.MESSAGE_LIMIT.
GMAIL = Dialect(
    provider="gmail",
    host="smtp.gmail.example",
    banner="ESMTP {trail} - gsmtp",
    hello="smtp.gmail.example at your service, [127.0.0.1]",
    capabilities=("SIZE 35882577", "8BITMIME", "ENHANCEDSTATUSCODES", "PIPELINING", "SMTPUTF8"),
    mechanisms=("LOGIN", "PLAIN", "XOAUTH2"),
    signed_in="235 2.7.0 Accepted",
    sender_ok="250 2.1.0 OK {trail} - gsmtp",
    recipient_ok="250 2.1.5 OK {trail} - gsmtp",
    flushed="250 2.1.5 Flushed {trail} - gsmtp",
    accepted="250 2.0.0 OK  {number:010d} {trail} - gsmtp",
    goodbye="221 2.0.0 closing connection {trail} - gsmtp",
    bad_credentials=replies.GMAIL_BAD_CREDENTIALS,
    bad_token=replies.GMAIL_BAD_CREDENTIALS,
    starttls_first=replies.GMAIL_STARTTLS_FIRST,
    sign_in_first=replies.GMAIL_SIGN_IN_FIRST,
    xoauth2_challenge=replies.GMAIL_XOAUTH2_CHALLENGE,
)

EXCHANGE = Dialect(
    provider="office365",
    host="ZZ0P000CA0001.outlook.office365.example",
    banner="Microsoft ESMTP MAIL Service ready at {moment}Z [08DE{number:012X}]",
    hello="ZZ0P000CA0001.outlook.office365.example Hello [127.0.0.1]",
    capabilities=("SIZE 157286400", "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"),
    mechanisms=("LOGIN", "XOAUTH2"),
    signed_in="235 2.7.0 Authentication successful",
    sender_ok="250 2.1.0 Sender OK",
    recipient_ok="250 2.1.5 Recipient OK",
    flushed="250 2.0.0 Resetting",
    accepted="250 2.0.0 OK <{number:012X}@ZZ0P000CA0001.ZZZP000.PROD.OUTLOOK.COM> [Hostname={tail}]",
    goodbye="221 2.0.0 Service closing transmission channel",
    bad_credentials=replies.EXCHANGE_CREDENTIALS,
    bad_token=replies.EXCHANGE_IDENTITY,
    starttls_first=replies.EXCHANGE_STARTTLS_FIRST,
    sign_in_first=replies.EXCHANGE_SIGN_IN_FIRST,
)

CUSTOM = Dialect(
    provider="custom",
    host="mail.example.net",
    banner="ESMTP ready",
    hello="mail.example.net",
    capabilities=("PIPELINING", "SIZE 10240000", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"),
    mechanisms=("PLAIN", "LOGIN", "XOAUTH2"),
    signed_in="235 2.7.0 Authentication successful",
    sender_ok="250 2.1.0 Ok",
    recipient_ok="250 2.1.5 Ok",
    flushed="250 2.0.0 Ok",
    accepted="250 2.0.0 Ok: queued as {number:010X}",
    goodbye="221 2.0.0 Bye",
    bad_credentials=replies.CUSTOM_BAD_CREDENTIALS,
    bad_token=replies.CUSTOM_BAD_CREDENTIALS,
    starttls_first=replies.CUSTOM_STARTTLS_FIRST,
    sign_in_first=replies.CUSTOM_SIGN_IN_FIRST,
)

DIALECTS = {dialect.provider: dialect for dialect in (GMAIL, EXCHANGE, CUSTOM)}
