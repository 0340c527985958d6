"""What can go wrong with the vault and the homes of its key: a sentence each, with the remedy, no secret."""

from __future__ import annotations


class VaultError(Exception):
    """The vault cannot do what was asked; the text is a sentence that names the remedy."""


class VaultAbsent(VaultError):
    """The store has no vault yet."""

    def __init__(self) -> None:
        super().__init__(
            "This store has no vault yet; choose a passphrase for it with `postroom vault init`."
        )


class VaultExists(VaultError):
    """The store has a vault already."""

    def __init__(self) -> None:
        super().__init__("This store has a vault already; unlock it, or change its passphrase.")


class VaultLocked(VaultError):
    """The key is not in this process, or is no longer the vault's."""

    def __init__(self, words: str = "The vault is locked; unlock it with its passphrase.") -> None:
        super().__init__(words)


class VaultChanged(VaultError):
    """Another process changed the passphrase or the key while this one was at it; nothing was done here."""

    def __init__(self) -> None:
        super().__init__(
            "The vault was changed elsewhere at the same moment; nothing was done here, try again."
        )


class WrongPassphrase(VaultError):
    """The key record is whole, and the passphrase does not open it."""

    def __init__(self) -> None:
        super().__init__("The passphrase is wrong; nothing was changed.")


class PassphraseTooWeak(VaultError):
    """A new passphrase is empty, white space, too short, or longer than anybody types."""


class VaultDamaged(VaultError):
    """The key record in the store was altered: no passphrase can open it any more."""

    def __init__(self, what: str = "its digest does not fit") -> None:
        self.what = what
        super().__init__(
            f"The vault's key record is damaged ({what}); restore the store from a copy. "
            "A key held in a key file or keyring still opens the secrets."
        )


class LogKeyAbsent(VaultError):
    """The vault is older than the log of inbound mail, and has no key pair for it yet."""

    def __init__(self) -> None:
        super().__init__(
            "The vault has no key for inbound mail yet; unlock it once with its passphrase "
            "(`postroom vault unlock`), and the key is made."
        )


class LogKeyDamaged(VaultDamaged):
    """The log key's record was altered: inbound mail does not open, or is not sealed. Secrets are not
    touched."""

    def __init__(self, what: str = "its digest does not fit") -> None:
        super().__init__(what)
        self.args = (
            f"The record of the log key is damaged ({what}); restore the store from a copy to read inbound "
            "mail. Passwords and tokens are not touched.",
        )


class SecretUnreadable(VaultError):
    """One secret does not open: it was altered, moved to another row, or is of another generation."""

    def __init__(
        self, owner: str, name: str, why: str = "it was altered or moved from another place"
    ) -> None:
        self.owner = owner
        self.name = name
        super().__init__(f"The {name} of {owner} cannot be opened: {why}. Enter it again.")


class MessageUnreadable(SecretUnreadable):
    """One inbound message does not open."""

    def __init__(
        self, uid: bytes, why: str = "it was altered or moved from another place", name: str = "message"
    ) -> None:
        super().__init__("the inbound log", name, why)
        self.uid = uid
        self.args = (f"The message cannot be opened: {why}. A copy of the store may hold it whole.",)


class KeyHomeError(VaultError):
    """A place for the unwrapped key cannot do what was asked."""


class HomeNotUsable(KeyHomeError):
    """There is no such place here; nothing is amiss (no keyring on a server, no systemd)."""


class HomeReadOnly(KeyHomeError):
    """The place is filled by somebody else (systemd, the environment); postroom only reads it."""


class HomeFault(KeyHomeError):
    """The place is there, and hangs, fails, loses what it was given, or is open to others."""
