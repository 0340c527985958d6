"""Reads the file of a certificate authority that an asset is to trust."""

from __future__ import annotations

import stat
from pathlib import Path

from store.asset_errors import AssetError

CA_BYTES = 262_144
"""A bundle of authorities larger than this is a mistake: the system's own has about 220 kB."""


def read_ca_file(path: str) -> str:
    """The certificates of a PEM file, and nothing else of it: a private key that lies in it is left there.

    Raises:
        AssetError: it cannot be read, is too large, or holds no certificate.
    """
    from cryptography import x509  # 2.5 MB, for the few assets that have such a file
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        file = Path(path).expanduser()
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe would wait for a writer
            raise AssetError(f"The CA file {file} is not a regular file.")
        with file.open("rb") as stream:
            data = stream.read(CA_BYTES + 1)
    except OSError as error:
        raise AssetError(f"The CA file {file} cannot be read: {error.strerror}.") from None
    except (RuntimeError, ValueError) as error:  # "~somebody" who has no home; a NUL in the name
        raise AssetError(f"The CA file {path!r} cannot be read: {str(error).rstrip('.')}.") from None
    if len(data) > CA_BYTES:
        raise AssetError(
            f"The CA file {file} is larger than {CA_BYTES:,} bytes; name one with just the authority."
        )
    try:
        found = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise AssetError(
            f"The CA file {file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)."
        ) from None
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in found)
