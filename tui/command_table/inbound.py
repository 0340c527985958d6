"""The Inbound pane, one message, and the card of a confirmation."""

from tui.command import Command, Scope

INBOUND = (
    Command("inbound.open", Scope.INBOUND, "enter", "Open", "Read this message; an audit entry is written."),
    Command(
        "inbound.filter",
        Scope.INBOUND,
        "slash",
        "Search",
        "Search while you type: words, from: to: subject: asset: kind: before: after: has:attachment.",
    ),
    Command(
        "inbound.card",
        Scope.INBOUND,
        "c",
        "Confirmation",
        "The provider's request to confirm a forwarding address: link and code.",
    ),
    Command("inbound.bodies", Scope.INBOUND, "b", "In bodies", "Search the bodies of the messages shown."),
    Command("inbound.export", Scope.INBOUND, "x", "Export", "Export the marked messages, or all shown."),
    Command("inbound.mark", Scope.INBOUND, "space", "Mark", "Mark this message, for exporting several."),
    Command("inbound.asset", Scope.INBOUND, "a", "Asset", "Open the asset of this message."),
    Command(
        "inbound.kind", Scope.INBOUND, "s", "Kind", "Show one kind of mail, the next one, or all.", False
    ),
    Command("inbound.delete", Scope.INBOUND, "d", "Delete", "Delete for good, after asking.", False),
    Command("inbound.clear", Scope.INBOUND, "escape", "Clear", "Drop the search, then the marks.", False),
    Command("message.text", Scope.MESSAGE, "t", "Text", "The text, as a person would read it."),
    Command("message.headers", Scope.MESSAGE, "h", "Headers", "All headers in their order."),
    Command("message.source", Scope.MESSAGE, "s", "Source", "The source as it came."),
    Command("message.attachments", Scope.MESSAGE, "a", "Attachments", "The attachments; w saves one."),
    Command(
        "message.trail", Scope.MESSAGE, "r", "Trail", "How it came here, hop by hop, and who has opened it."
    ),
    Command("message.next-view", Scope.MESSAGE, "tab", "Next view", "The next of these views.", False),
    Command("message.fold", Scope.MESSAGE, "z", "Fold", "Fold or unfold what is quoted."),
    Command("message.save", Scope.MESSAGE, "w", "Save", "Save an attachment, or the message as .eml."),
    Command("message.card", Scope.MESSAGE, "c", "Confirmation", "Its link and code, to be copied.", False),
    Command("message.copy", Scope.MESSAGE, "y", "Copy ID", "Copy the Message-ID.", False),
    Command("message.back", Scope.MESSAGE, "escape,backspace", "Back", "Back to the list."),
    Command("card.link", Scope.CARD, "c", "Copy link", "Copy the link that confirms the forwarding."),
    Command("card.code", Scope.CARD, "y", "Copy code", "Copy the code, where there is one."),
    Command("card.done", Scope.CARD, "d", "Mark done", "Note that the forwarding was confirmed."),
    Command("card.next", Scope.CARD, "n", "Next", "The next confirmation that is open."),
    Command("card.back", Scope.CARD, "escape,backspace", "Back", "Close the card."),
)
