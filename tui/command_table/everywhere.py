"""What is heard everywhere, and in every list."""

from tui.command import Command, Scope

EVERYWHERE = (
    Command(
        "app.assets", Scope.EVERYWHERE, "1", "Assets", "The mailboxes, those that need you first.", False
    ),
    Command(
        "app.checks", Scope.EVERYWHERE, "2", "Checks", "Connection tests: running ones and history.", False
    ),
    Command("app.tokens", Scope.EVERYWHERE, "3", "Tokens", "Whose token dies next, and who must act.", False),
    Command("app.inbound", Scope.EVERYWHERE, "4", "Inbound", "The mail that came in, newest first.", False),
    Command(
        "app.webhooks", Scope.EVERYWHERE, "5", "Webhooks", "What is told to other systems, and how.", False
    ),
    Command(
        "app.notices",
        Scope.EVERYWHERE,
        "6",
        "Notices",
        "What people were told, and by whom it is seen to.",
        False,
    ),
    Command("app.audit", Scope.EVERYWHERE, "7", "Audit", "Who did what, and when.", False),
    Command("app.vault", Scope.EVERYWHERE, "v", "Vault", "Unlock the vault, or lock it again.", False),
    Command("app.agent", Scope.EVERYWHERE, "A", "Agent", "How the agent is, and what its tasks say.", False),
    Command(
        "app.help", Scope.EVERYWHERE, "question_mark", "Help", "The keys that work here, and what they do."
    ),
    Command("app.quit", Scope.EVERYWHERE, "q,ctrl+q", "Quit", "Leave postroom."),
    Command("list.up", Scope.LIST, "up,k", "Up", "One row up.", False),
    Command("list.down", Scope.LIST, "down,j", "Down", "One row down.", False),
    Command("list.page-up", Scope.LIST, "pageup,ctrl+u", "Page up", "One page up.", False),
    Command("list.page-down", Scope.LIST, "pagedown,ctrl+d", "Page down", "One page down.", False),
    Command("list.first", Scope.LIST, "home,g", "First", "To the first row.", False),
    Command("list.last", Scope.LIST, "end,G", "Last", "To the last row.", False),
)
