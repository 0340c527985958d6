"""Why the receiver cannot be started, in one sentence for a person."""

from __future__ import annotations


class ReceiverError(Exception):
    """The receiver cannot listen; the text names the setting and the remedy."""


class CertificateError(ReceiverError):
    """The certificate cannot be used; the text names the files and the remedy."""
