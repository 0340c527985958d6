"""The ways to a token that need no browser of the person's who sits here, as a plain terminal goes them."""

from __future__ import annotations

import sys
from contextlib import aclosing
from datetime import UTC, datetime

from pydantic import SecretStr

from live.oauth import by_hand
from live.oauth.authorize import AddressUnreadable, Exchanged
from live.oauth.device import CodeShown, Waiting, sign_in_elsewhere
from live.oauth.http import OAuthHttp
from live.oauth.renewal import renew
from live.oauth.token_requests import Fetched
from tui.commandline import links, secret_input
from tui.commandline.asset_shapes import quoted
from tui.commandline.authorizing import Task
from tui.commandline.faults import UsageError
from tui.commandline.pasting import Pasting
from tui.commandline.printing import narrate, print_line
from tui.times import exact
from tui.token_ways import OWNER_DAYS, answer_comes

DAY_MINUTES = 1_440


# Without a person


async def alone(http: OAuthHttp, task: Task) -> Fetched:
    """App-only, or by a service account.

    Raises:
        TokenRefused.
    """
    narrate(f"Asking for a token for {task.asset.name}; nobody is needed for that.")
    return await renew(
        http,
        task.client,
        task.secret(),
        mailbox=task.asset.sign_in_name,
        refresh_token=None,
        now=datetime.now(UTC),
    )


async def made_elsewhere(http: OAuthHttp, task: Task) -> Fetched:
    """By a refresh token on standard input, tried at once.

    Raises:
        UsageError: it is none. TokenRefused: it does not serve.
    """
    try:
        token = by_hand.refresh_token_in(secret_input.whole_stdin("refresh token"))
    except by_hand.PasteRefused as error:
        raise UsageError(str(error)) from None
    narrate("Trying the refresh token.")
    return await by_hand.tried(http, task.client, task.secret(), token, now=datetime.now(UTC))


# With a person elsewhere


def minutes(days: int | None) -> float:
    """For how long an owner's link waits."""
    return (days or OWNER_DAYS) * DAY_MINUTES


def owner_link(task: Task, days: int | None, *, with_qr: bool) -> int:
    """Print a link for the mailbox's owner, and how it goes on; returns 0.

    Raises:
        TokenRefused: the client's authorization URL is none. VaultError: the vault is locked.
    """
    begun = task.begin(task.callback, minutes(days))
    narrate(f"A link for the owner of {task.asset.name}, who signs in as {task.who} and consents:")
    links.show(begun.url, with_qr=with_qr)
    narrate(f"It waits until {exact(begun.ends_at)}, and counts once. Nobody else should have it.")
    by_itself, words = answer_comes(
        task.client, task.desk.settings.callback_url, listens=task.desk.agent_listens()
    )
    narrate(words)
    if not by_itself:
        narrate(f"Give it to: postroom authorize {quoted(task.asset.name)} --paste")
    return 0


async def completed(http: OAuthHttp, task: Task) -> Exchanged:
    """By the address that a browser ended on: pasted in the terminal, or on standard input.

    Raises:
        UsageError: it is no answer of a provider. TokenRefused.
    """
    if not (sys.stdin.isatty() and secret_input.someone_is_there()):
        try:
            return await task.complete(http, secret_input.whole_stdin("address"))
        except AddressUnreadable as error:
            raise UsageError(str(error)) from None
    with Pasting().open() as pasting:
        narrate("Paste the address that the browser ended on, and press Enter. It is not shown.")
        while True:
            try:
                return await task.complete(http, await pasting.address())
            except AddressUnreadable as error:
                narrate(str(error))


async def device(http: OAuthHttp, task: Task, *, with_qr: bool) -> Fetched:
    """By a short code that is typed in a browser anywhere (RFC 8628).

    Raises:
        TokenRefused.
    """
    steps = sign_in_elsewhere(http, task.client, task.secret(), now=datetime.now(UTC))
    async with aclosing(steps) as polling:
        async for event in polling:
            if isinstance(event, CodeShown):
                narrate(f"In any browser open this address, type the code, and sign in as {task.who}:")
                print_line(event.verification_uri)
                print_line(event.user_code.get_secret_value())
                sys.stdout.flush()
                if with_qr:
                    links.draw((event.complete_uri or SecretStr(event.verification_uri)).get_secret_value())
                narrate(f"Waiting until {exact(event.ends_at)}; Ctrl-C ends it.")
            elif isinstance(event, Waiting):
                if event.words:
                    narrate(f"{event.words} It is asked again in {event.next_in:.0f} s.")
            else:
                return event
    raise AssertionError("the tokens are the last event")
