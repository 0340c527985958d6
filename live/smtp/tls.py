"""TLS contexts that are made once, and what a connection's certificate says."""

from __future__ import annotations

import asyncio
import functools
import os
import ssl
import threading
import time
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from live.smtp.fault import Facts, RungError

TRUST_AGE = 3600
"""Seconds until trust is loaded again, so that a renewed bundle takes effect without a restart."""
CONTEXTS = 16
"""Contexts kept: one for the system's trust, and one for each authority of an asset's own in use."""
MOST_NAMES = 12
"""Names of a certificate that are shown; content networks have hundreds."""

_making = threading.Lock()


async def verifying_context(ca_pem: str = "") -> ssl.SSLContext:
    """A context that trusts the system's authorities (SSL_CERT_FILE and SSL_CERT_DIR included) and `ca_pem`.

    Loading that trust takes 20 to 50 ms, so it is done in a thread, and the context is kept.

    Raises:
        RungError: `ca_pem` holds no certificate.
    """
    key = (
        ca_pem,
        os.environ.get("SSL_CERT_FILE"),
        os.environ.get("SSL_CERT_DIR"),
        int(time.monotonic() / TRUST_AGE),
    )
    try:
        kept = _kept.get(key)
        return kept if kept is not None else await asyncio.to_thread(_make, key)
    except (ssl.SSLError, ValueError):
        sentence = "The certificate authority kept with this asset is no certificate in PEM form."
        raise RungError(sentence, "condition:bad_ca_pem") from None


Key = tuple[str, str | None, str | None, int]
_kept: dict[Key, ssl.SSLContext] = {}


def _make(key: Key) -> ssl.SSLContext:
    with _making:
        if key in _kept:
            return _kept[key]
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if key[0]:
            context.load_verify_locations(cadata=key[0])
        while len(_kept) >= CONTEXTS:
            del _kept[next(iter(_kept))]
        _kept[key] = context
        return context


@functools.cache
def blind_context() -> ssl.SSLContext:
    """A context that verifies nothing: only to read the certificate of a server already found unworthy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connection_facts(tls: ssl.SSLObject, *, why_not: str = "", now: datetime | None = None) -> Facts:
    """Version, cipher and certificate of a connection.

    Args:
        why_not: why the certificate is not trusted; empty: it is.
    """
    name, _, bits = tls.cipher() or ("unknown", "", 0)
    seen = [("verified", f"no: {why_not}" if why_not else "yes"), ("version", tls.version() or "unknown")]
    seen.append(("cipher", f"{name}, {bits} bits"))
    der = tls.getpeercert(binary_form=True)
    if der:
        seen += certificate_facts(der, now or datetime.now(UTC))
    return tuple(seen)


def certificate_facts(der: bytes, now: datetime) -> Facts:
    """Names, issuer and dates of a certificate in DER; what cannot be read is said so."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        names, issuer, own = (
            _names(certificate),
            _named(certificate.issuer),
            certificate.issuer == certificate.subject,
        )
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        return (("certificate", f"cannot be read: {error}"),)
    seen = [("names", names), ("issuer", f"{issuer} (signed by itself)" if own else issuer)]
    days = (ends - now).days
    if begins > now:
        seen.append(("not valid before", _day(begins)))
    if ends < now:
        ago = (now - ends).days
        seen.append(("expired", f"{_day(ends)}, {ago} days ago" if ago else f"{_day(ends)}, today"))
    else:
        seen += [("valid until", _day(ends)), ("days left", str(days))]
    return tuple(seen)


def _names(certificate: x509.Certificate) -> str:
    try:
        extension = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return f"{_named(certificate.subject)} (no alternative names)"
    assert isinstance(extension.value, x509.SubjectAlternativeName)
    names = [str(name.value) for name in extension.value if isinstance(name, x509.DNSName | x509.IPAddress)]
    rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + rest


def _named(name: x509.Name) -> str:
    parts = [
        str(attribute.value)
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for attribute in name.get_attributes_for_oid(oid)[:1]
    ]
    return ", ".join(parts) or name.rfc4514_string() or "without a name"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
