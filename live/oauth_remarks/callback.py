"""Checks of the callback URL, which providers compare to the letter with what is registered."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult

from live.asset_remarks import Remark, pasted
from live.asset_remarks.draft import error, warning
from live.oauth_remarks.draft import Draft, url_parts

FIELD = "callback_url"


def form(draft: Draft) -> Iterator[Remark]:
    """What no provider takes as a redirect URI (RFC 6749 3.1.2, RFC 9700 2.1)."""
    value = draft.text[FIELD]
    if not _is_looked_at(draft):
        return
    parts = url_parts(value)
    take = _take(draft)
    if value.lower().startswith("urn:ietf:wg:oauth"):
        yield error(
            FIELD,
            "Copy-and-paste by urn:ietf:wg:oauth:2.0:oob was withdrawn; the address that the browser ends "
            "on can "
            "be pasted back instead.",
            take,
        )
    elif "*" in value:
        yield error(FIELD, "The callback URL has a wildcard (*); it must be one address.", take)
    elif parts is None or parts.scheme not in ("http", "https"):
        yield error(FIELD, "The callback URL is no http:// or https:// URL with a host.", take)
    elif "#" in value:
        yield error(FIELD, "The callback URL has a fragment (#), which it must not.", "Cut it off.")
    elif parts.username is not None:
        yield error(FIELD, "The callback URL holds a user name or password.", "Take them out.")
    elif parts.scheme == "http" and not pasted.is_loopback(parts.hostname or ""):
        yield Remark(
            FIELD,
            draft.severity,
            "The callback URL is plain http and not of this machine: the code could be read on the way.",
            "Begin it with https://, there and in the registration.",
        )
    elif len(value) > draft.rules.longest_callback:
        most = draft.rules.longest_callback
        yield error(FIELD, f"{draft.label} takes callback URLs of {most} characters at most.", "Shorten it.")


def desktop(draft: Draft) -> Iterator[Remark]:
    """A desktop client that is called back elsewhere than on this machine, or by a name that is not taken."""
    parts = _whole(draft)
    if parts is None or draft.text["client_type"] != "desktop":
        return
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    if not pasted.is_loopback(host):
        yield Remark(
            FIELD,
            "error" if draft.service == "gmail" else "warning",
            "A desktop client is called back on this machine, but the callback URL is elsewhere.",
            f"{_take(draft)} For a web address, register a client of the type Web.",
        )
    elif shown not in draft.rules.loopback_hosts:
        text = f"{draft.label} does not take {shown} as a callback."
        yield error(FIELD, text, _take(draft))
    elif draft.service == "office365" and host != "localhost":
        yield warning(
            FIELD,
            f"For Microsoft {shown} and localhost are different, and {shown} can be registered through the "
            "app's "
            "manifest only.",
            _take(draft),
        )
    elif parts.scheme == "https":
        text = "The callback URL is https on this machine, where there is no certificate for it."
        yield error(FIELD, text, _take(draft))


def spelling(draft: Draft) -> Iterator[Remark]:
    """Slashes, ports and queries over which exact comparison stumbles."""
    parts = _whole(draft)
    if parts is None:
        return
    is_web = draft.text["client_type"] != "desktop"
    if parts.path == "/" and (is_web or draft.service == "office365"):
        yield warning(
            FIELD,
            "The callback URL ends with a bare slash: for the provider it differs from the one without.",
            "Compare it with the registration, to the letter, and make both the same.",
        )
    if (
        is_web
        and pasted.is_loopback(parts.hostname or "")
        and parts.port is None
        and draft.service != "office365"
    ):
        yield warning(
            FIELD,
            "A Web client is called back at the registered port only, and the callback URL names none.",
            "Register the port and enter it here, or use a client of the type Desktop, which takes any port.",
        )
    if (
        parts.query
        and draft.service == "office365"
        and draft.text["tenant"].lower() in ("common", "consumers")
    ):
        yield warning(
            FIELD,
            "Apps that take personal accounts cannot have a query (?) in the callback URL.",
            "Cut it off, there and in the registration.",
        )


def agents(draft: Draft) -> Iterator[Remark]:
    """A web client's callback that is not the one which this desk's agent serves."""
    ours, value = draft.agent_callback, draft.text[FIELD]
    if not ours or _whole(draft) is None or draft.text["client_type"] == "desktop" or value == ours:
        return
    remedy = f"Enter {draft.quoted(FIELD, ours)}, and register exactly that."
    if value.rstrip("/") == ours.rstrip("/"):
        text = "The callback URL differs from the agent's by its final slash alone."
    elif value.casefold() == ours.casefold():
        text = "The callback URL differs from the agent's by capital letters alone."
    else:
        text = "The callback URL is not the one that the agent serves; an answer there must be pasted back."
        yield warning(FIELD, text, remedy)
        return
    yield error(FIELD, text, remedy)


def _is_looked_at(draft: Draft) -> bool:
    value = draft.text[FIELD]
    unseen = any(pasted.is_space(char) or pasted.is_control(char) for char in value)
    return bool(value) and draft.by_person and not unseen


def _whole(draft: Draft) -> SplitResult | None:
    """The URL's parts, where `form` finds nothing in the way."""
    if not _is_looked_at(draft) or any(found.severity == "error" for found in form(draft)):
        return None
    return url_parts(draft.text[FIELD])


def _take(draft: Draft) -> str:
    if draft.text["client_type"] != "desktop":
        return "Enter the https:// address that is registered with the client."
    return f"Enter {draft.rules.callback}; the port is added by itself."
