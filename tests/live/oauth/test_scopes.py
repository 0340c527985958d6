"""Scopes as asked and as granted."""

from __future__ import annotations

import pytest

from live.oauth.answers import missing_scopes

SEND = "https://outlook.office.com/SMTP.Send"


@pytest.mark.parametrize(
    ("provider", "asked", "granted", "missing"),
    [
        ("gmail", "https://mail.google.com/", "https://mail.google.com/", ()),
        (
            "gmail",
            "https://mail.google.com/",
            "openid https://www.googleapis.com/auth/userinfo.email https://mail.google.com/",
            (),
        ),
        (
            "gmail",
            "https://mail.google.com/ openid",
            "openid https://www.googleapis.com/auth/userinfo.email",
            ("https://mail.google.com/",),
        ),
        ("gmail", "https://mail.google.com/", "", ("https://mail.google.com/",)),
        ("gmail", "https://mail.google.com", "https://mail.google.com/", ("https://mail.google.com",)),
        ("office365", f"{SEND} offline_access", SEND, ()),
        ("office365", f"offline_access {SEND}", "https://outlook.office365.com/smtp.send openid", ()),
        ("office365", SEND, "SMTP.Send", ()),
        ("office365", SEND, "https://outlook.office.com/IMAP.AccessAsUser.All", (SEND,)),
        ("office365", SEND, "https://graph.microsoft.com/SMTP.Send", (SEND,)),
        ("office365", "https://outlook.office365.com/.default", "https://outlook.office365.com/.default", ()),
        ("office365", "https://outlook.office365.com/.default", "", ()),
        ("custom", "a b a", "B", ("a", "b")),
        ("custom", "", "", ()),
    ],
)
def test_missing_scopes(provider: str, asked: str, granted: str, missing: tuple[str, ...]) -> None:
    assert missing_scopes(asked, granted, provider) == missing
