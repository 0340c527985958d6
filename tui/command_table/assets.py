"""The Assets pane, one asset, and its form."""

from tui.command import Command, Scope

ASSETS = (
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
    Command(
        "assets.card",
        Scope.ASSETS,
        "F",
        "Confirmation",
        "Link and code of the provider's request to confirm the forwarding.",
        False,
    ),
    Command("assets.mail", Scope.ASSETS, "i", "Mail", "The inbound mail of this asset.", False),
    Command(
        "assets.forwarding",
        Scope.ASSETS,
        "f",
        "Forwarding",
        "Send a probe to the mailbox, or to all marked ones, and wait for it at the forwarding address.",
        False,
    ),
    Command(
        "assets.heartbeat",
        Scope.ASSETS,
        "H",
        "Heartbeat",
        "Have the agent prove the forwarding by a probe, daily for instance.",
        False,
    ),
    Command(
        "assets.domain",
        Scope.ASSETS,
        "D",
        "Domain check",
        "Look at MX, SPF, DKIM and DMARC of the domain, and at the server's certificate.",
        False,
    ),
    Command(
        "assets.register",
        Scope.ASSETS,
        "R",
        "Engage",
        "Register to Webex Engage; of a registered asset: look, retire, or take back into use.",
        False,
    ),
    Command(
        "assets.guide",
        Scope.ASSETS,
        "u",
        "Set-up guide",
        "How this asset is set up, step by step, and how far it is.",
        False,
    ),
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
    Command(
        "asset.card",
        Scope.ASSET,
        "F",
        "Confirmation",
        "Link and code of the provider's request to confirm the forwarding.",
        False,
    ),
    Command(
        "asset.forwarding",
        Scope.ASSET,
        "f",
        "Forwarding",
        "Send a probe to the mailbox, and wait for it at the forwarding address.",
        False,
    ),
    Command(
        "asset.heartbeat",
        Scope.ASSET,
        "H",
        "Heartbeat",
        "Have the agent prove the forwarding by a probe, daily for instance.",
        False,
    ),
    Command(
        "asset.domain",
        Scope.ASSET,
        "D",
        "Domain check",
        "Look at MX, SPF, DKIM and DMARC of the domain, and at the server's certificate.",
        False,
    ),
    Command(
        "asset.register",
        Scope.ASSET,
        "R",
        "Engage",
        "Register to Webex Engage; of a registered asset: look, retire, or take back into use.",
        False,
    ),
    Command(
        "asset.guide",
        Scope.ASSET,
        "u",
        "Set-up guide",
        "How this asset is set up, step by step, and how far it is.",
        False,
    ),
    Command("asset.mail", Scope.ASSET, "i", "Mail", "The inbound mail of this asset.", False),
    Command("asset.delete", Scope.ASSET, "d", "Delete", "Delete this asset, after asking."),
    Command("asset.back", Scope.ASSET, "escape,backspace", "Back", "Back to the list."),
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
)
