"""Checks of the provider's URLs: their form, their hosts, and the version of Microsoft's endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from live import providers
from live.asset_remarks import Remark, pasted
from live.asset_remarks.draft import error, warning
from live.oauth_remarks.draft import FIELDS, URLS, Draft, url_parts

PRESET = "Take the provider's preset, or enter what its documents say."


def form(draft: Draft) -> Iterator[Remark]:
    """What is no URL, or one over which secrets would be read or lost."""
    for field in URLS:
        value = draft.text[field]
        if not value or any(pasted.is_space(char) or pasted.is_control(char) for char in value):
            continue
        parts = url_parts(value)
        name = FIELDS[field]
        if parts is None or parts.scheme not in ("http", "https") or not pasted.is_host(parts.hostname or ""):
            yield error(field, f"The {name} is no https:// URL with a host.", PRESET)
        elif parts.username is not None:
            yield error(field, f"The {name} holds a user name or password before its host.", "Take them out.")
        elif parts.scheme == "http" and not pasted.is_loopback(parts.hostname or ""):
            yield error(
                field,
                f"The {name} is plain http: secrets and tokens could be read on the way, so nothing is "
                "sent there.",
                "Begin it with https://.",
            )
        elif "#" in value:
            yield error(
                field, f"The {name} has a fragment (#), which it must not (RFC 6749 3.1).", "Cut it off."
            )


def hosts(draft: Draft) -> Iterator[Remark]:
    """A URL that is not the provider's, or a provider that goes unnamed."""
    if draft.text["provider"] == "custom" and draft.service != "custom":
        label = providers.of(draft.service).label
        yield warning(
            "provider",
            f"The URLs are those of {label}, but the provider is Custom.",
            f"Choose the provider {label}: refusals and deadlines are then explained in its own terms.",
        )
        return
    for field in URLS:
        parts = url_parts(draft.text[field])
        host = parts.hostname or "" if parts else ""
        own = draft.rules.own_hosts
        if not host or not own or host in own or pasted.is_loopback(host):
            continue
        yield warning(
            field,
            f"The provider is {providers.of(draft.service).label}, but {draft.quoted(field, host)} is none "
            "of its "
            "servers.",
            "Check the host for a slip, or choose the provider Custom.",
        )


def version(draft: Draft) -> Iterator[Remark]:
    """Microsoft's v1 endpoint, which knows no scope."""
    for field in URLS:
        parts = url_parts(draft.text[field])
        if draft.service != "office365" or not parts or parts.hostname not in draft.rules.own_hosts:
            continue
        if "/oauth2/" in parts.path and "/oauth2/v2.0/" not in parts.path:
            yield error(
                field,
                f"The {FIELDS[field]} is of Microsoft's v1 endpoint, which takes a resource instead of a "
                "scope.",
                "Put v2.0 after /oauth2/, as the preset does.",
            )
