"""The values of one asset that a guide's steps name, filled in, or why they cannot be yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from live import providers
from live.providers.guides import PLAYGROUND
from live.providers.guides.facts import Facts
from live.providers.guides.powershell import Unquotable, nested, quoted
from live.providers.oauth_rules import PLACEHOLDER

PLACE = re.compile(r"\{([a-z_]+)\}")
"""Where a value stands in a text."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A value as it is shown and copied."""

    label: str
    text: str
    """"": it is not known yet."""
    missing: str = ""
    """Why not, in a clause that follows "not known yet:"."""


class NotYet(Exception):
    """A value is not known; the text is a clause that says why."""


def filled(facts: Facts, key: str, label: str = "") -> Filled:
    """One value. What is not printable is not offered: it would be typed into a page or a shell elsewhere.

    Raises:
        KeyError: there is no such value.
    """
    try:
        text = VALUES[key](facts)
    except NotYet as error:
        return Filled(label, "", str(error))
    except Unquotable as error:
        return Filled(label, "", f"{error}; write this line by hand")
    if not text.isprintable():
        return Filled(label, "", "it holds characters that are not printed")
    return Filled(label, text)


def put_in(facts: Facts, text: str) -> str:
    """A text with its values in their places, in one go: what a value holds is never taken for a place."""

    def value(found: re.Match[str]) -> str:
        known = filled(facts, found[1])
        return known.text or f"({known.missing})"

    return PLACE.sub(value, text)


# --- what they are made of ---


def _needed(text: str, why: str) -> str:
    if not text:
        raise NotYet(why)
    return text


def _forwarding(facts: Facts) -> str:
    why = "the asset has no forwarding address; set inbound_domain in the configuration"
    return _needed(facts.asset.forwarding_address, why)


def _login(facts: Facts) -> str:
    return facts.asset.login_id or facts.asset.address


def _client_id(facts: Facts) -> str:
    return _needed(facts.client.client_id if facts.client else "", "the OAuth client is not entered yet")


def _is_web(facts: Facts) -> bool:
    if facts.client is not None:
        return facts.client.client_type != "desktop"
    return bool(facts.callback_url)


def _callback(facts: Facts) -> str:
    if facts.client is not None and facts.client.callback_url:
        return facts.client.callback_url
    if not _is_web(facts):
        return _rules(facts).callback
    return _needed(facts.callback_url, "neither the OAuth client nor the configuration (callback_url) has it")


def _rules(facts: Facts) -> providers.OAuthRules:
    return providers.of(facts.asset.provider).oauth


def _of_client(field: str, flow: str, facts: Facts) -> str:
    """A field of the asset's client, or what the provider's preset makes of it."""
    client = facts.client
    if client is not None and client.flow == flow and getattr(client, field):
        return str(getattr(client, field))
    tenant = client.tenant if client else ""
    text = providers.preset(facts.asset.provider, flow, tenant)[field]
    if PLACEHOLDER in text:
        raise NotYet("the tenant ID is not entered in the OAuth client yet")
    return _needed(text, "only the provider's documents tell it")


def _server(facts: Facts) -> str:
    asset = facts.asset
    return f"{asset.host}:{asset.port} ({SECURITY[asset.security]})"


SECURITY = {"ssl": "SSL/TLS", "starttls": "STARTTLS", "none": "no encryption"}


def _timetable(facts: Facts) -> str:
    end = providers.of(facts.asset.provider).password_end(facts.now)
    return end.reason if end else "No end of sign-in by password is announced."


def _domain(facts: Facts) -> str:
    return facts.asset.address.rpartition("@")[2]


def _admin_consent(facts: Facts) -> str:
    """https://learn.microsoft.com/entra/identity-platform/v2-admin-consent, with the id alone: what the app
    registration lists is consented to."""
    client_id = _client_id(facts)
    tenant = _needed(facts.client.tenant if facts.client else "", "the tenant ID is not entered yet")
    if not URL_SAFE.fullmatch(tenant) or not URL_SAFE.fullmatch(client_id):
        raise NotYet("tenant ID or client ID of the OAuth client are not ones")
    return f"https://login.microsoftonline.com/{tenant}/adminconsent?client_id={client_id}"


URL_SAFE = re.compile(r"[A-Za-z0-9.-]+")


# --- lines for PowerShell; the mailbox is named by its address ---


