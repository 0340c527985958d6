"""Devices that wait for a person to enter their code (RFC 8628)."""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from live.rehearsal.authorization.book import Grant, digest

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 6.1: no vowels, so that no words come out
CODE_LETTERS = 8
KEPT = 1_000  # devices; nobody has so many


@dataclass(slots=True, eq=False)
class Device:
    """One device that waits."""

    client_id: str
    scope: tuple[str, ...]
    tenant: str
    user_code: str
    ends_at: float
    """Seconds since the epoch."""
    interval: float
    """Seconds between two polls; grows by five with every poll that came too early."""
    polled_at: float | None = None
    decision: Literal["pending", "allowed", "denied", "taken"] = "pending"
    grant: Grant | None = None


@dataclass(slots=True)
class DeviceBook:
    """All of them, by the digest of the device code and by user code."""

    by_code: dict[bytes, Device] = field(default_factory=dict)

    def add(self, device: Device) -> str:
        """Keep a device; returns its device code."""
        text = secrets.token_urlsafe(48)
        self.by_code[digest(text)] = device
        if len(self.by_code) > KEPT:
            del self.by_code[next(iter(self.by_code))]
        return text

    def of_device(self, device_code: str) -> Device | None:
        return self.by_code.get(digest(device_code))

    def of_person(self, user_code: str, now: float) -> Device | None:
        """The device whose code a person typed, in whatever case and with or without the dash."""
        typed = "".join(letter for letter in user_code.upper() if letter in LETTERS)
        waiting = (
            device
            for device in self.by_code.values()
            if device.ends_at > now and device.decision == "pending"
        )
        return next((device for device in waiting if device.user_code.replace("-", "") == typed), None)


def new_user_code() -> str:
    """Eight letters in two groups."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
    return f"{letters[:4]}-{letters[4:]}"
