"""`postroom webhooks deliveries`, `replay` and `test`: what went out, again, and now."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from live.webhooks import explain
from store import deliveries as sent
from store.deliveries import DeliveryState, Which
from tui import webhook_words
from tui.commandline import opening, webhook_shapes
from tui.commandline.choosing import named, webhook_named
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk

NOT_WELL = 1


def deliveries(options: Namespace) -> int:
    """Print deliveries, newest first, or one in full."""
    with opening.opened(options) as desk:
        if options.id is not None:
            return _one(desk, options)
        which = _which(desk, options, DeliveryState(options.state) if options.state else None)
        lines = sent.page(desk.store, which, limit=options.limit)
        total = sent.count(desk.store, which)
    if options.json:
        print_json(total=total, deliveries=[webhook_shapes.of_delivery(line) for line in lines])
        return 0
    if lines:
        print_table(webhook_shapes.DELIVERY_TITLES, map(webhook_shapes.delivery_cells, lines))
    if total > len(lines):
        narrate(f"{total - len(lines):,} older ones are not shown; see --limit.")
    elif not lines:
        narrate("No delivery matches.")
    return 0


def _one(desk: Desk, options: Namespace) -> int:
    found = sent.by_id(desk.store, options.id)
    if found is None:
        raise UsageError(f"There is no delivery {options.id}; it may be past its time.")
    if options.json:
        print_json(total=1, deliveries=[webhook_shapes.in_full(found)])
        return 0
    print_line(f"Delivery {found.line.id}")
    print_pairs([*webhook_words.delivery_pairs(found), *webhook_words.event_pairs(found)], "  ")
    for number, one in enumerate(found.attempts, 1):
        print_line(f"  {webhook_words.attempt_words(number, one)}")
        if one.answer:
            print_pairs([("answered", one.answer)], "    ")
    return 0


def replay(options: Namespace) -> int:
    """Deliver again; 1 where nothing was, or the content of some is gone."""
    spanned = options.since is not None or options.until is not None
    if bool(options.id) + bool(options.failed or spanned) != 1:
        raise UsageError("Say what is to be delivered again: --id ID, --failed, or --since and --until.")
    with opening.opened(options) as desk:
        if options.id:
            done = sent.replay(desk.store, options.id)
        else:
            state = DeliveryState.DEAD if options.failed else None
            done = sent.replay_all(desk.store, _which(desk, options, state))
    if options.json:
        print_json(again=done.again, gone=done.gone)
    else:
        for sentence in webhook_words.replayed(done):
            narrate(sentence)
    return 0 if done.again and not done.gone else NOT_WELL


def test(options: Namespace) -> int:
    """Send a `test.ping`, and show what was sent and how it is signed."""
    with opening.opened(options) as desk:
        endpoint = webhook_named(desk, options.webhook)
        opening.unlock(desk, options)
        done = asyncio.run(explain.ping(desk.store, desk.vault, desk.settings, endpoint.id))
    answer = done.answer
    if options.json:
        told = {
            "well": done.well,
            "status": answer.status if answer else None,
            "ms": round(answer.ms, 1) if answer else None,
            "words": done.words,
            "answer": answer.start if answer else "",
            "request": list(done.request),
            "steps": [{"what": step.what, "value": step.value} for step in done.steps],
            "delivery": done.delivery_id,
        }
        print_json(test=told)
    else:
        for line in done.request:
            print_line(line)
        print_line()
        for number, step in enumerate(done.steps, 1):
            print_pairs([(webhook_words.step_label(number, step.what), step.value)])
        print_line()
        if answer is not None:
            print_line(webhook_words.answer_words(done))
            if answer.start:
                print_pairs([("Answer", answer.start)])
    if not done.well:
        narrate(done.words)
    return 0 if done.well else NOT_WELL


def _which(desk: Desk, options: Namespace, state: DeliveryState | None) -> Which:
    asset = getattr(options, "asset", None)
    return Which(
        webhook_id=webhook_named(desk, options.webhook).id if options.webhook else None,
        asset_id=named(desk, asset).id if asset else None,
        state=state,
        since=options.since,
        until=options.until,
    )
