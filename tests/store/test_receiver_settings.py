"""The settings of the receiver: defaults, paths relative to the file, and what cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.settings import SettingsError, load


def written(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "desk" / "postroom.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return file


def test_by_default_it_listens_on_loopback_alone() -> None:
    found = load()
    assert (found.receiver, found.receiver_host, found.receiver_port) == (True, "127.0.0.1", 2525)
    assert (found.lmtp_port, found.lmtp_socket) == (None, None)
    assert (found.receiver_certificate, found.receiver_key) == (None, None)
    assert found.inbound_size_mb == 50


def test_its_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = written(
        tmp_path, 'lmtp_socket = "run/lmtp"', 'receiver_certificate = "c.pem"', 'receiver_key = "/k.pem"'
    )
    found = load(file)
    assert found.lmtp_socket == tmp_path / "desk" / "run" / "lmtp"
    assert found.receiver_certificate == tmp_path / "desk" / "c.pem"
    assert found.receiver_key == Path("/k.pem")


@pytest.mark.parametrize(
    "line", ["receiver_port = 65536", "receiver_port = -1", "lmtp_port = 70000", "inbound_size_mb = 0"]
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, line: str) -> None:
    file = written(tmp_path, line)
    with pytest.raises(SettingsError, match=line.partition(" ")[0]):
        load(file)
