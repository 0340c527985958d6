"""The file of a certificate authority: its certificates are taken, all else is refused or left there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trustme

from store.assets import AssetError, read_ca_file
from store.ca_file import CA_BYTES


def refused(path: object) -> str:
    with pytest.raises(AssetError) as caught:
        read_ca_file(str(path))
    text = str(caught.value)
    assert text.startswith("The CA file ")
    assert text.endswith((".", "-----BEGIN CERTIFICATE-----)."))
    assert "\n" not in text
    return text


@pytest.fixture(scope="module")
def authority() -> str:
    """A certificate in PEM."""
    return trustme.CA().cert_pem.bytes().decode("ascii")


def test_the_certificate_is_read(tmp_path: Path, authority: str) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority)
    assert read_ca_file(str(file)) == authority


def test_a_home_is_understood(tmp_path: Path, authority: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").write_text(authority)
    assert read_ca_file("~/ca.pem") == authority


def test_of_a_file_that_holds_more_only_the_certificates_are_taken(tmp_path: Path, authority: str) -> None:
    """A private key that lies in the same file must not reach the store."""
    leaf = trustme.CA().issue_cert("smtp.example.com")
    chain = "".join(pem.bytes().decode("ascii") for pem in leaf.cert_chain_pems)
    file = tmp_path / "all.pem"
    key = leaf.private_key_pem.bytes().decode("ascii")
    file.write_bytes(f"Société Ärger\r\n{authority}\n{key}\n{chain}".encode("latin-1"))
    taken = read_ca_file(str(file))
    assert taken == authority + chain
    assert "PRIVATE" not in taken


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        bytes(2_000),
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n\xff\xfe",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ],
)
def test_what_holds_no_certificate_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    assert "holds no certificate in PEM" in refused(file)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, authority: str) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority.ljust(CA_BYTES))
    assert read_ca_file(str(file)) == authority
    file.write_text(authority.ljust(CA_BYTES + 1))
    assert "larger than 262,144 bytes" in refused(file)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/zero"):
        assert f"{path} is not a regular file" in refused(path)
    assert "No such file" in refused(tmp_path / "absent.pem")
    assert "cannot be read" in refused("~nobody.of.that.name/ca.pem")
    assert "cannot be read" in refused("ca\0.pem")
