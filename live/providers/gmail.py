"""Gmail's rules for sending: https://support.google.com/a/answer/176600.

Passwords of the account itself ended in 2025; app passwords of accounts with 2-Step Verification live on.
They are shown in four groups of four letters, and the spaces are decoration:
https://support.google.com/accounts/answer/185833.
"""

from __future__ import annotations

from live.providers.rules import ProviderRules, Submission

RULES = ProviderRules(
    label="Gmail",
    smtp=Submission("smtp.gmail.com", 465, "ssl"),
    alternatives=(
        Submission("smtp.gmail.com", 587, "starttls"),
        Submission("smtp-relay.gmail.com", 587, "starttls"),
        Submission("smtp-relay.gmail.com", 465, "ssl"),
    ),
    app_password_letters=16,
)
