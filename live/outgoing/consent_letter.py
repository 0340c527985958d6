"""The mail that asks a mailbox's owner for consent: plain steps, in words that an owner understands."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import SecretStr

PURPOSE = "consent link"
WIDTH = 72
"""Columns, so that it still fits when it is quoted in an answer."""

PROVIDERS = {"gmail": "Google", "office365": "Microsoft"}
AGREE = {
    "gmail": (
        "The page asks to read, write, send and delete mail: Google has no smaller permission for sending "
        'over SMTP. Leave every box ticked, or tick it, and press "Continue" (it may say "Allow").'
    ),
    "office365": (
        'Press "Accept". If the page asks for the approval of an administrator, stop there, and answer this '
        "mail saying so."
    ),
}
"""What the owner presses, by provider."""
NOT_VERIFIED = (
    "Google may first say that it has not verified the app: that is usual for an app that your own "
    'organisation made. Go on with "Advanced" or "Continue".'
)
DONE = "The page then says that it is done. Nothing else is needed."
SEND_BACK = (
    "The browser then ends on a page that does not load: that is as it should be. Copy the whole address out "
    "of the browser's address bar (it begins with {callback}), and send it back at once by answering this "
    "mail: it is good for about ten minutes."
)
"""The code in it: ten minutes at the most (RFC 6749 4.1.2)."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of an owner."""

    address: str
    """The mailbox."""
    sign_in_as: str
    """The account to sign in with."""
    provider: str
    """A word of `store.kinds.Provider`."""
    asked_by: str
    """A name that the owner knows."""
    link: SecretStr
    ends_at: datetime
    """Aware."""
    comes_back: bool
    """Whether the answer reaches postroom by itself; else the owner sends the address back."""
    callback: str
    """How the address begins that the browser ends on."""
    unverified: bool = False
    """Whether Google may warn of the app."""
    stops_at: datetime | None = None
    """Aware: when sending stops without the consent."""


def subject(asking: Asking) -> str:
    """Of the mail."""
    return f"Please let postroom send mail as {asking.address}"


def text(asking: Asking, *, link: str | None = None) -> str:
    """Of the mail.

    Args:
        link: in the place of the real one, for a screen; see `shown`.
    """
    parts = [
        "Hello,",
        f"{asking.asked_by} looks after the mailbox {asking.address} with postroom, a program for support "
        f"mailboxes. It needs your consent to send mail as {asking.address}: without it, answers to "
        "customers stop going out.",
        *([f"Sending stops on {moment(asking.stops_at)} unless you consent."] if asking.stops_at else ()),
        f"The link is good until {moment(asking.ends_at)}.",
    ]
    after = [
        "The link works once, and is meant for you alone: please do not pass it on. postroom never asks for "
        "your password by mail or telephone.",
        f"If you did not expect this, ask {asking.asked_by} first, by a telephone number or an address that "
        "you know already.",
    ]
    steps = _steps(asking, link or asking.link.get_secret_value())
    return "\n\n".join([*map(_wrapped, parts), steps, *map(_wrapped, after)])


def shown(link: SecretStr) -> str:
    """A link short enough for a screen: where it leads to, and how long it is."""
    whole = link.get_secret_value()
    parts = urlsplit(whole)
    return f"{parts.scheme}://{parts.netloc}{parts.path}?… ({len(whole):,} characters)"


def moment(at: datetime) -> str:
    """A moment that nobody takes for another: with weekday, and with the distance from UTC."""
    local = at.astimezone()
    offset = local.strftime("%z")
    zone = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{local:%A}, {local.day} {local:%B %Y, %H:%M} ({zone})"


def _steps(asking: Asking, link: str) -> str:
    server = urlsplit(asking.link.get_secret_value()).hostname or ""
    provider = PROVIDERS.get(asking.provider, "your mail provider")
    steps = [
        f"Sign in as {asking.sign_in_as}, and as nobody else. If the browser is signed in as somebody else "
        "already, open the link in a private window.",
        *([NOT_VERIFIED] if asking.unverified and asking.provider == "gmail" else ()),
        AGREE.get(asking.provider, "Agree to what the page asks for."),
        DONE if asking.comes_back else SEND_BACK.format(callback=asking.callback),
    ]
    first = _wrapped(f"1. Open this link in a browser. It leads to {provider} ({server}):", "   ")
    rest = [_wrapped(f"{number}. {step}", "   ") for number, step in enumerate(steps, 2)]
    return "\n".join([first, "", link, "", *rest])


def _wrapped(paragraph: str, indent: str = "") -> str:
    return textwrap.fill(
        paragraph, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
