"""Redirect URIs: whether one is registered, and how an answer is put into it."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from live.rehearsal.authorization.registry import Client, Dialect

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST = 2_000  # characters; Microsoft registers 256, Google's limit is not stated


def registered(client: Client, uri: str) -> bool:
    """Whether a client may be answered there: an exact match, but for the port of a loopback address.

    RFC 8252 7.3 frees the port for everybody. Google's desktop clients may name any loopback address without
    registration; Microsoft wants scheme, host and path to match, and knows no ::1
    (https://learn.microsoft.com/entra/identity-platform/reply-url).
    """
    try:
        parts = urlsplit(uri)
        port_fits = parts.port is None or 0 < parts.port < 65_536
    except ValueError:
        return False
    if parts.fragment or len(uri) > LONGEST or not port_fits:
        return False
    if uri in client.redirect_uris:
        return True
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or parts.username is not None:
        return False
    if client.dialect is Dialect.GOOGLE:
        return client.kind == "desktop"
    return parts.hostname != "::1" and any(
        _without_port(parts) == _without_port(urlsplit(known)) for known in client.redirect_uris
    )


def _without_port(parts: SplitResult) -> tuple[str, str | None, str, str]:
    """What must match; a path that is missing is the same as "/" (RFC 3986 6.2.3)."""
    return parts.scheme, parts.hostname, parts.path or "/", parts.query


def answered(uri: str, answer: Mapping[str, str]) -> str:
    """The redirect URI with an answer in its query; without a path it gains a "/"."""
    parts = urlsplit(uri)
    query = "&".join(filter(None, (parts.query, urlencode(answer))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))
