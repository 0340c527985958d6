"""A server that plays a device grant by script, and a clock that stands still but for the waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from live.oauth.answers import TokenRefused
from live.oauth.device import Event, Pace, sign_in_elsewhere
from live.oauth.http import OAuthHttp
from tests.live.oauth.kit import NOON, Reply, client, reply, serving, told

DEVICE = "plantedDevice-77aa01be5d"
PENDING = reply({"error": "authorization_pending"}, "400 Bad Request")
SLOW_DOWN = reply({"error": "slow_down"}, "400 Bad Request")


@dataclass
class Hands(Pace):
    """A clock that only waiting moves."""

    at: float = 1_000.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


def code(**more: Any) -> bytes:
    given = {
        "device_code": DEVICE,
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://device.example.com/",
        "expires_in": 900,
        "interval": 5,
    }
    return reply({name: value for name, value in (given | more).items() if value is not ...})


async def all_of(events: AsyncIterator[Event]) -> list[Event | TokenRefused]:
    """What happens to the end, a refusal included; that holds no device code."""
    happened: list[Event | TokenRefused] = []
    try:
        async for event in events:
            happened.append(event)
    except TokenRefused as refused:
        happened.append(refused)
        said = told(refused)
    else:
        said = ""
    assert DEVICE not in said
    return happened


async def played(
    *replies: Reply, http: OAuthHttp, **more: Any
) -> tuple[list[Event | TokenRefused], Hands, list[dict[str, str]]]:
    """What happens when a server says this in turn, how long was waited, and what the server heard."""
    hands = Hands()
    async with serving(*replies) as server:
        fields = client(server.url(), device_url=server.url("/device"), **more)
        happened = await all_of(sign_in_elsewhere(http, fields, None, now=NOON, pace=hands))
        forms = server.forms
    assert "WDJB-MJHT" not in repr(happened)
    return happened, hands, forms
