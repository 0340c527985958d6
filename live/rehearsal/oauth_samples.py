"""The rehearsal's OAuth clients and the mailboxes that sign in with them, on top of those with passwords."""

from pydantic import SecretStr

from live.rehearsal.authorization.registry import (
    GOOGLE_MAIL,
    OFFLINE,
    SMTP_SEND,
    TENANT,
    Client,
    Dialect,
    Person,
)
from live.rehearsal.oauth_others import OAUTH_OTHERS
from live.rehearsal.oauth_sample import ClientSample, OAuthSample, mailbox
from live.rehearsal.sample import Sample

GOOGLE_CALLBACK = "http://127.0.0.1"
MICROSOFT_CALLBACK = "http://localhost"
WEB_CALLBACK = "http://localhost:8400"
MICROSOFT_REDIRECTS = (MICROSOFT_CALLBACK, "http://127.0.0.1", WEB_CALLBACK)
MICROSOFT_SCOPE = f"{SMTP_SEND} {OFFLINE}"
SERVICE_ACCOUNT = "desk-mailer@rehearsal.iam.gserviceaccount.example"
VISITOR = "visitor@example.com"
"""Who some browsers are signed in as."""

CLIENTS: tuple[ClientSample, ...] = (
    ClientSample(
        key="google",
        client=Client(
            name="Support desk (Google)",
            dialect=Dialect.GOOGLE,
            client_id="100000000001-rehearsaldesk.apps.googleusercontent.com",
            secret=SecretStr("GOCSPX-rehearsal-support-desk-0001"),
        ),
        scope=GOOGLE_MAIL,
        callback_url=GOOGLE_CALLBACK,
        publishing="production",
    ),
    ClientSample(
        key="google-testing",
        client=Client(
            name="Campaigns, in Testing (Google)",
            dialect=Dialect.GOOGLE,
            client_id="100000000002-rehearsaltest.apps.googleusercontent.com",
            secret=SecretStr("GOCSPX-rehearsal-campaigns-00001"),
            test_users=("events@example.com", "raffle@example.com"),
        ),
        scope=GOOGLE_MAIL,
        callback_url=GOOGLE_CALLBACK,
        publishing="testing",
    ),
    ClientSample(
        key="office365",
        client=Client(
            name="Support desk (Office 365)",
            dialect=Dialect.MICROSOFT,
            client_id="aaaaaaaa-0001-4000-8000-000000000001",
            redirect_uris=MICROSOFT_REDIRECTS,
            tenant=TENANT,
        ),
        scope=MICROSOFT_SCOPE,
        callback_url=MICROSOFT_CALLBACK,
    ),
    ClientSample(
        key="office365-branches",
        client=Client(
            name="Branches (Office 365)",
            dialect=Dialect.MICROSOFT,
            client_id="aaaaaaaa-0002-4000-8000-000000000002",
            secret=SecretStr("old8Q~rehearsal-branches-client-secret-01"),
            other_secret=SecretStr("new8Q~rehearsal-branches-client-secret-02"),
            kind="web",
            redirect_uris=MICROSOFT_REDIRECTS,
            tenant=TENANT,
        ),
        scope=MICROSOFT_SCOPE,
        callback_url=WEB_CALLBACK,
        secret_ends_in_days=-1,
        afterwards=(("client", (("who", "aaaaaaaa-0002-4000-8000-000000000002"), ("expired", "1"))),),
    ),
    ClientSample(
        key="office365-app",
        client=Client(
            name="Night mailer, app-only (Office 365)",
            dialect=Dialect.MICROSOFT,
            client_id="aaaaaaaa-0003-4000-8000-000000000003",
            secret=SecretStr("app8Q~rehearsal-night-mailer-secret-00001"),
            kind="web",
            tenant=TENANT,
            app_mailboxes=("night@example.org",),
        ),
        scope="https://outlook.office365.com/.default",
        flow="client_credentials",
        secret_ends_in_days=200,
        on_desk=False,
    ),
    ClientSample(
        key="google-service",
        client=Client(
            name="Workspace mailer (service account)",
            dialect=Dialect.GOOGLE,
            client_id=SERVICE_ACCOUNT,
            kind="web",
            app_mailboxes=("workspace@example.com",),
        ),
        scope=GOOGLE_MAIL,
        flow="service_account",
        publishing="internal",
        on_desk=False,
    ),
)


