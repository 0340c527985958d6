"""Whether anybody receives mail for this store at the moment."""

from __future__ import annotations

from datetime import datetime

from store import leases
from store.database import Store


def listening(store: Store, now: datetime) -> tuple[str, ...]:
    """Where the agent's receiver listens, such as "smtp 127.0.0.1:2525"; empty: nobody receives.

    Raises:
        StoreError.
    """
    lease = leases.look(store)
    return lease.addresses("receiver") if lease is not None and lease.alive(now) else ()


def why_not(store: Store, now: datetime) -> str:
    """Why nobody receives, in one sentence."""
    lease = leases.look(store)
    if lease is None or not lease.alive(now):
        return "No agent runs, so nobody receives: the probe could not arrive, and was not sent."
    told = next((state.words for state in lease.tasks if state.name == "receiver"), "")
    because = f": {told}" if told else "."
    return f"The agent runs but does not receive mail, so the probe was not sent{because}"
