"""A client for authorization servers that is made when it is first needed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from live.oauth.http import OAuthHttp


class HttpOnDemand:
    """An async context manager; most connection tests find their tokens fresh, and need no client (50 ms)."""

    def __init__(self, given: OAuthHttp | None = None) -> None:
        """
        Args:
            given: a client that is open, and stays so; None: one is made.
        """
        self._http = given
        self._opening = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def opened(self) -> OAuthHttp:
        """The client.

        Raises:
            live.oauth.faults.NetworkFault: the environment names a proxy that cannot be used.
        """
        async with self._opening:
            if self._http is None:
                made = await asyncio.to_thread(_made)
                self._http = await self._stack.enter_async_context(made)
            return self._http


def _made() -> OAuthHttp:
    from live.oauth.http import OAuthHttp  # 90 ms

    return OAuthHttp()
