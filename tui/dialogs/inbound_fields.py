"""The part of an asset's form about its inbound mail: where it is forwarded to, the PCI check, how much is
kept. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dialogs.form import Field

if TYPE_CHECKING:
    from store.assets import Asset
    from store.settings import Settings


def fields(settings: Settings) -> tuple[Field, ...]:
    """The fields from top to bottom.

    Args:
        settings: say what holds where a field is empty.
    """
    days = f"{settings.inbound_keep_days:,}" if settings.inbound_keep_days else "without end"
    most = f"{settings.inbound_keep_megabytes:,}" if settings.inbound_keep_megabytes else "no limit"
    return (
        Field("inbound", "Inbound", fixed=True),
        Field("pci_check", "", "PCI check: card numbers are masked wherever its mail goes", tick=True),
        Field("keep_days", "Keep days", f"empty: as configured ({days}); 0: without end"),
        Field("keep_megabytes", "Keep MB", f"empty: as configured ({most}); 0: no limit"),
    )


def forwards_to(asset: Asset | None, settings: Settings) -> str:
    """What stands in the field that is only shown: the forwarding address."""
    if asset is not None and asset.forwarding_address:
        return f"forward to {asset.forwarding_address}"
    if settings.inbound_domain:
        return "its forwarding address is made when it is saved"
    return "no forwarding address: set inbound_domain in the configuration"
