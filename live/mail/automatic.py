"""The signs by which a mail is told that nobody typed (RFC 3834, and what was in use before it)."""

from __future__ import annotations

import re

from live.mail.heads import Heads, first, one_line

PRECEDENCES = frozenset(("bulk", "list", "junk", "auto_reply", "auto-reply"))

DAEMONS = frozenset(("mailer-daemon", "postmaster"))
_NO_REPLY = re.compile(r"(?:^|[._+-])(?:no|do-?not|do_not|donot)[._-]?reply(?:[._+-]|$)")
_WORD = re.compile(r"[a-z_-]+")


def sign(heads: Heads, sender: str, *, null_sender: bool) -> str:
    """The sign that a mail is automatic, as one line; "" for mail of people. Never raises.

    `X-Auto-Response-Suppress` is none: it asks not to be answered, and ordinary mail of many companies
    has it. Nor is `X-MS-Exchange-Inbox-Rules-Loop`.

    Args:
        sender: the address in From.
        null_sender: whether the envelope sender was empty and the mail came straight from there; one that was
            forwarded may have lost its sender on the way.
    """
    word = _word(first(heads, "auto-submitted"))
    if word and word != "no":
        return f"Auto-Submitted: {word}"
    if _report(first(heads, "content-type")):
        return "multipart/report"
    for value in heads.get("precedence", ())[:2]:
        if _word(value) in PRECEDENCES:
            return f"Precedence: {_word(value)}"
    if "list-id" in heads:
        return one_line(f"List-Id: {first(heads, 'list-id')}")
    if "list-unsubscribe" in heads:
        return "List-Unsubscribe"
    for name, spelling in (("x-autoreply", "X-Autoreply"), ("x-autorespond", "X-Autorespond")):
        if name in heads and _word(first(heads, name)) != "no":
            return spelling
    local = sender.partition("@")[0].lower()
    if local in DAEMONS or _NO_REPLY.search(local):
        return one_line(f"From: {sender}")
    return "null envelope sender" if null_sender else ""


def _word(value: str) -> str:
    """The first word of a structured value, in small letters, without its comment and parameters."""
    found = _WORD.match(value.strip().lower())
    return found[0][:60] if found else ""


def _report(content_type: str) -> bool:
    return content_type.lower().replace(" ", "").startswith("multipart/report")
