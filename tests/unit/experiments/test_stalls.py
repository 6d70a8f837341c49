"""When a run's silence is worth a question: by its own rhythm, never by one for all."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.stalls import (
    Pulse,
    StallState,
    first_seen,
    judged,
    patience,
    seen,
    still_alive,
)
from tests.unit.experiments.builders import T0, a_run

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def running(step: int | None, logged_at: datetime | None, started_at: datetime = T0) -> Run:
    return replace(
        a_run("r", status=RunStatus.RUNNING, ended_at=None),
        started_at=started_at,
        step=step,
        logged_at=logged_at,
    )


def polled(*growths: timedelta, every: timedelta = MINUTE) -> tuple[Pulse, Run]:
    """A run that polls saw growing by these gaps, its pulse and how it is now."""
    run = running(1, T0 + MINUTE)
    pulse = first_seen("T1", run, T0 + MINUTE)
    for step, gap in enumerate(growths, 2):
        assert run.logged_at is not None
        run = running(step, run.logged_at + gap)
        now = run.logged_at
        assert now is not None
        pulse = seen(pulse, run, now - every, now)
    return pulse, run


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([2 * MINUTE] * 4, 30 * MINUTE),
        ([10 * MINUTE] * 4, 50 * MINUTE),
        ([MINUTE] * 6 + [HOUR, MINUTE], 90 * MINUTE),
        ([20 * HOUR], 3 * DAY),
    ],
    ids=[
        "half an hour at least",
        "five times its usual interval",
        "one and a half times its longest pause",
        "three days at most",
    ],
)
def test_patience_is_the_runs_own(gaps: list[timedelta], expected: timedelta) -> None:
    assert patience(*polled(*gaps)) == expected


def test_before_polls_saw_it_grow_its_time_per_step_counts() -> None:
    run = running(10, T0 + 100 * MINUTE)
    assert patience(first_seen("T1", run, T0), run) == 50 * MINUTE


@pytest.mark.parametrize(
    "run", [running(None, None), running(0, T0 + MINUTE)], ids=["nothing logged", "no step"]
)
def test_a_run_of_unknown_rhythm_has_a_day(run: Run) -> None:
    pulse = first_seen("T1", run, T0)
    assert patience(pulse, run) == DAY
    early, late = T0 + DAY - MINUTE, T0 + DAY + MINUTE
    assert judged(pulse, run, (), early, early).state is StallState.FINE
    assert judged(pulse, run, (), late, late).state is StallState.SILENT


def test_a_gap_while_nobody_looked_teaches_nothing() -> None:
    run = running(1, T0)
    grown = seen(first_seen("T1", run, T0), running(9, T0 + 5 * HOUR), T0, T0 + 5 * HOUR)
    assert grown.gaps == ()
    assert grown.grew_at == T0 + 5 * HOUR


def test_silence_counts_by_our_clock_once_it_was_seen_growing() -> None:
    """A client whose clock is an hour slow isn't silent."""
    slow = running(1, T0 - HOUR)
    pulse = seen(first_seen("T1", slow, T0), running(2, T0 - 59 * MINUTE), T0, T0 + MINUTE)
    later = T0 + 20 * MINUTE
    run = running(2, T0 - 59 * MINUTE)
    assert judged(pulse, run, (), later, later).state is StallState.FINE


def test_a_server_that_was_not_read_since_proves_no_silence() -> None:
    pulse, run = polled(*[MINUTE] * 3)
    known_at = T0 + 10 * MINUTE
    assert judged(pulse, run, (), known_at, T0 + 9 * HOUR).state is StallState.FINE


def test_a_parent_lives_while_one_of_its_children_does() -> None:
    parent = running(None, None)
    pulse, now = first_seen("T1", parent, T0), T0 + 2 * DAY
    assert judged(pulse, parent, [now - MINUTE], now, now).state is StallState.FINE
    assert judged(pulse, parent, [], now, now).state is StallState.SILENT


def test_who_says_that_it_lives_is_asked_again_after_twice_the_silence() -> None:
    pulse, run = polled(*[10 * MINUTE] * 4)
    asked_at = T0 + 91 * MINUTE
    silent = judged(pulse, run, (), asked_at, asked_at)
    assert (silent.state, silent.silence) == (StallState.SILENT, 50 * MINUTE)
    alive = still_alive(silent, "U1", asked_at + 10 * MINUTE)
    assert alive.quiet_until == asked_at + 10 * MINUTE + 120 * MINUTE
    early, late = alive.quiet_until - MINUTE, alive.quiet_until
    assert judged(alive, run, (), early, early).state is StallState.ALIVE
    again = judged(alive, run, (), late, late)
    assert (again.state, again.asked) == (StallState.SILENT, "")


def test_a_run_that_logs_again_is_fine_and_may_fall_silent_anew() -> None:
    pulse, run = polled(*[10 * MINUTE] * 4)
    at = T0 + 91 * MINUTE
    silent = replace(judged(pulse, run, (), at, at), message="m", batch=7, asked="U1")
    grown = running(6, at + MINUTE)
    fine = judged(seen(silent, grown, at, at + MINUTE), grown, (), at + MINUTE, at + MINUTE)
    assert (fine.state, fine.message, fine.batch) == (StallState.FINE, "m", 7)
    later = at + 5 * HOUR
    anew = judged(fine, grown, (), later, later)
    assert (anew.state, anew.message, anew.batch) == (StallState.SILENT, "", 0)
