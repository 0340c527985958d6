"""A kept grant as what a connection test signs in with, told in the test's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from live.oauth.access import NoToken, Opened, Usable, usable
from live.oauth.refresh import utc_now
from live.smtp.fault import Facts, RungError
from live.smtp.token_source import Held
from store.assets import Asset
from store.database import Store
from store.grants import Grant
from store.vault import Vault


@dataclass(slots=True)
class StoredGrant:
    """The grant of one asset, for one connection test; a `live.smtp.token_source.TokenSource`."""

    store: Store
    vault: Vault
    asset: Asset
    http: Opened
    now: Callable[[], datetime] = utc_now
    _given: SecretStr | None = field(default=None, init=False)
    _new: bool = field(default=False, init=False)
    """Whether the token that was given out was renewed for this very test."""

    async def held(self) -> Held:
        """The access token, renewed before where it is stale."""
        found = await self._usable(None)
        self._new = found.refreshed is not None and found.refreshed.well
        return Held(found.token, _facts(found.grant, self.now()), _words(found))

    async def renewed(self) -> SecretStr | None:
        """A newer token, once; one that was renewed for this test and is refused will not be better the next
        time."""
        if self._new:
            return None
        found = await self._usable(self._given)
        self._new = True
        return found.token

    async def _usable(self, refused: SecretStr | None) -> Usable:
        try:
            found = await usable(self.store, self.vault, self.asset, self.http, refused=refused, now=self.now)
        except NoToken as none:
            raise RungError(none.words, "", diagnosis=none.diagnosis, definite=none.definite) from None
        self._given = found.token
        return found


def _facts(grant: Grant, now: datetime) -> Facts:
    age = _span(now - grant.obtained_at) if grant.obtained_at else "unknown"
    ends = f"in {_span(grant.expires_at - now)}" if grant.expires_at else "unknown"
    return (
        ("state", grant.state.value.replace("_", " ")),
        ("age", age),
        ("ends", ends),
        ("refresh token", "yes" if grant.has_refresh else "no"),
        ("scope", grant.scope or "not said"),
    )


def _words(found: Usable) -> str:
    if found.refreshed is None:
        return ""
    if found.refreshed.well:
        return f"The access token was stale, and was renewed. {found.refreshed.words}"
    return f"The access token is about to end, and could not be renewed: {found.refreshed.words}"


def _span(span: timedelta) -> str:
    """Such as "48 min", for a person."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7_200 else f"{seconds // 3_600} h"
