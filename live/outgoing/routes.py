"""The two ways that postroom's own mail goes: through an asset, or by the plain route of the settings."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr
from sqlmodel import Session

from live.connection_tests import kept_target
from live.oauth.on_demand import HttpOnDemand
from live.outgoing.letter import Sender
from live.outgoing.mark import mark
from live.smtp.target import Target
from store import assets, notice_route, registrations
from store.database import Store
from store.notice_smtp import NoticeSmtp
from store.vault import SecretUnreadable, Vault, VaultAbsent, VaultLocked

OWN_NAME = "postroom"
"""Who mail of the plain route is from; mail through an asset bears the asset's name."""
PLAIN = "the plain route"
"""What the plain route is called."""


class RouteUnusable(Exception):
    """Nothing can be sent this way; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class ThroughAsset:
    """By the mailbox of an asset, as itself."""

    asset_id: int


@dataclass(frozen=True, slots=True)
class Plain:
    """By the setting `notice_smtp`."""

    smtp: NoticeSmtp


Route = ThroughAsset | Plain


@dataclass(frozen=True, slots=True)
class Aim:
    """A route, ready to be used."""

    target: Target
    sender: Sender
    through: str
    """What the route is called, with its address."""


def aim(store: Store, vault: Vault, route: Route, http: HttpOnDemand) -> Aim:
    """Where the route leads, and as whom it sends. Blocks for the disk.

    Raises:
        RouteUnusable: the asset was deleted or is retired, or the plain route's password cannot be had.
        StoreError, store.vault.VaultDamaged.
    """
    if isinstance(route, Plain):
        with store.read() as session:
            return _plain(vault, session, route.smtp)
    asset = assets.by_id(store, vault, route.asset_id)
    if asset is None:
        raise RouteUnusable("The asset that was to send the mail was deleted meanwhile. Choose another.")
    with store.read() as session:
        if registrations.retired(session, [asset.id]):
            raise RouteUnusable(f"{asset.name} is retired: no mail goes through it. Choose another.")
        target = kept_target(store, session, vault, asset, http)
        sender = Sender(asset.address, asset.name, mark(session, asset.id))
    return Aim(target, sender, f"{asset.name} ({asset.address})")


def _plain(vault: Vault, session: Session, smtp: NoticeSmtp) -> Aim:
    target = Target(
        provider="custom",
        address=smtp.sender,
        host=smtp.host,
        port=smtp.port,
        security=smtp.security.value,
        sign_in_name=smtp.username,
        credential=_password(vault, session) if smtp.username else None,
        credential_kind="password",
    )
    return Aim(target, Sender(smtp.sender, OWN_NAME, mark(session, None)), f"{PLAIN} ({smtp.sender})")


def _password(vault: Vault, session: Session) -> SecretStr:
    """Of the plain route.

    Raises:
        RouteUnusable: there is none, or it cannot be opened.
    """
    again = "Give it again: postroom notices password."
    try:
        password = vault.reveal(session, notice_route.OWNER, notice_route.PASSWORD)
    except VaultLocked:
        raise RouteUnusable("The vault is locked, and with it the password of the plain route.") from None
    except VaultAbsent:
        password = None
    except SecretUnreadable:
        raise RouteUnusable(f"The password kept for the plain route cannot be read. {again}") from None
    if password is None:
        raise RouteUnusable(
            "The plain route signs in, and no password is kept for it. Give it: postroom notices password."
        )
    return password
