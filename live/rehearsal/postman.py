"""The rehearsal's mailboxes: mail to one of them is forwarded over real SMTP, as its settings want it, or is
not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import aiosmtplib

from live.rehearsal.sample import Sample
from live.rehearsal.sample_mail import blocked
from live.rehearsal.sample_mail.roads import caf, srs
from live.rehearsal.sample_mail.writing import Route, under

AT_MAILBOX_S, SLOWLY_S = 0.4, 8.0
"""From the 250 to the forwarding: short, but long enough to be seen waiting."""
MOST_UNDER_WAY = 100
"""Mails of up to a megabyte; a flood beyond them is lost, as at no real provider."""
TIMEOUT_S = 10.0

Targets = Mapping[str, tuple[str, int]]
"""By mailbox in small letters: its forwarding address, and the receiver's port on 127.0.0.1."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail on its way into a mailbox."""

    mail_from: str
    content: bytes


class Postman:
    """Carries mail to the sample mailboxes of one running provider."""

    def __init__(self, samples: Iterable[Sample], targets: Targets) -> None:
        self._mailboxes = {sample.address.lower(): sample for sample in samples}
        self._targets = targets
        self._under_way: set[asyncio.Task[None]] = set()

    def take(self, mail_from: str, recipient: str, content: bytes, host: str) -> None:
        """Have a mail carried that `host` has accepted; what is for nobody here is forgotten."""
        sample = self._mailboxes.get(recipient.lower())
        if sample is None or len(self._under_way) >= MOST_UNDER_WAY:
            return
        line = f"from [127.0.0.1] by {host} with ESMTPSA id {len(content):x}; {_date()}"
        letter = _Letter(mail_from, under([("Received", line)], content))
        task = asyncio.get_running_loop().create_task(self._carried(sample, letter))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def end(self) -> None:
        """Drop what is under way."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _carried(self, sample: Sample, letter: _Letter) -> None:
        target, port = self._targets.get(sample.address.lower(), ("", 0))
        await asyncio.sleep(SLOWLY_S if sample.forwards == "slowly" else AT_MAILBOX_S)
        if sample.forwards == "blocked" and letter.mail_from:
            route = Route(mailbox=sample.address, target=target, at=datetime.now(UTC))
            self.take("", letter.mail_from, blocked.report(route, letter.content), "mail.office365.example")
        if sample.forwards not in ("well", "slowly") or not target:
            return
        mail_from, content = forwarded(sample, letter.content, target)
        with suppress(aiosmtplib.SMTPException, OSError):
            async with aiosmtplib.SMTP(
                hostname="127.0.0.1",
                port=port,
                start_tls=False,
                timeout=TIMEOUT_S,
                local_hostname="forwarder.example.net",
            ) as client:
                await client.sendmail(mail_from, [target], content)


def forwarded(sample: Sample, content: bytes, target: str) -> tuple[str, bytes]:
    """(envelope sender, content) of a mail as the mailbox's provider forwards it, with its traits."""
    route = Route(mailbox=sample.address, target=target)
    domain = {"gmail": "google.example", "office365": "outlook.office365.example"}.get(sample.provider)
    host = f"mx.{domain or sample.address.rpartition('@')[2]}"
    taken = (
        "Received",
        f"from mail.example.net by {host} with ESMTPS id 4F1 for <{sample.address}>; {_date()}",
    )
    passed = ("Received", f"by {host} with SMTP id a1csp123; {_date()}")
    if sample.provider == "gmail":
        traits = [
            passed,
            ("X-Forwarded-To", target),
            ("X-Forwarded-For", f"{sample.address} {target}"),
            ("Delivered-To", sample.address),
        ]
        return caf(route), under([*traits, ("X-Gm-Message-State", "AOJu0YzSample"), taken], content)
    if sample.provider == "office365":
        loop = ("X-MS-Exchange-ForwardingLoop", f"{sample.address};7d0c1c4e-3a52-4c0e-9a63-000000000001")
        return srs(route), under([passed, loop, taken], content)
    return sample.address, under([passed, ("X-Sieve-Redirected-From", sample.address), taken], content)


def _date() -> str:
    return Route(at=datetime.now(UTC)).date
