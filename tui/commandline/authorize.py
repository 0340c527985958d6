"""`postroom authorize`: generates a token for an asset in a plain terminal, line by line."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from dataclasses import replace

from live.oauth.authorize import Exchanged
from live.oauth.faults import TokenRefused
from live.oauth.http import NetworkFault, OAuthHttp
from store import assets
from store.assets import Asset
from store.oauth_clients import OAuthClient
from tui import token_ways as ways
from tui.commandline import acceptance, mailing, opening, sign_ins
from tui.commandline.authorizing import Got, Task, hint
from tui.commandline.browsing import in_browser
from tui.commandline.choosing import by_oauth, in_use
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate
from tui.commandline.refusals import tell
from tui.token_ways import Session, Way, WayId

REFUSED = 1
UNATTENDED = (WayId.ALONE, WayId.TOKENS)
"""Ways on which nobody consents at this moment."""
BY_OPTION = {
    "browser": WayId.LISTENER,
    "device": WayId.DEVICE,
    "owner_link": WayId.OWNER,
    "paste": WayId.PASTE,
    "tokens_stdin": WayId.TOKENS,
}
"""What each option asks for; a browser that is asked for is opened, whatever this machine looks like."""


def run(options: Namespace) -> int:
    """Get a token by the way that fits, check it, and keep it; 1 when it was refused: nothing was changed."""
    _refuse_odd(options)
    with opening.opened(options) as desk:
        asset, client = by_oauth(desk, options.asset)
        in_use(desk, asset)
        session = Session.of(os.environ)
        way = _chosen(options, client, session)
        opening.unlock(desk, options)
        task = Task(desk, asset, client, session, consent=_consent(asset, options))
        return _told(task, way, options)


def _told(task: Task, way: Way, options: Namespace) -> int:
    """Go the way; why there is no token is told in full."""
    headline = f"✗ No token came for {task.asset.name}; nothing was changed."
    try:
        if way.id is WayId.OWNER:
            if options.mail_to:
                return mailing.owner_link(task, sign_ins.minutes(options.days), options)
            return sign_ins.owner_link(task, options.days, with_qr=options.qr)
        return asyncio.run(_authorized(task, way, options))
    except TokenRefused as refused:
        tell(headline, refused.words, refused.diagnosis, refused.references)
        hint(refused.diagnosis, task)
    except NetworkFault as fault:
        narrate(f"{headline} {fault.words}")
    return REFUSED


async def _authorized(task: Task, way: Way, options: Namespace) -> int:
    async with OAuthHttp() as http:
        got = await _got(http, task, way, options)
        if isinstance(got, Exchanged) and got.asset_id != task.asset.id:
            return await _of_another(http, task, got)
        return await acceptance.judged(http, task, got, consented=way.id not in UNATTENDED)


async def _got(http: OAuthHttp, task: Task, way: Way, options: Namespace) -> Got:
    if way.id is WayId.ALONE:
        return await sign_ins.alone(http, task)
    if way.id is WayId.TOKENS:
        return await sign_ins.made_elsewhere(http, task)
    if way.id is WayId.DEVICE:
        return await sign_ins.device(http, task, with_qr=options.qr)
    if options.paste:
        return await sign_ins.completed(http, task)
    _explain(way, task)
    return await in_browser(http, task, way, opened=_opens(way, options), with_qr=options.qr)


async def _of_another(http: OAuthHttp, task: Task, got: Exchanged) -> int:
    """What was pasted answers the link of another asset. It is that one's token, and used up by now: so it is
    taken for that one."""
    other = assets.by_id(task.desk.store, task.desk.vault, got.asset_id)
    if other is None:
        narrate("The answer belongs to an asset that was deleted meanwhile.")
        return REFUSED
    narrate(f"The answer belongs to {other.name}, not to {task.asset.name}: the link was made for it.")
    await acceptance.judged(http, replace(task, asset=other, client=got.client), got, consented=True)
    narrate(f"{task.asset.name} has got no token.")
    return REFUSED


def _chosen(options: Namespace, client: OAuthClient, session: Session) -> Way:
    """The way that the options name, else the first that is open.

    Raises:
        UsageError: the way that is named is not open; the text says why.
    """
    wanted = next((id_ for option, id_ in BY_OPTION.items() if getattr(options, option)), None)
    if wanted is None:
        return ways.ways(client, session)[0]
    way = ways.way(client, session, wanted)
    if way.why_not:
        raise UsageError(f"This way is not open to {client.name}. {way.why_not}")
    return way


def _consent(asset: Asset, options: Namespace) -> bool:
    return asset.ask_consent if options.consent is None else bool(options.consent)


def _opens(way: Way, options: Namespace) -> bool:
    return bool(options.browser) or way.id is WayId.BROWSER_HERE


def _explain(way: Way, task: Task) -> None:
    """Which way is taken, and why the others are not."""
    found = ways.ways(task.client, task.session)
    narrate(f"Taken: {ways.told(way, task.session)}")
    for other in found:
        if other.why_not and other.id is not WayId.ALONE:
            narrate(f"Not offered: {other.label}. {other.why_not}")
    also = [other.label for other in found if not other.why_not and other.id in ways.BY_CHOICE]
    if also:
        narrate(f"Also open: {', '.join(also)}.")


def _refuse_odd(options: Namespace) -> None:
    if options.days is not None and not options.owner_link:
        raise UsageError("--days is about the owner's link; use it with --owner-link.")
    of_mail = [
        name for name in ("mail_to", "through", "answers_to", "signed", "yes") if getattr(options, name)
    ]
    if of_mail and not (options.owner_link and options.mail_to):
        option = f"--{of_mail[0].replace('_', '-')}"
        raise UsageError(
            f"{option} is about mailing the owner's link; use --owner-link and --mail-to with it."
        )
    if options.qr and (options.paste or options.tokens_stdin):
        raise UsageError("There is no link to show as a QR code where an answer is given back.")
    if options.passphrase_stdin and (options.tokens_stdin or (options.paste and not sys.stdin.isatty())):
        raise UsageError("Standard input cannot bring both; use --passphrase-file for the passphrase.")
