"""What is said of webhooks and their deliveries, on the screen and by the command line. Pure, and without the
store's libraries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tui.times import exact, took

if TYPE_CHECKING:
    from live.webhooks.explain import Tested
    from store.deliveries import Attempt, Delivery, DeliveryLine, Replayed
    from store.webhooks import Endpoint

EVENTS = {
    "email.received": "mail came in",
    "email.confirmation": "a provider asks to confirm forwarding",
    "email.bounced": "a mail that was sent came back",
    "grant.expiring": "a token or consent ends soon",
    "grant.failed": "a person must consent, or mend the client",
    "grant.renewed": "a token was renewed",
    "asset.test.failed": "a connection test failed",
    "forwarding.silent": "a mailbox forwards nothing any more",
    "desk.notice": "somebody is needed, or it is well again",
}
"""What a webhook can be told of, by the words of `store.webhook_kinds.Event`."""
STYLES = {
    "standard": "Standard Webhooks 1.0 (webhook-signature)",
    "platform-sha256": "Webex Connect's, SHA-256 (x-hub-signature)",
    "platform-sha512": "Webex Connect's, SHA-512 (x-hub-signature)",
}
RAWS = {"none": "not sent", "link": "by a link", "inline": "in base64"}
"""How a mail's source goes along."""

COUNTED = 10_000
"""What waits, and what is dead, is counted up to here, as in `store.webhook_tables`."""

Look = tuple[str, str, str]
"""Glyph, word and tone: never colour alone."""

DELIVERY_LOOKS: Mapping[str, Look] = {
    "waiting": ("○", "waiting", ""),
    "held": ("·", "held", "quiet"),
    "done": ("✓", "done", "good"),
    "dead": ("✗", "dead", "bad"),
}


# One endpoint


def look(endpoint: Endpoint) -> Look:
    """How a webhook is."""
    fields, health = endpoint.fields, endpoint.health
    if not fields.enabled:
        return ("✗", "stopped", "bad") if endpoint.off_why else ("○", "off", "quiet")
    if not endpoint.has_secret:
        return ("✗", "no secret", "bad")
    if health.failures:
        return ("✗", "failing", "bad")
    return ("✓", "well", "good") if health.last_ok_at else ("○", "unused", "quiet")


def state_words(endpoint: Endpoint) -> str:
    """The state for a person: glyph and word."""
    glyph, word, _tone = look(endpoint)
    return f"{glyph} {word}"


def asset_names(endpoint: Endpoint, names: Mapping[int, str]) -> list[str] | None:
    """The assets whose events it is told; None: all.

    Args:
        names: of assets, by id.
    """
    if endpoint.fields.asset_ids is None:
        return None
    return [names[asset_id] for asset_id in endpoint.fields.asset_ids if asset_id in names]


def pairs(endpoint: Endpoint, names: Mapping[int, str], now: datetime) -> list[tuple[str, str]]:
    """A webhook as labelled values, but for its name; lists have one entry a line."""
    fields, health = endpoint.fields, endpoint.health
    chosen = asset_names(endpoint, names)
    told = [
        ("State", state_words(endpoint) + (f" - {endpoint.off_why}" if endpoint.off_why else "")),
        ("URL", fields.url),
        ("Events", "\n".join(event.value for event in fields.events) or "none"),
        ("Assets", "all" if chosen is None else "\n".join(chosen) or "none"),
        ("Waiting", count_words(health.waiting) + _since(health.waiting_since)),
        ("Dead letters", count_words(health.dead)),
        ("Last delivered", exact(health.last_ok_at) if health.last_ok_at else "never"),
        ("Secret", secret_words(endpoint)),
        ("Style", fields.style.value),
        ("Source", RAWS[fields.raw.value]),
        ("Order", "each asset's events in order" if fields.ordered else "any"),
        ("Confirmations", "with link and code" if fields.opt_in_confirmation else "without link and code"),
    ]
    if health.failures:
        told.append(("Failed since", f"{_tries(health.failures)}; the last: {health.last_words}"))
    if health.rests_until and health.rests_until > now:
        told.append(("Left alone", f"until {exact(health.rests_until)}, as it asked for"))
    return told


