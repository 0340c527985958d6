"""Scopes: which exist, what resource they belong to, and which let a mailbox send over SMTP."""

from collections.abc import Iterable

from live.rehearsal.authorization.registry import GOOGLE_MAIL, OFFLINE, Dialect

IDENTITY = ("openid", "email", "profile")
GOOGLE = frozenset(
    {
        *IDENTITY,
        GOOGLE_MAIL,
        "https://www.googleapis.com/auth/userinfo.email",
        "https://www.googleapis.com/auth/userinfo.profile",
        "https://www.googleapis.com/auth/gmail.send",
        "https://www.googleapis.com/auth/gmail.readonly",
    }
)
GOOGLE_DEVICE = frozenset(IDENTITY)
"""What Google lets a device ask for; mail is not among it."""
OUTLOOK = ("https://outlook.office.com/", "https://outlook.office365.com/")
GRAPH = "https://graph.microsoft.com/"
APP_ONLY = tuple(f"{host}.default" for host in OUTLOOK)
MICROSOFT = frozenset(
    {
        *IDENTITY,
        OFFLINE,
        *(
            host + permission
            for host in OUTLOOK
            for permission in ("SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All")
        ),
        *(GRAPH + permission for permission in ("Mail.Send", "User.Read", "Mail.Read")),
    }
)
KNOWN = {Dialect.GOOGLE: GOOGLE, Dialect.MICROSOFT: MICROSOFT}
NEVER_TOLD = frozenset({OFFLINE, *IDENTITY})
"""What Microsoft leaves out of the `scope` of a token answer."""


def parsed(text: str) -> tuple[str, ...]:
    """The scopes of a space-separated list (RFC 6749 3.3), each once, in their order."""
    return tuple(dict.fromkeys(text.split()))


def unknown(dialect: Dialect, scope: Iterable[str]) -> str:
    """The first scope that does not exist, "" when all do."""
    return next((name for name in scope if name not in KNOWN[dialect]), "")


def resource(scope: str) -> str:
    """The host that a Microsoft scope is for, "" for those that belong to none; both of Outlook's are one."""
    if scope.startswith(OUTLOOK):
        return OUTLOOK[0]
    return GRAPH if scope.startswith(GRAPH) else ""


def told(dialect: Dialect, scope: Iterable[str]) -> str:
    """The `scope` of a token answer: Microsoft names those of the resource only, and never offline_access."""
    hidden = NEVER_TOLD if dialect is Dialect.MICROSOFT else frozenset[str]()
    return " ".join(name for name in scope if name not in hidden)


def allows_smtp(dialect: Dialect, scope: Iterable[str]) -> bool:
    """Whether a token of this scope is good for SMTP."""
    if dialect is Dialect.GOOGLE:
        return GOOGLE_MAIL in scope
    return any(name.startswith(OUTLOOK) and name.endswith(("/SMTP.Send", "/.default")) for name in scope)
