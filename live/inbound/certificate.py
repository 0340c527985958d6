"""The receiver's certificate for STARTTLS, read again when its file has been renewed."""

from __future__ import annotations

import ssl
from pathlib import Path

from live.inbound.receiver_errors import CertificateError as CertificateError

LOOK_S = 60.0
"""Between two looks at the files; a certificate is renewed weeks before its end."""


class Certificate:
    """A certificate with its key. Making it raises `CertificateError`."""

    def __init__(self, certificate: Path, key: Path | None) -> None:
        self._certificate = certificate
        self._key = key or certificate
        self._looked = float("-inf")
        try:
            self._seen = self._times()
            self.context = self._loaded()
        except OSError as error:
            raise CertificateError(
                f"The certificate {certificate} with the key {self._key} cannot be used: "
                f"{_reason(error)}; give PEM files, the key without a passphrase."
            ) from None

    def look(self, now: float) -> None:
        """Read the files again if they have changed, once in `LOOK_S`; new connections then get the new
        certificate, and the old one for as long as the new one cannot be used."""
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        try:
            times = self._times()
            if times != self._seen:
                self.context = self._loaded()
                self._seen = times
        except OSError:
            return  # half written, or away for a moment: the next look finds it

    def _times(self) -> tuple[int, int]:
        return self._certificate.stat().st_mtime_ns, self._key.stat().st_mtime_ns

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # With a password given OpenSSL does not ask for one at the terminal.
        context.load_cert_chain(self._certificate, self._key, password="")
        return context


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not a certificate with its key").replace("_", " ").lower()
    return error.strerror or str(error)
