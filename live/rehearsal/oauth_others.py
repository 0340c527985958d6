"""Every other behaviour of a mailbox that signs in by OAuth: consents that fail, answers that are spoiled."""

from live.rehearsal import replies
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.oauth_sample import OAuthSample, StateName
from live.rehearsal.sample import Refusal


def _gmail(key: str, name: str, note: str, fault: Fault, *, session_of: str = "") -> OAuthSample:
    """A Gmail mailbox that gets no grant, or none that is any good."""
    return OAuthSample(
        key=f"oauth-{key}",
        asset_name=name,
        address=f"{key}@oauth.example.com",
        provider="gmail",
        client="google",
        owner="postmaster@oauth.example.com",
        note=note,
        consented=False,
        ends="none",
        expected_rung="grant",
        expected_diagnosis="any-oauth-grant-missing",
        mishap=Mishap(fault),
        session_of=session_of,
    )


def _office365(key: str, name: str, note: str, fault: Fault) -> OAuthSample:
    """An Exchange Online mailbox whose consent fails."""
    return OAuthSample(
        key=f"oauth-{key}",
        asset_name=name,
        address=f"{key}@oauth.example.org",
        provider="office365",
        client="office365",
        owner="m365-admin@oauth.example.org",
        note=note,
        consented=False,
        ends="none",
        expected_rung="grant",
        expected_diagnosis="any-oauth-grant-missing",
        mishap=Mishap(fault),
    )


def _renewing(fault: Fault, name: str, ends: StateName, diagnosis: str, note: str) -> OAuthSample:
    """A Gmail mailbox with a grant, whose next refreshes are answered oddly."""
    return OAuthSample(
        key=f"oauth-{fault.value}",
        asset_name=name,
        address=f"{fault.value}@oauth.example.com",
        provider="gmail",
        client="google",
        owner="postmaster@oauth.example.com",
        note=note,
        ends=ends,
        expected_rung="grant",
        expected_diagnosis=diagnosis,
        mishap=Mishap(fault, on="refresh"),
    )


OAUTH_OTHERS: tuple[OAuthSample, ...] = (
    OAuthSample(
        key="oauth-shared",
        asset_name="Shared mailbox",
        address="shared@oauth.example.org",
        signs_in="delegate@oauth.example.org",
        provider="office365",
        client="office365",
        owner="m365-admin@oauth.example.org",
        note="The delegate signs in, and the shared address sends.",
    ),
    OAuthSample(
        key="oauth-app-only",
        asset_name="Night mailer",
        address="night@example.org",
        provider="office365",
        client="office365-app",
        owner="m365-admin@example.org",
        note="Nobody consents: the application sends by itself.",
    ),
    OAuthSample(
        key="oauth-service-account",
        asset_name="Workspace mailer",
        address="workspace@example.com",
        provider="gmail",
        client="google-service",
        owner="workspace-admin@example.com",
        note="Nobody consents: a signed assertion names the mailbox.",
    ),
    OAuthSample(
        key="oauth-smtp-off",
        asset_name="SMTP off in spite of OAuth",
        address="smtp-off@oauth.example.org",
        provider="office365",
        client="office365",
        owner="m365-admin@oauth.example.org",
        note="A good token does not get round the organisation's switch.",
        expected_rung="sign-in",
        expected_diagnosis="o365-smtp-auth-disabled-tenant",
        refusal=Refusal("auth", replies.EXCHANGE_TENANT_OFF),
    ),
    _office365("consent-off", "User consent off", "Works without prompt=consent.", Fault.USER_CONSENT_OFF),
    _office365(
        "admin-consent", "Admin consent needed", "An administrator must agree.", Fault.ADMIN_CONSENT_NEEDED
    ),
    _office365("device-blocked", "Device code blocked", "The browser works.", Fault.DEVICE_BLOCKED),
    _gmail("not-tester", "Not a test user", "Nothing comes back from Google.", Fault.NOT_TEST_USER),
    _gmail("unticked", "Box unticked", "The mail box on the consent page comes empty.", Fault.BOX_UNTICKED),
    _gmail(
        "wrong-account",
        "Wrong account",
        "The browser is signed in as somebody else.",
        Fault.WRONG_ACCOUNT,
        session_of="visitor@example.com",
    ),
    _gmail("no-refresh", "No refresh token", "The grant would end in minutes.", Fault.NO_REFRESH_TOKEN),
    _gmail("mix-up", "Mix-up", "The answer names another issuer.", Fault.WRONG_ISSUER),
    _gmail("wrong-state", "Wrong state", "The answer's state is not the one sent.", Fault.WRONG_STATE),
    _renewing(
        Fault.WEEK_OVER,
        "Week in Testing over",
        "consent_required",
        "gmail-oauth-grant-revoked",
        "As after seven days in Testing.",
    ),
    _renewing(
        Fault.DEAD,
        "Dead token server",
        "retrying",
        "any-oauth-cut-off",
        "The connection closes without an answer.",
    ),
    _renewing(
        Fault.HTML,
        "Page in place of JSON",
        "retrying",
        "any-oauth-html-answer",
        "As behind a portal of a network.",
    ),
    _renewing(Fault.SERVER_ERROR, "Server error", "retrying", "gmail-oauth-internal-failure", "500, always."),
    _renewing(
        Fault.REDIRECTING,
        "Redirecting",
        "retrying",
        "any-oauth-token-url-redirects",
        "A token endpoint that leads elsewhere.",
    ),
)
