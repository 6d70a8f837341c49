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
from bot.domain.digests.improvements import Improvement, improvement
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
from bot.domain.experiments.leaderboard import Champion
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.links import Links
from bot.domain.participation import Tally
from bot.errors import InvalidInput
from bot.views.digests import weekly as views
from tests.standins.slack import text_of
from tests.unit.digests.builders import an_alert
from tests.unit.experiments.builders import CHURN, a_run

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


def seed(run_id: str, value: float, config: str) -> Run:
    return a_run(run_id, value, params={"config": config, "seed": run_id})


def content(**changes: Any) -> WeeklyContent:
    window = Window(whole=SPAN, issues=SPAN, runs=SPAN)
    empty = WeeklyContent(
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
        settings = DigestSettings(
            workspace="T1", channel="C1", choice=DigestChoice(zone=zone), owner="U1"
        )
        ends.append(week_of(Occurrence(run_at=at, local_date=day), settings))
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
    runs = [run(4, RunStatus.FINISHED, val_auc=0.906), run(5, RunStatus.FINISHED, val_auc=0.912)]
    found = improvement(EXPERIMENT, runs, {"r5"}, [])
    assert found is not None
    failures = ways_of_failing(EXPERIMENT, [run(1, RunStatus.FAILED, "CUDA out of memory")] * 6)
    told = content(
        failures=tuple(failures),
        improved=(found,),
        participation=Tally(expected=34, reported=31, away=4),
    )
    said = text_of({"blocks": views.weekly(told, Links()).blocks})
    assert (
        "Worth knowing before you try again: run-1 and 5 more in churn failed: CUDA out of memory"
    ) in said
    assert (
        "Better now: churn: run-5 val_auc 0.912, 0.006 better than the best before, "
        "too few seeds to rule out luck"
    ) in said
    assert "Stand-ups: 31 of 34 reports came, 4 days away" in said
    assert "Alerts" not in said


def test_better_is_the_median_of_seeds_against_the_champion() -> None:
    served = [seed(f"s{n}", 0.917 + n / 1000, "v2") for n in range(3)]
    lucky = [seed("l0", 0.94, "new"), seed("l1", 0.915, "new"), seed("l2", 0.91, "new")]
    good = [seed(f"g{n}", 0.93 + n / 1000, "good") for n in range(3)]
    champion = [Champion(model="churn", version=2, run=served[0])]

    def better(fresh: list[Run]) -> Improvement | None:
        return improvement(CHURN, [*served, *fresh], {each.run_id for each in fresh}, champion)

    assert better(lucky) is None, "one seed of three beats it"
    found = better(good)
    assert found is not None
    said = text_of({"blocks": views.weekly(content(improved=(found,)), Links()).blocks})
    assert "Better now: churn: g1 val_auc 0.931, median of 3 seeds (" in said
    assert "above champion v2 0.917, better beyond seed noise)" in said
    assert improvement(CHURN, [*served, *good], {"s0"}, champion) is None, "no news of the best"


def test_open_alerts_are_named() -> None:
    week = replace(content().week, alerts=(an_alert("churn v2 (champion) is worse"),))
    told = content(week=week)
    assert told.something_to_say
    said = text_of({"blocks": views.weekly(told, Links()).blocks})
    assert "Alerts: A-31 churn v2 (champion) is worse: open, warning" in said


def test_more_is_offered_only_where_there_is_more() -> None:
    few = content(failures=tuple(ways_of_failing(EXPERIMENT, [run(1, RunStatus.FAILED, "x")])))
    assert views.ACTION_MORE not in str(views.weekly(few, Links()).blocks)
    assert views.ACTION_POST in str(views.for_one(few, Links()).blocks)
    failed = [run(n, RunStatus.FAILED, f"error {n}") for n in range(5)]
    many = content(failures=tuple(ways_of_failing(EXPERIMENT, failed)))
    assert views.ACTION_MORE in str(views.weekly(many, Links()).blocks)


@pytest.mark.parametrize(
    ("until", "title"),
    [(T0, "The week of 24–30 Oct"), (T0 + timedelta(days=4), "The week of 28 Oct – 3 Nov")],
)
def test_the_heading_names_the_dates(until: datetime, title: str) -> None:
    told = content(span=week_until(until, "Europe/Berlin"), had_alerts=True)
    assert title in str(views.weekly(told, Links()).blocks[0])


def test_a_button_knows_its_week_and_a_foreign_value_is_refused() -> None:
    assert views.read_value(views.value(content())) == (SPAN, "Europe/Berlin")
    with pytest.raises(InvalidInput, match="too old"):
        views.read_value("yesterday")
