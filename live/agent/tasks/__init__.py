"""The agent's tasks, one a module."""

from __future__ import annotations

from collections.abc import Callable

from live.agent.ground import Ground
from live.agent.task import Task
from live.agent.task_keeper import Trace


def all_tasks(ground: Ground, health: Callable[[], dict[str, str]], trace: Trace) -> tuple[Task, ...]:
    """Every task, in the order in which they are shown.

    Args:
        health: how all tasks stand, by name.
        trace: keeps where an unforeseen error came from.
    """
    from live.agent.tasks.callback import CallbackTask
    from live.agent.tasks.heartbeat import HeartbeatTask
    from live.agent.tasks.notices import NoticesTask
    from live.agent.tasks.platform import PlatformTask
    from live.agent.tasks.receiver import ReceiverTask
    from live.agent.tasks.refresh import RefreshTask
    from live.agent.tasks.retention import RetentionTask
    from live.agent.tasks.signatures import SignaturesTask
    from live.agent.tasks.webhooks import WebhooksTask

    platform = PlatformTask(ground, trace)
    signatures = SignaturesTask(ground)
    return (
        RefreshTask(ground),
        ReceiverTask(ground, signatures.offer),
        CallbackTask(ground, health, trace, lambda: platform.desk),
        platform,
        signatures,
        WebhooksTask(ground),
        HeartbeatTask(ground),
        NoticesTask(ground),
        RetentionTask(ground),
    )
