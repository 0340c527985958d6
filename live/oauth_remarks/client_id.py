"""Checks of the client ID, which is never repeated: it is the field that secrets are pasted into first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from live.asset_remarks import Remark
from live.asset_remarks.draft import error, warning
from live.oauth_remarks.draft import Draft
from live.providers.oauth_rules import GUID

GOOGLE = re.compile(r"[0-9]{6,20}-[a-z0-9]{16,40}\.apps\.googleusercontent\.com")
GOOGLE_END = ".apps.googleusercontent.com"
SERVICE_ACCOUNT = re.compile(r"[0-9]{15,25}|[a-z0-9.-]+@[a-z0-9.-]+\.gserviceaccount\.com")


def shape(draft: Draft) -> Iterator[Remark]:
    """A client ID that is none of the provider's, or something else of it."""
    value = draft.text["client_id"]
    if not value or any(char.isspace() for char in value):
        return
    if draft.looks_secret("client_id"):
        yield Remark(
            "client_id",
            draft.severity,
            "The client ID holds a secret or token.",
            "Enter the client ID here and the secret in its own field; replace the secret if others saw "
            "it here.",
        )
    elif draft.service == "office365" and not GUID.fullmatch(value):
        yield Remark(
            "client_id",
            draft.severity,
            "A client ID of Microsoft has the form 00000000-0000-0000-0000-000000000000; this is none.",
            "Copy Application (client) ID from the app's Overview page in the Entra admin center.",
        )
    elif draft.service == "office365" and value.lower() == draft.text["tenant"].lower():
        yield error(
            "client_id",
            "Client ID and tenant are the same.",
            "Copy Application (client) ID here, and Directory (tenant) ID as the tenant.",
        )
    elif draft.service == "gmail" and draft.text["flow"] == "service_account":
        if not SERVICE_ACCOUNT.fullmatch(value):
            yield warning(
                "client_id",
                "The client ID is neither the number nor the address of a service account.",
                "Leave it empty: the key file holds it.",
            )
    elif draft.service == "gmail" and not value.endswith(GOOGLE_END):
        yield Remark(
            "client_id",
            draft.severity,
            f"A client ID of Google ends in {GOOGLE_END}; this does not.",
            "Copy it again, whole, from Google Auth Platform > Clients.",
        )
    elif draft.service == "gmail" and not GOOGLE.fullmatch(value):
        yield warning(
            "client_id",
            "The part of the client ID before its end does not look like Google's (a number, a hyphen, "
            "letters).",
            "Copy it again, whole, from Google Auth Platform > Clients.",
        )
