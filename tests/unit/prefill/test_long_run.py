"""The report of somebody who waits: a run that counts its steps, and when it may end."""

from datetime import datetime
from typing import Any

import pytest

from bot.domain.experiments.records import Run, RunStatus
from bot.domain.long_run import Reader, long_run, total_steps
from tests.unit.prefill.builders import HOUR, MINUTE, NOW, a_run

# Monday 09:30 in Tokyo.
READER = Reader(zone="Asia/Tokyo", now=NOW, known_at=NOW)


def running(started: datetime, step: int | None = 40, **changes: Any) -> Run:
    """A run that logged a minute ago."""
    values = {
        "name": "lr-search-big",
        "status": RunStatus.RUNNING,
        "started_at": started,
        "ended_at": None,
        "step": step,
        "logged_at": NOW - MINUTE,
        **changes,
    }
    return a_run("r", **values)


def told(*runs: Run, since: datetime = NOW - 20 * HOUR, reader: Reader = READER) -> str:
    """The line, or nothing."""
    found = long_run(runs, since, reader)
    return found.text if found else ""


def test_with_a_known_total_its_end_is_named_about() -> None:
    line = told(running(NOW - 61 * HOUR, params={"epochs": "90"}))
    # 61 h for 40 of 90 steps: 76 h 15 min more.
    assert line == "No news: lr-search-big runs, step 40 of 90, done about Thu 13:40"
    soon = told(running(NOW - 8 * HOUR, params={"epochs": "50"}))
    assert soon == "No news: lr-search-big runs, step 40 of 50, done about 11:30"
    later = told(running(NOW - 61 * HOUR, params={"epochs": "400"}))
    assert later == "No news: lr-search-big runs, step 40 of 400, done about 16 Dec 06:30"


def test_the_link_is_the_runs_name() -> None:
    found = long_run([running(NOW - 61 * HOUR)], NOW, READER)
    assert found is not None
    assert (found.reference.key, found.reference.anchor) == ("1/r", "lr-search-big")


def test_without_a_total_it_says_since_when_and_how_far() -> None:
    assert told(running(NOW - 61 * HOUR, 4000)) == (
        "No news: lr-search-big runs since Fri 20:30, step 4000"
    )


def test_time_is_counted_up_to_when_the_run_was_read() -> None:
    reader = Reader(zone="UTC", now=NOW, known_at=NOW - 2 * HOUR)
    run = running(NOW - 22 * HOUR, 50, params={"epochs": "100"}, logged_at=NOW - 2 * HOUR)
    assert told(run, reader=reader).endswith("step 50 of 100, done about 18:30")


def test_an_end_that_has_passed_or_a_last_step_is_no_end_to_name() -> None:
    reached = running(NOW - 22 * HOUR, 90, params={"epochs": "90"})
    assert told(reached).endswith("runs, step 90 of 90")
    stale = Reader(zone="UTC", now=NOW, known_at=NOW - 30 * HOUR)
    overdue = running(NOW - 60 * HOUR, 80, params={"epochs": "90"}, logged_at=NOW - 30 * HOUR)
    assert told(overdue, reader=stale).endswith("runs, step 80 of 90")


@pytest.mark.parametrize(
    ("run", "since"),
    [
        (running(NOW - 3 * HOUR), NOW - 20 * HOUR),
        (running(NOW - 60 * HOUR, None), NOW),
        (running(NOW - 60 * HOUR, 0), NOW),
        (running(NOW - 60 * HOUR, status=RunStatus.SCHEDULED), NOW),
        (running(NOW - 60 * HOUR, status=RunStatus.FINISHED), NOW),
        (running(NOW - 60 * HOUR, started_at=None), NOW),
    ],
)
def test_what_is_no_long_run_is_not_told(run: Run, since: datetime) -> None:
    assert told(run, since=since) == ""


def test_a_run_from_before_the_last_report_counts_however_short() -> None:
    assert told(running(NOW - 2 * HOUR), since=NOW - HOUR) != ""


def test_a_run_that_has_logged_nothing_for_three_steps_is_rather_dead() -> None:
    started = NOW - 60 * HOUR
    assert told(running(started, 50, logged_at=NOW - 3 * HOUR)) != ""
    assert told(running(started, 50, logged_at=NOW - 5 * HOUR)) == ""
    assert told(running(started, 4000, logged_at=NOW - 59 * MINUTE)) != ""
    assert told(running(started, 4000, logged_at=NOW - 61 * MINUTE)) == ""


def test_of_several_the_one_that_started_first() -> None:
    runs = [running(NOW - 30 * HOUR, name="b"), running(NOW - 40 * HOUR, name="a")]
    assert told(*runs).startswith("No news: a runs since")


@pytest.mark.parametrize(
    ("params", "tags", "step", "expected"),
    [
        ({"epochs": "90"}, {}, 40, 90),
        ({"--max-epochs": "90"}, {}, 40, 90),
        ({"trainer.max_epochs": "90"}, {}, 40, 90),
        ({"Max Epochs": " 90 "}, {}, 40, 90),
        ({}, {"total_steps": "5000"}, 40, 5000),
        ({"epochs": "90", "max_epochs": "90"}, {}, 40, 90),
        # Steps are batches here, so the epochs are no total.
        ({"epochs": "3"}, {}, 4000, None),
        ({"epochs": "3", "max_steps": "9000"}, {}, 4000, 9000),
        # Either could be counted.
        ({"epochs": "90", "max_steps": "9000"}, {}, 40, None),
        ({"max_steps": "-1"}, {}, 40, None),
        ({"epochs": "many"}, {}, 40, None),
        ({"epochs": "²"}, {}, 1, None),
        ({"lr_epochs_decay": "90"}, {}, 40, None),
        ({}, {}, 40, None),
    ],
)
def test_the_total_is_taken_only_where_it_is_plain(
    params: dict[str, str], tags: dict[str, str], step: int, expected: int | None
) -> None:
    assert total_steps(a_run("r", step=step, params=params, tags=tags)) == expected


def test_a_long_name_leaves_the_line_short_enough_for_a_button() -> None:
    line = told(running(NOW - 61 * HOUR, name="x" * 200, params={"epochs": "90"}))
    assert line.endswith("xxx… runs, step 40 of 90, done about Thu 13:40")
    assert len(line) <= 75
