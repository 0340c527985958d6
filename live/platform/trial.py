"""Sends a signed event that is no mail to a source's address: whether the way, the signature and the vault
behind it are in order."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from live.https import system_error, tls_context
from live.platform.signature import HEADER
from live.smtp.fault import system_text

SECONDS = 10.0
"""The platform waits as long."""
ANSWER_OCTETS = 4_096
TEST_EVENT = {"event": "Test", "event_identifier": "TEST", "channel": "Email", "channel_identifier": "EMAIL"}


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went."""

    status: int | None
    """Of the answer; None: there was none."""
    words: str
    """What was answered, or why nothing came; untrusted."""
    ms: float

    @property
    def well(self) -> bool:
        """Whether the platform would be content."""
        return self.status == 200


def signed(body: bytes, secret: SecretStr) -> str:
    """The value of the signature's header."""
    return "sha256=" + hmac.digest(secret.get_secret_value().encode("utf-8"), body, "sha256").hex()


async def tried(url: str, secret: SecretStr) -> Trial:
    """Send it. As the platform does, it follows no redirect. Never raises for what a server does."""
    body = json.dumps(TEST_EVENT).encode("ascii")
    headers = {HEADER: signed(body, secret), "Content-Type": "application/json"}
    began = time.monotonic()
    try:
        verify = await asyncio.to_thread(tls_context) if urlsplit(url).scheme == "https" else False
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(verify=verify, trust_env=False, timeout=SECONDS) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            status, said = answer.status_code, b""
            async for piece in answer.aiter_raw():
                said += piece
                if len(said) > ANSWER_OCTETS:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError) as error:
        system = system_error(error)
        why = system_text(system) if system is not None else f"no answer ({type(error).__name__})"
        return Trial(None, why, _ms(began))
    return Trial(status, _words(said), _ms(began))


def _words(said: bytes) -> str:
    text = said[:ANSWER_OCTETS].decode("utf-8", "replace")
    try:
        told = json.loads(text)
        return str(told["words"])
    except (ValueError, KeyError, TypeError):
        return text[:300]


def _ms(began: float) -> float:
    return (time.monotonic() - began) * 1_000
