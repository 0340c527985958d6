"""Whether two addresses are one mailbox: Gmail reads several spellings of an address as the same."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

GMAIL = frozenset(("gmail.com", "googlemail.com"))
"""Where dots in the local part and whatever follows a plus sign do not count; on other domains they do, also
on those that Google hosts (https://support.google.com/mail/answer/7436150)."""

ADDRESS_CHARACTERS = 320
"""RFC 5321, 4.5.3.1: 64 before the at sign, 255 after it."""


def same_mailbox(one: str, other: str) -> bool:
    """Whether these are spellings of one address; an empty or endless one is never the same as anything."""
    if not (0 < len(one) <= ADDRESS_CHARACTERS and 0 < len(other) <= ADDRESS_CHARACTERS):
        return False
    return one == other or folded_address(one) == folded_address(other)


@lru_cache(maxsize=1_024)
def folded_address(address: str) -> str:
    """An address as it is compared: in small letters, an international domain in its ASCII form."""
    plain = unicodedata.normalize("NFKC", address).strip().strip("<>").casefold()
    local, _, domain = plain.rpartition("@")
    domain = domain.rstrip(".")
    if not domain.isascii():
        domain = _in_ascii(domain)
    if domain in GMAIL:
        local, domain = local.partition("+")[0].replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _in_ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
