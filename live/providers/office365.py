"""Office 365's rules for sending: Exchange Online takes mail over STARTTLS on port 587, and has no port 465.

https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
"""

from __future__ import annotations

from datetime import UTC, datetime

from live.providers.rules import Deadline, ProviderRules, Submission

BASIC_ENDS = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Basic authentication for SMTP, as announced on 2026-01-27 (message MC786329): nothing changes until the
end of December 2026; then it is off by default for existing tenants, and administrators can switch it on
again. The date of its removal is to be announced in the second half of 2027."""

AHEAD = (
    "Microsoft switches password sign-in (Basic authentication) off by default at the end of December 2026."
)
PAST = "Password sign-in (Basic authentication) has been off by default since the end of December 2026."
REMOVAL = (
    "An administrator can switch it on again until it is removed for good; Microsoft will announce that date "
    "in the second half of 2027."
)


def basic_timetable(now: datetime) -> Deadline:
    """Stays known after its day, since an administrator's switch only holds it up until the removal."""
    return Deadline(BASIC_ENDS, f"{AHEAD if now <= BASIC_ENDS else PAST} {REMOVAL}")


RULES = ProviderRules(
    label="Office 365",
    smtp=Submission("smtp.office365.com", 587, "starttls"),
    alternatives=(
        Submission("smtp.office365.com", 25, "starttls"),
        Submission("smtp-mail.outlook.com", 587, "starttls"),
    ),
    connections_per_mailbox=3,
    timetable=basic_timetable,
)
