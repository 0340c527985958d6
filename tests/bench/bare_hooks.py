"""The other one of the benchmark of webhooks: a bare httpx client that posts the same body so many times, so
many at a time, and prints the seconds that it took."""

from __future__ import annotations

import asyncio
import sys
import time

import httpx

BODY = (
    b'{"type":"email.received","timestamp":"2026-11-24T00:00:00.000Z","data":{"text":"'
    + b"x" * 1_500
    + b'"}}'
)


async def post(url: str, count: int, at_once: int) -> None:
    """Post so many."""
    numbers = iter(range(count))
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(limits=limits) as client:

        async def some() -> None:
            for _ in numbers:
                answer = await client.post(url, content=BODY, headers={"Content-Type": "application/json"})
                answer.raise_for_status()

        await asyncio.gather(*(some() for _ in range(at_once)))


if __name__ == "__main__":
    began = time.perf_counter()
    asyncio.run(post(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    print(time.perf_counter() - began)
