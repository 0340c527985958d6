"""The agent's HTTP side: tells how it stands, takes the consents that come back by themselves, and the
platform's events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from live.agent.ground import Ground
from live.agent.task import Told
from live.oauth.on_demand import HttpOnDemand

if TYPE_CHECKING:
    from live.platform.taking import PlatformDesk

FINISH_S = 1.5
"""For consents under way when the agent stops."""


class CallbackTask:
    """See the module."""

    name = "http"

    def __init__(
        self,
        ground: Ground,
        health: Callable[[], dict[str, str]],
        trace: Callable[[BaseException], None],
        platform: Callable[[], PlatformDesk] | None = None,
    ) -> None:
        """
        Args:
            platform: what takes the platform's events.
        """
        self._ground = ground
        self._health = health
        self._trace = trace
        self._platform = platform

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        from live.agent.http import (  # 60 ms, which `agent --once` need not pay
            app,
            consent,
            metrics,
            platform,
            raw_source,
            server,
        )
        from live.webhooks.raw_links import follower

        settings = self._ground.settings
        with server.bound(settings.agent_http_host, settings.agent_http_port) as listening:
            host, port = listening.getsockname()[:2]
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            async with HttpOnDemand() as http:
                desk = app.Desk(lambda brought: consent.answered(self._ground, http, brought), self._trace)
                told.well(_words(address, settings.callback_url), (address,))
                more = [
                    raw_source.route(follower(self._ground.store, self._ground.vault)),
                    *([platform.route(self._platform())] if self._platform is not None else []),
                    *metrics.routes(self._ground, self._ground.tallies.states),
                ]
                try:
                    await server.serve(app.app(desk, settings.callback_url, self._health, more), listening)
                finally:
                    await desk.finished(FINISH_S)

    async def once(self, told: Told) -> None:
        """See `Task.once`: nobody could come by."""
        told.off("It listens only in an agent that goes on.")


def _words(address: str, callback_url: str) -> str:
    if callback_url:
        return f"Listening at {address}; consents come back at {callback_url}."
    return f"Listening at {address}; no callback_url is configured, so answers are pasted back."
