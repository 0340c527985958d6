"""Office 365's rules: Exchange Online takes mail over STARTTLS on port 587, and has no port 465.

Sending:
https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
OAuth 2.0: https://learn.microsoft.com/exchange/client-developer/legacy-protocols/
how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from live.providers.oauth_rules import Limit, OAuthRules
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


LOGIN = "https://login.microsoftonline.com/{tenant}"
LIFE = "https://learn.microsoft.com/entra/identity-platform/refresh-tokens"

OAUTH = OAuthRules(
    authorization_url=f"{LOGIN}/oauth2/v2.0/authorize",
    token_url=f"{LOGIN}/oauth2/v2.0/token",
    device_url=f"{LOGIN}/oauth2/v2.0/devicecode",
    own_hosts=frozenset(
        {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"}
    ),
    tenant_needed=True,
    # SMTP.Send alone: IMAP and POP turn a self-service consent into an administrator's (message MC1163922)
    scope="https://outlook.office.com/SMTP.Send offline_access",
    flows=("authorization_code", "client_credentials"),
    app_only_scope="https://outlook.office365.com/.default",
    # http://127.0.0.1 can be registered through the manifest only, [::1] not at all:
    # https://learn.microsoft.com/entra/identity-platform/reply-url
    callback="http://localhost",
    loopback_hosts=("localhost", "127.0.0.1"),
    longest_callback=256,
    secrets=MappingProxyType({"desktop": "refused", "web": "needed", "spa": "refused"}),
    prompt="select_account",
    prompt_again="consent",  # one value only is taken
    issuer=f"{LOGIN}/v2.0",
    idle=Limit(timedelta(days=90), "Microsoft ends refresh tokens that nothing used for 90 days", LIFE),
    spa=Limit(
        timedelta(hours=24),
        "refresh tokens of a single-page application end 24 hours after the consent",
        LIFE,
    ),
    longest_secret=Limit(
        timedelta(days=731),
        "client secrets live for 24 months at most",
        "https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials",
    ),
)

RULES = ProviderRules(
    label="Office 365",
    smtp=Submission("smtp.office365.com", 587, "starttls"),
    alternatives=(
        Submission("smtp.office365.com", 25, "starttls"),
        Submission("smtp-mail.outlook.com", 587, "starttls"),
    ),
    connections_per_mailbox=3,
    timetable=basic_timetable,
    oauth=OAUTH,
)
