"""The rules of any other mail server: the submission ports of RFC 6409 and RFC 8314."""

from __future__ import annotations

from live.providers.rules import ProviderRules, Submission

RULES = ProviderRules(
    label="Custom",
    smtp=Submission("", 587, "starttls"),
    alternatives=(Submission("", 465, "ssl"),),
)
