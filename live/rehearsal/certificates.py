"""Makes the rehearsal's certificate authority, and good, expired, self-signed and misnamed certificates."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANISATION = "postroom rehearsal"
NAMES = ("localhost", "127.0.0.1")
WRONG_NAME = "mail.example.net"
VALID_FOR = timedelta(
    days=90
)  # the span of the best-known public authority, so that "days left" reads like life
EXPIRED_SINCE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Certificates:
    """The authority's certificate (PEM, the only thing to trust) and one server-side TLS context per kind."""

    ca_pem: str
    good: ssl.SSLContext
    expired: ssl.SSLContext
    self_signed: ssl.SSLContext
    wrong_name: ssl.SSLContext


def make(now: datetime | None = None) -> Certificates:
    """Make a new authority and all certificates (elliptic keys: about 20 ms); its key is never written."""
    now = now or datetime.now(UTC)
    authority = trustme.CA(
        organization_name=ORGANISATION, organization_unit_name="Certificate authority for loopback"
    )
    begin, end = now - timedelta(days=1), now + VALID_FOR
    return Certificates(
        ca_pem=authority.cert_pem.bytes().decode("ascii"),
        good=_issue(authority, NAMES, begin, end),
        expired=_issue(authority, NAMES, now - VALID_FOR, now - EXPIRED_SINCE),
        self_signed=_self_signed(begin, end),
        wrong_name=_issue(authority, (WRONG_NAME,), begin, end),
    )


def _issue(authority: trustme.CA, names: tuple[str, ...], begin: datetime, end: datetime) -> ssl.SSLContext:
    leaf = authority.issue_cert(
        *names,
        common_name=names[0],
        organization_name=ORGANISATION,
        organization_unit_name="Submission server",
        not_before=begin,
        not_after=end,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def _self_signed(begin: datetime, end: datetime) -> ssl.SSLContext:
    """Return a context whose certificate is its own issuer, as a mail server has when newly installed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0]),
        ]
    )
    names = x509.SubjectAlternativeName([x509.DNSName(NAMES[0]), x509.IPAddress(IPv4Address(NAMES[1]))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chain = trustme.Blob(key_pem + certificate.public_bytes(serialization.Encoding.PEM))
    with chain.tempfile() as path:  # ssl reads keys from files only; this one is 0600 and gone with the block
        context.load_cert_chain(path)
    return context
