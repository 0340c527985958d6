"""The rules of any other mail server: the submission ports of RFC 6409 and RFC 8314, OAuth by RFC 6749."""

from __future__ import annotations

from live.providers.oauth_rules import OAuthRules
from live.providers.rules import ProviderRules, Submission

RULES = ProviderRules(
    label="Custom",
    smtp=Submission("", 587, "starttls"),
    alternatives=(Submission("", 465, "ssl"),),
    oauth=OAuthRules(flows=("authorization_code", "client_credentials")),
)
