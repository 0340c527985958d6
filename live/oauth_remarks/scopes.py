"""Checks of the scope: one that sends mail, and that the person at the consent page may grant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from live.asset_remarks import Remark
from live.asset_remarks.draft import error, warning
from live.oauth_remarks.draft import Draft, url_parts

SEPARATOR = re.compile(r"[,;|]")
EXCHANGE = frozenset(
    {"outlook.office.com", "outlook.office365.com", "outlook.office365.us", "partner.outlook.cn"}
)
"""Hosts of Exchange Online's scopes, national clouds included."""
GRAPH = frozenset({"graph.microsoft.com", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"})
SIGN_IN = frozenset({"offline_access", "openid", "profile", "email"})
"""Scopes about the sign-in, which have no host."""
READING = ("imap.accessasuser.all", "pop.accessasuser.all", "ews.accessasuser.all")


def separators(draft: Draft) -> Iterator[Remark]:
    """Commas between scopes, and white space that is no single space."""
    scope = draft.text["scope"]
    if SEPARATOR.search(scope):
        yield error(
            "scope", "Scopes are separated by spaces, not by commas or semicolons.", "Put spaces there."
        )
    elif " ".join(draft.scopes) != scope:
        yield warning(
            "scope",
            "Between scopes there is more than a single space, or a line break.",
            "Nothing to do: single spaces are put there when the OAuth client is saved.",
        )


def google(draft: Draft) -> Iterator[Remark]:
    """Anything but the one scope that SMTP takes."""
    right = draft.rules.scope
    if draft.service != "gmail" or not draft.scopes or right in draft.scopes:
        return
    remedy = f"Set the scope to {right}"
    bare = {scope.rstrip("/").lower() for scope in draft.scopes}
    if right.rstrip("/") in draft.scopes:
        yield error("scope", "The scope lacks its final slash, and Google knows none without it.", remedy)
    elif right.rstrip("/") in bare:
        yield error("scope", "The scope for mail is not spelt as Google's, to the letter.", remedy)
    elif any("/auth/gmail." in scope for scope in draft.scopes):
        yield error(
            "scope",
            "Google's narrower mail scopes are for its REST API or for reading; SMTP takes none of them.",
            remedy,
        )
    else:
        yield error("scope", "No scope is for mail, so SMTP would refuse the token.", remedy)


def microsoft(draft: Draft) -> Iterator[Remark]:
    """Scopes of another service, too few, or more than a user may grant."""
    if draft.service != "office365" or not draft.by_person or not draft.scopes:
        return
    right = draft.rules.scope
    remedy = f"Set the scope to {right}"
    found = [(scope, *_split(scope)) for scope in draft.scopes if scope.lower() not in SIGN_IN]
    graph = [scope for scope, host, _ in found if host in GRAPH or not host]
    if graph:
        yield error(
            "scope",
            f"{draft.quoted('scope', graph[0])} is a scope of Microsoft Graph (as are all without a host); "
            "SMTP "
            "refuses such a token with 535 5.7.3.",
            remedy,
        )
    elif not any(host in EXCHANGE and name in ("smtp.send", ".default") for _, host, name in found):
        yield error("scope", "SMTP.Send is not among the scopes, so SMTP would refuse the token.", remedy)
    reading = [scope for scope, _, name in found if name in READING]
    if reading:
        yield warning(
            "scope",
            f"{draft.quoted('scope', reading[0])} is for reading mail, which postroom does not do; since "
            "November "
            "2025 many tenants let only an administrator grant it, so the owner's own consent becomes a "
            "ticket.",
            remedy,
        )
    if "offline_access" not in {scope.lower() for scope in draft.scopes}:
        yield warning(
            "scope",
            "Without offline_access there is no refresh token, and sending stops after about an hour.",
            "Add offline_access to the scope.",
        )


def app_only(draft: Draft) -> Iterator[Remark]:
    """App-only access at Microsoft takes one scope alone."""
    if draft.service != "office365" or draft.text["flow"] != "client_credentials" or not draft.scopes:
        return
    host, name = _split(draft.scopes[0])
    if len(draft.scopes) > 1 or host not in EXCHANGE or name != ".default":
        yield error(
            "scope",
            "App-only access takes the scope .default of Exchange alone; what is granted stands in the app's "
            "permissions (SMTP.SendAsApp).",
            f"Set the scope to {draft.rules.app_only_scope}",
        )


def _split(scope: str) -> tuple[str, str]:
    """Host ("" for none) and name, in small letters."""
    found = url_parts(scope)
    if found is None:
        return "", scope.lower()
    return found.hostname or "", found.path.strip("/").lower()
