"""The Audit pane."""

from tui.command import Command, Scope

AUDIT = (
    Command("audit.open", Scope.AUDIT, "enter", "Open", "The whole entry, with the exact time."),
    Command(
        "audit.filter", Scope.AUDIT, "slash", "Filter", "Show the entries that hold all the words typed."
    ),
    Command("audit.clear", Scope.AUDIT, "escape", "Back", "Drop the filter; else back to the assets.", False),
)
