"""The console is ended by a signal while a renewed token cannot be written: it says which one is lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from live.rehearsal.child import running_provider
from live.rehearsal.endpoints import Endpoints
from store import grants
from store.database import Store
from store.key_file import KeyFile
from store.settings import FILE_NAME
from store.vault import Vault
from tests.live.oauth.test_refresh_unwritten import REFUSED, TAKEN_AGAIN
from tests.store.kit import raw
from tests.tui.command_line import terminal
from tests.tui.oauth_kit import OAuthDesk, with_grant

LEFT = b"\x1b[?1049l"
"""The alternate screen is left: what comes after stays on the terminal."""
NAME = "Reservations"
STORE, KEY = "postroom.db", "vault.key"
SETTINGS = f'key_file = "{KEY}"\nkeyring = false\nagent_child = false\n'
"""Without an agent, which refreshes too."""


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Endpoints]:
    with running_provider() as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, endpoints: Endpoints) -> OAuthDesk:
    """A desk with one grant, whose vault opens by itself."""
    (tmp_path / FILE_NAME).write_text(SETTINGS, encoding="utf-8")
    path = tmp_path / STORE
    store = Store.open(path)
    vault = Vault(store)
    vault.initialise(SecretStr("an-old-donkey-sleeps-42"))
    vault.keep_in(KeyFile(tmp_path / KEY))
    store.close()
    made = OAuthDesk(path, endpoints)
    with_grant(made, NAME, made.client("office365"))
    return made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("mended", [False, True])
def test_a_signal_tries_once_more_and_tells(
    tmp_path: Path, desk: OAuthDesk, number: signal.Signals, mended: bool
) -> None:
    with terminal("--store", str(desk.path), home=tmp_path / "home", rows=40, columns=120) as screen:
        screen.shows("vault open")
        screen.type("3")
        screen.shows("this week")
        raw(desk.path, REFUSED)
        screen.type("r")
        screen.shows("A renewed token cannot be written")
        if mended:
            raw(desk.path, TAKEN_AGAIN)
        screen.process.send_signal(number)
        status = screen.ends()
        told = screen.raw.rpartition(LEFT)[2].decode()
    with desk.opened() as (store, _vault):
        (grant,) = [grants.of(store, asset_id) for (asset_id,) in raw(store.path, "SELECT id FROM assets")]
    assert grant
    if mended:
        assert (status, grant.rotation, NAME in told) == (0, 2, False)
    else:
        assert (status, grant.rotation) == (1, 1)
        assert f"postroom: the renewed token of {NAME} was not written, and is lost" in told
        assert "Traceback" not in told
