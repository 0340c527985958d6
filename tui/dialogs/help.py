"""Help for what has the focus: its keys, from the registry, and a few words on what is seen there."""

from __future__ import annotations

import textwrap

from textual.content import Content

from tui import commands
from tui.commands import Scope
from tui.dialogs.base import Choice, Question

ABOUT = {
    Scope.ASSETS: (
        "Every mailbox with how it stands: ✗ failing needs you now, ! ends soon, ○ untested, ✓ well. "
        "The filter takes words, and provider: method: state: forwarding: with the beginning of a value, for "
        "instance billing provider:gmail state:failing."
    ),
    Scope.ASSET: "One mailbox: its fields, how it stands, and its latest check.",
    Scope.CHECKS: "Connection tests, running ones first. Below: the ladder of the one under the cursor.",
    Scope.RUN: "One connection test in full: what each rung saw, what the server said, and the transcript.",
    Scope.TOKENS: (
        "Every asset that signs in by OAuth 2.0, and those whose password ends, by the moment at which "
        "sending would stop: those that need a person now, then soon, then well. The filter takes words, "
        'state: and client:, for instance client:"Desk app" state:valid.'
    ),
    Scope.CLIENTS: "App registrations, each shared by the assets that sign in through it.",
    Scope.GRANT: "One grant: its tokens by age and length only, and every consent and refresh.",
    Scope.GENERATE: (
        "The address is opened in a browser: on this machine, on another one through the forwarded port, or "
        "anywhere, pasting back the address that it ended on. A paste is taken wherever the focus is."
    ),
    Scope.LINK_MAIL: (
        "The mail goes through another asset that works, or by the plain route of the configuration "
        "(notices); never through the mailbox that it is about. It is shown before it is sent."
    ),
    Scope.DEVICE: "The code is typed in a browser anywhere; it is asked for as often as is allowed.",
    Scope.CLIENT_FORM: "The provider's preset fills in all URLs; a tenant typed once goes into all of them.",
    Scope.INBOUND: (
        "What the mailboxes have forwarded, newest first; the list follows while the cursor is on top. A "
        "search takes words and from: to: subject: asset: kind: mark: before: after: has:attachment, for "
        'instance from:someone@example.net subject:"two words" after:2d. A word that is still being typed, '
        "or ends in *, stands for all that begin so."
    ),
    Scope.MESSAGE: (
        "One message. Nothing in it is followed, fetched or run; attachments are saved on request and never "
        "opened. The audit log says who has opened it."
    ),
    Scope.CARD: (
        "The provider asks whether the mailbox may forward here. Look who asks before you use the link; "
        "postroom never follows it by itself."
    ),
    Scope.WEBHOOKS: (
        "The endpoints that are told of mail, tokens and tests: ✗ failing or stopped needs you now, ○ off or "
        "unused, ✓ well. The agent delivers, and tries again for three days what fails; then it is a dead "
        "letter, which can be replayed."
    ),
    Scope.DELIVERIES: (
        "What went to the endpoint, newest first; the list follows while the cursor is on top. The filter "
        'takes words, state: event: asset: after: and before:, for instance state:dead asset:"Returns EU" '
        "after:2d. A held one waits for an earlier one of its asset."
    ),
    Scope.DELIVERY: "One delivery: what is known of its event, every try, and the request.",
    Scope.REQUEST: "What would be sent now, and how its signature comes about.",
    Scope.TRIAL: (
        "A test.ping, sent past the queue: the request to the octet, how its signature comes about, so that "
        "the receiver's own can be held against it, and the answer."
    ),
    Scope.WEBHOOK_FORM: (
        "Tab and Shift+Tab go from field to field, Space ticks. A secret is made here or typed; the receiver "
        "needs the same one."
    ),
    Scope.SPAN: "What happened in a span of time is delivered again, with the same webhook-id as before.",
    Scope.PICKER: "The assets whose events the endpoint is told; of the others it hears nothing.",
    Scope.GUIDE: (
        "How the asset is set up, step by step. What postroom can see it ticks by itself (checked), and says "
        "when it is not so (any more); the rest is ticked by hand. All is kept for whoever goes on."
    ),
    Scope.NOTICES: (
        "Everything that needed somebody: ✗ needs you now, ! soon, ● somebody sees to it, ✓ over. One cause "
        "is one notice, however many assets it touches; it is told again when it gets worse, and at its end."
    ),
    Scope.NOTICE: "What to do about it, what it touches, who was told, by what, and how that went.",
    Scope.AUDIT: "Who did what to which asset, newest first. Nothing secret is ever written here.",
    Scope.FORM: "Tab and Shift+Tab go from field to field; what is wrong is said below, with the remedy.",
}


TIP_FROM, TIP_WIDTH = 30, 40
"""Cells before a tip, and those that the dialog has for it on 80 columns."""


def help_screen(*scopes: Scope) -> Question[None]:
    """The dialog for the scopes that the focused widget hears, the most particular first."""
    parts: list[tuple[str, str]] = []
    for scope in scopes:
        if scope in ABOUT:
            parts.append((f"{ABOUT[scope]}\n\n", ""))
        parts.append((f"{scope.value}\n", "$accent"))
        for command in commands.of(scope):
            keys = " ".join(commands.shown_key(key) for key in command.keys.split(","))
            tip = f"\n{'':{TIP_FROM}}".join(textwrap.wrap(command.tip, TIP_WIDTH))
            parts += [
                (f"  {keys:<12}", "bold $primary"),
                (f"{command.label:<16}", ""),
                (f"{tip}\n", "$text-muted"),
            ]
        parts.append(("\n", ""))
    parts.append(("^P finds every command by name.", "$text-muted"))
    return Question("Help", Content.assemble(*parts), (Choice("o", "OK", None),), None)
