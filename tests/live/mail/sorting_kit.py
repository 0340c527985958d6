"""What the tests of sorting share: a route, and a mail sorted as the receiver sorts it."""

from __future__ import annotations

from live.mail.glance import glance
from live.mail.sorting import Sorted, sorted_mail
from live.rehearsal.sample_mail import Route
from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Fields

ROUTE = Route()
GMAIL_ROUTE = Route(mailbox="support.desk@gmail.com")


def sort(
    content: bytes, mail_from: str = ROUTE.customer, route: Route = ROUTE, *, store_token: str = ""
) -> Sorted:
    """A mail that came from the envelope sender to the route's forwarding address."""
    return sorted_mail(
        glance(content),
        content,
        mail_from=mail_from,
        rcpt_to=route.target,
        asset_address=route.mailbox,
        store_token=store_token,
    )


def with_headers(*fields: tuple[str, str | bytes], mail_from: str = ROUTE.customer) -> Sorted:
    """A customer's letter with more headers, sorted."""
    return sort(letter(ROUTE, more=fields), mail_from)


def letter_with(*fields: tuple[str, str | bytes]) -> bytes:
    more: Fields = fields
    return letter(ROUTE, more=more)
