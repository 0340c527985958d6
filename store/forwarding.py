"""The generated addresses that mailboxes forward to."""

from __future__ import annotations

import re
import secrets
import unicodedata

READABLE_CHARACTERS = 30
"""With the dot and the random part, the local part stays below the 64 octets of RFC 5321, 4.5.3.1.1."""

RANDOM_CHARACTERS = 20
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
"""32 characters, so 5 bits each: 100 bits that nobody guesses."""


def forwarding_address(name: str, inbound_domain: str) -> str:
    """`<readable part>.<20 random characters>@<domain>` for an asset of that name; "" without a domain."""
    if not inbound_domain:
        return ""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:READABLE_CHARACTERS].rstrip("-") or "mailbox"
    token = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return f"{readable}.{token}@{inbound_domain}"
