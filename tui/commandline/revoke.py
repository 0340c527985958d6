"""`postroom revoke`: takes an asset's grant back at the provider, and forgets its tokens."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from live.oauth.faults import TokenRefused
from live.oauth.http import NetworkFault, OAuthHttp
from live.oauth.taking_back import Told, steps_for, take_back
from store import grants
from store.assets import Asset
from store.grants import GrantState
from store.oauth_clients import OAuthClient
from tui.commandline import asking, opening
from tui.commandline.asset_shapes import quoted
from tui.commandline.choosing import by_oauth
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate
from tui.commandline.refusals import tell
from tui.desk import Desk

REFUSED = 1


def run(options: Namespace) -> int:
    """End a grant after asking, or with --yes; 1 when the provider did not take it back."""
    with opening.opened(options) as desk:
        asset, client = by_oauth(desk, options.asset)
        grant = grants.of(desk.store, asset.id)
        if grant is None or grant.state is GrantState.NONE:
            raise UsageError(f"{asset.name} has no grant that could be revoked.")
        steps = steps_for(desk.store, asset.id, client)
        if not options.yes and not asking.agreed(_question(asset, told=not steps), "revoke"):
            narrate("Nothing was revoked.")
            return 0
        opening.unlock(desk, options)
        try:
            told = asyncio.run(_taken_back(desk, asset, client))
        except TokenRefused as refused:
            headline = f"✗ The provider did not take the grant of {asset.name} back; nothing was changed."
            tell(headline, refused.words, refused.diagnosis, refused.references)
            return REFUSED
        except NetworkFault as fault:  # a proxy that cannot be used
            raise UsageError(fault.words) from None
    _tell(asset, told, steps)
    return 0


async def _taken_back(desk: Desk, asset: Asset, client: OAuthClient) -> Told:
    async with OAuthHttp() as http:
        return await take_back(desk.store, desk.vault, http, asset, client)


def _question(asset: Asset, *, told: bool) -> str:
    where = "at the provider" if told else "here (the provider cannot be told by postroom)"
    return f"Revoke the grant of {asset.name} {where}, and forget its tokens? Sending stops at once."


def _tell(asset: Asset, told: Told, steps: tuple[str, ...]) -> None:
    already = " It knew the grant no more." if told == "knew already" else ""
    if steps:
        narrate(f"The tokens of {asset.name} are forgotten here. To end the grant at the provider as well:")
        for number, step in enumerate(steps, 1):
            narrate(f"  {number}. {step}")
    else:
        narrate(f"The grant of {asset.name} is revoked, and its tokens are forgotten.{already}")
    narrate(f"A new token: postroom authorize {quoted(asset.name)}")
