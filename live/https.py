"""What every HTTP client of ours needs: whom it trusts, and the system's words at the bottom of a library's
error."""

from __future__ import annotations

import ssl


def tls_context(ca_pem: str = "") -> ssl.SSLContext:
    """TLS 1.2 and later, with the system's authorities, and one besides where it is given in PEM.

    Each client takes a context of its own (20 to 50 ms): httpcore writes its ALPN into it.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_pem:
        context.load_verify_locations(cadata=ca_pem)
    return context


def system_error(error: BaseException) -> OSError | None:
    """The operating system's or TLS error at the bottom of a library's."""
    found = None
    for _ in range(10):  # deep enough for every chain that httpx and httpcore make
        if isinstance(error, OSError):
            found = error
        inner = error.__cause__ or error.__context__
        if isinstance(inner, BaseExceptionGroup):
            inner = inner.exceptions[0]
        if inner is None:
            break
        error = inner
    return found
