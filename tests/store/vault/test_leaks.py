"""Secrets, passphrases and keys show nowhere: not in a repr, a traceback with locals, or the file."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from store.database import Store
from store.key_homes import homes
from store.log_key import LogSealer
from store.vault import Vault
from store.vault_key import VaultKey
from tests.store.vault.kit import (
    ASSET,
    CHEAP,
    MAIL,
    OTHER,
    PASSPHRASE,
    PASSWORD,
    opened_mail,
    private,
    raw,
    reveal,
    seal,
    sealed_mail,
    uid,
)


def all_that_shows(error: BaseException) -> str:
    """Text, repr and every frame's locals of an exception and of all that it hides behind itself."""
    seen: list[str] = []
    chain: BaseException | None = error
    while chain is not None:
        seen += [str(chain), repr(chain), repr(chain.args), repr(vars(chain))]
        seen += traceback.TracebackException.from_exception(chain, capture_locals=True).format()
        chain = chain.__cause__ or chain.__context__
    return "\n".join(seen)


def planted(store: Store, vault: Vault) -> list[str]:
    """Every form in which a secret, a passphrase or the key could show."""
    plain = [PASSWORD, PASSPHRASE, OTHER]
    words = [secret.get_secret_value() for secret in plain]
    for key in (vault._held._keys[0], private(vault)):
        held = key.secret.get_secret_value()
        words += [key.to_text().get_secret_value()[-40:], held.hex(), repr(held)[2:-1]]
    return words


def test_no_failure_shows_a_secret_even_with_its_locals(store: Store, vault: Vault, tmp_path: Path) -> None:
    seal(store, vault)
    seal(store, vault, name="token")
    raw(store, "UPDATE secrets SET sealed = CAST(X'01' || zeroblob(60) AS BLOB) WHERE name = 'token'")
    words = [*planted(store, vault), repr(MAIL)[2:-1], "planted body"]
    _place, data_key_id, sealed = sealed_mail(store, LogSealer(store))
    locked = Vault(store, kdf=CHEAP)
    home = homes(key_file=tmp_path, keyring=False, environ={})[2]
    acts = [
        lambda: reveal(store, locked),
        lambda: seal(store, locked),
        lambda: reveal(store, vault, name="token"),
        lambda: vault.rotate(PASSPHRASE),
        lambda: vault.unlock(OTHER),
        lambda: vault.change_passphrase(OTHER, PASSPHRASE),
        lambda: vault.change_passphrase(PASSPHRASE, SecretStr("short")),
        lambda: vault.initialise(PASSPHRASE),
        lambda: vault.keep_in(home),
        lambda: seal(store, vault, owner=None),
        lambda: VaultKey.from_text(SecretStr(words[3])),
        lambda: vault.keep_in(home, log_key=True),
        lambda: locked.keep_in(home, log_key=True),
        lambda: opened_mail(store, locked, (uid(), data_key_id, sealed)),
        lambda: opened_mail(store, vault, (uid(2), data_key_id, sealed)),
        lambda: opened_mail(store, vault, (uid(), data_key_id + 1, sealed)),
    ]
    for act in acts:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - every kind is looked into
            act()
        shown = all_that_shows(caught.value)
        # The frame of this test holds the words themselves: look at what comes after it.
        shown = shown.replace(repr(words), "")
        assert [word for word in words if word in shown] == []


def test_nothing_in_memory_shows_a_secret_by_its_repr(store: Store, vault: Vault) -> None:
    seal(store, vault)
    words = planted(store, vault)
    with store.read() as session:
        revealed = vault.reveal(session, ASSET, "password")
    shown = repr([vault, vars(vault), vault._held._keys, str(vault._held._keys[0]), revealed, str(revealed)])
    sealer = LogSealer(store)
    opened_mail(store, vault, sealed_mail(store, sealer))
    shown += repr([vars(sealer), vars(vault._opener), vault._held_log._keys, str(private(vault))])
    assert [word for word in words if word in shown] == []


def test_the_file_holds_no_secret_in_plain(store: Store, vault: Vault) -> None:
    seal(store, vault)
    words = planted(store, vault)
    sealed_mail(store, LogSealer(store))
    keys = [key.secret.get_secret_value() for key in (vault._held._keys[0], private(vault))]
    vault.change_passphrase(PASSPHRASE, OTHER)
    vault.rotate(OTHER)
    kept = b"".join(path.read_bytes() for path in store.path.parent.glob("postroom.db*"))
    assert b"asset:12" in kept
    assert [word for word in words if word.encode() in kept] == []
    assert [key for key in [*keys, MAIL, b"planted body"] if key in kept] == []
