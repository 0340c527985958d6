"""Checks of server, port, security and trusted authority against each other and against the provider."""

from __future__ import annotations

from collections.abc import Iterator

from live import providers
from live.asset_remarks import pasted
from live.asset_remarks.draft import Draft, Remark, error, warning

OTHER_SERVICES = {80: "the web", 110: "POP3", 143: "IMAP", 443: "the web", 993: "IMAP", 995: "POP3"}
STARTTLS_PORTS = (25, 587)
LABELS = {"ssl": "SSL", "starttls": "STARTTLS", "none": "None"}


def provider_and_host(draft: Draft) -> Iterator[Remark]:
    """A provider that is none of ours, or whose server the host is not."""
    name = draft.text["provider"]
    if name not in providers.ALL:
        known = ", ".join(rules.label for rules in providers.ALL.values())
        yield error(
            "provider", f"{draft.quoted('provider', name)} is no provider.", f"Choose one of {known}."
        )
        return
    owner = providers.ALL.get(draft.own_provider)
    if not pasted.is_host(draft.host) or pasted.is_loopback(draft.host) or draft.own_provider == name:
        return
    if name == "custom":
        if owner:
            yield warning(
                "provider",
                f"{draft.host} is a server of {owner.label}, but the provider is Custom.",
                f"Choose the provider {owner.label}: a refusal is then explained in its own terms.",
            )
        return
    rules = providers.of(name)
    yield warning(
        "host",
        f"The provider is {rules.label}, but {draft.quoted('host', draft.host)} is none of its servers.",
        f"Enter {rules.smtp.host}, or choose the provider {owner.label if owner else 'Custom'}.",
    )


def port(draft: Draft) -> Iterator[Remark]:
    """A port that is none, or that serves something else."""
    number = draft.port
    if not 1 <= number <= 65_535:
        yield error(
            "port", "The port is not between 1 and 65535.", "Enter 587 with STARTTLS, or 465 with SSL."
        )
    elif number in OTHER_SERVICES:
        yield warning(
            "port",
            f"Port {number} is for {OTHER_SERVICES[number]}, not for sending mail.",
            "Enter 587 with STARTTLS, or 465 with SSL.",
        )
    elif number == 25:
        yield warning(
            "port",
            "Port 25 is for mail between servers; many networks block it, and often it has no sign-in.",
            "Enter 587 with STARTTLS, or 465 with SSL.",
        )


def port_and_security(draft: Draft) -> Iterator[Remark]:
    """SSL on a STARTTLS port, or the reverse: the two sides would wait for each other."""
    security = draft.text["security"]
    if security not in ("ssl", "starttls", "none"):
        yield error(
            "security",
            f"{draft.quoted('security', security)} is no security.",
            "Choose SSL, STARTTLS or None.",
        )
        return
    rules = providers.ALL.get(draft.own_provider)
    text, remedy = "", ""
    if security == "ssl" and rules and not any(way.security == "ssl" for way in rules.ways):
        text = f"{rules.label} does not take SSL (TLS from the first byte)."
    elif security == "ssl" and draft.port in STARTTLS_PORTS:
        text = f"Port {draft.port} begins in plain text and wants STARTTLS, but the security is SSL."
        remedy = "Set the security to STARTTLS, or the port to 465."
    elif security != "ssl" and draft.port == 465:
        text = f"Port 465 wants TLS from the first byte, but the security is {LABELS[security]}."
        remedy = "Set the security to SSL, or the port to 587."
    if text and rules:
        way = rules.smtp
        remedy = f"Use port {way.port} with {LABELS[way.security]}, as {rules.label} does."
        yield error("security", text, remedy)
    elif text:
        yield warning("security", text, remedy)


def no_security(draft: Draft) -> Iterator[Remark]:
    """A password without TLS: allowed after a person's yes, refused by the large providers anyway."""
    if draft.text["security"] != "none":
        return
    if not draft.cleartext_agreed:
        yield error(
            "security",
            "Without TLS the password crosses the network in clear text, and nobody has agreed to that.",
            "Choose STARTTLS or SSL, or say yes to sending the password in clear text.",
        )
    rules = providers.ALL.get(draft.own_provider)
    if rules:
        yield warning(
            "security",
            f"{rules.label} refuses mail without TLS.",
            f"Use port {rules.smtp.port} with {LABELS[rules.smtp.security]}.",
        )


def authority(draft: Draft) -> Iterator[Remark]:
    """A trusted authority that TLS could not load, or that gives a secret away."""
    pem = draft.text["ca_pem"]
    if not pem:
        return
    if "PRIVATE KEY" in pem:
        yield error(
            "ca_pem",
            "The certificate authority holds a private key.",
            "Paste the certificate alone; the key belongs to the authority and to nobody else.",
        )
    elif not _loads(pem):
        yield error(
            "ca_pem",
            "The certificate authority is no certificate in PEM form.",
            "Paste it from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, both lines included.",
        )


def _loads(pem: str) -> bool:
    """Whether TLS takes it as trust: the very call that a connection test makes."""
    import ssl  # 15 ms, for the few assets that have an authority

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError, TypeError):
        return False
    return True
