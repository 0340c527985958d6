"""The one registry of commands: it feeds keys, footer, palette, help and the key table of the README, so they
agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


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
    DEVICE = "Device code"
    AUDIT = "Audit"
    FORM = "The asset form"
    CLIENT_FORM = "The form of an OAuth client"


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
    "slash": "/",
    "question_mark": "?",
    "asterisk": "*",
    "up": "↑",
    "down": "↓",
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


COMMANDS: tuple[Command, ...] = (
    Command(
        "app.assets", Scope.EVERYWHERE, "1", "Assets", "The mailboxes, those that need you first.", False
    ),
    Command(
        "app.checks", Scope.EVERYWHERE, "2", "Checks", "Connection tests: running ones and history.", False
    ),
    Command("app.tokens", Scope.EVERYWHERE, "3", "Tokens", "Whose token dies next, and who must act.", False),
    Command("app.audit", Scope.EVERYWHERE, "4", "Audit", "Who did what, and when.", False),
    Command("app.vault", Scope.EVERYWHERE, "v", "Vault", "Unlock the vault, or lock it again.", False),
    Command(
        "app.help", Scope.EVERYWHERE, "question_mark", "Help", "The keys that work here, and what they do."
    ),
    Command("app.quit", Scope.EVERYWHERE, "q", "Quit", "Leave postroom."),
    Command("list.up", Scope.LIST, "up,k", "Up", "One row up.", False),
    Command("list.down", Scope.LIST, "down,j", "Down", "One row down.", False),
    Command("list.page-up", Scope.LIST, "pageup,ctrl+u", "Page up", "One page up.", False),
    Command("list.page-down", Scope.LIST, "pagedown,ctrl+d", "Page down", "One page down.", False),
    Command("list.first", Scope.LIST, "home,g", "First", "To the first row.", False),
    Command("list.last", Scope.LIST, "end,G", "Last", "To the last row.", False),
    Command("assets.open", Scope.ASSETS, "enter", "Open", "Everything about this asset."),
    Command(
        "assets.test", Scope.ASSETS, "t", "Test", "Test the connection of this asset, or of all marked ones."
    ),
    Command("assets.message", Scope.ASSETS, "T", "Test message", "Test, and send one real message.", False),
    Command("assets.new", Scope.ASSETS, "n", "New", "Set up a new asset."),
    Command("assets.edit", Scope.ASSETS, "e", "Edit", "Change this asset."),
    Command("assets.copy", Scope.ASSETS, "c", "Copy", "Copy the forwarding address.", True),
    Command("assets.filter", Scope.ASSETS, "slash", "Filter", "Filter while you type."),
    Command(
        "assets.mark", Scope.ASSETS, "space", "Mark", "Mark this asset, for testing or deleting several."
    ),
    Command(
        "assets.delete", Scope.ASSETS, "d", "Delete", "Delete this asset or all marked ones, after asking."
    ),
    Command(
        "assets.mark-all", Scope.ASSETS, "asterisk", "Mark all", "Mark every asset shown; again: none.", False
    ),
    Command("assets.sort", Scope.ASSETS, "o", "Order", "Order by state, name, address or last check.", False),
    Command(
        "assets.provider", Scope.ASSETS, "p", "Provider", "Show one provider, the next one, or all.", False
    ),
    Command(
        "assets.method", Scope.ASSETS, "m", "Method", "Show one sign-in method, the next one, or all.", False
    ),
    Command("assets.state", Scope.ASSETS, "s", "State", "Show one state, the next one, or all.", False),
    Command("assets.address", Scope.ASSETS, "y", "Copy address", "Copy the mailbox's own address.", False),
    Command("assets.checks", Scope.ASSETS, "h", "History", "The checks of this asset.", False),
    Command("assets.clear", Scope.ASSETS, "escape", "Clear", "Drop the filter, then the marks.", False),
    Command("asset.test", Scope.ASSET, "t", "Test", "Test the connection."),
    Command("asset.message", Scope.ASSET, "T", "Test message", "Test, and send one real message.", False),
    Command("asset.edit", Scope.ASSET, "e", "Edit", "Change this asset."),
    Command("asset.copy", Scope.ASSET, "c", "Copy", "Copy the forwarding address."),
    Command("asset.address", Scope.ASSET, "y", "Copy address", "Copy the mailbox's own address.", False),
    Command(
        "asset.diagnosis",
        Scope.ASSET,
        "x",
        "Copy diagnosis",
        "Copy what failed, why and what to do, as text.",
    ),
    Command("asset.delete", Scope.ASSET, "d", "Delete", "Delete this asset, after asking."),
    Command("asset.back", Scope.ASSET, "escape,backspace", "Back", "Back to the list."),
    Command("checks.open", Scope.CHECKS, "enter", "Open", "The whole check, with transcript."),
    Command("checks.again", Scope.CHECKS, "t", "Test again", "Test this asset once more."),
    Command(
        "checks.cancel", Scope.CHECKS, "escape", "Stop", "Stop the tests that run; else back to the assets."
    ),
    Command("checks.asset", Scope.CHECKS, "a", "Asset", "Open the asset of this check."),
    Command("checks.filter", Scope.CHECKS, "slash", "Filter", "Show the checks whose asset or result match."),
    Command(
        "checks.diagnosis",
        Scope.CHECKS,
        "x",
        "Copy diagnosis",
        "Copy what failed, why and what to do, as text.",
    ),
    Command(
        "run.diagnosis", Scope.RUN, "x", "Copy diagnosis", "Copy what failed, why and what to do, as text."
    ),
    Command("run.transcript", Scope.RUN, "c", "Copy transcript", "Copy the dialogue with the server."),
    Command("run.back", Scope.RUN, "escape,backspace", "Back", "Back to the list."),
    Command("tokens.refresh", Scope.TOKENS, "r", "Refresh", "Renew this token now, or all marked ones."),
    Command(
        "tokens.generate",
        Scope.TOKENS,
        "n",
        "Generate",
        "Generate a token: browser, device code, or by hand.",
    ),
    Command("tokens.link", Scope.TOKENS, "l", "Owner's link", "A consent link for the mailbox's owner."),
    Command("tokens.history", Scope.TOKENS, "h", "History", "Every consent and refresh of this grant."),
    Command("tokens.filter", Scope.TOKENS, "slash", "Filter", "Filter while you type."),
    Command("tokens.clients", Scope.TOKENS, "O", "Clients", "The OAuth clients (app registrations)."),
    Command("tokens.client", Scope.TOKENS, "o", "Its client", "Open the OAuth client of this asset.", False),
    Command(
        "tokens.by-client",
        Scope.TOKENS,
        "f",
        "By client",
        "Only the assets of this client; again: all.",
        False,
    ),
    Command("tokens.open", Scope.TOKENS, "enter", "Open", "Everything about this asset.", False),
    Command("tokens.mark", Scope.TOKENS, "space", "Mark", "Mark this asset, for refreshing several.", False),
    Command(
        "tokens.mark-all", Scope.TOKENS, "asterisk", "Mark all", "Mark every asset shown; again: none.", False
    ),
    Command(
        "tokens.revoke", Scope.TOKENS, "X", "Revoke", "Revoke the grant at the provider, after asking.", False
    ),
    Command(
        "tokens.calendar",
        Scope.TOKENS,
        "i",
        "Calendar",
        "Write the deadlines as a calendar file (.ics).",
        False,
    ),
    Command("tokens.copy", Scope.TOKENS, "y", "Copy address", "Copy the mailbox's own address.", False),
    Command("tokens.clear", Scope.TOKENS, "escape", "Clear", "Drop the filter, then the marks.", False),
    Command("clients.open", Scope.CLIENTS, "enter,e", "Edit", "Change this OAuth client."),
    Command("clients.new", Scope.CLIENTS, "n", "New", "Set up a new OAuth client."),
    Command("clients.delete", Scope.CLIENTS, "d", "Delete", "Delete this OAuth client, after asking."),
    Command(
        "clients.assets", Scope.CLIENTS, "a", "Its assets", "The tokens of the assets that use this client."
    ),
    Command(
        "clients.callback", Scope.CLIENTS, "c", "Copy callback", "Copy the callback URL for the registration."
    ),
    Command("clients.back", Scope.CLIENTS, "escape,backspace", "Back", "Back to the panes."),
    Command(
        "generate.copy", Scope.GENERATE, "c", "Copy address", "Copy the address to be opened in a browser."
    ),
    Command(
        "generate.ssh", Scope.GENERATE, "s", "Copy ssh line", "Copy the line that forwards the port to you."
    ),
    Command("generate.qr", Scope.GENERATE, "Q", "QR code", "Show the address as a QR code."),
    Command("generate.consent", Scope.GENERATE, "p", "Consent prompt", "Turn the consent prompt on or off."),
    Command(
        "generate.back", Scope.GENERATE, "escape", "Back", "Stop waiting; an owner's link goes on waiting."
    ),
    Command("device.copy", Scope.DEVICE, "c", "Copy code", "Copy the code."),
    Command("device.address", Scope.DEVICE, "y", "Copy address", "Copy the address to be opened."),
    Command("device.back", Scope.DEVICE, "escape", "Back", "Stop waiting."),
    Command("grant.back", Scope.GRANT, "escape,backspace", "Back", "Back to the list."),
    Command("grant.copy", Scope.GRANT, "x", "Copy", "Copy the history as text, for the provider's support."),
    Command("audit.open", Scope.AUDIT, "enter", "Open", "The whole entry, with the exact time."),
    Command(
        "audit.filter", Scope.AUDIT, "slash", "Filter", "Show the entries that hold all the words typed."
    ),
    Command("audit.clear", Scope.AUDIT, "escape", "Back", "Drop the filter; else back to the assets.", False),
    Command(
        "form.save",
        Scope.FORM,
        "ctrl+s",
        "Save",
        "Save; a new password is tested before it replaces the old one.",
    ),
    Command(
        "form.save-untested", Scope.FORM, "ctrl+o", "Save untested", "Save the new password without a test."
    ),
    Command(
        "form.jump",
        Scope.FORM,
        "ctrl+g",
        "Go to it",
        "Leave the form for the asset that has this name or address.",
    ),
    Command("form.cancel", Scope.FORM, "escape", "Cancel", "Close the form; asks when something was typed."),
    Command(
        "client.save", Scope.CLIENT_FORM, "ctrl+s", "Save", "Save; a new secret is tried on one asset first."
    ),
    Command(
        "client.cancel",
        Scope.CLIENT_FORM,
        "escape",
        "Cancel",
        "Close the form; asks when something was typed.",
    ),
)


def of(*scopes: Scope) -> tuple[Command, ...]:
    """The commands of these scopes, in the registry's order within each."""
    return tuple(command for scope in scopes for command in COMMANDS if command.scope is scope)


def footer(scope: Scope) -> tuple[Command, ...]:
    """The commands of a scope that the key line shows."""
    return tuple(command for command in of(scope) if command.footer)


def bindings(scope: Scope) -> list[BindingType]:
    """Textual bindings for a widget that hears this scope; its `action_command` carries them out."""
    return [
        Binding(
            command.keys,
            f"command('{command.id}')",
            command.label,
            tooltip=command.tip,
            id=command.id,
            show=False,
        )
        for command in of(scope)
    ]


def by_id(command_id: str) -> Command:
    """The command of that id."""
    return next(command for command in COMMANDS if command.id == command_id)


def key_table() -> str:
    """The keys as a Markdown table, for the README."""
    rows = ["| where | key | does |", "|---|---|---|"]
    for scope in Scope:
        for command in of(scope):
            keys = " ".join(f"`{shown_key(key)}`" for key in command.keys.split(","))
            rows.append(f"| {scope.value} | {keys} | {command.tip} |")
    return "\n".join(rows)
