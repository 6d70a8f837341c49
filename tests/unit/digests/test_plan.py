"""What a poll asks for: overlap, a look back for new projects, watermarks never in the future."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.issues.polling import ProjectProgress, Reading, new_watermark, plan_readings
from bot.domain.issues.records import IssuePage
from tests.unit.digests.builders import HOUR, T0, issue


def _progress(project: str, hours_ago: int) -> ProjectProgress:
    at = T0 - hours_ago * HOUR
    return ProjectProgress(
        project=project, watermark=at, read_at=at, swept_at=T0 - HOUR, backlog_at=at
    )


def test_nothing_wanted_nothing_asked() -> None:
    assert not plan_readings([], [_progress("CHURN", 1)], T0)


def test_known_projects_share_a_call_that_looks_back_ten_minutes() -> None:
    progress = [_progress("CHURN", 1), _progress("DATA", 3), _progress("OLD", 900)]
    plan = plan_readings(["DATA", "CHURN"], progress, T0)
    [reading] = plan.readings
    assert plan.backlog == ()
    assert reading.projects == ("CHURN", "DATA")
    assert reading.since == T0 - 3 * HOUR - timedelta(minutes=10)
    assert reading.news_since == reading.since


def test_a_new_project_is_read_two_weeks_back_but_only_a_day_is_news() -> None:
    plan = plan_readings(["CHURN", "NEW"], [_progress("CHURN", 1)], T0)
    known, new = plan.readings
    assert plan.backlog == ("NEW",)
    assert known.projects == ("CHURN",)
    assert new == Reading(
        projects=("NEW",),
        since=T0 - timedelta(days=14),
        news_since=T0 - timedelta(days=1),
        sweep=True,
    )
    assert new.noticed_at(T0 - timedelta(days=2), T0) == T0 - timedelta(days=2)
    assert new.noticed_at(T0 - 5 * HOUR, T0) == T0


def test_once_a_day_a_poll_looks_back_two_days_for_what_the_index_showed_late() -> None:
    progress = [replace(_progress("CHURN", 1), swept_at=T0 - 24 * HOUR)]
    [reading] = plan_readings(["CHURN"], progress, T0).readings
    assert (reading.sweep, reading.since) == (True, T0 - 48 * HOUR)
    assert reading.noticed_at(T0 - 47 * HOUR, T0) == T0


def test_a_project_that_nobody_wanted_for_long_does_not_make_all_others_read_that_far_back() -> (
    None
):
    plan = plan_readings(["CHURN", "OLD"], [_progress("CHURN", 1), _progress("OLD", 24 * 90)], T0)
    known, again = plan.readings
    assert (known.projects, known.since) == (("CHURN",), T0 - HOUR - timedelta(minutes=10))
    assert (again.projects, again.since) == (("OLD",), T0 - timedelta(days=14))
    assert plan.backlog == ("OLD",)


def test_a_backlog_that_was_not_read_to_its_end_is_read_again() -> None:
    progress = [replace(_progress("CHURN", 1), backlog_at=None)]
    assert plan_readings(["CHURN"], progress, T0).backlog == ("CHURN",)


def test_a_watermark_is_the_newest_update_and_never_in_the_future() -> None:
    page = IssuePage(issues=(issue(1, updated=T0 - HOUR), issue(2, updated=T0)), changes=())
    assert new_watermark(page, T0 + HOUR) == T0
    assert new_watermark(page, T0 - HOUR) == T0 - HOUR
    assert new_watermark(IssuePage(issues=(), changes=()), T0) is None
