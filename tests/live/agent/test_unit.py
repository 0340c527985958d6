"""The systemd unit: what systemd itself thinks of it, and that nothing in a path becomes a setting."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from live.agent.unit import Service, UnitError, unit

PLAIN = Service(
    command=[sys.executable, "-m", "tui"],
    store=Path("/var/lib/postroom/postroom.db"),
    config=None,
    credential=Path("/etc/postroom/vault.key"),
)


def settings(service: Service) -> list[str]:
    return unit(service).splitlines()


def test_by_default_systemd_makes_a_user() -> None:
    lines = settings(PLAIN)
    assert "DynamicUser=yes" in lines
    assert "StateDirectory=postroom" in lines
    assert "LoadCredential=postroom-vault-key:/etc/postroom/vault.key" in lines
    assert "NoNewPrivileges=yes" in lines
    assert "Type=notify" in lines
    assert "Restart=always" in lines
    assert "CapabilityBoundingSet=" in lines
    assert not any(line.startswith("User=") for line in lines)


def test_a_given_user_a_store_elsewhere_and_low_ports() -> None:
    given = replace(
        PLAIN,
        user="desk",
        store=Path("/srv/desk/postroom.db"),
        ports=(0, 25, 8025),
        encrypted=True,
        writes=[Path("/run/lmtp")],
        config=Path("/etc/postroom/postroom.toml"),
    )
    lines = settings(given)
    assert "User=desk" in lines
    assert "ReadWritePaths=/srv/desk" in lines
    assert "ReadWritePaths=/run/lmtp" in lines
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in lines
    assert "PrivateUsers=yes" not in lines
    assert any(line.startswith("LoadCredentialEncrypted=") for line in lines)
    assert any(line.endswith("--config /etc/postroom/postroom.toml agent") for line in lines)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/srv/a b/x.db", '"/srv/a b/x.db"'),
        ("/srv/50%/x.db", '"/srv/50%%/x.db"'),
        ("/srv/$HOME/x.db", '"/srv/$$HOME/x.db"'),
        ('/srv/"q"/x.db', '"/srv/\\"q\\"/x.db"'),
        ("/srv/ü;x/x.db", '"/srv/ü;x/x.db"'),
    ],
)
def test_paths_are_one_word(path: str, word: str) -> None:
    (command,) = (
        line for line in settings(replace(PLAIN, user="desk", store=Path(path))) if "ExecStart" in line
    )
    assert command.endswith(f"--store {word} agent")


@pytest.mark.parametrize(
    "broken",
    [
        replace(PLAIN, user="root\nUser=x"),
        replace(PLAIN, user="a b"),
        replace(PLAIN, credential=Path("/etc/x\nExecStart=/bin/sh")),
        replace(PLAIN, user="desk", store=Path("relative.db")),
        replace(PLAIN, store=Path("/srv/desk/postroom.db")),
        replace(PLAIN, user="desk", config=Path("/etc/\x1b[31m")),
    ],
)
def test_what_systemd_could_not_run_is_refused(broken: Service) -> None:
    with pytest.raises(UnitError):
        unit(broken)


@pytest.mark.parametrize(
    "service",
    [
        PLAIN,
        replace(PLAIN, user="daemon", store=Path("/srv/a b/50%/postroom.db"), ports=(25,)),
        replace(PLAIN, user="daemon", store=Path("/home/desk/postroom.db"), encrypted=True),
    ],
)
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_and_little_exposed(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "postroom-agent.service"
    file.write_text(unit(service), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