def _smtp_auth_on(facts: Facts) -> str:
    return f"Set-CASMailbox -Identity {_mailbox(facts)} -SmtpClientAuthenticationDisabled $false"


def _smtp_auth_look(facts: Facts) -> str:
    return f"Get-CASMailbox -Identity {_mailbox(facts)} | Format-List SmtpClientAuthenticationDisabled"


def _mailbox(facts: Facts) -> str:
    return quoted(facts.asset.address)


def _named(facts: Facts, what: str) -> str:
    """A name for what is made in the tenant: Exchange takes 64 characters."""
    return quoted(f"postroom {what} {facts.asset.address}"[:64])


def _forward(facts: Facts) -> str:
    to = quoted(_forwarding(facts))
    return (
        f"Set-Mailbox -Identity {_mailbox(facts)} -ForwardingSmtpAddress {to} "
        "-DeliverToMailboxAndForward $true"
    )


def _policy(facts: Facts) -> str:
    return f"New-HostedOutboundSpamFilterPolicy -Name {_named(facts, 'forwarding')} -AutoForwardingMode On"


def _rule(facts: Facts) -> str:
    name = _named(facts, "forwarding")
    return (
        f"New-HostedOutboundSpamFilterRule -Name {name} -HostedOutboundSpamFilterPolicy {name} "
        f"-From {_mailbox(facts)}"
    )


def _principal_look(facts: Facts) -> str:
    return f"$app = Get-MgServicePrincipal -Filter {quoted(f'appId eq {nested(_client_id(facts))}')}"


def _permission(facts: Facts) -> str:
    return f"Add-MailboxPermission -Identity {_mailbox(facts)} -User $app.Id -AccessRights FullAccess"


def _scope(facts: Facts) -> str:
    """The filter is OPATH, which has the same quotes: they are doubled within the line's own."""
    name, inner = _named(facts, "sends as"), f"PrimarySmtpAddress -eq {nested(facts.asset.address)}"
    return f"New-ManagementScope -Name {name} -RecipientRestrictionFilter {quoted(inner)}"


def _role(facts: Facts) -> str:
    name = _named(facts, "sends as")
    return (
        "New-ManagementRoleAssignment -App $app.Id -Role 'Application SMTP.SendAsApp' "
        f"-CustomResourceScope {name}"
    )


VALUES: Mapping[str, Callable[[Facts], str]] = {
    "asset_name": lambda facts: facts.asset.name,
    "address": lambda facts: facts.asset.address,
    "login": _login,
    "sign_in_name": lambda facts: facts.asset.sign_in_name,
    "forwarding": _forwarding,
    "domain": _domain,
    "server": _server,
    "timetable": _timetable,
    "project_name": lambda _facts: "postroom-mail",
    "app_name": lambda _facts: "postroom support desk",
    "playground": lambda _facts: PLAYGROUND,
    "google_type": lambda facts: "Web application" if _is_web(facts) else "Desktop app",
    "entra_platform": lambda facts: "Web" if _is_web(facts) else "Mobile and desktop applications",
    "callback": _callback,
    "client_id": _client_id,
    "scope": partial(_of_client, "scope", "authorization_code"),
    "app_scope": partial(_of_client, "scope", "client_credentials"),
    "service_scope": partial(_of_client, "scope", "service_account"),
    "authorization_url": partial(_of_client, "authorization_url", "authorization_code"),
    "token_url": lambda facts: _of_client(
        "token_url", facts.client.flow if facts.client else "authorization_code", facts
    ),
    "permission": lambda _facts: "SMTP.Send",
    "app_permission": lambda _facts: "SMTP.SendAsApp",
    "admin_consent": _admin_consent,
    "exchange_connect": lambda _facts: "Connect-ExchangeOnline",
    "graph_connect": lambda _facts: "Connect-MgGraph -Scopes 'Application.Read.All'",
    "smtp_auth_on": _smtp_auth_on,
    "smtp_auth_look": _smtp_auth_look,
    "forward_line": _forward,
    "policy_line": _policy,
    "rule_line": _rule,
    "principal_look": _principal_look,
    "principal_line": lambda _facts: "New-ServicePrincipal -AppId $app.AppId -ObjectId $app.Id",
    "permission_line": _permission,
    "scope_line": _scope,
    "role_line": _role,
}
"""By their keys."""
