"""Reports that a mail could not be delivered: which status, for which recipient (RFC 3464, and older)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from live.mail.automatic import DAEMONS
from live.mail.glance import Glance
from live.mail.heads import Heads, addresses_in, first, first_address, one_line
from live.mail.leaves import Leaf, leaves
from live.mail.mailbox import same_mailbox

TEXT_CHARACTERS = 16_000
"""What is read of a bounce without a form; the mail that could not be delivered often follows the reason."""
FORM_CHARACTERS = 64_000
"""What is read of one with a form: some 200 recipients."""

_EXCHANGE = "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e"
"""The sender of Exchange's own reports, the same in every organisation."""
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_FIELD = re.compile(r"^([A-Za-z-]{1,40})[ \t]*:[ \t]*(.{0,500})", re.MULTILINE)
_FOLD = re.compile(r"\r?\n[ \t]+")
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_GIVEN_BACK = re.compile(r"^--.{0,100}(?:copy|original|returned).{0,60}$", re.MULTILINE | re.IGNORECASE)
_PASSED = frozenset(("delivered", "relayed", "expanded"))


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail that somebody sent, as a mail server tells it."""

    failed: bool
    """Not delivered, or not yet; False: a receipt for one that was."""
    detail: str
    """"5.1.1 someone@example.com", one line; a part that is not told is left out."""


def report(heads: Heads, look: Glance, content: bytes, *, asset_address: str) -> Report | None:
    """What a delivery report says, or None for any other mail. Never raises.

    Args:
        asset_address: the asset's mailbox, to which it came: never the address that could not be reached.
    """
    kind = first(heads, "content-type").lower().replace(" ", "")
    sender = (look.sender or first(heads, "from").lstrip("\"'<")).lower()
    marked = "x-failed-recipients" in heads or "x-ms-exchange-message-is-ndr" in heads
    if not (marked or kind.startswith("multipart/report") or _daemon(sender)):
        return None
    parts = list(leaves(content, look))
    told = next((leaf.text for leaf in parts if leaf.kind in _REPORTS), None)
    if told is not None and (found := _formal(told)):
        return found
    found = _informal(heads, look, parts, asset_address)
    if marked or "delivery-status" in kind or (_daemon(sender) and not sender.startswith("postmaster")):
        return found
    # A postmaster is a person too, and says more than that mail was not delivered.
    return found if _daemon(sender) and _STATUS.match(found.detail) else None


def _daemon(sender: str) -> bool:
    """Whether a mail server writes under that name; some leave the domain out."""
    local = re.split(r"[@\s>]", sender, maxsplit=1)[0]
    return local in DAEMONS or local == _EXCHANGE


def _formal(told: str) -> Report | None:
    """What the part for programs says, of the first recipient that was not reached, else of the first."""
    groups = [group for group in _groups(told) if "action" in group or "status" in group]
    if not groups:
        return None
    failed = [group for group in groups if group.get("action", "failed").lower() not in _PASSED]
    group = (failed or groups)[0]
    words = [*_STATUS.findall(group.get("status", ""))[:1], _recipient(group)]
    action = group.get("action", "failed").lower()
    if action != "failed":
        words.append(f"({action})")
    if len(failed) > 1:
        words.append(f"(and {len(failed) - 1} more)")
    return Report(bool(failed), one_line(" ".join(word for word in words if word)))


def _groups(told: str) -> Iterator[dict[str, str]]:
    """The fields of each recipient (RFC 3464, 2.3), parted by empty lines."""
    for block in _FOLD.sub(" ", told[:FORM_CHARACTERS]).replace("\r\n", "\n").split("\n\n"):
        fields: dict[str, str] = {}
        for name, value in _FIELD.findall(block):
            fields.setdefault(name.lower(), value.strip())
        yield fields


def _recipient(group: dict[str, str]) -> str:
    """The address as it was written to, else where that led."""
    for name in ("original-recipient", "final-recipient"):
        _, _, address = group.get(name, "").rpartition(";")
        if "@" in address:
            plain = address.strip().strip("<>")
            return _XTEXT.sub(_octet, plain) if name == "original-recipient" else plain
    return ""


def _octet(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _informal(heads: Heads, look: Glance, parts: list[Leaf], asset_address: str) -> Report:
    """What a bounce says that was written for people alone."""
    text = next((leaf.text for leaf in parts if leaf.kind.startswith("text/")), "")[:TEXT_CHARACTERS]
    if back := _GIVEN_BACK.search(text):
        text = text[: back.start()]
    status = _STATUS.search(text) or _STATUS.search(look.subject) or _REPLY.search(text)
    recipient = first_address(first(heads, "x-failed-recipients")) or _named(look, text, asset_address)
    return Report(True, one_line(f"{status[0] if status else ''} {recipient}"))


def _named(look: Glance, text: str, asset_address: str) -> str:
    for address in addresses_in(text):
        local = address.partition("@")[0].lower()
        if local not in DAEMONS and not same_mailbox(address, asset_address) and address != look.sender:
            return address
    return ""
