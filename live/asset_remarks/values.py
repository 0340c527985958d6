"""Checks of one value at a time: what is missing, too long, unseen, or not in the form that it must have."""

from __future__ import annotations

from collections.abc import Iterator

from live.asset_remarks import pasted
from live.asset_remarks.draft import FIELDS, Draft, Remark, error, longest, warning

SPACELESS = ("address", "host", "username", "login_id", "owner")
"""Fields without any white space inside."""


def required(draft: Draft) -> Iterator[Remark]:
    """Fields that no asset can do without."""
    remedies = {
        "name": "Give the asset a short name, as in Billing.",
        "address": "Enter the mailbox's address, as in support@example.com.",
        "host": "Enter the name of the server that takes outgoing mail, as in smtp.example.com.",
    }
    for field, remedy in remedies.items():
        if not draft.text[field]:
            yield error(field, f"The {FIELDS[field]} is empty.", remedy)


def lengths(draft: Draft) -> Iterator[Remark]:
    """Values longer than any real one; the other checks see only their beginning."""
    for field, value in draft.raw.items():
        most = longest(field)
        if len(value) > most:
            yield error(field, f"The {FIELDS[field]} is longer than {most:,} characters.", "Shorten it.")


def white_space(draft: Draft) -> Iterator[Remark]:
    """White space at the ends, which is harmless once said, and inside, which is not."""
    for field, value in draft.raw.items():
        kept = pasted.stripped(value)
        if kept != value and field not in ("note", "ca_pem"):
            at = value[0] if pasted.is_space(value[0]) else value[-1]
            text = f"The {FIELDS[field]} begins or ends with {pasted.named(at)}."
            yield warning(field, text, "Nothing to do: it is taken away when the asset is saved.")
    for field in SPACELESS:
        value = draft.text[field]
        inside = next((char for char in value if pasted.is_space(char)), "")
        if inside and not _has_display_name(field, value):
            text = f"The {FIELDS[field]} has {pasted.named(inside)} inside."
            yield error(field, text, f"Take it out: {draft.quoted(field, pasted.spaceless(value))}")


def _has_display_name(field: str, value: str) -> bool:
    """Whether it has spaces by right: then the display name is the fault."""
    return field in ("address", "owner") and "<" in value


def controls(draft: Draft) -> Iterator[Remark]:
    """Control characters and others that are not seen but obeyed."""
    for field, value in draft.text.items():
        allowed = "\n\r\t" if field in ("note", "ca_pem") else ""
        bad = [char for char in value if pasted.is_control(char) and char not in allowed]
        if field == "name":
            bad += [char for char in value if char in pasted.INVISIBLE - pasted.JOINERS]
        if field in SPACELESS:
            bad = [char for char in bad if not pasted.is_space(char)]
        if bad:
            text = f"The {FIELDS[field]} holds {pasted.named(bad[0])}, which cannot be seen."
            yield error(field, text, "Type the value instead of pasting it.")


def host(draft: Draft) -> Iterator[Remark]:
    """A host that is more than a host, or none."""
    value = draft.text["host"]
    if not value or any(pasted.is_space(char) or pasted.is_control(char) for char in value):
        return
    parts = pasted.host_parts(value)
    if parts.user and not parts.scheme:
        yield error(
            "host",
            "The SMTP server is a mailbox address.",
            "Enter the name of the server that takes outgoing mail, as in smtp.example.com.",
        )
    elif not parts.is_bare:
        yield error("host", f"The SMTP server holds {_extras(draft, parts)}.", _host_remedy(draft, parts))
    elif not pasted.is_host(parts.host):
        yield error(
            "host",
            f"{draft.quoted('host', value)} cannot be the name of a server.",
            "Enter a host name, as in smtp.example.com, or an IP address.",
        )


def _extras(draft: Draft, parts: pasted.HostParts) -> str:
    extras = {
        f"a scheme ({draft.quoted('host', parts.scheme)}://)": parts.scheme,
        "a user name": parts.user,
        "a port": parts.colon,
        "a path": parts.path,
    }
    *others, last = [words for words, there in extras.items() if there]
    return f"{', '.join(others)} and {last}" if others else last


def _host_remedy(draft: Draft, parts: pasted.HostParts) -> str:
    if not pasted.is_host(parts.host) or draft.holds_password("host"):
        return "Enter the bare name of the server, as in smtp.example.com."
    port = parts.port or (465 if parts.scheme == "smtps" else None)
    moved = f", and {port} as the port" if port and port != draft.port else ""
    return f"Enter {draft.quoted('host', parts.host)} as the SMTP server{moved}."


def addresses(draft: Draft) -> Iterator[Remark]:
    """Addresses of mailbox and owner that are not in the form name@domain."""
    for field, example in (("address", "support@example.com"), ("owner", "owner@example.com")):
        value = draft.text[field]
        spaced = any(pasted.is_space(char) for char in value) and not _has_display_name(field, value)
        fault = pasted.address_fault(value) if value and not spaced else None
        if fault:
            why, meant = fault
            only = f"{draft.quoted(field, meant)} alone" if meant else f"one address, as in {example}"
            yield error(field, f"The {FIELDS[field]} {why}.", f"Enter {only}.")
        elif field == "address" and not value.rpartition("@")[0].isascii():
            yield warning(
                field,
                "The part of the address before the @ has letters outside ASCII, which few servers take.",
                "Use an alias of the mailbox in plain letters, if there is one.",
            )
