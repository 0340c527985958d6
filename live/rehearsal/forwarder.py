"""Forwards sample mail of every kind to the rehearsal's assets, as their mailboxes would: over real SMTP."""

import argparse
import asyncio
import itertools
import os
import random
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import aiosmtplib

from live.rehearsal.desk import expectation
from live.rehearsal.sample import Forwards
from live.rehearsal.sample_mail import Route, SampleMail, everything
from live.rehearsal.sample_mail.confirmations import confirmation
from store.asset_lines import AssetLine, glance

AT_ONCE = 12
"""Mails that come as soon as the receiver listens, so that the log has something to show."""
KNOCK_SECONDS = 0.5
"""Between two looks for a receiver that is not there yet."""
TIMEOUT_SECONDS = 10.0


def mails(assets: Sequence[AssetLine]) -> Iterator[tuple[AssetLine, SampleMail]]:
    """One sample after the other without end, each to the next asset; no mail is the same as another.

    The collection is shuffled, always the same way: ordinary mail would come first, and for minutes.
    """
    order = list(range(len(everything(Route()))))
    random.Random(1).shuffle(order)  # noqa: S311  # nothing here is secret
    for number in itertools.count(1):
        asset = assets[(number - 1) % len(assets)]
        route = Route(asset.address, asset.forwarding_address, number=number, at=datetime.now(UTC))
        yield asset, everything(route)[order[(number - 1) % len(order)]]


async def forward(store: Path, port: int, per_minute: float) -> None:
    """Forward until cancelled. Where a mailbox does not forward nothing comes, but for the request to confirm
    the forwarding where that is what it waits for.

    Args:
        port: of the receiver on 127.0.0.1; waited for while nobody listens there.
        per_minute: mails a minute, after the first `AT_ONCE`.
    """
    every = [line for line in await asyncio.to_thread(glance, store) if line.forwarding_address]
    for asset in every:
        if forwards(asset) == "not confirmed":
            await _delivered(port, asset.forwarding_address, request(asset))
    assets = [asset for asset in every if forwards(asset) in ("well", "slowly")]
    if not assets:
        return
    for count, (asset, mail) in enumerate(mails(assets), 1):
        await _delivered(port, asset.forwarding_address, mail)
        if count >= AT_ONCE:
            await asyncio.sleep(60 / per_minute)


def forwards(asset: AssetLine) -> Forwards:
    """What becomes of mail to the asset's mailbox; an asset that a person has added is forwarded."""
    try:
        return expectation(asset.name).forwards
    except KeyError:
        return "well"


def request(asset: AssetLine) -> SampleMail:
    """The provider's request to confirm the asset's forwarding address."""
    route = Route(asset.address, asset.forwarding_address, at=datetime.now(UTC))
    mail_from, content = confirmation(route)
    return SampleMail("request", mail_from, content)


async def _delivered(port: int, recipient: str, mail: SampleMail) -> None:
    """Send one mail, as often as it takes: a mailbox tries again what was answered with 4xx."""
    while True:
        try:
            async with aiosmtplib.SMTP(
                hostname="127.0.0.1",
                port=port,
                start_tls=False,
                timeout=TIMEOUT_SECONDS,
                local_hostname="forwarder.example.net",
            ) as client:
                await client.sendmail(mail.mail_from, [recipient], mail.content)
                return
        except aiosmtplib.SMTPResponseException as answer:
            if answer.code >= 500:
                return
        except (aiosmtplib.SMTPException, OSError):
            pass
        await asyncio.sleep(KNOCK_SECONDS)


async def _until_the_end(options: argparse.Namespace) -> None:
    work = asyncio.create_task(forward(options.store, options.port, options.per_minute))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, work.cancel)
    loop.add_reader(sys.stdin.fileno(), _gone, work)
    with suppress(asyncio.CancelledError):
        await work


def _gone(work: "asyncio.Task[None]") -> None:
    """Standard input ends with the parent, however it dies."""
    if not os.read(sys.stdin.fileno(), 4096):
        work.cancel()


def main() -> int:
    """Forward as a child process, until standard input ends; returns the exit code 0."""
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("per_minute", type=float)
    asyncio.run(_until_the_end(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
