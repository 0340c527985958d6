"""Climbs the ladder against every sample of the rehearsal; each must end as the sample declares."""

from collections.abc import AsyncIterator

import pytest

from live.rehearsal.accounts import SAMPLES
from live.rehearsal.desk import HOST
from live.rehearsal.endpoints import Endpoints, Listener
from live.rehearsal.provider import serving
from live.rehearsal.sample import Sample
from live.smtp.ladder import Ladder, Limits
from live.smtp.target import Target
from store.checks import CheckStep, Outcome


@pytest.fixture
async def endpoints() -> AsyncIterator[Endpoints]:
    async with serving() as running:
        yield running


def target(sample: Sample, endpoints: Endpoints) -> Target:
    return Target(
        provider=sample.provider,
        address=sample.address,
        host=HOST,
        port=endpoints.ports[sample.listener],
        security=sample.security,
        sign_in_name=sample.login,
        credential=sample.password,
        credential_kind="password",
        ca_pem=endpoints.ca_pem,
        cleartext_agreed=sample.security == "none",
    )


async def climbed(sample: Sample, endpoints: Endpoints) -> list[CheckStep]:
    limits = Limits(banner=0.5) if sample.listener is Listener.SILENT else Limits()
    ladder = Ladder(target(sample, endpoints), limits=limits)
    steps = [event async for event in ladder.climb() if isinstance(event, CheckStep)]
    assert sample.password.get_secret_value() not in ladder.transcript
    return steps


def ended(steps: list[CheckStep]) -> tuple[str | None, str | None]:
    failed = [step for step in steps if step.outcome is Outcome.FAILED]
    assert len(failed) <= 1
    return (failed[0].name, failed[0].diagnosis) if failed else (None, None)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
async def test_a_climb_ends_as_the_sample_declares(endpoints: Endpoints, sample: Sample) -> None:
    assert ended(await climbed(sample, endpoints)) == sample.expected()
    if sample.later_rung is not None:
        assert ended(await climbed(sample, endpoints)) == sample.expected(1) != sample.expected()
