"""Mail of our own that comes back: probes, loops, and a mail that has been round too often."""

from __future__ import annotations

from live.mail import own_headers
from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Fields, Route, under

STORE_TOKEN = "samplestore"
PROBE_TOKEN = "probe2345"


def probe(route: Route) -> bytes:
    """A probe, sent to the mailbox to see whether it comes back."""
    more: Fields = [
        (own_headers.ASSET, f"1.{STORE_TOKEN}"),
        (own_headers.PROBE, PROBE_TOKEN),
        ("Auto-Submitted", "auto-generated"),
    ]
    sender = f"Support <{route.mailbox}>"
    return letter(route, "Does forwarding work?", "A probe.\n", sender=sender, more=more)


def looped(route: Route) -> bytes:
    """A mail that we sent for an asset, and that its mailbox forwards to us."""
    more: Fields = [(own_headers.ASSET, f"1.{STORE_TOKEN}")]
    return letter(route, "Re: your order", sender=f"Support <{route.mailbox}>", more=more)


def round_and_round(route: Route, hops: int = 51) -> bytes:
    """A mail that so many servers have taken."""
    line = f"from mx.example.org by mx.example.net with ESMTP; {route.date}"
    return under([("Received", line)] * hops, letter(route))
