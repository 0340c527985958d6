"""What the OAuth tests begin with: every logger speaks at DEBUG, and says no planted secret."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from live.oauth.http import OAuthHttp
from tests.live.oauth.kit import SHORT, assert_silent

TALKATIVE = ("httpx", "httpcore", "authlib", "joserfc", "h11", "asyncio", "live", "store")


@pytest.fixture(autouse=True)
def _silent_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    levels = {}
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in TALKATIVE:
            levels[name] = logging.getLogger(name).level
            logging.getLogger(name).setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for record in [*caplog.get_records("setup"), *caplog.get_records("call")]:
        assert_silent(f"{record.getMessage()} {record.args!r} {record.exc_info!r}")


@pytest.fixture
async def http() -> AsyncIterator[OAuthHttp]:
    """A client that is soon out of patience."""
    async with OAuthHttp(SHORT) as opened:
        yield opened
