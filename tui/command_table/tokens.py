"""The Tokens pane, generating a token, and the history of a grant."""

from tui.command import Command, Scope

TOKENS = (
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
    Command(
        "generate.copy", Scope.GENERATE, "c", "Copy address", "Copy the address to be opened in a browser."
    ),
    Command(
        "generate.ssh", Scope.GENERATE, "s", "Copy ssh line", "Copy the line that forwards the port to you."
    ),
    Command("generate.mail", Scope.GENERATE, "m", "Mail it", "Mail an owner's link to the owner."),
    Command("generate.qr", Scope.GENERATE, "Q", "QR code", "Show the address as a QR code."),
    Command("generate.consent", Scope.GENERATE, "p", "Consent prompt", "Turn the consent prompt on or off."),
    Command(
        "generate.back", Scope.GENERATE, "escape", "Back", "Stop waiting; an owner's link goes on waiting."
    ),
    Command("link-mail.preview", Scope.LINK_MAIL, "ctrl+s", "See the mail", "The mail as it would go."),
    Command(
        "link-mail.cancel",
        Scope.LINK_MAIL,
        "escape",
        "Cancel",
        "Mail nothing; asks when something was typed.",
    ),
    Command("device.copy", Scope.DEVICE, "c", "Copy code", "Copy the code."),
    Command("device.address", Scope.DEVICE, "y", "Copy address", "Copy the address to be opened."),
    Command("device.back", Scope.DEVICE, "escape", "Back", "Stop waiting."),
    Command("grant.back", Scope.GRANT, "escape,backspace", "Back", "Back to the list."),
    Command("grant.copy", Scope.GRANT, "x", "Copy", "Copy the history as text, for the provider's support."),
)
