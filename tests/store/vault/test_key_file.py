"""The key file: closed to others, written whole, never in the place of something else."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest

from store.key_file import KeyFile
from store.key_homes import HomeState, examine
from store.vault_errors import HomeFault
from tests.store.vault.kit import FOREIGN, KEY, NEWER, TEXT, VAULT, plain, put

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")


def test_a_key_file_comes_back_and_is_closed_to_others(tmp_path: Path) -> None:
    home = KeyFile(tmp_path / "new" / "deep" / "vault.key")
    assert home.read(VAULT) is None
    before = os.umask(0)
    try:
        home.write(VAULT, TEXT)
    finally:
        os.umask(before)
    path = home.path(VAULT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert home.read(VAULT) == TEXT
    home.write(VAULT, NEWER)
    assert home.read(VAULT) == NEWER
    assert [entry.name for entry in path.parent.iterdir()] == ["vault.key"]
    assert home.remove(VAULT)
    assert not home.remove(VAULT)
    assert home.read(VAULT) is None


def test_by_default_it_lies_beside_the_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert KeyFile().path(VAULT) == tmp_path / "postroom" / f"vault-{VAULT}.key"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644, 0o777])
def test_a_file_that_others_may_touch_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = put(tmp_path / "vault.key", TEXT, mode)
    with pytest.raises(HomeFault, match=f"mode {mode:04o}.*chmod 600"):
        KeyFile(path).read(VAULT)
    KeyFile(path).write(VAULT, TEXT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyFile(path).read(VAULT) == TEXT


@as_root
def test_a_file_or_a_link_of_another_user_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "vault.key", TEXT)
    os.chown(path, 65534, 65534)
    with pytest.raises(HomeFault, match="belongs to another user"):
        KeyFile(path).read(VAULT)
    os.chown(path, 0, 0)
    link = tmp_path / "link.key"
    link.symlink_to(path)
    assert KeyFile(link).read(VAULT) == TEXT
    os.chown(link, 65534, 65534, follow_symlinks=False)
    for act in (
        KeyFile(link).read,
        KeyFile(link).remove,
        lambda vault_id: KeyFile(link).write(vault_id, NEWER),
    ):
        with pytest.raises(HomeFault, match="symbolic link of another user"):
            act(VAULT)
    assert path.read_text() == plain(TEXT)


def test_a_link_of_one_s_own_is_followed_and_stays(tmp_path: Path) -> None:
    target = tmp_path / "safe" / "vault.key"
    link = tmp_path / "vault.key"
    link.symlink_to(target)
    home = KeyFile(link)
    assert home.read(VAULT) is None
    home.write(VAULT, TEXT)
    home.write(VAULT, NEWER)
    assert link.is_symlink()
    assert (target.read_text(), home.read(VAULT)) == (plain(NEWER), NEWER)
    assert home.remove(VAULT)
    assert not target.exists()
    assert not link.is_symlink()


def test_links_in_a_circle_end_with_a_word(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(HomeFault, match="circle"):
        KeyFile(tmp_path / "a").read(VAULT)


@pytest.mark.parametrize("content", [b"-----BEGIN KEY-----", b"\xff\xfe\x00", b"x" * 100_000], ids=range(3))
def test_a_file_of_something_else_is_never_written_over_or_deleted(tmp_path: Path, content: bytes) -> None:
    path = put(tmp_path / "id_ed25519", content)
    for act in (lambda: KeyFile(path).write(VAULT, TEXT), lambda: KeyFile(path).remove(VAULT)):
        with pytest.raises(HomeFault, match="not a key file of postroom"):
            act()
    assert path.read_bytes() == content
    assert examine(KeyFile(path), KEY.mark())[0].state is HomeState.WRONG


def test_the_key_of_another_vault_is_left_alone(tmp_path: Path) -> None:
    path = put(tmp_path / "vault.key", FOREIGN)
    for act in (lambda: KeyFile(path).write(VAULT, TEXT), lambda: KeyFile(path).remove(VAULT)):
        with pytest.raises(HomeFault, match="another vault"):
            act()
    assert path.read_text() == plain(FOREIGN)


@pytest.mark.parametrize("content", ["", "\n", plain(TEXT)[:50]], ids=["empty", "blank", "cut"])
def test_what_a_full_disk_left_is_replaced(tmp_path: Path, content: str) -> None:
    path = put(tmp_path / "vault.key", content)
    assert examine(KeyFile(path), KEY.mark())[0].state is HomeState.WRONG
    KeyFile(path).write(VAULT, TEXT)
    assert KeyFile(path).read(VAULT) == TEXT


def test_what_a_killed_process_left_goes_when_the_key_is_removed(tmp_path: Path) -> None:
    home = KeyFile(tmp_path / "vault[1].key")
    home.write(VAULT, TEXT)
    put(tmp_path / ".vault[1].key.0123.new", NEWER)
    put(tmp_path / ".vault1.key.0123.new", "other")
    assert home.remove(VAULT)
    assert [entry.name for entry in tmp_path.iterdir()] == [".vault1.key.0123.new"]


def test_a_pipe_or_a_directory_in_its_place_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "directory").mkdir(0o700)
    for name in ("pipe", "directory"):
        home = KeyFile(tmp_path / name)
        for act in (lambda home=home: home.read(VAULT), lambda home=home: home.write(VAULT, TEXT)):
            with pytest.raises(HomeFault, match="not a regular file"):
                act()


def test_a_path_that_cannot_be_is_told_with_its_reason(tmp_path: Path) -> None:
    put(tmp_path / "file", "")
    home = KeyFile(tmp_path / "file" / "vault.key")
    for act, word in (
        (home.read, "read"),
        (home.remove, "removed"),
        (lambda v: home.write(v, TEXT), "written"),
    ):
        with pytest.raises(HomeFault, match=f"cannot be {word}: Not a directory"):
            act(VAULT)


def test_a_failed_write_leaves_the_old_key_and_no_other_file(tmp_path: Path) -> None:
    home = KeyFile(tmp_path / "vault.key")
    home.write(VAULT, TEXT)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))  # as a disk that fills up in the middle
    try:
        with pytest.raises(HomeFault, match="cannot be written: File too large"):
            home.write(VAULT, NEWER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert home.read(VAULT) == TEXT
    assert [entry.name for entry in tmp_path.iterdir()] == ["vault.key"]
