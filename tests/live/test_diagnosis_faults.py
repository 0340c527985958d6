"""Diagnosis against what Python and OpenSSL really say: true faults on loopback, their words diagnosed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from live.diagnosis import Stage, diagnose

NAME = "mail.example.com"
NOW = datetime.now(UTC)
PATIENCE = 10.0
"""Seconds after which a broken test ends."""

Talk = Callable[[socket.socket], object]


@contextlib.contextmanager
def server(talk: Talk) -> Iterator[int]:
    """A server on loopback that takes one connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)

    def serve() -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            connection.settimeout(PATIENCE)
            talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(PATIENCE)
    listener.close()


def over_tls(context: ssl.SSLContext) -> Talk:
    """Shake hands, say a banner, wait for the end."""

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.sendall(b"220 mail.example.com ESMTP\r\n")
            tls.recv(1)

    return talk


def fault(talk: Talk, context: ssl.SSLContext | None) -> str:
    """What the client's side raises, in the form "ClassName: message"."""
    with server(talk) as port:
        try:
            with contextlib.ExitStack() as stack:
                stream = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
                if context:
                    stream = stack.enter_context(context.wrap_socket(stream, server_hostname=NAME))
                assert stream.recv(100)
        except OSError as error:
            return f"{type(error).__name__}: {error}"
    pytest.fail("the connection was to fail")


def diagnosed(talk: Talk, context: ssl.SSLContext | None) -> str:
    return diagnose("custom", Stage.SMTP_CONNECT, fault(talk, context)).id


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    both = tmp_path_factory.mktemp("self-signed") / "both.pem"
    both.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


def test_ssl_on_a_starttls_port(trusting: ssl.SSLContext) -> None:
    def plain(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example.com ESMTP\r\n")
        connection.recv(1000)

    assert diagnosed(plain, trusting) == "any-tls-wrong-version"


def test_expired(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    old = authority.issue_cert(NAME, not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(days=2))
    assert diagnosed(over_tls(serving(old)), trusting) == "any-cert-expired"


def test_not_yet_valid(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    early = authority.issue_cert(NAME, not_before=NOW + timedelta(days=2), not_after=NOW + timedelta(days=9))
    assert diagnosed(over_tls(serving(early)), trusting) == "any-cert-not-yet-valid"


def test_another_name(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    other = serving(authority.issue_cert("other.example.com"))
    assert diagnosed(over_tls(other), trusting) == "any-cert-hostname"


def test_self_signed(trusting: ssl.SSLContext, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert diagnosed(over_tls(self_signed(tmp_path_factory)), trusting) == "any-cert-self-signed"


def test_unknown_issuer(authority: trustme.CA) -> None:
    context = serving(authority.issue_cert(NAME))
    assert diagnosed(over_tls(context), ssl.create_default_context()) == "any-cert-unknown-issuer"


def test_unknown_issuer_whose_own_certificate_is_sent_along(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> None:
    certificate = authority.issue_cert(NAME)
    chain = tmp_path_factory.mktemp("chain") / "chain.pem"
    leaf = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    chain.write_bytes(certificate.private_key_pem.bytes() + leaf + authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    text = fault(over_tls(context), ssl.create_default_context())
    assert "self-signed certificate in certificate chain" in text
    assert diagnose("custom", Stage.SMTP_CONNECT, text).id == "any-cert-unknown-issuer"


def test_no_version_in_common(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    context = serving(authority.issue_cert(NAME))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    trusting.maximum_version = ssl.TLSVersion.TLSv1_2
    assert diagnosed(over_tls(context), trusting) == "any-tls-version-old"


def test_no_cipher_in_common(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    context = serving(authority.issue_cert(NAME))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    trusting.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    assert diagnosed(over_tls(context), trusting) == "any-tls-handshake"


def test_a_certificate_of_the_client_is_wanted(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    context = serving(authority.issue_cert(NAME))
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    assert diagnosed(over_tls(context), trusting) == "any-tls-client-certificate"


def test_closed_in_the_handshake(trusting: ssl.SSLContext) -> None:
    assert diagnosed(lambda connection: connection.recv(10_000), trusting) == "any-tls-eof"


def test_reset() -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert diagnosed(reset, None) == "any-connect-reset"


def test_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError) as raised:
        socket.create_connection(("127.0.0.1", port), PATIENCE)
    text = f"{type(raised.value).__name__}: {raised.value}"
    assert diagnose("custom", Stage.SMTP_CONNECT, text).id == "any-connect-refused"


def test_silence() -> None:
    held = threading.Event()
    with (
        server(lambda connection: held.wait(PATIENCE)) as port,
        socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
    ):
        plain.settimeout(0.05)
        with pytest.raises(TimeoutError) as raised:
            plain.recv(1)
        held.set()
    assert diagnose("custom", Stage.SMTP_SEND, f"TimeoutError: {raised.value}").id == "any-step-timeout"


def test_a_name_that_cannot_be_one() -> None:
    with pytest.raises(UnicodeError) as raised:
        socket.getaddrinfo("mail..example.com", 587)
    assert diagnose("custom", Stage.SMTP_CONNECT, f"UnicodeError: {raised.value}").id == "any-dns-bad-name"
