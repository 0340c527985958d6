"""The Webhooks pane: endpoints, deliveries, one delivery, a test, and the forms."""

from tui.command import Command, Scope

WEBHOOKS = (
    Command(
        "webhooks.open",
        Scope.WEBHOOKS,
        "enter",
        "Deliveries",
        "What went to this webhook, what waits, what was given up.",
    ),
    Command(
        "webhooks.test",
        Scope.WEBHOOKS,
        "t",
        "Test now",
        "Send a test, and see the request, its signature step by step, and the answer.",
    ),
    Command("webhooks.new", Scope.WEBHOOKS, "n", "New", "Set up a webhook."),
    Command("webhooks.edit", Scope.WEBHOOKS, "e", "Edit", "Change this webhook, or its secret."),
    Command("webhooks.switch", Scope.WEBHOOKS, "space", "On/off", "Switch this webhook on or off."),
    Command(
        "webhooks.failed",
        Scope.WEBHOOKS,
        "R",
        "Replay",
        "Deliver the dead letters of this webhook again, after asking.",
    ),
    Command("webhooks.delete", Scope.WEBHOOKS, "d", "Delete", "Delete this webhook, after asking."),
    Command(
        "webhooks.span",
        Scope.WEBHOOKS,
        "S",
        "Replay span",
        "Deliver again what happened in a span of time.",
        False,
    ),
    Command("webhooks.copy", Scope.WEBHOOKS, "c", "Secret", "Copy or show the secret, after asking.", False),
    Command("webhooks.url", Scope.WEBHOOKS, "y", "Copy URL", "Copy the URL.", False),
    Command("webhooks.all", Scope.WEBHOOKS, "a", "All deliveries", "The deliveries to all webhooks.", False),
    Command(
        "webhooks.filter", Scope.WEBHOOKS, "slash", "Filter", "Show the webhooks that hold the words.", False
    ),
    Command(
        "webhooks.clear", Scope.WEBHOOKS, "escape", "Back", "Drop the filter; else to the assets.", False
    ),
    # The deliveries
    Command("deliveries.open", Scope.DELIVERIES, "enter", "Open", "This delivery in full, with every try."),
    Command(
        "deliveries.filter",
        Scope.DELIVERIES,
        "slash",
        "Filter",
        "Filter while you type: words, state: event: asset: after: before:.",
    ),
    Command(
        "deliveries.replay",
        Scope.DELIVERIES,
        "r",
        "Replay",
        "Deliver this one, or all marked ones, again, from the first try on.",
    ),
    Command(
        "deliveries.failed",
        Scope.DELIVERIES,
        "R",
        "Replay failed",
        "Deliver all dead letters again, after asking.",
    ),
    Command("deliveries.state", Scope.DELIVERIES, "s", "State", "Show one state, the next one, or all."),
    Command("deliveries.mark", Scope.DELIVERIES, "space", "Mark", "Mark this delivery, to replay several."),
    Command(
        "deliveries.span",
        Scope.DELIVERIES,
        "S",
        "Replay span",
        "Deliver again what happened in a span of time.",
        False,
    ),
    Command(
        "deliveries.give-up",
        Scope.DELIVERIES,
        "x",
        "Give up",
        "Try this one, or all marked ones, no more; those behind go on.",
        False,
    ),
    Command(
        "deliveries.test", Scope.DELIVERIES, "t", "Test now", "Send a test to the webhook of this one.", False
    ),
    Command("deliveries.asset", Scope.DELIVERIES, "a", "Asset", "Open the asset of this delivery.", False),
    Command(
        "deliveries.clear",
        Scope.DELIVERIES,
        "escape",
        "Back",
        "Drop the filter, then the marks; else back to the webhooks.",
        False,
    ),
    # One delivery
    Command("delivery.replay", Scope.DELIVERY, "r", "Replay", "Deliver it again, from the first try on."),
    Command(
        "delivery.request",
        Scope.DELIVERY,
        "b",
        "Request",
        "The request as it would go out now; a mail in it is opened, and the audit log says so.",
    ),
    Command(
        "delivery.message",
        Scope.DELIVERY,
        "m",
        "Message",
        "Read the mail that it is about; an audit entry is written.",
    ),
    Command("delivery.give-up", Scope.DELIVERY, "x", "Give up", "Try it no more; those behind it go on."),
    Command(
        "delivery.copy", Scope.DELIVERY, "y", "Copy ID", "Copy the webhook-id that the receiver knows it by."
    ),
    Command("delivery.back", Scope.DELIVERY, "escape,backspace", "Back", "Back to the list."),
    Command("request.copy", Scope.REQUEST, "c", "Copy", "Copy what is shown."),
    Command("request.back", Scope.REQUEST, "escape,backspace", "Back", "Close it."),
    # A test
    Command("trial.again", Scope.TRIAL, "t", "Test again", "Send another test."),
    Command("trial.copy", Scope.TRIAL, "c", "Copy", "Copy request, signature and answer."),
    Command("trial.back", Scope.TRIAL, "escape,backspace", "Back", "Back to the webhooks."),
    # Forms
    Command(
        "webhook.save", Scope.WEBHOOK_FORM, "ctrl+s", "Save", "Save; a new secret is sealed in the vault."
    ),
    Command(
        "webhook.assets",
        Scope.WEBHOOK_FORM,
        "ctrl+o",
        "Choose assets",
        "Choose the assets whose events it is told.",
    ),
    Command(
        "webhook.cancel",
        Scope.WEBHOOK_FORM,
        "escape",
        "Cancel",
        "Close the form; asks when something was typed.",
    ),
    Command("span.go", Scope.SPAN, "ctrl+s", "Replay", "Count what is meant, ask, and deliver it again."),
    Command("span.cancel", Scope.SPAN, "escape", "Cancel", "Replay nothing."),
    Command("picker.mark", Scope.PICKER, "space", "Choose", "Choose this asset, or leave it out."),
    Command("picker.filter", Scope.PICKER, "slash", "Filter", "Show the assets that hold the words."),
    Command(
        "picker.mark-all", Scope.PICKER, "asterisk", "All shown", "Choose all that are shown; again: none."
    ),
    Command("picker.done", Scope.PICKER, "enter", "Done", "Take the chosen ones into the form."),
    Command("picker.leave", Scope.PICKER, "escape", "Cancel", "Leave the choice as it was."),
)
