"""What is said about registrations to Webex Engage, on the screen and on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from store.registrations import BY_HAND
from tui.times import ago, exact

if TYPE_CHECKING:
    from live.engage.call import Handover
    from store.assets import Asset, AssetLine
    from store.registrations import Registration

MOST_SERVICES = 8
"""Names of services that are offered as a reminder."""
TOKEN = (
    "The registration is handed on with a bearer token, and none is kept yet. Paste it; it is sealed in the "
    "vault. Where it comes from, the administrator of Webex Connect knows."
)
LEFT_OUT = (
    "A registered asset is not deleted but retired: it is kept, marked, and not used. To delete one all the "
    "same, choose it alone."
)
REFUSED = (
    "Engage, or what stands before it, did not take the registration.",
    "Mend what its answer names, then register anew. postroom has not recorded a registration.",
)
"""Why, and what to do."""
UNKNOWN = (
    "The request was sent, and no answer was written down. Engage may have registered the asset, or not.",
    "Look in Webex Engage, then press R on the asset and say what you saw. postroom does not send it again.",
)
NO_EXPORT = (
    "The settings of a registered asset are written to a file before it is deleted, and that failed.",
    "Make room, or start postroom in a directory that you may write to.",
)


def not_yet(name: str, missing: Sequence[str]) -> str:
    """Why the asset cannot be registered now."""
    acts = []
    if any("connection test" in one for one in missing):
        acts.append("t tests the connection.")
    if any("forwarded" in one for one in missing):
        acts.append("Set the mailbox to forward (c copies the address), and send it a mail from elsewhere.")
    return (
        f"{name} can be registered when its latest connection test has passed and a forwarded message has "
        f"come. Missing: {' and '.join(missing)}.\n\n{' '.join(acts)}"
    )


def which_service(known: Sequence[str]) -> str:
    """What is asked for first."""
    used = ", ".join(known[:MOST_SERVICES]) + (", …" if len(known) > MOST_SERVICES else "")
    others = f"\nOther assets here are mapped to: {used}." if known else ""
    return (
        "Which service of Webex Engage is this asset mapped to? One service, and for good: the mapping can "
        f"never be changed.{others}"
    )


def for_good(name: str, service: str, host: str) -> str:
    """What is said before the name is typed.

    Args:
        host: where it is handed on to; "": a person registers it by hand.
    """
    how = (
        f"It is handed on to {host} at once, and recorded when that has answered."
        if host
        else "postroom does not call Engage: register it there (Register To Webex Engage, on the asset's "
        "page), and record here that you did."
    )
    return (
        f"{name} will be mapped to the service {service}.\n"
        "Afterwards the service cannot be changed, here or in Engage. The asset cannot simply be deleted "
        "any more: only retired; deleting it leaves an orphan in Contact Center and Engage.\n"
        f"{how}\n\nType the asset's name to go on: {name}"
    )


def request(what: Handover) -> str:
    """The request as it will be sent, without the token."""
    headers = "\n".join(f"{name}: {value}" for name, value in what.headers)
    return f"POST {what.url}\n{headers}\nAuthorization: Bearer (the token kept in the vault)\n\n{what.body}"


def settling(asset: Asset, found: Registration) -> str:
    """What is asked where it is unknown."""
    tracked = f" Its tracking id is {found.tracking_id}." if found.tracking_id else ""
    return (
        f"{asset.name} was to be registered for the service {found.service} by {found.asked_by}, at "
        f"{exact(found.asked_at)}, through {found.how}.{tracked}\n{found.words}\n\n"
        "Look in Webex Engage, and say what you see. postroom does not send it again by itself."
    )


def registered(asset: Asset, found: Registration, now: datetime) -> str:
    """How a registration stands."""
    at = found.registered_at or found.asked_at
    how = "registered by hand" if found.how == BY_HAND else f"handed on to {found.how}"
    pci = "enabled" if asset.pci_check else "not enabled"
    return (
        f"Service: {found.service}, for good\n"
        f"Since: {ago(at, now)}, {exact(at)}, by {found.asked_by}, {how}\n"
        f"PCI check: {pci}\n\n"
        "Retired, it is kept and marked, and used no more: no tests, no token is renewed, no mail goes "
        "through it. It can be taken back into use."
    )


def retired(asset: Asset, found: Registration, now: datetime) -> str:
    """How a retired asset stands."""
    at = found.retired_at or found.asked_at
    return (
        f"{asset.name} was retired {ago(at, now)}, {exact(at)}. It is still mapped to the service "
        f"{found.service} in Engage.\n\nTaken back into use, it is tested, its token is renewed, and mail "
        "may go through it, as before."
    )


def retire_instead(line: AssetLine) -> str:
    """What is said to somebody who wants to delete a registered asset."""
    return (
        f"{line.name} is mapped to the service {line.service} in Webex Engage. Deleting it cannot be undone, "
        "and leaves an orphan there and in Contact Center, which nobody can map again.\n\n"
        "Retired, it is kept and marked, and used no more."
    )


def before_export(line: AssetLine, directory: Path) -> str:
    """What is said before the first name is typed."""
    return (
        f"Its settings are first written, without passwords and tokens, to a file in {directory}. Its "
        "password, token, checks and inbound mail go with it, and are in no file.\n\n"
        f"Type the asset's name to go on: {line.name}"
    )


def orphans(line: AssetLine, path: Path) -> str:
    """What will be orphaned, before the second name is typed."""
    return (
        f"The settings are in {path}.\n"
        "These stay behind, and belong to nothing any more:\n"
        f"- in Webex Engage: the service {line.service}, mapped to an asset that is gone\n"
        f"- in Contact Center: the asset {line.name} <{line.address}>\n"
        f"- at the mailbox: the forwarding to {line.forwarding_address or 'an address that was never made'}\n"
        "A tombstone stays here.\n\n"
        f"Type the name of the service to delete {line.name} for good: {line.service}"
    )
