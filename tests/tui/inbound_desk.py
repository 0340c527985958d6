"""A desk with inbound mail for the tests of the command line: prepared once, copied for each test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from store import assets, audit
from store.assets import Asset
from store.database import Store
from store.key_file import KeyFile
from store.vault import Vault
from tests.store.kit import fields
from tests.tui.command_line import InProcess, Result
from tests.tui.inbound_kit import DOMAIN, keep, mail_store, sample

KEYS = ("letter", "html-only", "bounce", "attached-names", "direct", "confirmation-de-new")
"""Of Support, oldest first: ids 1 to 6. Orders, with the PCI check, has one with card numbers: 7."""
OBEYED = {chr(number) for number in (*range(32), *range(127, 160), 0x202E, 0x2066, 0x200B, 0xFEFF)} - {"\n"}
"""What a terminal would obey, or not show."""
MESSAGE = {
    *("id", "asset", "received_at", "sent_at", "from", "from_name", "to", "subject", "message_id", "kind"),
    *("detail", "size", "attachments", "marks", "repeats", "forwarded", "forwarded_by", "envelope_from"),
    *("envelope_to", "peer", "came_by"),
}
"""The keys of a message in JSON."""
STORE, OPENING, PLAIN = "postroom.db", "log.key", "plain.key"
"""Files of the desk: the store, a key file that opens messages, and one with the credentials key alone."""


def prepare(directory: Path) -> Path:
    """Make the desk in an empty directory, which is returned."""
    store, vault, _support = mail_store(directory / STORE, KEYS)
    orders = assets.create(store, vault, fields("Orders", pci_check=True), inbound_domain=DOMAIN)
    keep(store, orders, [sample(orders, "attached-card", len(KEYS))])
    vault.keep_in(KeyFile(directory / OPENING), log_key=True)
    vault.keep_in(KeyFile(directory / PLAIN))
    store.close()
    return directory


class InboundDesk:
    """The command line on a copy of the desk, in this process."""

    def __init__(
        self,
        prepared: Path,
        directory: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.directory = directory / "desk"
        shutil.copytree(prepared, self.directory)
        self.run = InProcess(directory / "home", monkeypatch, capsys)
        self._patch = monkeypatch
        monkeypatch.setenv("POSTROOM_STORE", str(self.directory / STORE))
        self.has_key(OPENING)

    def __call__(self, *words: str, stdin: str = "") -> Result:
        return self.run("inbound", *words, stdin=stdin)

    def has_key(self, file: str) -> None:
        """Which of the key files serves."""
        self._patch.setenv("POSTROOM_KEY_FILE", str(self.directory / file))

    @property
    def environ(self) -> dict[str, str]:
        """The same for a process of its own whose messages open."""
        return {
            "POSTROOM_STORE": str(self.directory / STORE),
            "POSTROOM_KEY_FILE": str(self.directory / OPENING),
        }

    @contextmanager
    def elsewhere(self, name: str = "Support") -> Iterator[tuple[Store, Asset]]:
        """The store as another program has it, and one of its assets."""
        with closing(Store.open(self.directory / STORE)) as store:
            found = assets.by_name(store, Vault(store), name)
            assert found is not None
            yield store, found

    def keep(self, *keys: str, after: int = 20) -> list[int]:
        """More sample mail for Support; returns the ids."""
        with self.elsewhere() as (store, asset):
            return keep(store, asset, [sample(asset, key, after + at) for at, key in enumerate(keys)])

    def audited(self, action: str) -> list[str]:
        """The details of the audit entries of one kind, newest first."""
        with self.elsewhere() as (store, _asset):
            return [one.detail for one in audit.page(store) if one.action == action]


def answer(told: Result) -> dict[str, Any]:
    """The JSON of a command that went well."""
    assert told.status == 0, told.err
    found = json.loads(told.out)
    assert isinstance(found, dict)
    assert found["postroom"] == 1
    return found
