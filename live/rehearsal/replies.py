"""What the real providers say when they refuse, line for line, with invented server names.

`{tail}` stands for Exchange's closing bracket (server, time, number), `{trail}` for the id before Gmail's
" - gsmtp", `{login}` and `{address}` for the account's own; nothing a client sent is ever put into a reply.
Shapes: support.google.com/a/answer/3726730, Microsoft's pages on non-delivery reports and client submission.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

_POLICY = "535 5.7.139 Authentication unsuccessful"

# Gmail: code and enhanced code on every line.
GMAIL_BAD_CREDENTIALS = (
    "535-5.7.8 Username and Password not accepted. For more information, go to\n"
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials {trail} - gsmtp"
)
GMAIL_SECOND_FACTOR = (
    "534-5.7.9 Application-specific password required. Learn more at\n"
    "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor {trail} - gsmtp"
)
GMAIL_BROWSER = (
    "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=AKgnsb\n"
    "534-5.7.14 rehearsal-rehearsal-rehearsal>\n"
    "534-5.7.14 Please log in via your web browser and then try again.\n"
    "534-5.7.14  Learn more at\n"
    "534 5.7.14  https://support.google.com/mail/answer/78754 {trail} - gsmtp"
)
GMAIL_TOO_MANY_LOGINS = (
    "454-4.7.0 Too many login attempts, please try again later. For more\n"
    "454-4.7.0 information, go to\n"
    "454 4.7.0  https://support.google.com/mail/answer/7126229 {trail} - gsmtp"
)
GMAIL_BUSY = (
    "421-4.7.0 Try again later, closing connection. (EHLO)\n"
    "421-4.7.0 For more information, go to\n"
    "421 4.7.0  https://support.google.com/a/answer/3221692 {trail} - gsmtp"
)
GMAIL_STARTTLS_FIRST = (
    "530-5.7.0 Must issue a STARTTLS command first. For more information, go to\n"
    "530 5.7.0  https://support.google.com/a/answer/3221692 {trail} - gsmtp"
)
GMAIL_SIGN_IN_FIRST = (
    "530-5.7.0 Authentication Required. For more information, go to\n"
    "530 5.7.0  https://support.google.com/mail/?p=WantAuthError {trail} - gsmtp"
)
GMAIL_XOAUTH2_CHALLENGE = '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'

# Exchange Online: one line, closed by the bracket that Microsoft's support asks for.
EXCHANGE_TENANT_OFF = (
    _POLICY + ", SmtpClientAuthentication is disabled for the Tenant. "
    "Visit https://aka.ms/smtp_auth_disabled for more information. [{tail}]"
)
EXCHANGE_MAILBOX_OFF = (
    _POLICY + ", SmtpClientAuthentication is disabled for the Mailbox. "
    "Visit https://aka.ms/smtp_auth_disabled for more information. [{tail}]"
)
EXCHANGE_BASIC_OFF = _POLICY + ", basic authentication is disabled. [{tail}]"
EXCHANGE_SECURITY_DEFAULTS = (
    _POLICY
    + ", user is locked by your organization's security defaults policy. Contact your administrator. [{tail}]"
)
EXCHANGE_CRITERIA = (
    _POLICY + ", the request did not meet the criteria to be authenticated successfully. "
    "Contact your administrator. [{tail}]"
)
EXCHANGE_CREDENTIALS = _POLICY + ", the user credentials were incorrect. [{tail}]"
EXCHANGE_LOCKED = _POLICY + ", the account is locked. [{tail}]"
EXCHANGE_BARE = _POLICY + " [{tail}]"
EXCHANGE_IDENTITY = "535 5.7.3 Authentication unsuccessful [{tail}]"
EXCHANGE_BASIC_RETIRED = "550 5.7.30 Basic authentication is not supported for Client Submission. [{tail}]"
EXCHANGE_STARTTLS_FIRST = "451 5.7.3 STARTTLS is required to send mail [{tail}]"
EXCHANGE_SIGN_IN_FIRST = "530 5.7.57 Client not authenticated to send mail. [{tail}]"
EXCHANGE_THREADS = "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [{tail}]"
EXCHANGE_SEND_AS = (
    "554 5.2.252 SendAsDenied; {login} not allowed to send as {address}; "
    "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; "
    "Failed to process message due to a permanent exception with message [{tail}]"
)
EXCHANGE_SEND_AS_PERMISSION = (
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender [{tail}]"
)

# A small company's own server (Postfix with Dovecot's sign-in).
CUSTOM_BAD_CREDENTIALS = "535 5.7.8 Error: authentication failed: (reason unavailable)"
CUSTOM_STARTTLS_FIRST = "530 5.7.0 Must issue a STARTTLS command first"
CUSTOM_SIGN_IN_FIRST = "530 5.7.0 Authentication required"

EXCHANGE_SERVER = "ZZ0P000CA0001.ZZZP000.PROD.OUTLOOK.COM"


@dataclass(slots=True)
class Printer:
    """Fills the templates, counting on, so that every reply has an id of its own as the real ones have."""

    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def fill(self, template: str, *, login: str = "", address: str = "") -> str:
        """Return the reply as it goes on the wire, lines joined with CRLF, without the last line end."""
        number = next(self._numbers)
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        reply = template.format(
            tail=f"{EXCHANGE_SERVER} {moment}Z 08DE{number:012X}",
            trail=f"{number:013x}-00000000000sm{number:08d}a12.22",
            login=login,
            address=address,
            number=number,
            moment=moment,
        )
        return reply.replace("\n", "\r\n")
