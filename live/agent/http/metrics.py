"""What the agent tells of itself to this machine: `/health`, and `/metrics` in Prometheus' text format
(https://prometheus.io/docs/instrumenting/exposition_formats/).

Nothing is counted for it but what tasks count anyway, and nothing is read before somebody asks: the client
library is imported then too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from live.agent.ground import Ground
from store import desk_figures
from store.database import StoreError
from store.desk_figures import DeskFigures
from store.task_states import TaskStand, TaskState
from store.vault import VaultState

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

EACH_S = 5.0
"""The store is read at most so often, however often somebody asks."""
PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""A proxy's marks: what comes by one is from elsewhere, though the proxy is of this machine."""
NO_STORE = {"Cache-Control": "no-store"}

States = Callable[[], Sequence[TaskState]]


def routes(ground: Ground, states: States) -> list[Route]:
    """`/health` and `/metrics`, for this machine alone; to others there is nothing."""
    figures = Figures(ground)
    registry: list[CollectorRegistry] = []

    async def health(request: Request) -> Response:
        if not is_near(request):
            return Response(status_code=404)
        tasks = {state.name: _as_json(state) for state in states()}
        failing = any(state.stand is TaskStand.FAILING for state in states())
        told = {"state": "failing" if failing else "well", "tasks": tasks}
        return JSONResponse(told, 503 if failing else 200, NO_STORE)

    async def metrics(request: Request) -> Response:
        if not is_near(request):
            return Response(status_code=404)
        await figures.read()
        if not registry:
            registry.append(_registry(ground, states, figures))
        from prometheus_client.exposition import choose_encoder

        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry[0]), headers={**NO_STORE, "Content-Type": content_type})

    return [Route("/health", health), Route("/metrics", metrics)]


def is_near(request: Request) -> bool:
    """Whether a request comes from this machine, and not by a proxy for somebody else."""
    if request.client is None or any(name in request.headers for name in PASSED_ON):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _as_json(state: TaskState) -> dict[str, str | int]:
    since = state.since.isoformat(timespec="milliseconds")
    return {"state": state.stand.value, "since": since, "failures": state.failures}


class Figures:
    """The store's figures, as they were some seconds ago at most."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = asyncio.Lock()
        self._at = float("-inf")
        self.known: DeskFigures | None = None
        """None: the store cannot be read."""
        self.vault_is_open = False

    async def read(self) -> None:
        """Read them, if they are old."""
        async with self._lock:
            if time.monotonic() - self._at < EACH_S:
                return
            self._at = time.monotonic()
            try:
                self.known = await asyncio.to_thread(desk_figures.read, self._ground.store)
                self.vault_is_open = await self._ground.vault_state() is VaultState.OPEN
            except StoreError:
                self.known = None


class Collector:
    """Turns what is known into metrics; see `prometheus_client.registry.Collector`."""

    def __init__(self, ground: Ground, states: States, figures: Figures) -> None:
        self._ground, self._states, self._figures = ground, states, figures

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        """Every metric, with its value now."""
        yield from self._of_tasks()
        yield from self._of_mail()
        if self._figures.known is not None:
            yield from self._of_store(self._figures.known)

    def _of_tasks(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        stand = GaugeMetricFamily(
            "postroom_task", "1 for the state that a task is in.", labels=["task", "state"]
        )
        for state in self._states():
            for one in TaskStand:
                stand.add_metric([state.name, one.value], float(state.stand is one))
        yield stand
        yield GaugeMetricFamily(
            "postroom_vault_open", "Whether the vault is open.", value=float(self._figures.vault_is_open)
        )
        tallies = self._ground.tallies
        renewed = CounterMetricFamily(
            "postroom_refreshes", "Refreshes of grants, by result.", labels=["result"]
        )
        for result, count in sorted(tallies.refreshes.items()):
            renewed.add_metric([result], count)
        yield renewed
        if tallies.deliveries is not None:
            counters = tallies.deliveries()
            tries = CounterMetricFamily(
                "postroom_deliveries", "Tries of deliveries, by result.", labels=["result"]
            )
            tries.add_metric(["delivered"], counters.delivered)
            tries.add_metric(["failed"], counters.failed - counters.dead)
            tries.add_metric(["dead"], counters.dead)
            yield tries

    def _of_mail(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        mail = CounterMetricFamily(
            "postroom_messages", "Messages that came, by what became of them.", labels=["road", "result"]
        )
        took = HistogramMetricFamily(
            "postroom_commit_seconds", "From the end of a message to its commit.", labels=["road"]
        )
        for road, filed_of in self._ground.tallies.filed.items():
            filed, to_commit = filed_of()
            for result, count in (
                ("kept", filed.messages),
                ("repeat", filed.repeats),
                ("put off", filed.faults),
            ):
                mail.add_metric([road, result], count)
            steps = [
                ("+Inf" if bound == float("inf") else str(bound), count) for bound, count in to_commit.steps()
            ]
            took.add_metric([road], steps, to_commit.total)
        yield mail
        yield took

    def _of_store(self, known: DeskFigures) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        now = datetime.now(UTC)
        grants = GaugeMetricFamily("postroom_grants", "Grants, by state.", labels=["state"])
        for state, count in sorted(known.grants.items()):
            grants.add_metric([state], count)
        yield grants
        if known.deadline_at is not None:
            left = (known.deadline_at - now).total_seconds()
            yield GaugeMetricFamily(
                "postroom_next_deadline_seconds",
                "Until sending stops somewhere; negative: it has.",
                value=left,
            )
        oldest = known.queue.oldest_at
        age = max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0
        for name, words, value in (
            ("queue_length", "Deliveries that wait.", known.queue.waiting),
            ("queue_age_seconds", "Age of the oldest event that waits for a delivery.", age),
            ("dead_letters", "Deliveries that were given up.", known.queue.dead),
            (
                "confirmations_waiting",
                "Requests to confirm a forwarding address that wait.",
                known.confirmations,
            ),
            ("log_messages", "Messages in the log.", known.messages),
            ("log_bytes", "What the messages in the log have, as they came.", known.octets),
        ):
            yield GaugeMetricFamily(f"postroom_{name}", words, value=float(value))


def _registry(ground: Ground, states: States, figures: Figures) -> CollectorRegistry:
    from prometheus_client import CollectorRegistry, ProcessCollector

    made = CollectorRegistry(auto_describe=False)
    made.register(Collector(ground, states, figures))
    ProcessCollector(registry=made)
    return made
