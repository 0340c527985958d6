"""What a command is: a verb of the screen with its key, label and tip."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where a command's key is heard."""

    EVERYWHERE = "Everywhere"
    LIST = "In a list"
    ASSETS = "Assets"
    ASSET = "One asset"
    CHECKS = "Checks"
    RUN = "One check"
    TOKENS = "Tokens"
    CLIENTS = "OAuth clients"
    GRANT = "One grant"
    GENERATE = "Generating in a browser"
    LINK_MAIL = "Mailing a link"
    DEVICE = "Device code"
    INBOUND = "Inbound"
    MESSAGE = "One message"
    CARD = "A confirmation"
    WEBHOOKS = "Webhooks"
    DELIVERIES = "Deliveries"
    DELIVERY = "One delivery"
    REQUEST = "A request"
    TRIAL = "A test of a webhook"
    GUIDE = "Set-up guide"
    NOTICES = "Notices"
    NOTICE = "One notice"
    AUDIT = "Audit"
    FORM = "The asset form"
    CLIENT_FORM = "The form of an OAuth client"
    WEBHOOK_FORM = "The form of a webhook"
    SPAN = "Replaying a span"
    PICKER = "Choosing assets"


@dataclass(frozen=True, slots=True)
class Command:
    """A verb of the screen. `do_<verb>` of the widget that hears it carries it out; `refusal` may say why not
    now."""

    id: str
    """`<scope>.<verb>`; unique."""
    scope: Scope
    keys: str
    """Textual key names, comma-separated; the first is shown."""
    label: str
    """One or two words for the footer."""
    tip: str
    """One sentence for help and palette."""
    footer: bool = True

    @property
    def verb(self) -> str:
        return self.id.partition(".")[2].replace("-", "_")

    @property
    def shown_key(self) -> str:
        """The first key as it stands on the keyboard."""
        return shown_key(self.keys.partition(",")[0])


SHOWN = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "slash": "/",
    "question_mark": "?",
    "asterisk": "*",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "backspace": "Backspace",
}


def shown_key(key: str) -> str:
    """A Textual key name as it stands on the keyboard: `ctrl+s` is ^S, `slash` is /."""
    if key.startswith("ctrl+"):
        return f"^{key[5:].upper()}"
    return SHOWN.get(key, key)
