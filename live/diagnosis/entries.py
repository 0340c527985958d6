"""What a diagnosis is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

ANY = "any"
PROVIDERS = ("gmail", "office365", ANY)
AGAIN = {True: "Yes, later.", False: "Not before this is mended."}
CONFIDENCES = ("verified", "code-verified, wording from memory", "from memory, unverified")
SOURCES = ("public source code and issue threads", "postroom's own finding")
"""What a source may be when it is no address of a page."""

Effect = Literal["passing", "consent", "client", ""]
"""What an OAuth answer makes of a grant that it meets."""
EFFECTS: tuple[Effect, ...] = ("passing", "consent", "client", "")


class Stage(StrEnum):
    """How far a connection test had come, or OAuth; `ANY` is for entries that may turn up everywhere."""

    SMTP_CONNECT = "smtp_connect"
    """Name, connection, TLS, banner, EHLO, STARTTLS."""
    SMTP_AUTH = "smtp_auth"
    SMTP_SEND = "smtp_send"
    """MAIL FROM, RCPT TO, DATA."""
    OAUTH = "oauth"
    """Consent page, redirect, token answer."""
    DOMAIN = "domain"
    """DNS records of the asset's domain; all that can be found there postroom finds itself."""
    FORWARDING = "forwarding"
    """The way of a probe from the asset's address to its forwarding address; told by its bounce, or by its
    absence, both of which postroom reads itself."""
    ANY = "any"


class WhoActs(StrEnum):
    """Who can mend it; nobody where waiting cures it."""

    OPERATOR = "operator"
    OWNER = "mailbox owner"
    ADMINISTRATOR = "tenant administrator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a reply or fault means, in words for the screen."""

    id: str
    provider: str
    """"gmail", "office365", or "any"."""
    stage: Stage
    cause: str
    fix: tuple[str, ...]
    """Steps in the imperative, in order."""
    who: WhoActs
    again: bool
    """Whether trying again, without mending anything, can help."""
    again_words: str
    source: str
    """Address of a public page, or one of `SOURCES`."""
    confidence: str
    example: str
    effect: Effect = ""
    """What it makes of a grant. "passing": it is kept and tried again; "consent": it is dead, or not served,
    until a person signs in or allows it; "client": the OAuth client must be edited, and every asset of it is
    touched. Empty: it says nothing of a grant, being about a sign-in under way, or not about OAuth at all."""
