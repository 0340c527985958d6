"""Platform sources: kept with a sealed secret, found by the end of their address, counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from store import assets, audit, platform_figures, platform_sources
from store.database import Store
from store.platform_figures import News
from store.platform_sources import Caller, PlatformError
from store.vault import Vault, VaultLocked
from tests.store.kit import CHEAP, NOON, fields, raw

SECRET = SecretStr("planted-Secret-of-the-platform")


def test_a_source_is_kept_and_found_by_its_key(store: Store, vault: Vault) -> None:
    made = platform_sources.add(store, vault, " Webex Connect ", SECRET)
    assert (made.name, made.by_address, made.has_secret) == ("Webex Connect", True, True)
    assert platform_sources.all_sources(store, vault) == [made]
    assert platform_sources.by_name(store, vault, "webex CONNECT") == made
    found = platform_sources.caller(store, vault, made.key)
    assert found == Caller(made.id, made.name, True, None, SECRET)
    assert SECRET.get_secret_value() not in repr(found)
    assert SECRET.get_secret_value().encode() not in store.path.read_bytes()
    assert platform_sources.exists(store, made.key)
    for other in ("", "x", made.key[:-1], made.key + "x", "' OR 1 --" + "x" * 13, "é" * 22):
        assert platform_sources.caller(store, vault, other) is None
        assert not platform_sources.exists(store, other)


def test_what_is_done_is_in_the_audit_log(store: Store, vault: Vault) -> None:
    made = platform_sources.add(store, vault, "Connect", SECRET)
    assert platform_sources.remove(store, vault, made.id)
    assert not platform_sources.remove(store, vault, made.id)
    actions = [entry.action for entry in audit.page(store, limit=2)]
    assert actions == ["platform source deleted", "platform source created"]
    assert raw(store.path, "SELECT count(*) FROM secrets WHERE owner LIKE 'platform:%'") == [(0,)]


@pytest.mark.parametrize(
    ("name", "secret"),
    [("", SECRET), (" \t", SECRET), ("a\nb", SECRET), ("x" * 101, SECRET), ("a", SecretStr("short"))],
)
def test_what_cannot_be_kept(store: Store, vault: Vault, name: str, secret: SecretStr) -> None:
    with pytest.raises(PlatformError):
        platform_sources.add(store, vault, name, secret)
    assert platform_sources.all_sources(store, vault) == []


def test_a_name_once(store: Store, vault: Vault) -> None:
    platform_sources.add(store, vault, "Straße", SECRET)
    with pytest.raises(PlatformError, match="already used"):
        platform_sources.add(store, vault, "STRASSE", SECRET)


def test_locked_it_is_listed_and_takes_nothing(store: Store, vault: Vault) -> None:
    made = platform_sources.add(store, vault, "Connect", SECRET)
    locked = Vault(store, kdf=CHEAP)
    assert platform_sources.all_sources(store, locked) == [made]
    assert platform_sources.exists(store, made.key)
    with pytest.raises(VaultLocked):
        platform_sources.caller(store, locked, made.key)
    with pytest.raises(VaultLocked):
        platform_sources.add(store, locked, "Other", SECRET)
    assert platform_sources.count(store) == 1


def test_an_event_goes_to_the_assets_that_it_is_addressed_to(store: Store, vault: Vault) -> None:
    one = assets.create(store, vault, fields("One"), inbound_domain="in.example.com")
    two = assets.create(store, vault, fields("Two"), inbound_domain="in.example.com")
    platform_sources.add(store, vault, "Connect", SECRET)
    caller = Caller(1, "Connect", True, None, SECRET)

    def found(*addresses: str) -> list[tuple[str, int]]:
        return [
            (address, to.asset_id) for address, to in platform_sources.addressees(store, caller, addresses)
        ]

    assert found("ONE@example.com") == [("ONE@example.com", one.id)]
    assert found(two.forwarding_address.upper(), "x@example.org") == [
        (two.forwarding_address.upper(), two.id)
    ]
    assert [id_ for _, id_ in found("one@example.com", one.forwarding_address, "two@example.com")] == [
        one.id,
        two.id,
    ]
    assert found("", "x@example.org", "%", "' OR 1 --") == []


def test_all_events_of_a_source_go_to_its_asset_until_that_is_deleted(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields("One"))
    made = platform_sources.add(store, vault, "Connect", SECRET, asset.id)
    assert (made.asset_name, made.by_address) == ("One", False)
    caller = platform_sources.caller(store, vault, made.key)
    assert caller is not None
    ((address, addressee),) = platform_sources.addressees(store, caller, ["x@example.org"])
    assert (address, addressee.asset_id) == (asset.address, asset.id)
    assets.delete(store, vault, [asset.id])
    (left,) = platform_sources.all_sources(store, vault)
    assert (left.by_address, left.asset_id, left.asset_name) == (False, None, "")
    caller = platform_sources.caller(store, vault, made.key)
    assert caller is not None
    assert platform_sources.addressees(store, caller, ["One@example.com"]) == []
    with pytest.raises(PlatformError, match="deleted"):
        platform_sources.add(store, vault, "Other", SECRET, asset.id)


def test_figures_add_up(store: Store, vault: Vault) -> None:
    made = platform_sources.add(store, vault, "Connect", SECRET)
    first = News(kept=2, refused=1, last_at=NOON, refused_at=NOON, refused_words="why \ud800" + "x" * 1_000)
    later = NOON + timedelta(hours=1)
    platform_figures.put_figures(store, {made.id: first, 99: News(kept=1)})
    platform_figures.put_figures(store, {made.id: News(repeats=3, passed=4, last_at=later)})
    platform_figures.put_figures(store, {})
    (found,) = platform_sources.all_sources(store, vault)
    figures = found.figures
    assert (figures.kept, figures.repeats, figures.passed, figures.refused) == (2, 3, 4, 1)
    assert (figures.last_at, figures.refused_at) == (later, NOON)
    assert figures.refused_words.startswith("why ?xxx")
    assert len(figures.refused_words) == platform_figures.WORDS_CHARACTERS
