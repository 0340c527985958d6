"""Which way a mail of postroom's own goes: the plain route, the proven, never the asset that it is about."""

from __future__ import annotations

from live.outgoing import choice
from live.outgoing.choice import Fitness, Way, ways
from live.outgoing.routes import Plain, ThroughAsset
from store import assets, grants
from store.assets import Asset
from store.checks import Outcome
from store.database import Store
from store.grants import GrantState
from store.notice_smtp import NoticeSmtp
from store.vault import Vault
from tests.store import oauth_kit
from tests.store.kit import PASSWORD, fields, keep_check

PLAIN = NoticeSmtp(host="relay.example.com", sender="postroom@example.com")


def made(store: Store, vault: Vault, name: str, outcome: Outcome | None = None, **more: object) -> Asset:
    asset = assets.create(store, vault, fields(name, **more), password=PASSWORD)
    if outcome is not None:
        keep_check(store, asset.id, outcome, asset_name=name)
    return asset


def told(found: list[Way]) -> list[tuple[str, Fitness]]:
    return [(way.name, way.fitness) for way in found]


def test_the_proven_come_first_and_the_broken_say_why(store: Store, vault: Vault) -> None:
    broken = made(store, vault, "Broken", Outcome.PASSED)
    made(store, vault, "Failing", Outcome.FAILED)
    made(store, vault, "New")
    made(store, vault, "Well", Outcome.PASSED)
    assets.create(store, vault, fields("Empty"))
    found = ways(store, not_through=(broken.id,), plain=None)
    assert told(found)[:2] == [("Well", Fitness.PROVEN), ("New", Fitness.UNTRIED)]
    reasons = {way.name: way.why_not for way in found}
    assert reasons["Broken"].startswith("The mail is about Broken itself")
    assert reasons["Failing"] == "The last connection test of Failing failed."
    assert reasons["Empty"] == "Empty has no password."
    assert (reasons["Well"], reasons["New"]) == ("", "")


def test_a_grant_must_work(store: Store, vault: Vault) -> None:
    client = oauth_kit.made_client(store, vault)
    without = oauth_kit.made_asset(store, vault, "Without", oauth_client_id=client.id)
    granted = oauth_kit.made_asset(store, vault, "Granted", oauth_client_id=client.id)
    lost = oauth_kit.made_asset(store, vault, "Lost", oauth_client_id=client.id)
    for asset_id in (granted, lost):
        oauth_kit.consent(store, vault, asset_id)
        keep_check(store, asset_id, Outcome.PASSED)
    oauth_kit.claimed(store, lost)
    grants.keep_failure(store, [oauth_kit.failed(lost, GrantState.CONSENT_REQUIRED)], owner="me")
    reasons = {way.name: way.why_not for way in ways(store, not_through=(), plain=None)}
    assert without
    assert reasons == {
        "Granted": "",
        "Lost": "Lost has no token that works.",
        "Without": "Without has no token that works.",
    }


def test_the_plain_route_goes_before_all_and_neighbours_before_strangers(store: Store, vault: Vault) -> None:
    made(store, vault, "Far", Outcome.PASSED, address="far@example.net")
    made(store, vault, "Near", Outcome.PASSED, address="near@Example.org")
    found = ways(store, not_through=(), plain=PLAIN, near="ada@example.org")
    assert [way.name for way in found] == ["notices", "Near", "Far"]
    assert isinstance(found[0].route, Plain)
    assert found[0].address == "postroom@example.com"


def test_ways_are_found_by_name_and_address(store: Store, vault: Vault) -> None:
    asset = made(store, vault, "Help desk", Outcome.PASSED)
    found = ways(store, not_through=(), plain=PLAIN)
    for text in ("Help desk", " help DESK ", "help.desk@EXAMPLE.com"):
        way = choice.named(found, text)
        assert way is not None
        assert way.route == ThroughAsset(asset.id)
    for text in ("notices", "The plain route"):
        way = choice.named(found, text)
        assert way is not None
        assert isinstance(way.route, Plain)
    assert choice.named(found, "nobody") is None
    assert choice.named(ways(store, not_through=(), plain=None), "notices") is None
