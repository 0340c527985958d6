"""Where a connection test gets the access token from that it signs in with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from live.smtp.fault import Facts


@dataclass(frozen=True, slots=True)
class Held:
    """A token that may be used, and how the grant stands that it is of."""

    token: SecretStr
    facts: Facts = ()
    words: str = ""
    """What was done to have it; may hold a provider's words, untrusted."""


class TokenSource(Protocol):
    """One mailbox's grant."""

    async def held(self) -> Held:
        """The access token, renewed before where it is stale.

        Raises:
            live.smtp.fault.RungError: there is none to be had; it names the diagnosis.
        """

    async def renewed(self) -> SecretStr | None:
        """A newer token than the one that was given out, which a server has refused though it should be good;
        None: renewing it again would change nothing.

        Raises:
            live.smtp.fault.RungError: as `held`.
        """