def _branch(direction: str) -> OAuthSample:
    """One of the mailboxes whose client's secret has run out."""
    return OAuthSample(
        key=f"branch-{direction.lower()}",
        asset_name=f"Branch {direction}",
        address=f"{direction.lower()}@branch.example.org",
        provider="office365",
        client="office365-branches",
        owner="m365-admin@branch.example.org",
        note="To mend it in this rehearsal, give its OAuth client the secret: "
        "new8Q~rehearsal-branches-client-secret-02",
        on_desk=True,
        consented_days_ago=250,
        ends="client_fault",
        expected_rung="grant",
        expected_diagnosis="o365-aadsts-7000222",
    )


OAUTH_DESK: tuple[OAuthSample, ...] = (
    OAuthSample(
        key="oauth-well",
        asset_name="Sales",
        address="sales@example.com",
        provider="gmail",
        client="google",
        owner="sales-lead@example.com",
        note="Its access token is renewed by itself every two minutes.",
        on_desk=True,
        consented_days_ago=40,
    ),
    OAuthSample(
        key="oauth-testing",
        asset_name="Events",
        address="events@example.com",
        provider="gmail",
        client="google-testing",
        owner="events-lead@example.com",
        note="The project is in Testing: each consent lasts seven days.",
        on_desk=True,
        consented_days_ago=4,
    ),
    OAuthSample(
        key="oauth-revoked",
        asset_name="Legal",
        address="legal@example.org",
        provider="office365",
        client="office365",
        owner="counsel@example.org",
        note="Its owner has changed the password. A new consent mends it.",
        on_desk=True,
        afterwards=(("revoke", (("who", "legal@example.org"),)),),
        consented_days_ago=31,
        ends="consent_required",
        expected_rung="grant",
        expected_diagnosis="o365-aadsts-50173",
    ),
    _branch("East"),
    _branch("South"),
    _branch("West"),
    OAuthSample(
        key="oauth-new",
        asset_name="Reservations",
        address="reservations@example.org",
        provider="office365",
        client="office365",
        owner="front-office@example.org",
        note="Waits for its first consent.",
        on_desk=True,
        consented=False,
        ends="none",
        expected_rung="grant",
        expected_diagnosis="any-oauth-grant-missing",
    ),
    OAuthSample(
        key="oauth-busy",
        asset_name="Feedback",
        address="feedback@example.com",
        provider="gmail",
        client="google",
        owner="quality@example.com",
        note="Google is out of order for its next four refreshes, and then well.",
        on_desk=True,
        afterwards=(
            (
                "fault",
                (
                    ("who", "feedback@example.com"),
                    ("fault", "unavailable"),
                    ("on", "refresh"),
                    ("times", "4"),
                ),
            ),
        ),
        consented_days_ago=12,
        ends="retrying",
        expected_rung="grant",
        expected_diagnosis="gmail-oauth-internal-failure",
    ),
)

OAUTH_SAMPLES: tuple[OAuthSample, ...] = OAUTH_DESK + OAUTH_OTHERS


def oauth_clients() -> tuple[Client, ...]:
    """All registrations, as the authorization server keeps them."""
    return tuple(sample.client for sample in CLIENTS)


def people() -> tuple[Person, ...]:
    """Everybody who can sign in there."""
    return (*(sample.person() for sample in OAUTH_SAMPLES), Person(VISITOR, Dialect.GOOGLE))


def mailboxes(known: tuple[Person, ...], clients: tuple[Client, ...]) -> tuple[Sample, ...]:
    """The accounts at the SMTP servers of these people, and of what they and the clients may send from."""
    found = {sample.address: sample.mailbox() for sample in OAUTH_SAMPLES}
    others = [(address, person.dialect) for person in known for address in (person.address, *person.acts_for)]
    others += [(address, client.dialect) for client in clients for address in client.app_mailboxes]
    for address, dialect in others:
        found.setdefault(address, mailbox(f"oauth:{address}", address, dialect))
    return tuple(found.values())
