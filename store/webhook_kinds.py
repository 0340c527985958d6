"""The words of webhooks: events, styles, what of a mail's source goes along, how a delivery stands."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """What a webhook can be told of."""

    EMAIL_RECEIVED = "email.received"
    EMAIL_CONFIRMATION = "email.confirmation"
    """A provider asks to confirm a forwarding address."""
    EMAIL_BOUNCED = "email.bounced"
    GRANT_EXPIRING = "grant.expiring"
    GRANT_FAILED = "grant.failed"
    """A person is needed: a consent is missing, or the OAuth client is wrong."""
    GRANT_RENEWED = "grant.renewed"
    ASSET_TEST_FAILED = "asset.test.failed"
    FORWARDING_SILENT = "forwarding.silent"
    DESK_NOTICE = "desk.notice"
    """People are told that somebody is needed, reminded of it, or told that it is well again."""
    TEST_PING = "test.ping"
    """What `test` sends; no webhook needs to ask for it."""


EMAIL_EVENTS = (Event.EMAIL_RECEIVED, Event.EMAIL_CONFIRMATION, Event.EMAIL_BOUNCED)


class Style(StrEnum):
    """How a delivery is signed, and of which shape its body is."""

    STANDARD = "standard"
    """Standard Webhooks 1.0.0, https://www.standardwebhooks.com."""
    PLATFORM_SHA256 = "platform-sha256"
    """The platform's: an HMAC of the body in `x-hub-signature`."""
    PLATFORM_SHA512 = "platform-sha512"

    @property
    def is_platform(self) -> bool:
        return self is not Style.STANDARD


class RawSource(StrEnum):
    """Whether a mail's source, as it came, goes along."""

    NONE = "none"
    LINK = "link"
    """A signed link that expires, served by the agent."""
    INLINE = "inline"
    """In base64, up to a limit."""


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    """For its first or its next try."""
    HELD = "held"
    """Behind an earlier one of its asset, so that the order is kept."""
    DONE = "done"
    """The endpoint answered 2xx."""
    DEAD = "dead"
    """Given up: all tries failed, or a person gave it up."""


NO_ASSET = 0
"""In place of an asset's id: what is about none."""
