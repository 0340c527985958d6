"""Secrets, passphrases and keys show nowhere: not in a repr, a traceback with locals, or the file."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from store.database import Store
from store.key_homes import homes
from store.vault import Vault
from store.vault_key import VaultKey
from tests.store.vault.kit import ASSET, CHEAP, OTHER, PASSPHRASE, PASSWORD, raw, reveal, seal


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
    key = vault._held._keys[0].secret.get_secret_value()
    plain = [PASSWORD, PASSPHRASE, OTHER]
    return [
        *(secret.get_secret_value() for secret in plain),
        vault._held._keys[0].to_text().get_secret_value()[-40:],
        key.hex(),
        repr(key)[2:-1],
    ]


def test_no_failure_shows_a_secret_even_with_its_locals(store: Store, vault: Vault, tmp_path: Path) -> None:
    seal(store, vault)
    seal(store, vault, name="token")
    raw(store, "UPDATE secrets SET sealed = CAST(X'01' || zeroblob(60) AS BLOB) WHERE name = 'token'")
    words = planted(store, vault)
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
    assert [word for word in words if word in shown] == []


def test_the_file_holds_no_secret_in_plain(store: Store, vault: Vault) -> None:
    seal(store, vault)
    words = planted(store, vault)
    key = vault._held._keys[0].secret.get_secret_value()
    vault.change_passphrase(PASSPHRASE, OTHER)
    vault.rotate(OTHER)
    kept = b"".join(path.read_bytes() for path in store.path.parent.glob("postroom.db*"))
    assert b"asset:12" in kept
    assert [word for word in words if word.encode() in kept] == []
    assert key not in kept
