"""The vault's key in memory: it seals and opens secrets, proves itself, and has a text form for its homes.

The bytes of the key live in a masked type from end to end; no local variable ever holds them plain, so that a
traceback with locals shows stars.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretBytes, SecretStr

from store.vault_errors import SecretUnreadable, VaultError

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 bits, drawn anew for each sealing (NIST SP 800-38D, 8.2.2): good for 2**32 of them, we do thousands."""

SEALED_VERSION = b"\x01"

SECRET_CHARACTERS = 65_536
"""Longest secret that is sealed; the largest real ones are tokens of about 8,000 characters."""

KEY_TEXT_CHARACTERS = 4_096
"""A home's content longer than this is no key; a key's text has 85 characters, that of two 156."""

KEY_TEXT_PREFIX = "postroom-key-1:"
_KEY_TEXT = re.compile(re.escape(KEY_TEXT_PREFIX) + r"[A-Za-z0-9_-]{70}")


class NotAKey(ValueError):
    """A text is not a key of postroom, or is cut short."""


def joined(*fields: str | int | bytes) -> bytes:
    """The fields as one byte string that no other list of fields gives: each behind its length (4 bytes)."""
    encoded = (
        field if isinstance(field, bytes) else str(field).encode("utf-8", "surrogatepass") for field in fields
    )
    return b"".join(len(field).to_bytes(4, "big") + field for field in encoded)


@dataclass(frozen=True, slots=True)
class KeyMark:
    """By what a vault knows its present key without holding it."""

    vault_id: str
    key_id: int
    check_value: bytes


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class VaultKey:
    """One generation of a key: of the credentials key (AES-256-GCM), or of the log key (the private half of
    an X25519 pair, see `store.log_key`)."""

    vault_id: str
    """32 hexadecimal digits: of the credentials key the vault's id; the log key has one of its own."""
    key_id: int
    """The generation: 1 at first, one more with each rotation."""
    secret: SecretBytes

    @classmethod
    def fresh(cls, vault_id: str, key_id: int) -> VaultKey:
        """A new random key."""
        return cls(vault_id, key_id, SecretBytes(secrets.token_bytes(KEY_BYTES)))

    @classmethod
    def from_text(cls, text: SecretStr) -> VaultKey:
        """Read the text form; white space around it, as files and prompts add it, is ignored.

        Raises:
            NotAKey: it is something else.
        """
        if not _KEY_TEXT.fullmatch(text.get_secret_value().strip()):
            raise NotAKey("not a key of postroom")
        body = SecretBytes(
            base64.urlsafe_b64decode(text.get_secret_value().strip().removeprefix(KEY_TEXT_PREFIX) + "==")
        )
        return cls(
            body.get_secret_value()[:16].hex(),
            int.from_bytes(body.get_secret_value()[16:20], "big"),
            SecretBytes(body.get_secret_value()[20:]),
        )

    def to_text(self) -> SecretStr:
        """`postroom-key-1:` and base64url of the id (16 bytes), generation (4) and key (32).

        The id and the generation let a home's content be told apart: this vault's, an older key of it, or
        another vault's.
        """
        head = bytes.fromhex(self.vault_id) + self.key_id.to_bytes(4, "big")
        return SecretStr(
            KEY_TEXT_PREFIX
            + base64.urlsafe_b64encode(head + self.secret.get_secret_value()).decode("ascii").rstrip("=")
        )

    def mark(self) -> KeyMark:
        """What is stored beside the wrapped key; an HMAC tells nothing about a random key."""
        fields = joined("postroom-vault-check-1", self.vault_id, self.key_id)
        value = hmac.digest(self.secret.get_secret_value(), fields, "sha256")
        return KeyMark(self.vault_id, self.key_id, value)

    def fits(self, mark: KeyMark) -> bool:
        """Whether this is the key that left the mark."""
        mine = self.mark()
        same = (mine.vault_id, mine.key_id) == (mark.vault_id, mark.key_id)
        return hmac.compare_digest(mine.check_value, mark.check_value) and same

    def seal(self, owner: str, name: str, secret: SecretStr) -> bytes:
        """Encrypt a secret for one place: version (1 byte), nonce (12), ciphertext and tag.

        Raises:
            VaultError: the secret is empty or longer than `SECRET_CHARACTERS`.
        """
        if not 0 < len(secret) <= SECRET_CHARACTERS:
            raise VaultError(f"The {name} is empty or longer than {SECRET_CHARACTERS:,} characters.")
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.secret.get_secret_value()).encrypt(
            nonce, secret.get_secret_value().encode("utf-8", "surrogatepass"), self._place(owner, name)
        )
        return SEALED_VERSION + nonce + sealed

    def open(self, owner: str, name: str, key_id: int, sealed: bytes) -> SecretStr:
        """Decrypt what `seal` made for the same place under the key of generation `key_id`.

        Raises:
            SecretUnreadable: it was altered, was made for another place, or under another key.
        """
        if key_id != self.key_id:
            raise SecretUnreadable(owner, name, f"it is of generation {key_id} of the key, not {self.key_id}")
        if not sealed.startswith(SEALED_VERSION):
            raise SecretUnreadable(owner, name, "it is in a form that this postroom does not know")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if len(nonce) < NONCE_BYTES:
            raise SecretUnreadable(owner, name, "it was cut short")
        try:
            return SecretStr(
                AESGCM(self.secret.get_secret_value())
                .decrypt(nonce, body, self._place(owner, name))
                .decode("utf-8", "surrogatepass")
            )
        except InvalidTag:
            raise SecretUnreadable(owner, name) from None

    def _place(self, owner: str, name: str) -> bytes:
        return joined("postroom-secret-1", self.vault_id, self.key_id, owner, name)


class HeldKeys:
    """The key that this process holds, guarded for use by several threads.

    After a rotation the key before it stays too: a reader whose transaction began before the commit still
    sees the old secrets. Which key is right is decided by what the reader sees in the store (`fitting`), so a
    key that was rotated elsewhere is never used.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: tuple[VaultKey, ...] = ()
        self._served_by: str | None = None

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def served_by(self) -> str | None:
        """Where the key came from, None while there is none."""
        return self._served_by

    def hold(self, key: VaultKey, served_by: str) -> None:
        """Hold this key in the place of any other."""
        with self._lock:
            self._keys, self._served_by = (key,), served_by

    def clear(self) -> bool:
        """Forget all; returns whether there was anything to forget."""
        with self._lock:
            held, self._keys, self._served_by = self._keys, (), None
        return bool(held)

    def fitting(self, mark: KeyMark) -> VaultKey | None:
        """The held key that left the mark."""
        with self._lock:
            keys = self._keys
        return next((key for key in keys if key.fits(mark)), None)

    @contextlib.contextmanager
    def rotated_to(self, new: VaultKey, served_by: str) -> Iterator[None]:
        """Hold the new key before the one held until now; after an error all is as it was."""
        with self._lock:
            before = self._keys[:1]
            self._keys = (new, *before)
        try:
            yield
        except BaseException:
            with self._lock:
                self._keys = before if self._keys else ()  # a lock() that came between stays
            raise
        with self._lock:
            self._served_by = served_by if self._keys else None
