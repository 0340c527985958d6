"""Checks of the tenant and of the tenants in the URLs; only Microsoft has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from live.asset_remarks import Remark, pasted
from live.asset_remarks.draft import error, warning
from live.oauth_remarks.draft import FIELDS, URLS, Draft, url_parts
from live.providers.oauth_rules import GUID

SHARED = ("common", "organizations", "consumers")
DOMAIN = re.compile(r"(?=.{4,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+", re.IGNORECASE)
OVERVIEW = "Enter Directory (tenant) ID from the app's Overview page; it goes into all URLs."
PLACEHOLDERS = re.compile(r"[{}<>\[\]%]|tenant[-_ ]?id", re.IGNORECASE)


def tenant(draft: Draft) -> Iterator[Remark]:
    """A tenant that is missing, none, or one for apps of another kind."""
    value = draft.text["tenant"]
    if draft.service != "office365":
        if value and draft.service == "gmail":
            yield warning("tenant", "Google has no tenants; the field is not used.", "Leave it empty.")
        return
    if not value:
        found = set(in_urls(draft).values())
        if not found or any(PLACEHOLDERS.search(one) for one in found):
            yield error("tenant", "The tenant is empty, and no URL works without.", OVERVIEW)
            return
        value = sorted(found)[0]
    if any(pasted.is_space(char) for char in value):
        return
    if value.lower() in SHARED:
        yield from _shared(draft, value.lower())
    elif not GUID.fullmatch(value) and not DOMAIN.fullmatch(value):
        yield error(
            "tenant",
            f"{draft.quoted('tenant', value)} is neither a tenant ID nor a domain.",
            OVERVIEW,
        )


def _shared(draft: Draft, value: str) -> Iterator[Remark]:
    if not draft.by_person:
        text = f"App-only access is not given at {value} (AADSTS9001023)."
        yield error("tenant", text, OVERVIEW)
    elif value == "consumers":
        yield warning(
            "tenant",
            "consumers is for private persons' accounts; mailboxes of an organisation cannot sign in there.",
            OVERVIEW,
        )
    else:
        yield warning(
            "tenant",
            f"{value} works only for apps that are registered as multitenant; one for this organisation only "
            "answers AADSTS50194.",
            "If the app's Overview page says “My organization only”, enter Directory (tenant) ID; it is "
            "right "
            "for a multitenant app with mailboxes of one organisation as well.",
        )


def same_everywhere(draft: Draft) -> Iterator[Remark]:
    """Different tenants in the URLs: a code of one is refused by the other."""
    if draft.service != "office365":
        return
    found = in_urls(draft)
    chosen = draft.text["tenant"] or next(iter(found.values()), "")
    for field, value in found.items():
        if value.lower() != chosen.lower():
            whose = "tenant field" if draft.text["tenant"] else FIELDS[next(iter(found))]
            named = f"the tenant {draft.quoted(field, value)}" if value else "no tenant"
            yield error(
                field,
                f"The {FIELDS[field]} names {named}, the {whose} another (AADSTS700005).",
                "Enter the tenant once and take the preset's URLs.",
            )


def in_urls(draft: Draft) -> dict[str, str]:
    """The tenants that the URLs at Microsoft name, by field."""
    found: dict[str, str] = {}
    for field in URLS:
        parts = url_parts(draft.text[field])
        if parts and parts.hostname in draft.rules.own_hosts:
            found[field] = parts.path.strip("/").partition("/")[0]
    return found
