"""Endpoints: kept with sealed secrets, changed by one at a time, and what of their deliveries follows."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from store import assets, audit, webhooks
from store.database import Store
from store.vault import Vault, VaultLocked
from store.webhooks import EndpointFields, Event, RawSource, Style, WebhookConflict, WebhookError, WebhookGone
from tests.store.kit import fields, raw

SECRET = SecretStr("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
HOOK = EndpointFields(
    name="Hook",
    url="https://hooks.example.com/in",
    events=(Event.EMAIL_RECEIVED, Event.GRANT_FAILED),
    style=Style.PLATFORM_SHA512,
    opt_in_confirmation=True,
    raw=RawSource.LINK,
    ordered=False,
)


def secrets(store: Store, vault: Vault, webhook_id: int) -> tuple[SecretStr, ...]:
    with store.read() as session:
        return webhooks.secrets_of(session, vault, webhook_id)


def test_an_endpoint_is_kept_as_it_was_given(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields())
    given = EndpointFields(name="Other", url="https://x.example/", events=(), asset_ids=(asset.id,))
    for one in (HOOK, given):
        made = webhooks.create(store, vault, one, SECRET)
        assert made.fields == one
        assert webhooks.by_id(store, vault, made.id) == made
        assert webhooks.by_name(store, vault, one.name.upper()) == made
        assert (made.has_secret, made.is_rotating, made.version) == (True, False, 1)
        assert secrets(store, vault, made.id) == (SECRET,)
    assert [one.name for one in webhooks.all_endpoints(store, vault)] == ["Hook", "Other"]
    assert audit.page(store)[0].action == "webhook created"


def test_the_secret_lies_sealed(store: Store, vault: Vault) -> None:
    webhooks.create(store, vault, HOOK, SECRET)
    store.close()
    files = [file.read_bytes() for file in store.path.parent.iterdir()]
    assert not any(SECRET.get_secret_value().encode() in content for content in files)


def test_a_locked_vault_keeps_no_endpoint(store: Store, vault: Vault) -> None:
    vault.lock()
    with pytest.raises(VaultLocked):
        webhooks.create(store, vault, HOOK, SECRET)
    assert webhooks.all_endpoints(store, vault) == []


def test_a_name_is_used_once(store: Store, vault: Vault) -> None:
    webhooks.create(store, vault, HOOK, SECRET)
    with pytest.raises(WebhookError, match="already used"):
        webhooks.create(
            store, vault, EndpointFields(name="hook ", url="https://x.example/", events=()), SECRET
        )


def test_of_two_edits_the_second_is_told(store: Store, vault: Vault) -> None:
    made = webhooks.create(store, vault, HOOK, SECRET)
    changed = EndpointFields(name="Hook", url="https://x.example/", events=())
    after = webhooks.update(store, vault, made.id, changed, version=made.version)
    assert after.fields == changed
    with pytest.raises(WebhookConflict) as conflict:
        webhooks.update(store, vault, made.id, HOOK, version=made.version)
    assert conflict.value.theirs == after
    webhooks.delete(store, vault, made.id)
    with pytest.raises(WebhookGone):
        webhooks.update(store, vault, made.id, HOOK, version=after.version)


def test_a_secret_rotates(store: Store, vault: Vault) -> None:
    made = webhooks.create(store, vault, HOOK, SECRET)
    new = SecretStr("whsec_BBECAwQFBgcICQoLDA0ODxAREhMUFRYX")
    webhooks.rotate_secret(store, vault, made.id, new)
    assert secrets(store, vault, made.id) == (new, SECRET)
    assert webhooks.drop_before(store, vault, made.id)
    assert not webhooks.drop_before(store, vault, made.id)
    assert secrets(store, vault, made.id) == (new,)
    webhooks.rotate_secret(store, vault, made.id, SECRET, keep_before=False)
    assert secrets(store, vault, made.id) == (SECRET,)


def test_who_has_seen_a_secret_is_told(store: Store, vault: Vault) -> None:
    made = webhooks.create(store, vault, HOOK, SECRET)
    assert webhooks.shown_secret(store, vault, made.id) == SECRET
    entry = audit.page(store)[0]
    assert (entry.action, entry.detail) == ("webhook secret shown", "Hook")
    vault.lock()
    with pytest.raises(VaultLocked):
        webhooks.shown_secret(store, vault, made.id)
    assert [one for one in audit.page(store) if one.action == entry.action] == [entry]
    with pytest.raises(WebhookGone):
        webhooks.shown_secret(store, vault, made.id + 1)


def test_deletion_takes_the_secrets_along(store: Store, vault: Vault) -> None:
    made = webhooks.create(store, vault, HOOK, SECRET)
    webhooks.rotate_secret(store, vault, made.id, SECRET)
    webhooks.delete(store, vault, made.id)
    webhooks.delete(store, vault, made.id)
    assert raw(store.path, "SELECT count(*) FROM secrets WHERE owner LIKE 'webhook:%'") == [(0,)]


def test_any_change_is_counted_and_nothing_else(store: Store, vault: Vault) -> None:
    def count() -> int:
        return int(raw(store.path, "SELECT count FROM webhook_changes")[0][0])

    seen = [count()]
    asset = assets.create(store, vault, fields())
    assert count() == seen[-1]
    made = webhooks.create(store, vault, HOOK, SECRET)
    seen.append(count())
    only = EndpointFields(name="Hook", url=HOOK.url, events=(), asset_ids=(asset.id,))
    webhooks.update(store, vault, made.id, only, version=1)
    seen.append(count())
    webhooks.set_enabled(store, made.id, False)
    seen.append(count())
    webhooks.rotate_secret(store, vault, made.id, SECRET)
    seen.append(count())
    assets.delete(store, vault, [asset.id])
    seen.append(count())
    assert sorted(set(seen)) == seen
    found = webhooks.by_id(store, vault, made.id)
    assert found
    assert found.fields.asset_ids == ()  # none is left, which is not all
