"""Checks of one value at a time: what is missing, too long, unseen, or a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from live import providers
from live.asset_remarks import Remark, pasted
from live.asset_remarks.draft import error, warning
from live.oauth_remarks.draft import FIELDS, URLS, Draft, longest

SPACELESS = ("client_id", "tenant", *URLS, "callback_url")
"""Fields without any white space inside."""
CHOICES = {
    "flow": {
        "authorization_code": "Authorization code",
        "client_credentials": "App-only",
        "service_account": "Service account",
    },
    "client_type": {"desktop": "Desktop", "web": "Web", "spa": "Single-page application"},
    "publishing": {
        "": "Unknown",
        "testing": "Testing",
        "production": "In production",
        "internal": "Internal",
    },
}


def required(draft: Draft) -> Iterator[Remark]:
    """Fields that no OAuth client can do without."""
    preset = "Take the provider's preset, or enter what its documents say."
    remedies = {
        "name": "Give the OAuth client a short name, as in Desk at Google.",
        "client_id": "Copy it from the provider's page of the app registration.",
        "token_url": preset,
        "scope": preset,
    }
    if draft.by_person:
        remedies |= {"authorization_url": preset, "callback_url": preset}
    if draft.text["flow"] == "service_account":
        del remedies["client_id"]  # the key file holds it
    for field, remedy in remedies.items():
        if not draft.text[field]:
            yield error(field, f"The {FIELDS[field]} is empty.", remedy)


def words(draft: Draft) -> Iterator[Remark]:
    """Words that are none of the choices."""
    known = {"provider": {name: rules.label for name, rules in providers.ALL.items()}, **CHOICES}
    for field, choices in known.items():
        value = draft.text[field]
        if value not in choices:
            yield error(
                field,
                f"{draft.quoted(field, value)} is no {FIELDS[field]}.",
                f"Choose one of {', '.join(choices.values())}.",
            )


def lengths(draft: Draft) -> Iterator[Remark]:
    """Values longer than any real one; the other checks see only their beginning."""
    for field, value in draft.raw.items():
        most = longest(field)
        if len(value) > most:
            yield error(field, f"The {FIELDS[field]} is longer than {most:,} characters.", "Shorten it.")


def white_space(draft: Draft) -> Iterator[Remark]:
    """White space at the ends, which is harmless once said, and inside, which is not."""
    for field, value in draft.raw.items():
        kept = pasted.stripped(value)
        if kept != value and field != "test_users":
            at = value[0] if pasted.is_space(value[0]) else value[-1]
            text = f"The {FIELDS[field]} begins or ends with {pasted.named(at)}."
            yield warning(field, text, "Nothing to do: it is taken away when the OAuth client is saved.")
    for field in SPACELESS:
        value = draft.text[field]
        inside = next((char for char in value if pasted.is_space(char)), "")
        if inside:
            text = f"The {FIELDS[field]} has {pasted.named(inside)} inside."
            yield error(field, text, f"Take it out: {draft.quoted(field, pasted.spaceless(value))}")


def controls(draft: Draft) -> Iterator[Remark]:
    """Control characters and others that are not seen but obeyed."""
    for field, value in draft.text.items():
        allowed = (
            "\n\r\t" if field in ("test_users", "scope") else ""
        )  # white space in a scope has its own check
        bad = [char for char in value if pasted.is_control(char) and char not in allowed]
        if field in ("name", "scope", "test_users"):
            bad += [char for char in value if char in pasted.INVISIBLE - pasted.JOINERS]
        if field in SPACELESS:
            bad = [char for char in bad if not pasted.is_space(char)]
        if bad:
            text = f"The {FIELDS[field]} holds {pasted.named(bad[0])}, which cannot be seen."
            yield error(field, text, "Type the value instead of pasting it.")


def flow(draft: Draft) -> Iterator[Remark]:
    """A flow that the provider does not have."""
    chosen = draft.text["flow"]
    if chosen not in CHOICES["flow"] or chosen in draft.rules.flows:
        return
    offered = [words for word, words in CHOICES["flow"].items() if word in draft.rules.flows]
    yield error(
        "flow",
        f"{CHOICES['flow'][chosen]} is not a way to a mailbox at {providers.of(draft.service).label}.",
        f"Choose {' or '.join(offered)}.",
    )


def client_type(draft: Draft) -> Iterator[Remark]:
    """A single-page application: its refresh tokens die each day, and only web pages may redeem its codes."""
    if draft.text["client_type"] != "spa" or not draft.by_person:
        return
    if draft.service == "office365":
        yield warning(
            "client_type",
            "Refresh tokens of a single-page application end 24 hours after the consent, and Microsoft "
            "redeems "
            "its codes for web pages only (AADSTS9002327).",
            "In the app registration, move the redirect URI to “Mobile and desktop applications” or Web, and "
            "choose that type here.",
        )
    else:
        yield warning(
            "client_type",
            "A client for web pages gets short-lived tokens or none that can be refreshed.",
            "Register a client of the type Desktop or Web.",
        )
