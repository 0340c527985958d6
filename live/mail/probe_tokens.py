"""The tokens of probes: each tells by itself which store it is of, so that mail can be sorted without asking
one."""

from __future__ import annotations

import hashlib
import re
import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
"""32 characters, so 5 bits each."""
RANDOM, CHECK = 14, 6
"""Characters: 70 bits that nobody guesses, and 30 that are of one store only."""
SUBJECT = "postroom forwarding check"
"""What stands before the token in a probe's subject, and in its text."""
TOKEN = re.compile(rf"\A[a-z2-7]{{{RANDOM + CHECK}}}\Z")
_WRITTEN = re.compile(rf"{SUBJECT}\s+([a-z2-7]{{{RANDOM + CHECK}}})\b")


def made(store_token: str) -> str:
    """A new token of the store with that token."""
    chosen = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return chosen + _check(store_token, chosen)


def is_own(token: str, store_token: str) -> bool:
    """Whether it is one of that store's."""
    return bool(TOKEN.match(token)) and token[RANDOM:] == _check(store_token, token[:RANDOM])


def written_in(text: str, store_token: str) -> str:
    """The first token of that store which a text holds after the words of `SUBJECT`; "": none."""
    return next((token for token in _WRITTEN.findall(text) if is_own(token, store_token)), "")


def _check(store_token: str, chosen: str) -> str:
    digest = hashlib.sha256(f"postroom-probe-1:{store_token}:{chosen}".encode()).digest()
    return "".join(ALPHABET[octet % 32] for octet in digest[:CHECK])
