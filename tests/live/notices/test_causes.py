"""What is found in the store: forwarding, probes, absence, webhooks, and 10,000 assets behind one client."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from live.notices import causes, rounds
from live.notices.causes import causes as find
from live.notices.plan import SETTLE
from store import assets, checks, grants, notices, webhooks
from store.checks import CheckStep, Outcome
from store.database import Store, StoreNotWritable
from store.grants import GrantState
from store.inbound_kinds import Via
from store.notice_records import Kind, Level
from store.vault import Vault
from store.webhooks import EndpointFields, Event
from tests.live.notices.kit import DAY, breaks, client, client_ends, connected, desk, ends, mends
from tests.store.inbound.kit import keep, message
from tests.store.kit import NOON, fields, keep_check, raw, spoken, with_mount
from tests.store.oauth_kit import HOUR, made_asset

SECRET = SecretStr("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")


def kinds(store: Store, now: Any = NOON) -> list[tuple[Kind, Level, int]]:
    return [(cause.kind, cause.level, len(cause.members)) for cause in find(store, now)]


def test_a_desk_that_is_well_and_one_that_is_being_set_up_need_nobody(store: Store, vault: Vault) -> None:
    contoso = client(store, vault)
    connected(store, vault, "Well", client_id=contoso)
    made_asset(store, vault, "New", oauth_client_id=contoso)
    made_asset(store, vault, "Newer")
    assert find(store, NOON) == []


def test_a_fault_and_the_end_of_the_secret_are_one_cause(store: Store, vault: Vault) -> None:
    contoso = client(store, vault)
    ids = connected(store, vault, "A", "B", "C", client_id=contoso)
    client_ends(store, contoso, NOON)
    assert kinds(store) == [(Kind.CLIENT, Level.NOW, 3)]
    breaks(store, GrantState.CLIENT_FAULT, *ids[:2])
    assert kinds(store) == [(Kind.CLIENT, Level.NOW, 2)]
    assert {cause.key for cause in find(store, NOON)} == {f"client {contoso}"}


def test_passwords_that_end_at_one_provider_on_one_day_are_one_cause(store: Store, vault: Vault) -> None:
    ids = [
        assets.create(store, vault, fields(name, provider=assets.Provider.OFFICE365)).id for name in "ABCDEF"
    ]
    ends(store, NOON + 30 * DAY, *ids, reason="Basic authentication ends.")
    assert kinds(store) == [(Kind.DEADLINE, Level.SOON, 6)]


def test_forwarding_that_is_silent_stops_and_comes_back(store: Store, vault: Vault) -> None:
    here = desk(store, vault)
    asset = assets.create(store, vault, fields("Billing"), inbound_domain="in.example.com").id
    keep(store, *(message(number, asset, via=Via.GMAIL) for number in range(3)))
    here.clock.on(days=4.6)
    here.look()
    (line,) = here.open
    assert (line.cause, line.level) == ("Billing: forwarding has gone silent", Level.SOON)
    here.clock.on(days=10)
    assert here.look() == 1
    assert here.open[0].cause == "Billing: forwarding has stopped"
    number = int((here.clock() - NOON).total_seconds() // 60)
    keep(store, message(number, asset, via=Via.GMAIL))
    here.look()
    here.clock.at += SETTLE
    assert here.look() == 1
    assert here.open == []


def test_a_probe_that_did_not_come_is_a_cause_until_one_comes(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields("Billing")).id
    step = CheckStep("arrival", Outcome.FAILED, 1.0, "It did not come.")
    keep_check(store, asset, kind=checks.FORWARDING)
    keep_check(store, asset, Outcome.FAILED, steps=(step,), kind=checks.FORWARDING)
    keep_check(store, asset, Outcome.CANCELLED, kind=checks.FORWARDING)
    keep_check(store, asset, Outcome.FAILED, steps=(step,))
    assert kinds(store) == [(Kind.FORWARDING, Level.NOW, 1)]
    keep_check(store, asset, kind=checks.FORWARDING)
    assert find(store, NOON) == []


def test_an_absence_is_told_once_and_is_over_at_once(store: Store, vault: Vault) -> None:
    here = desk(store, vault)
    settings = here.settings.notices
    assert rounds.tell_absence(store, settings, NOON - 3 * HOUR, NOON, "3 hours")
    assert not rounds.tell_absence(store, settings, NOON - 3 * HOUR, NOON + HOUR, "4 hours")
    (line,) = here.lines
    assert (line.kind, line.ended_how) == (Kind.ABSENCE, "it has passed")
    assert here.states() == ["waiting"]
    assert here.look() == 0


def test_webhooks_are_told_in_the_same_transaction_of_what_is_theirs(store: Store, vault: Vault) -> None:
    contoso = client(store, vault)
    first, *others = connected(store, vault, "A", "B", "C", client_id=contoso)
    wants = (Event.DESK_NOTICE,)
    for name, ids in (("All", None), ("One", (first,)), ("None", (made_asset(store, vault, "Other"),))):
        given = EndpointFields(name=name, url="https://hook.example.com/", events=wants, asset_ids=ids)
        webhooks.create(store, vault, given, SECRET)
    here = desk(store, vault, operators=())
    breaks(store, GrantState.CLIENT_FAULT, first, *others)
    here.look()
    told = raw(
        store.path,
        "SELECT w.name, o.event, o.asset_id, o.data FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id "
        "JOIN outbox o ON o.id = d.outbox_id ORDER BY w.name",
    )
    assert [(name, event, asset) for name, event, asset, _ in told] == [
        ("All", "desk.notice", None),
        ("One", "desk.notice", first),
    ]
    whole, part = (json.loads(data) for *_, data in told)
    assert (whole["occasion"], whole["kind"], whole["assets_in_all"]) == ("opened", "client", 3)
    assert [one["name"] for one in part["assets"]] == ["A"]
    (line,) = here.lines
    notice = notices.one(store, line.id)
    assert notice
    assert notice.rounds[0].webhooks == 2
    mends(store, vault, first, *others)
    here.look()
    here.clock.at += SETTLE
    here.look()
    assert raw(store.path, "SELECT count(*) FROM deliveries") == [(4,)]


def test_nothing_is_written_while_nothing_changes(store: Store, vault: Vault) -> None:
    here = desk(store, vault)
    contoso = client(store, vault)
    ids = connected(store, vault, "A", "B", client_id=contoso)
    breaks(store, GrantState.CONSENT_REQUIRED, ids[0])
    client_ends(store, contoso, NOON + 10 * DAY)
    here.look()
    watch = store.watch()
    for _ in range(3):
        here.clock.on(minutes=10)
        here.look()
        assert here.courier.queue.claim(NOON - DAY) == []
    assert not watch.changed()
    watch.close()


def test_ten_thousand_assets_behind_one_client_are_one_notice(store: Store, vault: Vault) -> None:
    contoso = client(store, vault)
    (first,) = connected(store, vault, "First", client_id=contoso)
    with store.write() as session:
        connection = session.connection()
        many = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9999)"
        own = ("id", "name", "name_key", "address", "address_key", "forwarding_address")
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(assets)")]
        rest = ", ".join(name for name in columns if name not in own)
        connection.exec_driver_sql(
            f"{many} INSERT INTO assets (name, name_key, address, address_key, forwarding_address, {rest}) "
            "SELECT 'Desk ' || n, 'desk ' || n, 'd' || n || '@example.com', 'd' || n || '@example.com', '', "
            f"{rest} FROM n, assets WHERE id = {first}"
        )
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(grants)")]
        rest = ", ".join(name for name in columns if name != "asset_id")
        connection.exec_driver_sql(
            f"INSERT INTO grants (asset_id, {rest}) SELECT n.id, {rest} FROM grants, "
            f"(SELECT id FROM assets WHERE id != {first}) n WHERE asset_id = {first}"
        )
        connection.exec_driver_sql("UPDATE grants SET state = 'client_fault'")
    here = desk(store, vault, to="both")
    assert here.look() == 1
    (line,) = here.open
    assert line.asset_count == 10_000
    assert here.states() == ["waiting"]
    assert here.look() == 0
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE grants SET state = 'valid'")
    here.look()
    here.clock.at += SETTLE
    here.look()
    assert here.open == []
    assert grants.of(store, first)


FULL = """
from tests.live.notices import kit as n
from store.grants import GrantState
from store.vault import Vault
path = Path(sys.argv[1])
store = Store.open(path)
vault = Vault(store, kdf=kit.CHEAP); vault.initialise(kit.PASSPHRASE)
(asset,) = n.connected(store, vault, "Billing", client_id=n.client(store, vault))
n.breaks(store, GrantState.CONSENT_REQUIRED, asset)
here = n.desk(store, vault)
with open(path.parent / "fill", "wb", buffering=0) as stream:
    try:
        while True: stream.write(bytes(4096))
    except OSError: pass
attempt(here.look)
os.unlink(path.parent / "fill")
say(len(here.lines))
attempt(here.look)
say(len(here.lines), *here.states())
"""


def test_on_a_full_disk_nothing_is_half_kept_and_it_is_told_later(tmp_path: Path) -> None:
    heard = spoken(
        FULL, tmp_path / "postroom.db", inside=with_mount(f"mount -t tmpfs -o size=2m none {tmp_path}")
    )
    assert heard[0].startswith(StoreNotWritable.__name__)
    assert heard[1:] == ["0", "done", "1 waiting"]


@pytest.mark.parametrize(
    ("span", "words"),
    [(timedelta(minutes=40), "40 minutes"), (timedelta(hours=5), "5 hours"), (timedelta(days=3), "3 days")],
)
def test_how_long_nobody_was_there(span: timedelta, words: str) -> None:
    from live.agent.tasks.notices import lasted

    assert lasted(span) == words
    assert causes.absence(NOON - span, NOON, words).words == f"No agent ran for {words}; one works again"
