"""`postroom refresh`: renews tokens before they end."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from live.oauth.http import NetworkFault, OAuthHttp
from live.oauth.refresh import ClockOff, Refreshed, Result, Unwritten, Written, refresh, unwritten
from store import grants
from store.grant_events import events
from store.kinds import SignIn
from store.token_lines import token_lines
from tui.commandline import opening
from tui.commandline.choosing import all_named
from tui.commandline.faults import UsageError
from tui.commandline.printing import moment, narrate, print_json, print_line, print_pairs
from tui.commandline.rungs import diagnosis_as_json, meaning
from tui.desk import Desk
from tui.times import took, until

SOME_FAILED = 1
PATIENCE_S = 30.0
"""How long the end of the program is held up for tokens that came and cannot be written."""
GLYPHS = {Result.RENEWED: "✓", Result.TAKEN: "✓", Result.RETRYING: "↻", Result.SKIPPED: "–"}


def run(options: Namespace) -> int:
    """Renew the tokens that the options name; 0 when all were, 1 when some were not."""
    if bool(options.names) + options.due + options.all != 1:
        raise UsageError("Name the assets to refresh, or use --due or --all.")
    with opening.opened(options) as desk:
        ids = _chosen(desk, options)
        if not ids:
            return _nothing(options)
        opening.unlock(desk, options)
        try:
            told = asyncio.run(renewed(desk, ids, quiet=options.json, only_due=options.due))
        except NetworkFault as fault:  # a proxy that cannot be used: nothing was asked
            raise UsageError(fault.words) from None
        if options.json:
            print_json(refreshes=[_as_json(desk, one) for one in told])
        elif len(ids) > 1:
            print_line(_summary(told))
    return 0 if all(one.well for one in told) else SOME_FAILED


async def renewed(desk: Desk, ids: Sequence[int], *, quiet: bool, only_due: bool = False) -> list[Refreshed]:
    """Refresh these assets' grants; the results in the order of `ids`.

    Args:
        quiet: print no lines.
        only_due: leave alone what somebody else has renewed meanwhile.

    Raises:
        NetworkFault: the environment's proxy cannot be used. StoreError: the store can no longer be used.
    """
    told: dict[int, Refreshed] = {}
    try:
        async with OAuthHttp() as http:
            steps = refresh(desk.store, desk.vault, ids, http=http, only_due=only_due)
            async with aclosing(steps) as happening:
                async for event in happening:
                    if isinstance(event, Refreshed):
                        told[event.asset_id] = event
                        if not quiet:
                            print_one(event)
                    else:
                        _tell(event)
    finally:
        why = await unwritten(desk.store, desk.vault, patience_s=PATIENCE_S)
        if why:
            narrate(f"Tokens that came could not be written, and are lost: {why}")
    return [told[id_] for id_ in ids]


def print_one(one: Refreshed) -> None:
    """How one grant fared, and for a failure why and what to do."""
    now = datetime.now(UTC)
    took_words = f" in {took(one.ms)}" if one.ms else ""
    again = "next refresh" if one.well else "tried again"
    following = f"; {again} {until(one.next_refresh_at, now)}" if one.next_refresh_at else ""
    name = one.asset_name or f"asset {one.asset_id}"
    print_line(f"{GLYPHS.get(one.result, '✗')} {name}: {one.result.value}{took_words}{following}")
    if one.well:
        return
    print_line(f"      | {one.words}")
    if one.diagnosis is not None:
        print_pairs(meaning(one.diagnosis), "      ")


def _tell(event: Unwritten | Written | ClockOff) -> None:
    if isinstance(event, Unwritten):
        narrate(f"! {event.words} Postroom goes on trying; do not end it, and make room for the store.")
    elif isinstance(event, Written):
        narrate("What could not be written is written now.")
    else:
        narrate(event.words)


def _chosen(desk: Desk, options: Namespace) -> list[int]:
    if options.names:
        return [asset.id for asset in all_named(desk, options.names)]
    if options.due:
        return grants.due(desk.store, datetime.now(UTC))
    lines = token_lines(desk.store)
    return [line.asset_id for line in lines if line.sign_in == SignIn.OAUTH and line.state != "none"]


def _nothing(options: Namespace) -> int:
    if options.json:
        print_json(refreshes=[])
    narrate("Nothing is due." if options.due else "No asset has a grant yet; see `postroom authorize`.")
    return 0


def _summary(told: Sequence[Refreshed]) -> str:
    well = sum(one.well for one in told)
    return f"{len(told)} refreshed: {well} renewed, {len(told) - well} not."


def _as_json(desk: Desk, one: Refreshed) -> dict[str, Any]:
    grant = grants.of(desk.store, one.asset_id)
    latest = [] if one.well else events(desk.store, one.asset_id, limit=1)
    return {
        "asset": one.asset_name,
        "asset_id": one.asset_id,
        "outcome": one.result.value.replace(" ", "_"),
        "ms": round(one.ms, 1),
        "words": one.words,
        "expires_at": moment(grant.expires_at) if grant else None,
        "next_refresh_at": moment(one.next_refresh_at),
        "references": latest[0].references if latest else "",
        "diagnosis": diagnosis_as_json(one.diagnosis) if one.diagnosis else None,
    }