def count_words(count: int) -> str:
    """A count that may have ended early."""
    return f"{count:,}+" if count >= COUNTED else f"{count:,}"


def secret_words(endpoint: Endpoint) -> str:
    """How deliveries to it are signed."""
    if not endpoint.has_secret:
        return "none: nothing can be signed"
    return "two sign, until the old one is dropped" if endpoint.is_rotating else "one signs"


def removal(endpoint: Endpoint) -> str:
    """What is asked before a webhook is deleted."""
    waiting = endpoint.health.waiting
    lost = ""
    if waiting:
        many = "1 delivery that waits" if waiting == 1 else f"{count_words(waiting)} deliveries that wait"
        lost = f" {many} for it {'is' if waiting == 1 else 'are'} lost."
    return f"Delete the webhook {endpoint.name}, with its secret and its deliveries?{lost}"


def _since(at: datetime | None) -> str:
    return f", the oldest since {exact(at)}" if at else ""


def _tries(count: int) -> str:
    return "1 try" if count == 1 else f"{count:,} tries"


# Deliveries


def delivery_look(line: DeliveryLine) -> Look:
    """How a delivery stands."""
    if line.under_way:
        return ("↻", "under way", "")
    if line.tries and line.state.value == "waiting":
        return ("!", "retrying", "soon")
    return DELIVERY_LOOKS[line.state.value]


def delivery_state(line: DeliveryLine) -> str:
    """The same as a filter takes it."""
    return "under way" if line.under_way else line.state.value


def delivery_pairs(found: Delivery) -> list[tuple[str, str]]:
    """A delivery as labelled values, but for its number and its tries; no value is empty."""
    line = found.line
    told = [
        ("Event", f"{line.event} at {exact(line.at)}"),
        ("Asset", line.asset_name),
        ("Webhook", line.webhook_name),
        ("webhook-id", found.uid),
        ("State", delivery_state(line)),
        ("Next try", exact(line.next_at) if line.next_at else ""),
        ("Can be replayed", "yes" if found.replayable else "no, its mail is past its time"),
    ]
    return [(label, value) for label, value in told if value]


def event_pairs(found: Delivery) -> list[tuple[str, str]]:
    """What is known of the event, as labelled values; untrusted."""
    known = shown_data(found).items()
    return [(name.replace("_", " "), _plain(value)) for name, value in known if value not in ("", None, [])]


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def shown_data(found: Delivery) -> dict[str, object]:
    """What is known of the event; link and code of a confirmation are asked for elsewhere."""
    return {name: value for name, value in found.data.items() if name != "confirmation"}


def attempt_words(number: int, one: Attempt) -> str:
    """One try in a sentence; its words are untrusted."""
    status = "no answer" if one.status is None else str(one.status)
    return f"Try {number}, {exact(one.at)}: {status} after {one.ms:,.0f} ms. {one.words}".rstrip()


def replayed(done: Replayed) -> list[str]:
    """What came of a replay, in sentences."""
    verb = "is" if done.again == 1 else "are"
    told = [f"{done.again:,} {verb} delivered again, by the agent." if done.again else "Nothing matches."]
    if done.gone:
        told.append(f"Of {done.gone:,} the mail is past its time (webhook_keep_days); they cannot be.")
    return told


# A test


def answer_words(done: Tested) -> str:
    """What came of a test, in a sentence; may hold a server's words: untrusted."""
    if done.answer is None:
        return done.words
    return f"Answered {done.answer.status} after {took(done.answer.ms)}."


def step_label(number: int, what: str) -> str:
    """How a step of signing is named."""
    return f"{number}. {what}"
