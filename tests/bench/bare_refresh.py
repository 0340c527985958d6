"""As many requests to a token endpoint as a refresh makes, by httpx alone; nothing is kept.

With "loaded" as the last argument it has loaded what a console has loaded by then, so that its memory can be
compared with a console's.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time

import httpx

from tests.bench.memory import peak_mb


async def ask(url: str, count: int, at_once: int) -> int:
    """Returns how many answers brought tokens."""
    places = asyncio.Semaphore(at_once)
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)

    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def one(number: int) -> bool:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": f"1.A{number}.".ljust(900, "r"),
                "client_id": "aaaaaaaa-0000-4000-8000-000000000001",
                "client_secret": "benchmark",
                "scope": "https://outlook.office.com/SMTP.Send offline_access",
            }
            async with places:
                answer = await client.post(url, data=form)
            tokens = answer.json()
            return bool(tokens["access_token"] and tokens["refresh_token"])

        return sum(await asyncio.gather(*(one(number) for number in range(count))))


def main(url: str, count: int, at_once: int, *, loaded: bool) -> int:
    """Returns the exit status: 0 when all were answered."""
    if loaded:
        importlib.import_module("tests.bench.refresher")
    began, used = time.perf_counter(), time.process_time()
    answered = asyncio.run(ask(url, count, at_once))
    print(time.perf_counter() - began, time.process_time() - used, peak_mb())
    return 0 if answered == count else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), loaded=sys.argv[-1] == "loaded"))
