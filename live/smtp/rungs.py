"""The rungs up to TLS: each a function that looks at one thing, adds it to the ground, or fails."""

from __future__ import annotations

import socket
import ssl

from aiosmtplib.esmtp import parse_esmtp_extensions

from live.smtp import dial, tls
from live.smtp.fault import Facts, RungError, system_text, within
from live.smtp.ground import Ground, Offer, Seen
from live.smtp.names import host_on_wire
from live.smtp.session import Session

UNIT = 1024


async def resolve(ground: Ground) -> Seen:
    """All addresses of the host."""
    target = ground.target
    ground.addresses = await dial.resolve(target.host, target.port, ground.limits.resolve)
    facts = []
    for label, family in (("IPv4", socket.AF_INET), ("IPv6", socket.AF_INET6)):
        numbers = sorted(address.number for address in ground.addresses if address.family == family)
        facts.append((label, ", ".join(numbers) or "none"))
    return Seen(facts=tuple(facts))


async def connect(ground: Ground) -> Seen:
    """A connection to the first address that answers."""
    dialled = await dial.connect(ground.addresses, ground.limits)
    ground.transcript.remark(f"connected to {dialled.address}")
    await ground.stand_on(dialled).begin()
    return Seen(facts=(*dial.failure_facts(dialled.failures), ("answered", str(dialled.address))))


async def implicit_tls(ground: Ground) -> Seen:
    """The handshake of TLS from the first byte (RFC 8314)."""
    context = await tls.verifying_context(ground.target.ca_pem)
    hostname = host_on_wire(ground.target.host)
    try:
        await ground.session.secure(context, hostname)
    except ssl.SSLCertVerificationError as error:
        await _look_again(ground, error, hostname)
    return Seen(facts=_handshake_facts(ground))


async def banner(ground: Ground) -> Seen:
    """The server's greeting."""
    return Seen((await ground.session.greeting()).expect(220).text)


async def ehlo(ground: Ground) -> Seen:
    """EHLO and what the server offers (RFC 5321 4.1.1.1)."""
    words, ground.offer = await _offer(ground.session)
    return Seen(words, _offer_facts(ground.offer, inside=ground.session.tls is not None))


async def starttls(ground: Ground) -> Seen:
    """STARTTLS and the handshake (RFC 3207); an offer that is missing may have been stripped on the way."""
    context = await tls.verifying_context(ground.target.ca_pem)
    hostname = host_on_wire(ground.target.host)
    if "starttls" not in ground.offer.extensions:
        sentence = "The server does not offer STARTTLS, and without it nothing is sent."
        raise RungError(sentence, "condition:starttls_not_offered")
    try:
        words = (await ground.session.upgrade(context, hostname)).text
    except ssl.SSLCertVerificationError as error:
        words = await _look_again(ground, error, hostname)
    return Seen(words, _handshake_facts(ground))


async def certificate(ground: Ground) -> Seen:
    """What the certificate says, and whether it is trusted."""
    layer = ground.session.tls
    assert layer is not None
    if ground.distrust is None:
        return Seen(facts=tls.connection_facts(layer))
    facts = tls.connection_facts(layer, why_not=ground.distrust.verify_message)
    raise RungError(_not_trusted(ground, ground.distrust), system_text(ground.distrust), facts=facts)


async def _offer(session: Session) -> tuple[str, Offer]:
    reply = (await session.command(b"EHLO", session.own_name.encode("ascii"))).expect(250)
    extensions, mechanisms = parse_esmtp_extensions("\n".join(reply.lines))
    return reply.text, Offer(extensions, tuple(dict.fromkeys(name.upper() for name in mechanisms)))


async def _look_again(ground: Ground, error: ssl.SSLCertVerificationError, hostname: str) -> str:
    """Connect again without verification, only to read the certificate: a failed handshake does not show it.

    Nothing but EHLO and STARTTLS is said. Returns the words of the reply to STARTTLS, if there is one.

    Raises:
        RungError: it cannot be read so; the fault then is what was found in the first place.
    """
    assert ground.dialled is not None
    ground.transcript.remark(f"the certificate is not trusted ({error.verify_message})")
    ground.transcript.remark("connecting again without verification, only to read the certificate")
    try:
        async with within(ground.limits.connect, "reading the certificate"):
            session = ground.stand_on(await dial.connect((ground.dialled.address,), ground.limits))
            await session.begin()
            words = await _blindly(session, hostname, starttls=ground.target.security == "starttls")
    except RungError:
        raise RungError(_not_trusted(ground, error), system_text(error)) from None
    ground.distrust = error
    return words


async def _blindly(session: Session, hostname: str, *, starttls: bool) -> str:
    if not starttls:
        await session.secure(tls.blind_context(), hostname)
        return ""
    (await session.greeting()).expect(220)
    await _offer(session)
    return (await session.upgrade(tls.blind_context(), hostname)).text


def _not_trusted(ground: Ground, error: ssl.SSLCertVerificationError) -> str:
    why = error.verify_message.rstrip(".")  # some of OpenSSL's messages end so
    return f"The certificate is not trusted for {ground.target.host}: {why}. No credential was sent."


def _handshake_facts(ground: Ground) -> Facts:
    if ground.distrust is not None:
        return (("certificate", "not trusted, see below"),)
    return ()


def _offer_facts(offer: Offer, *, inside: bool) -> Facts:
    rest = [
        f"{name.upper()} {parameters}".strip()
        for name, parameters in offer.extensions.items()
        if name not in ("size", "auth", "starttls")
    ]
    return (
        ("SIZE", _size(offer.extensions.get("size"))),
        ("AUTH", " ".join(offer.mechanisms) or "not offered"),
        ("STARTTLS", "yes" if "starttls" in offer.extensions else "no, TLS is on" if inside else "no"),
        ("others", ", ".join(rest) or "none"),
    )


def _size(parameter: str | None) -> str:
    """The parameter of SIZE (RFC 1870: at most 20 digits) for people."""
    if parameter is None:
        return "not offered"
    if not (parameter.isascii() and parameter.isdigit() and len(parameter) <= 20) or int(parameter) == 0:
        return "no limit stated"
    size = float(parameter)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < UNIT or unit == "GiB":
            break
        size /= UNIT
    return f"{size:.4g} {unit}"
