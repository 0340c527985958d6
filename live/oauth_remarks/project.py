"""Checks of the Google project and of the asset that signs in through the client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from live import providers
from live.asset_remarks import Remark, pasted
from live.asset_remarks.draft import error, warning
from live.asset_remarks.sign_in import CONSUMER
from live.oauth_remarks.draft import Draft

PRIVATE_GMAIL = ("gmail.com", "googlemail.com")
AUDIENCE = "Google Auth Platform > Audience"


def mailbox(draft: Draft) -> Iterator[Remark]:
    """An asset that cannot sign in through this client, whoever consents."""
    if draft.asset is None:
        return
    theirs = str(draft.asset.provider)
    ours = draft.text["provider"]
    if theirs in providers.ALL and ours in providers.ALL and theirs != ours:
        yield Remark(
            "provider",
            "warning" if "custom" in (theirs, ours) else "error",
            f"The asset's provider is {providers.of(theirs).label}, the OAuth client's "
            f"{providers.of(ours).label}.",
            "Choose another OAuth client for the asset, or correct one of the two providers.",
        )
        return
    domain = _account(draft).rpartition("@")[2]
    if draft.service == "gmail" and domain in PRIVATE_GMAIL and draft.text["publishing"] == "internal":
        yield error(
            "publishing",
            "The project is Internal, and the asset's mailbox is outside any organisation (org_internal).",
            f"Set the user type to External: {AUDIENCE}.",
        )
    if draft.service == "gmail" and domain in PRIVATE_GMAIL and draft.text["flow"] == "service_account":
        yield error(
            "flow",
            "A service account reaches mailboxes of a Workspace only, and the asset's is a private person's.",
            "Choose Authorization code.",
        )
    own_tenant = draft.text["tenant"].lower() not in ("", "common", "consumers")
    if draft.service == "office365" and CONSUMER.fullmatch(domain) and own_tenant:
        yield warning(
            "tenant",
            "The asset's mailbox is a private person's at Microsoft, which belongs to no tenant "
            "(AADSTS50020).",
            "Use a mailbox of the organisation; for a private one the tenant is consumers.",
        )


def publishing(draft: Draft) -> Iterator[Remark]:
    """A project whose consents end after a week, or a status that nobody but Google has."""
    status = draft.text["publishing"]
    if draft.service != "gmail":
        if status and draft.service == "office365":
            yield warning("publishing", "Only Google has a publishing status.", "Leave it empty.")
        return
    if status == "testing" and draft.by_person:
        yield warning(
            "publishing",
            "The project is in Testing: every consent ends after 7 days, and only test users may consent.",
            f"Publish the app to In production: {AUDIENCE}. One's own mailboxes need no verification for "
            "that.",
        )


def test_users(draft: Draft) -> Iterator[Remark]:
    """Too many, twice, not in form, or without the mailbox that is to sign in."""
    if draft.service != "gmail" or draft.text["publishing"] != "testing":
        return
    users = [pasted.stripped(line) for line in draft.text["test_users"].splitlines() if pasted.stripped(line)]
    most = draft.rules.most_test_users
    if most and len(users) > most:
        text = f"There are {len(users):,} test users, and Google takes {most}."
        yield error("test_users", text, f"Publish the app to In production: {AUDIENCE}.")
    faults = [(place, fault) for place, user in enumerate(users, 1) if (fault := pasted.address_fault(user))]
    if faults:
        place, (why, _) = faults[0]
        text = f"Test user {place} {why}."
        yield warning("test_users", text, "Enter one address a line, as in support@example.com.")
    counted = Counter(same_mailbox(user) for user in users)
    twice = [user for user in users if counted[same_mailbox(user)] > 1]
    if twice:
        text = f"{draft.quoted('test_users', twice[0])} is among the test users more than once."
        yield warning("test_users", text, "Take one out: Google counts each.")
    if not draft.by_person:
        return
    account = _account(draft)
    if account and same_mailbox(account) not in counted:
        yield error(
            "test_users",
            "The project is in Testing, and the account that signs in for the asset is not among the test "
            "users "
            "(403 access_denied).",
            f"Add it at {AUDIENCE} and here, or publish the app to In production.",
        )
    elif not users:
        yield warning(
            "test_users",
            "The project is in Testing, and no test user is entered, so it is not known who may consent.",
            f"Enter the test users as they stand at {AUDIENCE}.",
        )


def same_mailbox(address: str) -> str:
    """One form for all spellings of a mailbox; Gmail ignores dots, tags and the older of its two domains."""
    local, _, domain = pasted.stripped(address).lower().rpartition("@")
    if domain not in PRIVATE_GMAIL:
        return f"{local}@{domain}"
    return f"{local.partition('+')[0].replace('.', '')}@gmail.com"


def _account(draft: Draft) -> str:
    """The account that consents for the asset."""
    if draft.asset is None:
        return ""
    return pasted.stripped(str(draft.asset.login_id) or str(draft.asset.address)).lower()
