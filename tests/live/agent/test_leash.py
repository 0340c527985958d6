"""The pipe between a console and its agent: the key comes through it, and its end is the agent's end."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from live.agent.leash import KEY, LOCK, HandedKey, _keys, follow
from store.database import Store
from store.vault import Vault, VaultState
from store.vault_errors import HomeNotUsable, HomeReadOnly
from tests.live.agent.kit import until
from tests.store.kit import CHEAP


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ours, theirs = os.pipe()
    yield ours, theirs
    for descriptor in (ours, theirs):
        with contextlib.suppress(OSError):
            os.close(descriptor)


class Sink:
    """A home that keeps what it is given, as the console's side of the pipe does."""

    name = "agent"
    writable = True
    text = SecretStr("")

    def where(self, vault_id: str | None) -> str:
        return "here"

    def read(self, vault_id: str) -> SecretStr | None:
        return None

    def write(self, vault_id: str, text: SecretStr) -> None:
        self.text = text

    def remove(self, vault_id: str) -> bool:
        return False


async def test_a_key_comes_and_is_taken_back(store: Store, vault: Vault, pipe: tuple[int, int]) -> None:
    sink, handed, changes, ended = Sink(), HandedKey(), [], asyncio.Event()
    vault.keep_in(sink)
    other = Vault(store, kdf=CHEAP)
    assert other.unlock_from([handed]) is None
    with pytest.raises(HomeNotUsable):
        handed.read("x")
    follow(pipe[0], handed, changes.append, ended.set)
    line = KEY + sink.text.get_secret_value().encode() + b"\n"
    os.write(pipe[1], line[:30])
    os.write(pipe[1], line[30:])
    await until(lambda: changes == [True])
    assert other.unlock_from([handed]) == "console"
    assert other.state() is VaultState.OPEN
    assert sink.text.get_secret_value() not in repr(vars(handed))
    os.write(pipe[1], LOCK + b"\n")
    await until(lambda: changes == [True, False])
    assert handed.text is None
    assert not ended.is_set()
    os.close(pipe[1])
    await asyncio.wait_for(ended.wait(), 10)


async def test_nothing_can_be_put_into_it(store: Store) -> None:
    handed = HandedKey()
    for act in (lambda: handed.write("x", SecretStr("y")), lambda: handed.remove("x")):
        with pytest.raises(HomeReadOnly):
            act()
    assert handed.where(None)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=12))
def test_whatever_comes_is_read_to_its_end(pieces: list[bytes]) -> None:
    ours, theirs = os.pipe()
    for piece in pieces:
        os.write(theirs, piece)
    os.close(theirs)
    list(_keys(ours))
    os.close(ours)


def test_a_line_without_end_is_bounded() -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"x" * 60_000 + b"\nkey abc\nlock\nlocks\n")
    os.close(theirs)
    assert [key.get_secret_value() for key in _keys(ours)] == ["abc", ""]
    os.close(ours)
