"""The burndown's arithmetic: a table of sprints, and what holds for every one."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digests.windows import Span
from bot.domain.issues.burndown import Band, Burndown, Unit
from bot.domain.issues.burning import burndown
from bot.domain.issues.sprint_states import IssueState

# Two weeks of ten working days in Berlin; clocks go back on the Sunday between them.
START = datetime(2026, 10, 19, 6, tzinfo=UTC)
END = datetime(2026, 10, 30, 17, tzinfo=UTC)
ZONE = "Europe/Berlin"
Story = dict[str, list[tuple[datetime, bool, bool, float | None]]]


def day(number: int, hour: int = 17) -> datetime:
    """The evening of a working day of the sprint, 1 to 10, in UTC."""
    return datetime(2026, 10, 18 + number + (2 if number > 5 else 0), hour, tzinfo=UTC)


def told(story: Story, as_of: datetime, known: list[Span] | None = None) -> Burndown:
    """The burndown of such a story."""
    histories = {
        key: [
            IssueState(issue_id=key, at=at, inside=inside, done=done, points=points)
            for at, inside, done, points in states
        ]
        for key, states in story.items()
    }
    spans = known if known is not None else [Span(since=START, until=as_of)]
    return burndown(
        histories, starts_at=START, ends_at=END, known=spans, as_of=as_of, zone_name=ZONE
    )


def planned(count: int, points: float | None = None) -> Story:
    """Issues that are in from the start and untouched."""
    return {f"I{n}": [(START, True, False, points)] for n in range(count)}


def finish(story: Story, count: int, at: datetime) -> Story:
    """The first `count` open issues are done at an instant."""
    found = [key for key, states in story.items() if not states[-1][2]][:count]
    for key in found:
        _, inside, _, points = story[key][-1]
        story[key].append((at, inside, True, points))
    return story


@pytest.mark.parametrize(
    ("done", "added", "band", "percent", "behind", "forecast"),
    [
        (10, 0, Band.ON_TRACK, 100, 0, 0),
        (9, 0, Band.ON_TRACK, 90, 1, 2),
        (8, 0, Band.OFF_TRACK, 80, 2, 4),
        (12, 0, Band.ON_TRACK, 100, -2, 0),
        (0, 0, Band.OFF_TRACK, 0, 10, None),
        (10, 3, Band.OFF_TRACK, 76, 3, 3),
    ],
)
def test_halfway_through_twenty_issues(
    done: int, added: int, band: Band, percent: int, behind: float, forecast: float | None
) -> None:
    """At the end of day 5 of 10 the line asks for 10 of 20; the pace is that of five days."""
    story = finish(planned(20), done, day(2))
    story |= {f"N{n}": [(day(3), True, False, None)] for n in range(added)}
    found = told(story, day(5))
    assert (found.band, found.percent) == (band, percent)
    assert found.days == 10
    # Half an hour of nothing: the day's last hour of work was 18:00 local.
    assert found.elapsed == pytest.approx(0.5, abs=0.011)
    assert found.days_behind * 20 / 10 == pytest.approx(behind, abs=0.3)
    if forecast is None:
        assert found.forecast is None
    else:
        assert found.forecast == pytest.approx(forecast, abs=0.5)


def test_the_bands_lie_where_they_should() -> None:
    story = planned(100)
    found = told(story, END)
    asked = replace(found, elapsed=0.5, is_over=False)
    bands = {
        done: replace(asked, now=replace(found.now, done=done)).band
        for done in (42, 42.5, 44.9, 45, 50)
    }
    assert bands == {
        42: Band.OFF_TRACK,
        42.5: Band.AT_RISK,
        44.9: Band.AT_RISK,
        45: Band.ON_TRACK,
        50: Band.ON_TRACK,
    }


def test_a_first_morning_is_no_verdict() -> None:
    assert told(planned(8), START + timedelta(hours=3)).band is Band.EARLY


def test_points_count_where_most_issues_are_estimated() -> None:
    story = finish(planned(3, 5.0), 1, day(1)) | {"X": [(START, True, False, None)]}
    found = told(story, day(2))
    assert found.unit is Unit.POINTS
    assert (found.now.scope, found.now.done, found.now.issues) == (15, 5, 4)
    assert (found.unestimated, found.unestimated_open) == (1, 1)
    half = planned(2, 5.0) | {f"X{n}": [(START, True, False, None)] for n in range(2)}
    assert told(half, day(2)).unit is Unit.ISSUES


def test_open_issues_without_an_estimate_are_never_on_track() -> None:
    story = finish(planned(3, 5.0), 3, day(2)) | {"X": [(START, True, False, None)]}
    assert told(story, day(5)).band is Band.UNCLEAR
    assert told(finish(story, 1, day(3)), day(5)).band is Band.ON_TRACK


def test_scope_tells_what_came_what_left_and_what_grew() -> None:
    story = planned(4, 2.0)
    story["I0"].append((day(2), False, False, 2.0))
    story["I1"].append((day(2), True, False, 5.0))
    story["N"] = [(day(4), True, False, 8.0)]
    change = told(story, day(5)).change
    assert (change.added, change.added_weight) == (1, 8)
    assert (change.removed, change.removed_weight) == (1, 2)
    assert change.reestimated == 3


def test_days_on_which_nobody_looked_are_a_gap() -> None:
    known = [Span(since=START, until=day(2)), Span(since=day(4), until=day(5))]
    found = told(planned(4), day(5), known)
    seen = [point.amount is not None for point in found.points]
    # Start; Monday and Tuesday's ends at midnight: Tuesday's was not seen, nor Wednesday's.
    assert seen == [True, True, False, False, True, True, *[False] * 5]


def test_what_was_before_the_first_look_is_not_made_up() -> None:
    found = told(planned(4), day(5), [Span(since=day(3), until=day(5))])
    assert found.base_at == day(3)
    assert found.points[0].amount is None


def test_day_by_day_line_and_marks() -> None:
    story = finish(planned(10), 2, day(1, 10))
    story["N"] = [(day(2), True, False, None)]
    found = told(story, day(3, 12))
    remaining = [p.amount.remaining if p.amount else None for p in found.points]
    assert remaining == [10, 8, 9, 9, *[None] * 7]
    assert [n for n, p in enumerate(found.points) if p.grew] == [2]
    assert [round(p.ideal, 2) for p in found.points] == [10, 9, 8, 7.4, 6, 5, 4, 3, 2, 1, 0]
    assert [n for n, p in enumerate(found.points) if p.is_now] == [3]


def test_the_pictures_last_point_is_the_present() -> None:
    story = finish(planned(10), 4, day(4))
    saturday = day(5) + timedelta(days=1)
    story["N"] = [(saturday, True, False, None)]
    found = told(story, saturday + timedelta(hours=1))
    [now] = [n for n, point in enumerate(found.points) if point.is_now]
    known = [point for point in found.points if point.amount]
    assert (len(found.points), now, known[-1]) == (12, 6, found.points[now])
    assert known[-1].amount == found.now, "text and picture count the same"
    assert known[-1].grew
    assert found.points[now - 1].amount != found.now
    over = told(finish(story, 1, END), END + timedelta(hours=3))
    assert (over.points[-1].is_now, over.points[-1].amount) == (True, over.now)


def test_a_day_that_brought_one_and_lost_one_is_marked() -> None:
    story = planned(4)
    story["I0"].append((day(2, 8), False, False, None))
    story["N"] = [(day(2, 9), True, False, None)]
    assert [n for n, p in enumerate(told(story, day(4)).points) if p.grew] == [2]


moments = st.integers(min_value=0, max_value=12 * 24).map(lambda h: START + timedelta(hours=h))
weights = st.none() | st.floats(min_value=0, max_value=100, allow_nan=False)
states = st.lists(st.tuples(moments, st.booleans(), st.booleans(), weights), max_size=5)
zones = st.sampled_from(["Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kolkata"])


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), states, max_size=8), moments, zones)
def test_what_holds_for_every_sprint(story: Story, as_of: datetime, zone: str) -> None:
    histories = {
        key: [
            IssueState(issue_id=key, at=at, inside=inside, done=done, points=points)
            for at, inside, done, points in sorted(each, key=lambda state: state[0])
        ]
        for key, each in story.items()
    }
    found = burndown(
        histories,
        starts_at=START,
        ends_at=END,
        known=[Span(since=START, until=as_of)],
        as_of=as_of,
        zone_name=zone,
    )
    ideals = [point.ideal for point in found.points]
    assert ideals == sorted(ideals, reverse=True)
    assert ideals[-1] == 0
    amounts = [found.base, found.now, *(p.amount for p in found.points if p.amount)]
    for each in amounts:
        assert each.remaining >= 0
        assert math.isclose(each.done + each.remaining, each.scope, abs_tol=1e-6)
        assert 0 <= each.open_issues <= each.issues
    change = found.change
    grown = change.added_weight - change.removed_weight + change.reestimated
    assert math.isclose(found.base.scope + grown, found.now.scope, abs_tol=1e-6)
    assert found.now.issues == found.base.issues + change.added - change.removed
    assert 0 <= found.percent <= 100
    assert found.forecast is None or 0 <= found.forecast <= found.now.remaining + 1e-9
