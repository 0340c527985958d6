"""A key held in a file: postroom's own (mode 0600), and the credential that systemd hands to a service."""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr

from store.key_text import HeldText
from store.settings import config_directory
from store.vault_errors import HomeFault, HomeNotUsable, HomeReadOnly
from store.vault_key import KEY_TEXT_CHARACTERS, KEY_TEXT_PREFIX, NotAKey

SYSTEMD_CREDENTIAL = "postroom-vault-key"


class SystemdCredential:
    """A credential by LoadCredential= in a unit; read only. See https://systemd.io/CREDENTIALS/."""

    name: ClassVar[str] = "systemd credential"
    writable: ClassVar[bool] = False

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._directory = environ.get("CREDENTIALS_DIRECTORY", "")

    def where(self, vault_id: str | None) -> str:
        return f"{self._directory or '$CREDENTIALS_DIRECTORY'}/{SYSTEMD_CREDENTIAL}"

    def read(self, vault_id: str) -> SecretStr | None:
        if not self._directory:
            raise HomeNotUsable("This process was not given credentials by systemd.")
        path = Path(self._directory) / SYSTEMD_CREDENTIAL
        try:
            # Its mode says nothing: systemd lets the service's user in by an access list.
            return _contents(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise HomeFault(f"The credential {path} cannot be read: {_reason(error)}.") from None

    def write(self, vault_id: str, text: SecretStr) -> None:
        raise HomeReadOnly("A systemd credential is only read; put the key where LoadCredential= points.")

    def remove(self, vault_id: str) -> bool:
        raise HomeReadOnly("A systemd credential is only read; take LoadCredential= out of the unit.")


class KeyFile:
    """A file that its owner alone can read."""

    name: ClassVar[str] = "key file"
    writable: ClassVar[bool] = True

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def path(self, vault_id: str) -> Path:
        """The file from the settings, else `vault-<vault id>.key` in the user's configuration directory."""
        return self._path or config_directory() / f"vault-{vault_id}.key"

    def where(self, vault_id: str | None) -> str:
        return str(self.path(vault_id or "<vault id>"))

    def read(self, vault_id: str) -> SecretStr | None:
        """See `KeyHome.read`. A file that others can read, or another user owns or links to, is a fault."""
        path = self.path(vault_id)
        try:
            return _contents(_followed(path), private=True)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise HomeFault(f"The key file {path} cannot be read: {_reason(error)}.") from None

    def write(self, vault_id: str, text: SecretStr) -> None:
        """See `KeyHome.write`. A file that is not a key of this vault is not written over."""
        path = self.path(vault_id)
        try:
            target = _followed(path)
            _require_ours(target, vault_id)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(target, text)
        except OSError as error:
            raise HomeFault(f"The key file {path} cannot be written: {_reason(error)}.") from None
        if self.read(vault_id) != text:
            raise HomeFault(f"The key file {path} does not give back what was written; do not rely on it.")

    def remove(self, vault_id: str) -> bool:
        """See `KeyHome.remove`. A file that is not a key of this vault stays."""
        path = self.path(vault_id)
        try:
            target = _followed(path)
            _sweep(target)
            _require_ours(target, vault_id)
            target.unlink()
            path.unlink(missing_ok=True)  # our own link to it, if it was one
            _sync_directory(target.parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise HomeFault(f"The key file {path} cannot be removed: {_reason(error)}.") from None
        return True


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _followed(path: Path) -> Path:
    """The path, or where it leads if it is a symbolic link; there need not be anything yet.

    Raises:
        HomeFault: the link belongs to another user (root may do as it likes anyway), or leads in a circle.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return path
    if not stat.S_ISLNK(found.st_mode):
        return path
    if found.st_uid not in (os.geteuid(), 0):
        raise HomeFault(f"The key file {path} is a symbolic link of another user; it is not followed.")
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise HomeFault(f"The key file {path} is a symbolic link that leads in a circle.")
    return target


def _contents(path: Path, *, private: bool = False) -> SecretStr:
    """Read a small regular file; a private one must belong to this user and be closed to all others."""
    # O_NONBLOCK: opening a pipe that lies in the place of the file must not wait for its other end.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (os.O_NOFOLLOW if private else 0)
    descriptor = os.open(path, flags)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise HomeFault(f"{path} is not a regular file; no key is read from it.")
        if private and found.st_uid != os.geteuid():
            raise HomeFault(f"The key file {path} belongs to another user; no key is read from it.")
        if private and found.st_mode & 0o077:
            mode = stat.S_IMODE(found.st_mode)
            raise HomeFault(f"Others may read the key file {path} (mode {mode:04o}); run: chmod 600 {path}")
        return SecretStr(os.read(descriptor, KEY_TEXT_CHARACTERS + 1).decode("utf-8", "replace"))
    finally:
        os.close(descriptor)


def _require_ours(path: Path, vault_id: str) -> None:
    """Refuse to write over, or delete, a file that holds something else than a key of this vault.

    An empty file, and a key that was cut short, may go: that is what a full disk leaves.
    """
    try:
        text = _contents(path)
    except FileNotFoundError:
        return
    try:
        if HeldText.from_text(text).credentials.vault_id != vault_id:
            raise HomeFault(f"{path} holds the key of another vault; choose another key file.")
    except NotAKey:
        begins = text.get_secret_value().lstrip()
        if begins and not begins.startswith(KEY_TEXT_PREFIX):
            raise HomeFault(f"{path} is not a key file of postroom; choose another one.") from None


def _replace(target: Path, text: SecretStr) -> None:
    """Write the file whole or not at all: a new one beside it, on disk before it takes the place."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text.get_secret_value())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(target: Path) -> None:
    """Remove new files that a killed process left beside the target: each may hold a key."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.new"):
        with contextlib.suppress(FileNotFoundError):
            left.unlink()
