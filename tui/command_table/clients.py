"""The OAuth clients and their form."""

from tui.command import Command, Scope

CLIENTS = (
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
