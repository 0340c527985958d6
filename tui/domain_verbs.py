"""What the keys do about the domains of assets. Awaited in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from store.checks import DOMAIN
from tui.asset_verbs import in_use
from tui.desk import Desk

if TYPE_CHECKING:
    from tui.hub import Hub


async def check(console: Hub, desk: Desk, asset_ids: Sequence[int]) -> None:
    """Look at the DNS records of these assets' domains, and at their servers' certificates."""
    from live import domain_check  # 60 ms with dnspython, which only those pay who ask for it

    asset_ids = await in_use(console, desk, asset_ids)
    if not asset_ids:
        return
    accepted = console.tests.accept(asset_ids)
    pane: Any = await console.to_pane("checks")
    pane.table.cursor = 0
    if not accepted:
        console.notify("A check of this asset is running already.", severity="warning", markup=False)
        return
    running = domain_check.run(desk.store, desk.vault, accepted, dns_server=desk.settings.dns_server)
    console.run_worker(
        console.tests.watch(running, accepted, console.progressed, DOMAIN),
        group="tests",
        exit_on_error=False,
        description="check domains",
    )
