"""The endpoints as the deliverer works with them: fields, keys that sign, and connections; read again when
somebody changed one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretBytes

from live.https import tls_context
from live.webhooks.courier import Courier
from live.webhooks.guard import TargetRefused
from live.webhooks.raw_links import Links
from live.webhooks.signing import SecretUnusable, key_of
from store import outbox_key, webhooks
from store.database import Store
from store.outbox import CHANGES
from store.outbox_key import OutboxOpener
from store.vault import SecretUnreadable, Vault
from store.webhooks import EndpointFields

AT_ONCE = 10
"""Deliveries under way to one endpoint that is well."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An endpoint that can be delivered to, or the reason why not."""

    id: int
    version: int
    fields: EndpointFields
    keys: tuple[SecretBytes, ...]
    """The first one signs alone where the style has room for one."""
    courier: Courier | None
    trouble: str
    """Why nothing can be sent, or ""."""
    failures: int
    """Failed tries since one succeeded, when it was read."""
    rests_until: datetime | None


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read in a thread."""

    endpoints: tuple[tuple[webhooks.Endpoint, tuple[SecretBytes, ...], str], ...]
    opener: OutboxOpener | None
    links: Links | None


class Roster:
    """For one event loop. Endpoints that are off are not in it."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        *,
        allow_private: bool,
        link_base: Callable[[], str] = str,
        ca_pem: str = "",
    ) -> None:
        """
        Args:
            link_base: gives the address under which links to sources lead here; "": they do not.
            ca_pem: an authority that is trusted besides the system's, in PEM.
        """
        self._store = store
        self._vault = vault
        self._allow_private = allow_private
        self._link_base = link_base
        self._ca_pem = ca_pem
        self._trust: ssl.SSLContext | None = None
        self._changes = -1
        self.ready: Mapping[int, Ready] = {}
        self.opener: OutboxOpener | None = None
        """Opens what is in the outbox; None: there is no webhook yet."""
        self.links: Links | None = None

    def forget(self) -> None:
        """Read again: the vault was opened anew, or its secrets changed."""
        self._changes = -1

    async def read(self, changes: int | None) -> None:
        """Bring it up to date.

        Args:
            changes: how often endpoints were changed, as far as is known; None: read anyway.

        Raises:
            VaultLocked, VaultAbsent: nothing can be signed. StoreError.
        """
        if changes is not None and changes == self._changes:
            return
        seen, found = await asyncio.to_thread(self._read)
        if self._trust is None and found.endpoints:
            self._trust = await asyncio.to_thread(tls_context, self._ca_pem)
        before, ready = dict(self.ready), {}
        for endpoint, keys, trouble in found.endpoints:
            ready[endpoint.id] = self._made(endpoint, keys, trouble, before.get(endpoint.id))
        self.ready, self.opener, self.links = ready, found.opener, found.links
        self._changes = seen
        kept = {id(one.courier) for one in ready.values()}
        for old in before.values():
            if old.courier is not None and id(old.courier) not in kept:
                await old.courier.close()

    def is_as_of(self, changes: int | None) -> bool:
        """Whether no endpoint was changed since it was read."""
        return changes == self._changes

    async def close(self) -> None:
        """Close all connections."""
        for one in self.ready.values():
            if one.courier is not None:
                await one.courier.close()
        self.ready = {}

    def _read(self) -> tuple[int, _Read]:
        with self._store.read() as session:
            changes = int(session.connection().exec_driver_sql(CHANGES).scalar_one())
        endpoints = [one for one in webhooks.all_endpoints(self._store, self._vault) if one.fields.enabled]
        if not endpoints:
            return changes, _Read((), None, None)
        with self._store.write() as session:
            key = outbox_key.make_sure(session, self._vault)
        with self._store.read() as session:
            link = outbox_key.link_key(session, self._vault)
            keyed = []
            for endpoint in endpoints:
                try:
                    secrets = webhooks.secrets_of(session, self._vault, endpoint.id)
                    keys = tuple(key_of(secret, endpoint.fields.style) for secret in secrets)
                    trouble = "" if keys else "It has no secret to sign with; give it one."
                except (SecretUnreadable, SecretUnusable) as error:
                    keys, trouble = (), str(error)
                keyed.append((endpoint, keys, trouble))
        base = self._link_base()
        links = Links(base, link) if link is not None and base else None
        return changes, _Read(tuple(keyed), OutboxOpener(self._store, key), links)

    def _made(
        self, endpoint: webhooks.Endpoint, keys: tuple[SecretBytes, ...], trouble: str, before: Ready | None
    ) -> Ready:
        courier = before.courier if before and before.fields.url == endpoint.fields.url else None
        if courier is None and not trouble:
            try:
                courier = Courier(
                    endpoint.fields.url,
                    allow_private=self._allow_private,
                    at_once=AT_ONCE,
                    trust=self._trust,
                )
            except TargetRefused as refused:
                trouble = str(refused)
        health = endpoint.health
        return Ready(
            endpoint.id,
            endpoint.version,
            endpoint.fields,
            keys,
            courier,
            trouble,
            health.failures,
            health.rests_until,
        )
