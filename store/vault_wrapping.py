"""The vault's key wrapped by a passphrase: the record that lies in the store, made and opened."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import SecretBytes, SecretStr

from store.vault_errors import PassphraseTooWeak, VaultDamaged, VaultError, WrongPassphrase
from store.vault_key import KEY_BYTES, NONCE_BYTES, KeyMark, VaultKey, joined

PASSPHRASE_MINIMUM = 8
"""Characters; scrypt makes each guess cost a fifth of a second, it cannot make up for "1234"."""

PASSPHRASE_MAXIMUM = 1_024
"""Characters; more than anybody types, and short enough to hash at once."""

MEMORY_FLOOR = 2**14 * 8 * 128
MEMORY_CEILING = 512 * 2**20
"""Bytes of memory for one derivation: from 16 MiB (RFC 7914's interactive use) to 512 MiB, eight times
today's default. A store from elsewhere must not make us take what the machine does not have."""

PARALLEL_CEILING = 4
"""scrypt's p multiplies the time: at most about 7 s together with the memory's ceiling."""

SALT_BYTES = 16
GENERATIONS = 2**32


@dataclass(frozen=True, slots=True)
class Kdf:
    """Parameters of scrypt (RFC 7914): it takes 128 * n * r bytes and time in proportion to n * r * p.

    The default takes 64 MiB and 0.2 s on one core of a small virtual machine.

    Raises:
        ValueError: below the floor or above the ceiling.
    """

    n: int = 2**16
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        if self.n < 2 or self.n & (self.n - 1) or self.r < 1 or not 1 <= self.p <= PARALLEL_CEILING:
            raise ValueError("scrypt's parameters are not sound")
        if not MEMORY_FLOOR <= 128 * self.n * self.r <= MEMORY_CEILING:
            raise ValueError("scrypt's memory is outside the bounds")

    @property
    def cost(self) -> int:
        return self.n * self.r * self.p

    def derive(self, passphrase: SecretStr, salt: bytes) -> SecretBytes:
        """The wrapping key. The passphrase is normalised (NFC): every keyboard gives the same "é".

        Raises:
            VaultError: there is not enough memory.
        """
        try:
            return SecretBytes(
                Scrypt(salt=salt, length=KEY_BYTES, n=self.n, r=self.r, p=self.p).derive(
                    unicodedata.normalize("NFC", passphrase.get_secret_value()).encode(
                        "utf-8", "surrogatepass"
                    )
                )
            )
        except MemoryError:
            needed = 128 * self.n * self.r // 2**20
            raise VaultError(
                f"Opening the vault takes {needed} MiB of memory, which this machine refuses."
            ) from None


@dataclass(frozen=True, slots=True, eq=False)
class PassphraseKey:
    """What is derived from a passphrase, once, to wrap both keys of a vault with."""

    kdf: Kdf
    salt: bytes
    key: SecretBytes

    @classmethod
    def derive(cls, passphrase: SecretStr, kdf: Kdf, salt: bytes | None = None) -> PassphraseKey:
        """Derive it, with a new salt unless one is given. Costs one derivation (see `Kdf`)."""
        salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
        return cls(kdf, salt, kdf.derive(passphrase, salt))


def require_strength(passphrase: SecretStr) -> None:
    """Refuse a new passphrase that protects nothing.

    Raises:
        PassphraseTooWeak: empty, white space only, shorter than 8 or longer than 1,024 characters.
    """
    if not passphrase.get_secret_value().strip():
        raise PassphraseTooWeak("The passphrase is empty; type at least 8 characters.")
    if len(passphrase) < PASSPHRASE_MINIMUM:
        raise PassphraseTooWeak("The passphrase is too short; type at least 8 characters, better four words.")
    if len(passphrase) > PASSPHRASE_MAXIMUM:
        raise PassphraseTooWeak("The passphrase is longer than 1,024 characters; choose a shorter one.")


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The record of a wrapped key as it is stored. Nothing in it is secret without the passphrase."""

    id: str
    key_id: int
    kdf: str
    kdf_n: int
    kdf_r: int
    kdf_p: int
    salt: bytes
    wrapped_key: bytes
    """Nonce (12 bytes), encrypted key (32) and tag (16); the parameters are its associated data."""
    check_value: bytes
    digest: bytes
    """SHA-256 over all the rest. It keeps no attacker out: it tells damage from a wrong passphrase."""

    @classmethod
    def make(cls, key: VaultKey, by: PassphraseKey) -> Wrapping:
        """Wrap a key under a passphrase."""
        bare = cls(
            key.vault_id,
            key.key_id,
            "scrypt",
            by.kdf.n,
            by.kdf.r,
            by.kdf.p,
            by.salt,
            b"",
            key.mark().check_value,
            b"",
        )
        nonce = secrets.token_bytes(NONCE_BYTES)
        wrapped = AESGCM(by.key.get_secret_value()).encrypt(
            nonce, key.secret.get_secret_value(), bare._parameters()
        )
        filled = replace(bare, wrapped_key=nonce + wrapped)
        return replace(filled, digest=filled._digest())

    def open(self, passphrase: SecretStr) -> VaultKey:
        """Unwrap the key. Costs one derivation (see `Kdf`).

        Raises:
            VaultDamaged: the record was altered, or asks for more than the bounds allow.
            WrongPassphrase: the record is whole, the passphrase does not open it.
        """
        return self.open_by(self.derived(passphrase))

    def derived(self, passphrase: SecretStr, known: PassphraseKey | None = None) -> PassphraseKey:
        """What this record is opened by: `known` where it was derived by the same parameters and salt, else
        derived now. Raises as `open` does."""
        kdf = self._checked()
        if len(passphrase) > PASSPHRASE_MAXIMUM:
            raise WrongPassphrase
        if known is not None and (known.kdf, known.salt) == (kdf, self.salt):
            return known
        return PassphraseKey.derive(passphrase, kdf, self.salt)

    def open_by(self, by: PassphraseKey) -> VaultKey:
        """Unwrap the key by what was `derived` for this record. Raises as `open` does."""
        try:
            key = VaultKey(
                self.id,
                self.key_id,
                SecretBytes(
                    AESGCM(by.key.get_secret_value()).decrypt(
                        self.wrapped_key[:NONCE_BYTES], self.wrapped_key[NONCE_BYTES:], self._parameters()
                    )
                ),
            )
        except InvalidTag:
            raise WrongPassphrase from None
        if not key.fits(self.mark):
            raise VaultDamaged("its check value belongs to another key")
        return key

    @property
    def mark(self) -> KeyMark:
        """By what the present key is known; usable even where the rest of the record is damaged."""
        return KeyMark(self.id, self.key_id, self.check_value)

    @property
    def parameters(self) -> Kdf:
        """The parameters of the record.

        Raises:
            VaultDamaged: they are outside the bounds, or of a function that this postroom does not know.
        """
        if self.kdf != "scrypt":
            raise VaultDamaged("its key derivation is unknown to this postroom")
        try:
            return Kdf(self.kdf_n, self.kdf_r, self.kdf_p)
        except ValueError as error:
            raise VaultDamaged(str(error)) from None

    def _checked(self) -> Kdf:
        if not hmac.compare_digest(self._digest(), self.digest):
            raise VaultDamaged
        if len(self.salt) != SALT_BYTES or len(self.wrapped_key) != NONCE_BYTES + KEY_BYTES + 16:
            raise VaultDamaged("its salt or wrapped key has the wrong length")
        return self.parameters

    def _parameters(self) -> bytes:
        return joined(
            "postroom-vault-1", self.id, self.key_id, self.kdf, self.kdf_n, self.kdf_r, self.kdf_p, self.salt
        )

    def _digest(self) -> bytes:
        return hashlib.sha256(joined(self._parameters(), self.wrapped_key, self.check_value)).digest()


def is_vault_id(text: str) -> bool:
    """Whether a text is 32 hexadecimal digits; it becomes part of a file's name, so nothing else will do."""
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None
