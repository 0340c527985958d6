"""The set-up guide of one asset."""

from tui.command import Command, Scope

GUIDE = (
    Command(
        "guide.act",
        Scope.GUIDE,
        "enter",
        "Do it",
        "What this step asks for here: a form, a test, the token, the confirmation, the registration.",
    ),
    Command(
        "guide.tick", Scope.GUIDE, "space", "Tick", "Mark this step as done by hand, or take the tick back."
    ),
    Command("guide.copy", Scope.GUIDE, "c", "Copy", "Copy the value that › points to."),
    Command("guide.value", Scope.GUIDE, "right,l", "Next value", "Point to the next value."),
    Command("guide.value-before", Scope.GUIDE, "left,h", "Value before", "Point to the value before.", False),
    Command(
        "guide.page", Scope.GUIDE, "o", "Page's address", "Copy the address of the page where it is done."
    ),
    Command("guide.method", Scope.GUIDE, "m", "Method", "Set the asset up by another method."),
    Command("guide.next", Scope.GUIDE, "n", "Next step", "To the next step.", False),
    Command("guide.previous", Scope.GUIDE, "p", "Step before", "To the step before.", False),
    Command("guide.here", Scope.GUIDE, "a", "Go on", "To the step to go on with.", False),
    Command("guide.more", Scope.GUIDE, "pagedown,ctrl+d", "More", "One page down in the step's text.", False),
    Command("guide.less", Scope.GUIDE, "pageup,ctrl+u", "Less", "One page up in the step's text.", False),
    Command("guide.back", Scope.GUIDE, "escape,backspace", "Back", "Leave the guide; all ticks are kept."),
)
