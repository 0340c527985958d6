"""The words that several tables use: whose mailbox it is, how sending signs in, how the connection is
protected."""

from __future__ import annotations

from enum import StrEnum


class Provider(StrEnum):
    """Whose mailbox it is."""

    GMAIL = "gmail"
    OFFICE365 = "office365"
    CUSTOM = "custom"


class SignIn(StrEnum):
    """How sending signs in."""

    PASSWORD = "password"
    OAUTH = "oauth"


class Security(StrEnum):
    """How the connection to the SMTP server is protected."""

    SSL = "ssl"
    STARTTLS = "starttls"
    NONE = "none"
