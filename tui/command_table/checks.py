"""The Checks pane and one check."""

from tui.command import Command, Scope

CHECKS = (
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
)
