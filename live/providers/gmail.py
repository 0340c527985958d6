"""Gmail's rules: for sending, https://support.google.com/a/answer/176600, and for OAuth 2.0,
https://developers.google.com/identity/protocols/oauth2.

Passwords of the account itself ended in 2025; app passwords of accounts with 2-Step Verification live on.
They are shown in four groups of four letters, and the spaces are decoration:
https://support.google.com/accounts/answer/185833.
"""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

from live.providers.oauth_rules import Limit, OAuthRules
from live.providers.rules import ProviderRules, Submission

LIFE = "https://developers.google.com/identity/protocols/oauth2"

OAUTH = OAuthRules(
    authorization_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",
    device_url="https://oauth2.googleapis.com/device/code",
    revocation_url="https://oauth2.googleapis.com/revoke",
    own_hosts=frozenset({"accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"}),
    scope="https://mail.google.com/",
    flows=("authorization_code", "service_account"),
    service_account_scope="https://mail.google.com/",
    service_account_token_url="https://oauth2.googleapis.com/token",
    callback="http://127.0.0.1",
    # Even of a Desktop app, and even with PKCE: https://developers.google.com/identity/protocols/oauth2/native-app
    secrets=MappingProxyType({"desktop": "needed", "web": "needed", "spa": "needed"}),
    parameters=(("access_type", "offline"),),  # without it there is no refresh token
    prompt="select_account",
    prompt_again="select_account consent",
    issuer="https://accounts.google.com",
    no_device=(
        "Google's device code takes a short list of scopes, and no mail scope is on it "
        "(https://developers.google.com/identity/protocols/oauth2/limited-input-device)."
    ),
    rotates=False,
    # the shortest six months have 181 days
    idle=Limit(timedelta(days=180), "Google ends refresh tokens that nothing used for six months", LIFE),
    testing=Limit(
        timedelta(days=7), "the Google project is in Testing, where consents end after 7 days", LIFE
    ),
    most_test_users=100,
    most_refresh_tokens=100,
)

RULES = ProviderRules(
    label="Gmail",
    smtp=Submission("smtp.gmail.com", 465, "ssl"),
    alternatives=(
        Submission("smtp.gmail.com", 587, "starttls"),
        Submission("smtp-relay.gmail.com", 587, "starttls"),
        Submission("smtp-relay.gmail.com", 465, "ssl"),
    ),
    app_password_letters=16,
    oauth=OAUTH,
)
