"""The week: where it begins and ends, what counts as something to say, what it says."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.domain.calendar import Occurrence, resolve
from bot.domain.decisions.weekly import WeeklyDigest
from bot.domain.digests.content import Digest
from bot.domain.digests.settings import DigestChoice, DigestSettings, Weekly
from bot.domain.digests.weekly import (
    WeeklyContent,
    is_on,
    ways_of_failing,
    week_of,
    week_until,
    weekly_schedule_of,
)
from bot.domain.digests.windows import Span, Window
from bot.domain.experiments.records import BestRun, Experiment, Run, RunsSummary, RunStatus
from bot.domain.links import Links
from bot.domain.participation import Tally
from bot.errors import InvalidInput
from bot.views.digests import weekly as views
from tests.standins.slack import text_of

T0 = datetime(2026, 10, 30, 15, tzinfo=UTC)
SPAN = Span(since=T0 - timedelta(days=7), until=T0)
EXPERIMENT = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_auc"})


def run(number: int, status: RunStatus, error: str = "", **metrics: float) -> Run:
    return Run(
        run_id=f"r{number}",
        experiment_id="1",
        name=f"run-{number}",
        status=status,
        started_at=T0 - timedelta(hours=1),
        ended_at=T0,
        user="yuki",
        metrics=metrics,
        tags={"error": error} if error else {},
    )


def content(**changes: Any) -> WeeklyContent:
    window = Window(whole=SPAN, issues=SPAN, runs=SPAN)
    empty = WeeklyContent(
        day=date(2026, 10, 30),
        span=SPAN,
        zone="Europe/Berlin",
        week=Digest(day=date(2026, 10, 30), window=window),
        decisions=WeeklyDigest(day=date(2026, 10, 30)),
    )
    return replace(empty, **changes)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_weeks_join_without_a_gap_when_clocks_change(zone: str) -> None:
    ends = []
    for week in range(8):
        day = date(2026, 10, 9) + timedelta(weeks=week)
        at = resolve(day, time(16), zone)
        assert at is not None
        ends.append(week_of(Occurrence(run_at=at, local_date=day), zone))
    assert all(a.until == b.since for a, b in pairwise(ends))


def test_a_week_lasts_an_hour_longer_when_clocks_go_back() -> None:
    span = week_until(datetime(2026, 10, 30, 15, tzinfo=UTC), "Europe/Berlin")
    assert span.until - span.since == timedelta(days=7, hours=1)


def test_it_is_on_where_a_day_is_chosen_and_the_digest_is_on() -> None:
    choice = DigestChoice(zone="Europe/Berlin", weekly=Weekly(weekday=5, wall_time=time(16)))
    settings = DigestSettings(workspace="T1", channel="C1", choice=choice, owner="U1")
    assert is_on(settings)
    schedule = weekly_schedule_of(settings, T0)
    assert schedule.active
    # Friday at four is right now; the next one is a week later.
    assert schedule.next_run_at == datetime(2026, 11, 6, 15, tzinfo=UTC)
    off = replace(settings, choice=replace(choice, active=False))
    never = replace(settings, choice=replace(choice, weekly=Weekly()))
    assert not any(is_on(each) for each in (off, never, None))
    assert not weekly_schedule_of(never, T0).active


def test_ways_of_failing_are_told_once_each() -> None:
    runs = [
        run(1, RunStatus.FAILED, "CUDA out of memory"),
        run(2, RunStatus.FAILED, "CUDA out of memory"),
        run(3, RunStatus.KILLED),
        run(4, RunStatus.FINISHED, val_auc=math.nan),
        run(5, RunStatus.FINISHED, val_auc=0.9),
    ]
    found = ways_of_failing(EXPERIMENT, runs)
    assert [(each.run.run_id, each.count) for each in found] == [("r2", 2), ("r3", 1), ("r4", 1)]


def test_who_reported_is_no_reason_for_a_message() -> None:
    assert not content(participation=Tally(expected=9, reported=9)).something_to_say
    assert content(had_alerts=True).something_to_say


def test_failures_and_wins_stand_in_one_voice() -> None:
    best = BestRun(
        experiment=EXPERIMENT,
        run=run(5, RunStatus.FINISHED, val_auc=0.912),
        metric="val_auc",
        value=0.912,
        higher_is_better=True,
        previous=0.906,
    )
    worse = replace(best, value=0.8)
    week = replace(content().week, runs=RunsSummary(finished=2, best=(best, worse), experiments={}))
    failures = ways_of_failing(EXPERIMENT, [run(1, RunStatus.FAILED, "CUDA out of memory")] * 6)
    told = content(
        week=week,
        failures=tuple(failures),
        participation=Tally(expected=34, reported=31, away=4),
    )
    said = text_of({"blocks": views.weekly(told, Links()).blocks})
    assert (
        "Worth knowing before you try again: run-1 and 5 more in churn failed: CUDA out of memory"
    ) in said
    assert "Better now: churn: val_auc 0.912, 0.006 better than the best before · run-5" in said
    assert "Stand-ups: 31 of 34 reports came, 4 days away" in said
    assert "Alerts" not in said


def test_a_button_knows_its_week_and_a_foreign_value_is_refused() -> None:
    assert views.read_value(views.value(content())) == (SPAN, "Europe/Berlin")
    with pytest.raises(InvalidInput, match="too old"):
        views.read_value("yesterday")
