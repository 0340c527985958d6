"""The Notices pane, and one notice."""

from tui.command import Command, Scope

NOTICES = (
    Command(
        "notices.open", Scope.NOTICES, "enter", "Open", "The whole notice: what to do, and who was told."
    ),
    Command(
        "notices.ack",
        Scope.NOTICES,
        "a",
        "Acknowledge",
        "You see to it: no reminder before it gets worse; again: take that back.",
    ),
    Command("notices.send", Scope.NOTICES, "s", "Send now", "Tell everybody of it now, after asking."),
    Command(
        "notices.asset", Scope.NOTICES, "o", "Its asset", "Open the asset, or the one that is due first."
    ),
    Command(
        "notices.filter", Scope.NOTICES, "slash", "Filter", "Show the notices that hold all the words typed."
    ),
    Command("notices.test", Scope.NOTICES, "t", "Test ways", "Send a test by every way: mail, hook, bell."),
    Command(
        "notices.clear", Scope.NOTICES, "escape", "Back", "Drop the filter; else back to the assets.", False
    ),
    Command("notice.ack", Scope.NOTICE, "a", "Acknowledge", "You see to it; again: take that back."),
    Command("notice.send", Scope.NOTICE, "s", "Send now", "Tell everybody of it now, after asking."),
    Command("notice.asset", Scope.NOTICE, "o", "Its asset", "Open the asset, or the one that is due first."),
    Command("notice.tokens", Scope.NOTICE, "l", "Tokens", "The tokens of what it touches, on pane 3."),
    Command("notice.copy", Scope.NOTICE, "x", "Copy", "Copy all that is shown."),
    Command("notice.back", Scope.NOTICE, "escape,backspace", "Back", "Back to the list."),
)
