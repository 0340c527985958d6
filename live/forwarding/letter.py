"""The probe itself: a short mail that says what it is, since people see it in the mailbox."""

from __future__ import annotations

from live.mail.own_headers import PROBE
from live.mail.probe_tokens import SUBJECT
from live.outgoing.letter import Letter
from store.assets import Asset
from store.probes import Trigger

PURPOSES = {Trigger.ASKED: "forwarding check", Trigger.HEARTBEAT: "heartbeat"}
TEXT = """\
{subject} {token}

postroom, a program for support mailboxes, sent this mail to {address}
to see whether the mailbox still forwards its mail. Nothing is to be done, and
nobody waits for an answer; a rule may delete such mail, if it forwards it first.
"""
"""No line longer than 78 characters but for the address, and nothing that a filter could dislike."""


def probe_letter(asset: Asset, token: str, trigger: Trigger) -> Letter:
    """The probe for an asset. A bounce is wanted: it tells the cause."""
    return Letter(
        to=asset.address,
        subject=f"{SUBJECT} {token}",
        text=TEXT.format(subject=SUBJECT, token=token, address=asset.address),
        purpose=PURPOSES[trigger],
        about=asset.id,
        about_name=asset.name,
        headers=((PROBE, token),),
        bounce_wanted=True,
    )
