"""A slow Jira is polled seldom, a fast one at every interval."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest

import jobs.poll_jira
from bot.workflows.tenants import OneTenant
from jobs.deps import JobDeps
from jobs.poll_jira import REST, Poll
from jobs.scheduler import intervals
from tests.unit.digests.builders import T0, FakeJira

SECOND = timedelta(seconds=1)


class Pace:
    """Polls that are only counted; `latency` is how long Jira takes for the next one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.jira, self.at, self.fails = FakeJira(), list[datetime](), False
        self.poll = Poll()
        self.deps = JobDeps(
            tenants=OneTenant(workspace="T1"),
            transactions=cast(Any, None),
            chat=cast(Any, None),
            deliverer=cast(Any, None),
            holidays=cast(Any, None),
            issue_tracker=self.jira,
        )
        monkeypatch.setattr(jobs.poll_jira, "poll", self._poll)

    async def _poll(self, _workspace: str, _jira: FakeJira, _: object, now: datetime) -> int:
        self.at.append(now)
        if self.fails:
            raise OSError("the database is away")
        return 0


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Pace:
    """With a Jira that answers at once."""
    return Pace(monkeypatch)


async def test_a_fast_jira_is_polled_every_time(pace: Pace) -> None:
    pace.jira.latency = 0.05
    times = [T0 + 120 * SECOND * number for number in range(3)]
    for now in times:
        await pace.poll(pace.deps, now)
    assert pace.at == times


async def test_a_slow_jira_rests_twenty_times_as_long_as_it_took(pace: Pace) -> None:
    pace.jira.latency = 9.0
    for number in range(4):
        await pace.poll(pace.deps, T0 + 60 * SECOND * number)
    assert REST == 20
    assert pace.at == [T0, T0 + 180 * SECOND]


async def test_one_that_fails_slowly_rests_too(pace: Pace) -> None:
    pace.jira.latency, pace.fails = 10.0, True
    with pytest.raises(OSError, match="away"):
        await pace.poll(pace.deps, T0)
    await pace.poll(pace.deps, T0 + 199 * SECOND)
    assert pace.at == [T0]


async def test_a_clock_that_is_set_back_ends_the_rest(pace: Pace) -> None:
    pace.jira.latency = 10.0
    await pace.poll(pace.deps, T0)
    await pace.poll(pace.deps, T0 - 3600 * SECOND)
    assert pace.at == [T0, T0 - 3600 * SECOND]


def test_the_job_that_runs_is_the_one_that_rests() -> None:
    step, seconds = intervals(77)["poll_jira"]
    assert isinstance(step, Poll)
    assert seconds == 77
