"""What the tests of the console share: a provider, desks prepared on it, and a home of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from live.rehearsal import desk as rehearsal_desk
from live.rehearsal.child import running_provider
from live.rehearsal.endpoints import Endpoints
from store.database import Store
from store.key_file import KeyFile
from store.settings import FILE_NAME
from store.vault import Vault
from tests.tui import rows
from tests.tui.command_line import environment
from tui import times

PASSPHRASE = SecretStr("an-old-donkey-sleeps-42")


@pytest.fixture(scope="session")
def endpoints() -> Iterator[Endpoints]:
    """The rehearsal provider, in a process of its own."""
    with running_provider() as served:
        yield served


@pytest.fixture(scope="session")
def prepared(endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a rehearsal desk that no test may open; tests take copies."""
    directory = tmp_path_factory.mktemp("prepared")
    rehearsal_desk.prepare(directory, endpoints)
    return directory


@pytest.fixture(scope="session")
def prepared_empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with an empty store whose vault opens by its key file; tests take copies."""
    directory = tmp_path_factory.mktemp("empty")
    settings = rehearsal_desk.SETTINGS.format(receiver_port=0)
    (directory / FILE_NAME).write_text(settings, encoding="utf-8")
    store = Store.open(directory / rehearsal_desk.STORE_NAME)
    vault = Vault(store)
    vault.initialise(PASSPHRASE)
    vault.keep_in(KeyFile(directory / rehearsal_desk.KEY_NAME), log_key=True)
    store.close()
    return directory


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the person who runs the tests: no settings, no keyring, no log file."""
    for name in [name for name in os.environ if name.startswith(("POSTROOM_", "XDG_", "SSH_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("TMUX", raising=False)
    for name, value in environment(tmp_path / "home").items():
        if name not in ("PYTHONPATH", "PATH", "PYTHONWARNINGS"):
            monkeypatch.setenv(name, value)
    return tmp_path / "home"


@pytest.fixture
def desk_store(prepared: Path, tmp_path: Path, own_home: Path) -> Path:
    """The store of a rehearsal desk whose vault opens by itself."""
    return copied(prepared, tmp_path / "desk")


@pytest.fixture
def empty_store(prepared_empty: Path, tmp_path: Path, own_home: Path) -> Path:
    """A store without assets whose vault opens by itself."""
    return copied(prepared_empty, tmp_path / "desk")


def copied(directory: Path, to: Path) -> Path:
    """A copy of a desk; returns its store's path."""
    shutil.copytree(directory, to)
    return to / rehearsal_desk.STORE_NAME


@pytest.fixture
def told_store(prepared_empty: Path, tmp_path: Path, own_home: Path) -> Path:
    """A store with the fixed rows of `rows.fill`: assets without passwords, checks and audit entries."""
    path = copied(prepared_empty, tmp_path / "desk")
    store = Store.open(path)
    rows.fill(store)
    store.close()
    return path


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console's clock stands still, at the moment that the fixed rows are told from."""
    monkeypatch.setattr(times, "now", lambda: rows.NOW)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine is not a verb that hangs: keys that wait for one are not dropped."""
    from tui import patient_app

    monkeypatch.setattr(patient_app, "HOLD_SECONDS", 30.0)
