"""What the agent's tasks have counted since it began, for whoever reads its metrics. To count costs next to
nothing, and nothing is worked out before somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from live.histogram import Histogram
    from live.inbound.intake import Filed
    from live.webhooks.deliver import Counters
    from store.task_states import TaskState


@dataclass(slots=True)
class Tallies:
    """One for each agent; only in its loop."""

    refreshes: Counter[str] = field(default_factory=Counter)
    """By `live.oauth.refreshed.Result`."""
    filed: dict[str, Callable[[], tuple[Filed, Histogram]]] = field(default_factory=dict)
    """By the road on which mail comes: what was kept, and the seconds to each commit."""
    deliveries: Callable[[], Counters] | None = None
    """Tries of deliveries; None: none was made yet."""
    states: Callable[[], Sequence[TaskState]] = tuple
    """How the tasks stand."""
