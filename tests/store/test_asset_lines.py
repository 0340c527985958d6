"""Assets as a list shows them: by name, each with its latest check that came to an end."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from store import assets, checks
from store.asset_lines import glance
from store.assets import AssetRow
from store.checks import CheckRow, Outcome
from store.database import Store
from store.vault import Vault
from tests.store.kit import EVERYTHING, PASSWORD, fields, keep_check


def test_a_line_shows_the_asset_and_its_latest_check(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, EVERYTHING, inbound_domain="in.example.com", password=PASSWORD)
    other = assets.create(store, vault, fields("Other"))
    failed = checks.CheckStep("sign-in", Outcome.FAILED, 1.0, diagnosis="gmail_bad_login")
    keep_check(store, asset.id)
    run = keep_check(store, asset.id, Outcome.FAILED, steps=(failed,))
    keep_check(store, other.id)
    keep_check(store, asset.id, Outcome.CANCELLED)
    line, second = assets.lines(store)
    for field in ("id", "name", "address", "provider", "sign_in", "host", "port", "security", "owner"):
        assert getattr(line, field) == getattr(asset, field)
    assert line.forwarding_address == asset.forwarding_address
    assert (line.has_password, second.has_password) == (True, False)
    assert (line.checked_at, line.outcome) == (run.started_at, "failed")
    assert (line.failed_step, line.diagnosis) == ("sign-in", "gmail_bad_login")
    assert second.outcome == "passed"
    assert assets.lines(store, asset.id) == [line]
    assert assets.lines(store, 99) == []


def test_a_line_without_a_check_that_ended_has_none(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields())
    keep_check(store, asset.id, Outcome.CANCELLED)
    (line,) = assets.lines(store)
    assert (line.checked_at, line.outcome, line.failed_step, line.diagnosis) == (None, None, None, None)


def test_five_thousand_lines_with_twenty_checks_each(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "postroom.db")
    now = datetime.now(UTC)
    plain = fields().model_dump(mode="json")
    some = {"asset_name": "", "kind": "connection", "started_at": now, "ms": 1.0, "steps": "[]"}
    with store.write() as session:
        for start in range(1, 5_001):
            key = f"desk {start:04}"
            names = {"name": key, "name_key": key, "address": key, "address_key": key}
            session.add(AssetRow(**plain | names, created_at=now, updated_at=now))
        session.flush()
        rows = [{**some, "asset_id": number % 5_000 + 1, "outcome": "passed"} for number in range(100_000)]
        session.connection().execute(CheckRow.__table__.insert(), rows)  # type: ignore[attr-defined]
    began = time.perf_counter()
    lines = assets.lines(store)
    print(f"lines() of {len(lines):,} assets: {(time.perf_counter() - began) * 1000:.0f} ms")
    assert len(lines) == 5_000
    assert lines[0].outcome == "passed"
    store.close()


def test_a_glance_sees_what_the_open_store_shows(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, EVERYTHING, inbound_domain="in.example.com", password=PASSWORD)
    keep_check(store, asset.id)
    assert glance(store.path) == assets.lines(store) != []


def test_a_glance_at_what_is_no_store_of_this_schema_sees_nothing(store: Store, tmp_path: Path) -> None:
    assert glance(tmp_path / "none.db") == []
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "text.db").write_text("no database at all")
    assert glance(tmp_path / "text.db") == []
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert glance(store.path) == []


def test_a_glance_imports_no_sqlalchemy() -> None:
    spy = "import sys; import store.asset_lines; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", spy], check=True)
