"""Certificates that are good, and every kind of bad one: an unverified server is never sent a credential."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from live.smtp import tls
from live.smtp.ladder import Ladder
from store.checks import CheckStep
from tests.live.smtp_servers import (
    GO,
    HOST,
    OFFER,
    PASSWORD,
    SHORT,
    STARTTLS_OFFER,
    Scripted,
    authority,
    ca_pem,
    climbed,
    expired_context,
    good_server,
    listening,
    self_signed_context,
    server_context,
    target_at,
)


def stranger_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HOST).configure_cert(context)
    return context


BAD = {
    "expired": (expired_context, "any-cert-expired", "certificate has expired"),
    "self-signed": (self_signed_context, "any-cert-self-signed", "self-signed certificate"),
    "wrong name": (lambda: server_context("other.example.com"), "any-cert-hostname", "Hostname mismatch"),
    "stranger": (stranger_context, "any-cert-unknown-issuer", "unable to get local issuer certificate"),
}


@pytest.mark.parametrize("security", ["ssl", "starttls"])
@pytest.mark.parametrize("kind", list(BAD))
async def test_a_bad_certificate_is_shown_and_nothing_is_sent(security: str, kind: str) -> None:
    make, diagnosis, why = BAD[kind]
    context = make()
    script = Scripted(
        {"EHLO": STARTTLS_OFFER if security == "starttls" else OFFER, "STARTTLS": GO}, starttls=context
    )
    async with listening(script, tls=context if security == "ssl" else None) as port:
        seen = await climbed(target_at(port, security))
        await script.left.wait()
    assert seen.end == ("certificate", diagnosis)
    facts = dict(seen["certificate"].facts)
    assert facts["verified"].startswith(f"no: {why}")
    assert facts["names"]
    assert facts["issuer"]
    assert facts["version"] == "TLSv1.3"
    assert why in seen["certificate"].words
    assert {line.split()[0] for line in script.heard} <= {b"EHLO", b"STARTTLS", b"QUIT"}
    assert PASSWORD not in seen.transcript
    assert "connecting again without verification" in seen.transcript
    if kind == "expired":
        assert "12 days ago" in facts["expired"]
    if kind == "self-signed":
        assert facts["issuer"] == "localhost (signed by itself)"
    if kind == "wrong name":
        assert facts["names"] == "other.example.com"


async def test_a_good_certificate_says_what_it_is() -> None:
    async with good_server("starttls") as port:
        seen = await climbed(target_at(port))
    facts = dict(seen["certificate"].facts)
    assert facts["verified"] == "yes"
    assert facts["names"] == "localhost, 127.0.0.1, ::1"
    assert "Example Authority" in facts["issuer"]
    assert facts["cipher"].endswith(" bits")
    assert int(facts["days left"]) > 0
    assert facts["valid until"].endswith("UTC")


async def test_the_authority_of_one_target_is_not_trusted_for_another() -> None:
    async with good_server("ssl") as port:
        assert (await climbed(target_at(port, "ssl"))).end is None
        assert (await climbed(target_at(port, "ssl", ca_pem=""))).end == (
            "certificate",
            "any-cert-unknown-issuer",
        )
        assert (await climbed(target_at(port, "ssl"))).end is None


async def test_trust_comes_from_ssl_cert_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(authority().cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    async with good_server("ssl") as port:
        seen = await climbed(target_at(port, "ssl", ca_pem=""))
    assert seen.end is None


@pytest.mark.parametrize(
    "pem", ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
async def test_an_authority_that_is_none_is_named(pem: str) -> None:
    async with good_server("ssl") as port:
        seen = await climbed(target_at(port, "ssl", ca_pem=pem))
    assert seen.end == ("tls", "any-tls-bad-ca")


async def test_a_certificate_that_cannot_be_read_again_is_still_the_reason() -> None:
    context = expired_context()
    script = Scripted({})
    connections = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        if connections == 1:
            await writer.start_tls(context)
            await script(reader, writer)

    async with listening(once) as port:
        seen = await climbed(target_at(port, "ssl"), limits=SHORT)
    assert seen.end == ("tls", "any-cert-expired")
    assert "certificate has expired" in seen["tls"].words


@pytest.mark.parametrize("security", ["ssl", "starttls"])
async def test_a_handshake_that_is_cut_off(security: str) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said in (b"220 mx.example.com\r\n", STARTTLS_OFFER, GO) if security == "starttls" else ():
            writer.write(said)
            if said != GO:
                await reader.readline()
        await reader.read(100)

    async with listening(cut) as port:
        seen = await climbed(target_at(port, security))
    assert seen.end is not None
    assert seen.end[0] == ("tls" if security == "ssl" else "starttls")
    assert seen.end[1] in ("any-tls-eof", "any-connect-reset")


async def test_a_server_that_closes_right_after_the_handshake_has_shown_its_certificate() -> None:
    context = server_context()

    async def brief(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said in (b"220 mx.example.com\r\n", STARTTLS_OFFER):
            writer.write(said)
            await reader.readline()
        writer.write(GO)
        await writer.start_tls(context)

    async with listening(brief) as port:
        steps = []
        async for event in Ladder(target_at(port)).climb():
            if isinstance(event, CheckStep):
                steps.append(event)
                if event.name == "starttls":
                    await asyncio.sleep(0.05)  # long enough for the close to arrive
    by_name = {step.name: step for step in steps}
    assert dict(by_name["certificate"].facts)["verified"] == "yes"
    assert by_name["ehlo-tls"].diagnosis == "any-cut-off"


async def test_a_server_that_only_speaks_old_tls_is_known_as_such() -> None:
    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(5)
        writer.write(b"\x15\x03\x01\x00\x02\x02\x46")  # RFC 8446 6.2: the fatal alert protocol_version
        await writer.drain()
        await reader.read()

    async with listening(old) as port:
        seen = await climbed(target_at(port, "ssl"))
    assert seen.end == ("tls", "any-tls-version-old")


async def test_contexts_are_made_once_and_verify() -> None:
    first, again = await asyncio.gather(tls.verifying_context(ca_pem()), tls.verifying_context(ca_pem()))
    assert first is again
    assert first is not await tls.verifying_context()
    for context in (first, await tls.verifying_context()):
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


async def test_contexts_are_forgotten_beyond_a_number() -> None:
    for _ in range(tls.CONTEXTS + 2):
        await tls.verifying_context(trustme.CA().cert_pem.bytes().decode())
    assert len(tls._kept) == tls.CONTEXTS


def test_a_certificate_with_many_names_is_shown_in_part() -> None:
    names = [f"mx{at}.example.com" for at in range(40)]
    leaf = authority().issue_cert(*names)
    der = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    facts = dict(tls.certificate_facts(der, datetime.now(UTC)))
    assert facts["names"].endswith("mx11.example.com and 28 more")
    early = dict(tls.certificate_facts(der, datetime(1999, 1, 1, tzinfo=UTC)))
    assert "not valid before" in early
    today = datetime.fromisoformat(facts["valid until"].removesuffix(" UTC")).replace(tzinfo=UTC) + timedelta(
        hours=1
    )
    assert dict(tls.certificate_facts(der, today))["expired"].endswith(", today")


def test_bytes_that_are_no_certificate_are_said_to_be_unreadable() -> None:
    assert tls.certificate_facts(b"\x30\x03abc", datetime.now(UTC))[0][1].startswith("cannot be read")
