"""A store with inbound mail for the tests of the screen: sample mail, filed as the receiver files it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from live.inbound.filing import Envelope, filed
from live.rehearsal.sample_mail import Route, SampleMail, everything
from store import assets
from store.addressees import Addressee
from store.assets import Asset
from store.database import Store
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from store.vault import Vault
from tests.store.kit import fields

PASSPHRASE = SecretStr("correct horse")
DOMAIN = "in.example.com"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def mail_store(
    path: Path, keys: Sequence[str], *, pci: bool = False, passphrase: SecretStr = PASSPHRASE
) -> tuple[Store, Vault, Asset]:
    """A store with one asset, Support, and these samples in its log, a minute apart, the last one newest."""
    store = Store.open(path)
    vault = Vault(store)
    vault.initialise(passphrase)
    asset = assets.create(store, vault, fields("Support", pci_check=pci), inbound_domain=DOMAIN)
    keep(store, asset, (sample(asset, key, number) for number, key in enumerate(keys)))
    return store, vault, asset


def sample(asset: Asset, key: str, number: int = 0, *, since: datetime = NOW) -> tuple[SampleMail, datetime]:
    """One sample by its name, and when it came: so many minutes after `since`."""
    at = since + timedelta(minutes=number)
    route = Route(asset.address, asset.forwarding_address, number=number + 1, at=at)
    return next(mail for mail in everything(route) if mail.key == key), at


def keep(store: Store, asset: Asset, mails: Iterable[tuple[SampleMail, datetime]]) -> list[int]:
    """File mails and write them into the log; returns their ids."""
    addressee = Addressee(asset.id, asset.address, asset.pci_check)
    writer = InboundWriter(store, LogSealer(store))
    try:
        batch = [
            filed(
                Envelope(mail.mail_from, asset.forwarding_address, "192.0.2.25", at, "smtp"),
                addressee,
                mail.content,
            )
            for mail, at in mails
        ]
        return [kept.id for kept in writer.write(batch)]
    finally:
        writer.close()
