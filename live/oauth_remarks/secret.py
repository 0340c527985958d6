"""Checks of the client secret and its end date; the secret itself is in no text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC

from live.asset_remarks import Remark, pasted
from live.asset_remarks.draft import error, warning
from live.oauth_remarks.draft import Draft, json_members
from live.providers.oauth_rules import GUID

SOON = 60
"""Days before its end from which a secret is remarked on: the first reminder."""
ENTRA = "App registrations > the app > Certificates & secrets"
KEYS = "Google Cloud console > IAM & Admin > Service Accounts > Keys"
LONGEST_SECRET = 65_536
"""Characters that are looked at; a key file has 2,400."""


def wanted(draft: Draft) -> Iterator[Remark]:
    """A secret that is missing, or that makes the token URL refuse."""
    rule = draft.rules.secret_rule(draft.text["client_type"]) if draft.by_person else "needed"
    if rule == "needed" and not draft.has_secret:
        remedy = {
            "gmail": "Copy it from Google Auth Platform > Clients; it begins with GOCSPX-.",
            "office365": f"Create one under {ENTRA}, and copy its Value at once.",
        }.get(draft.service, "Copy it from the provider's page of the app registration.")
        if draft.text["flow"] == "service_account":
            remedy = f"Create a JSON key under {KEYS}, and paste the whole file."
        yield error("client_secret", f"There is no client secret, and {draft.label} wants one.", remedy)
    elif rule == "refused" and draft.has_secret:
        yield warning(
            "client_secret",
            "A client registered under “Mobile and desktop applications” must not send a secret "
            "(AADSTS700025).",
            "Remove the secret; or, if the redirect URI is registered under Web, choose that client type.",
        )


def shape(draft: Draft) -> Iterator[Remark]:
    """A secret that cannot be one, or is something else."""
    value = draft.secret.get_secret_value()[:LONGEST_SECRET]
    if not value or draft.text["flow"] == "service_account":
        return
    bare = pasted.stripped(value)
    members = json_members(value)
    if members:
        yield error(
            "client_secret",
            "The client secret is a whole JSON file.",
            "Paste the value of client_secret alone; a service account's key file belongs to the flow "
            "Service account.",
        )
        return
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in bare):
        yield error(
            "client_secret",
            "The client secret holds a line break or another control character.",
            "Copy it again; a pasted one may bring a line break along.",
        )
    elif bare != value:
        yield error(
            "client_secret",
            "The client secret begins or ends with white space, which was pasted along.",
            "Enter it again without.",
        )
    if draft.service == "office365" and GUID.fullmatch(bare):
        yield Remark(
            "client_secret",
            draft.severity,
            "This is the Secret ID, not the secret: Microsoft answers AADSTS7000215 to it.",
            f"Copy the column Value under {ENTRA}; it is shown only once, so a new secret may be needed.",
        )
    elif bare and bare == draft.text["client_id"]:
        yield error("client_secret", "The client secret is the client ID.", "Copy the secret itself.")
    elif draft.service == "gmail" and not bare.startswith("GOCSPX-"):
        yield warning(
            "client_secret",
            "Secrets of Google's clients begin with GOCSPX- (older ones, of before 2021, do not).",
            "Check that it was copied whole from Google Auth Platform > Clients.",
        )


def end(draft: Draft) -> Iterator[Remark]:
    """A secret whose days are numbered, over, or not known."""
    if draft.secret_ends is None:
        if draft.service == "office365" and draft.has_secret:
            yield warning(
                "secret_ends",
                "Client secrets of Microsoft end, and the day is not entered, so nobody can be reminded.",
                f"Enter the date of the column Expires under {ENTRA}.",
            )
        return
    left = (draft.secret_ends - draft.now.astimezone(UTC).date()).days
    renew = "Create a new secret at the provider, and rotate it here; no new consent is needed."
    if left < 0:
        ago = f"{-left} {'day' if left == -1 else 'days'} ago"
        yield error("secret_ends", f"The client secret ended {ago}.", renew)
    elif left <= SOON:
        when = "today" if left == 0 else f"in {left} {'day' if left == 1 else 'days'}"
        yield warning("secret_ends", f"The client secret ends {when}.", renew)
    elif draft.rules.longest_secret and left > draft.rules.longest_secret.span.days:
        yield warning(
            "secret_ends",
            f"The end date is {left:,} days away, but at {draft.label} {draft.rules.longest_secret.words}.",
            f"Enter the date of the column Expires under {ENTRA}.",
        )


def key_file(draft: Draft) -> Iterator[Remark]:
    """A service account's key that is no key file, or one of something else."""
    value = draft.secret.get_secret_value()
    if not value or draft.text["flow"] != "service_account":
        return
    remedy = f"Create a JSON key under {KEYS}, and paste the whole file, from {{ to }}."
    members = json_members(value[:LONGEST_SECRET])
    key = members.get("private_key")
    if not members:
        yield error("client_secret", "The key of the service account is no JSON file.", remedy)
    elif "installed" in members or "web" in members:
        yield error(
            "client_secret", "This is the file of an OAuth client, not a service account's key.", remedy
        )
    elif members.get("type", "service_account") != "service_account":
        yield error("client_secret", "The key file is of another kind than a service account's.", remedy)
    elif not isinstance(key, str) or not key:
        yield error("client_secret", "The key file holds no private key.", remedy)
    elif not _loads(key):
        yield error("client_secret", "The private key in the key file cannot be read.", remedy)
    elif not isinstance(members.get("client_email"), str) or not members["client_email"]:
        yield error("client_secret", "The key file does not name its service account (client_email).", remedy)


def _loads(key: str) -> bool:
    """Whether it can sign; what goes wrong is not repeated, since it may quote the key."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # 30 ms, for few clients

    try:
        load_pem_private_key(key.encode("utf-8", "replace"), None)
    except Exception:  # noqa: BLE001  # the library has its own kinds of them, and a key of any form may come
        return False
    return True
