"""Checks of password and sign-in name against the provider's rules; the password itself is in no text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from live import providers
from live.asset_remarks import pasted
from live.asset_remarks.draft import FIELDS, Draft, Remark, error, warning
from live.providers import Deadline

CONSUMER = re.compile(r"(hotmail|live|outlook)\.(com|[a-z]{2}|com?\.[a-z]{2})|(msn|passport)\.com")
"""Domains of Microsoft's mailboxes for private persons."""


def password_shape(draft: Draft) -> Iterator[Remark]:
    """A password that cannot be sent, has white space at its ends, or is none that the provider takes."""
    secret = draft.password.get_secret_value()
    if not secret or draft.text["sign_in"] != "password":
        return
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in secret):
        yield error(
            "password",
            "The password holds a line break or another control character, which cannot be sent.",
            "Enter it again; a pasted one may bring a line break along.",
        )
    elif pasted.stripped(secret) != secret:
        yield warning(
            "password",
            "The password begins or ends with white space, which was probably pasted along.",
            "Enter it again without, unless it really has it.",
        )
    rules = providers.of(draft.effective_provider)
    letters = rules.app_password_letters
    bare = pasted.spaceless(secret)
    if letters and not (len(bare) == letters and bare.isascii() and bare.isalpha()):
        yield Remark(
            "password",
            "error" if draft.own_provider else "warning",
            f"{rules.label} takes app passwords only, which have {letters} letters; this is none.",
            "Create one at https://myaccount.google.com/apppasswords and enter it here.",
        )


def password_timetable(draft: Draft) -> Iterator[Remark]:
    """A password whose days are numbered, or over."""
    if draft.text["sign_in"] != "password":
        return
    domain = draft.text["address"].rpartition("@")[2].lower()
    rules = providers.of(draft.effective_provider)
    end = rules.password_end(draft.now)
    if end and CONSUMER.fullmatch(domain):
        yield warning(
            "address",
            "This is a private person's mailbox at Microsoft: sign-in by password ended there in September "
            "2024, and SMTP is often switched off for good.",
            "Use a mailbox of an organisation, or one of another provider.",
        )
    elif end:
        yield warning(
            "sign_in",
            f"{_days(end, draft)}{end.reason}",
            "Plan the move of this asset to OAuth 2.0, and ask the tenant administrator to keep Basic "
            "authentication switched on until then.",
        )


def _days(end: Deadline, draft: Draft) -> str:
    left = end.days_left(draft.now)
    if left < 0:
        return ""
    if left == 0:
        return "This is the last day. "
    return f"{left} {'day' if left == 1 else 'days'} left. "


def sign_in_name(draft: Draft) -> Iterator[Remark]:
    """A login ID that says nothing, or that is not used; a sign-in name that the provider cannot know."""
    address, username, login_id = (draft.text[field] for field in ("address", "username", "login_id"))
    if login_id and login_id.casefold() == address.casefold():
        yield warning(
            "login_id",
            "The login ID is the address itself, which is what signs in without one.",
            "Leave it empty; it is for a shared mailbox, where another account signs in.",
        )
    elif login_id and username and login_id.casefold() != username.casefold():
        yield warning(
            "login_id",
            "The login ID is not used, because the user name is what signs in.",
            "Leave one of the two empty.",
        )
    field = "username" if username else "login_id"
    name = username or login_id
    rules = providers.ALL.get(draft.own_provider)
    if name and rules and "@" not in name:
        yield warning(
            field,
            f"The {FIELDS[field]} is no full address, and {rules.label} signs in full addresses only.",
            "Enter it with its domain, as in support@example.com.",
        )
