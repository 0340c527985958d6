"""Tries a client's new secret on one of its assets before the rest get it, and restates what follows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from pydantic import SecretStr

from live import deadlines
from live.oauth.http import NetworkFault, OAuthHttp
from live.oauth.secret_trial import SecretTrial, try_secret
from store import oauth_clients
from store.grants import GrantState
from store.oauth_clients import OAuthClient, OAuthClientFields
from store.token_lines import token_lines
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate
from tui.commandline.refresh import renewed
from tui.commandline.refusals import tell
from tui.desk import Desk


def taken(desk: Desk, client: OAuthClient, fields: OAuthClientFields, secret: SecretStr) -> bool:
    """Whether the provider takes a secret that is not kept yet; a refusal is told in full.

    Raises:
        UsageError: the environment's proxy cannot be used.
    """
    narrate("Trying the new secret on one asset; the old one stays until the provider has taken it.")
    try:
        trial = asyncio.run(_tried(desk, client, fields, secret))
    except NetworkFault as fault:
        raise UsageError(fault.words) from None
    if trial.refused is not None:
        headline = f"✗ Nothing was changed, the old secret stays: {trial.asset_name} got no token with it."
        tell(headline, trial.refused.words, trial.refused.diagnosis, trial.refused.references)
        narrate("Use --without-test to keep it all the same.")
        return False
    if trial.asset_name:
        narrate(f"✓ {trial.asset_name} got a new token with it.")
    else:
        narrate("No asset of this client has a token to try it on; it is kept untried.")
    return True


async def _tried(
    desk: Desk, client: OAuthClient, fields: OAuthClientFields, secret: SecretStr
) -> SecretTrial:
    async with OAuthHttp() as http:
        return await try_secret(desk.store, desk.vault, http, client.id, fields, secret)


def mend_the_rest(desk: Desk, client_id: int) -> None:
    """Renew the tokens of all assets that stood still for the client's fault; tells how many it mended.

    Raises:
        UsageError: the environment's proxy cannot be used.
    """
    lines = [line for line in token_lines(desk.store) if line.client_id == client_id]
    ids = [line.asset_id for line in lines if line.state == GrantState.CLIENT_FAULT]
    if not ids:
        return
    try:
        told = asyncio.run(renewed(desk, ids, quiet=True))
    except NetworkFault as fault:
        raise UsageError(fault.words) from None
    for one in told:
        if not one.well:
            narrate(f"✗ {one.asset_name}: {one.result.value}. {one.words}")
    well = sum(one.well for one in told)
    narrate(f"Stood still for the old secret: {len(told)}; renewed now: {well}.")


def restate(desk: Desk, client_id: int) -> None:
    """Work out the deadlines of a client and its assets anew."""
    deadlines.restate(desk.store, datetime.now(UTC), oauth_clients.assets_of(desk.store, client_id))


def restate_asset(desk: Desk, asset_id: int) -> None:
    """Work out an asset's deadline anew."""
    deadlines.restate(desk.store, datetime.now(UTC), [asset_id])
