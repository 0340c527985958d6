"""`postroom webhooks`: list, show, add, change and remove endpoints."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from live.webhooks.signing import new_secret
from store import assets, webhooks
from store.webhooks import Endpoint, EndpointFields, Event, RawSource, Style, WebhookConflict
from tui import times, webhook_saving, webhook_words
from tui.commandline import asking, opening, secret_input, webhook_shapes
from tui.commandline.asset_shapes import quoted
from tui.commandline.choosing import all_named, webhook_named
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk


def list_all(options: Namespace) -> int:
    """Print all webhooks, by name."""
    with opening.opened(options) as desk:
        found = webhooks.all_endpoints(desk.store, desk.vault)
        names = _names(desk)
    if options.json:
        print_json(webhooks=[webhook_shapes.of_webhook(one, names) for one in found])
    elif found:
        print_table(webhook_shapes.TITLES, map(webhook_shapes.cells, found))
    else:
        narrate("There are no webhooks yet; set one up with `postroom webhooks add`.")
    return 0


def show(options: Namespace) -> int:
    """Print everything about one webhook, but for its secret."""
    with opening.opened(options) as desk:
        _print(desk, webhook_named(desk, options.webhook), options)
    return 0


def add(options: Namespace) -> int:
    """Set up a webhook; prints the secret that is made for it."""
    with opening.opened(options) as desk:
        fields = _changed(desk, EndpointFields(name=options.name, url=options.url, events=()), options)
        given = _given_secret(options)
        secret = given or new_secret()
        _refuse(desk, None, fields, secret)
        opening.unlock(desk, options)
        made = webhook_saving.kept(desk, None, fields, secret)
        _print(desk, made, options, None if given else secret)
        narrate(f"{made.name} is set up; try it with: postroom webhooks test {quoted(made.name)}")
    return 0


def change(options: Namespace) -> int:
    """Change fields, secret, or both."""
    with opening.opened(options) as desk:
        endpoint = webhook_named(desk, options.webhook)
        fields = _changed(desk, endpoint.fields, options)
        given = _given_secret(options)
        secret = new_secret() if options.new_secret else given
        if fields == endpoint.fields and secret is None and not options.drop_old_secret:
            raise UsageError("There is nothing to change; name a field, or give a secret.")
        _refuse(desk, endpoint, fields, secret)
        if secret is not None:
            opening.unlock(desk, options)
        if options.drop_old_secret and not endpoint.is_rotating:
            narrate("There was no old secret.")
        try:
            found = webhook_saving.kept(desk, endpoint, fields, secret, drop_old=options.drop_old_secret)
        except WebhookConflict as conflict:
            narrate(f"Kept is what they saved: {conflict.theirs.fields.url}")
            raise
        _print(desk, found, options, secret if options.new_secret else None)
        narrate(f"{found.name} is changed.")
    return 0


def remove(options: Namespace) -> int:
    """Delete a webhook after asking; without a terminal only with --yes."""
    with opening.opened(options) as desk:
        endpoint = webhook_named(desk, options.webhook)
        if not options.yes and not asking.agreed(webhook_words.removal(endpoint), "delete"):
            narrate("Nothing was deleted.")
            return 0
        webhooks.delete(desk.store, desk.vault, endpoint.id)
    narrate(f"Deleted {endpoint.name}.")
    return 0


def _changed(desk: Desk, before: EndpointFields, options: Namespace) -> EndpointFields:
    """The fields as the options have them."""
    given: dict[str, Any] = {
        "name": options.name,
        "url": options.url,
        "events": tuple(Event(word) for word in dict.fromkeys(options.event)) if options.event else None,
        "style": Style(options.style) if options.style else None,
        "raw": RawSource(options.raw) if options.raw else None,
        "enabled": options.on,
        "ordered": options.ordered,
        "opt_in_confirmation": options.confirmations,
    }
    fields = replace(before, **{name: value for name, value in given.items() if value is not None})
    if options.asset:
        fields = replace(fields, asset_ids=tuple(sorted(one.id for one in all_named(desk, options.asset))))
    elif options.all_assets:
        fields = replace(fields, asset_ids=None)
    return fields


def _given_secret(options: Namespace) -> SecretStr | None:
    if options.secret_prompt:
        return secret_input.prompted_twice("webhook's secret", "--secret-stdin or --secret-file FILE")
    if options.secret_stdin:
        if options.passphrase_stdin:
            raise UsageError("Standard input cannot bring both; use --passphrase-file for the passphrase.")
        return secret_input.from_stdin("webhook's secret")[0]
    return secret_input.from_file(options.secret_file, "webhook's secret")[0] if options.secret_file else None


def _refuse(desk: Desk, before: Endpoint | None, fields: EndpointFields, secret: SecretStr | None) -> None:
    """What is wrong with what is changed; what was kept before stays as it is.

    Raises:
        UsageError: this cannot be kept.
    """
    for remark in webhook_saving.remarks(before, fields, secret, desk.settings):
        name = remark.field
        if before and getattr(fields, name, None) == getattr(before.fields, name, fields):
            continue
        if remark.severity == "error":
            hint = " (--new-secret makes one)" if name == webhook_saving.NO_SECRET else ""
            raise UsageError(f"{remark.text} {remark.remedy}".strip() + hint)


def _names(desk: Desk) -> dict[int, str]:
    return {asset_id: name for name, asset_id in assets.names(desk.store).items()}


def _print(desk: Desk, endpoint: Endpoint, options: Namespace, secret: SecretStr | None = None) -> None:
    shown: dict[str, Any] = {"secret": secret.get_secret_value()} if secret is not None else {}
    names = _names(desk)
    if options.json:
        print_json(webhooks=[webhook_shapes.of_webhook(endpoint, names)], **shown)
        return
    print_line(endpoint.name)
    print_pairs(webhook_words.pairs(endpoint, names, times.now()), "  ")
    if secret is not None:
        print_pairs([("Secret", secret.get_secret_value())], "  ")
        narrate("The secret is shown this once; give it to the receiver.")
