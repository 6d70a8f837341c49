"""Participation: what counts, for whom, and in which week."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.absence import AbsenceKind
from bot.domain.chart import Series
from bot.domain.participation import Tally, first_monday, participation
from bot.domain.turn import Cohort, Entry
from bot.views.participation_chart import participation_chart
from tests.unit.history.builders import (
    AWAY,
    NOW,
    SKIPPED,
    TEAM,
    a_turn,
    reported,
    unanswered,
)

MON = date(2026, 11, 16)
TUE, WED = MON + timedelta(days=1), MON + timedelta(days=2)
LAST_MON = MON - timedelta(weeks=1)


def tally_of(*entries: Entry) -> Tally:
    return participation(entries, TEAM, NOW).total


def test_the_window_is_four_whole_weeks_and_the_running_one() -> None:
    assert first_monday(date(2026, 11, 18)) == date(2026, 10, 19)
    assert first_monday(date(2026, 11, 16)) == date(2026, 10, 19)
    assert first_monday(date(2026, 11, 22)) == date(2026, 10, 19)


def test_reported_late_and_missing_are_told_apart() -> None:
    counted = tally_of(reported(MON), reported(TUE, hours=3), unanswered(WED))
    assert counted == Tally(expected=3, reported=2, late=1)
    assert counted.missing == 1
    assert counted.share == pytest.approx(66.67, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"absence": AWAY}, Tally(away=1)),
        ({"absence": SKIPPED}, Tally(skipped=1)),
        ({"absence": AWAY, "asked_at": None}, Tally(away=1)),
        ({"asked_at": None}, Tally()),
        ({"required": False}, Tally()),
        ({"due_at": NOW + timedelta(seconds=1)}, Tally()),
        ({"due_at": NOW}, Tally(expected=1)),
    ],
)
def test_only_asked_required_closed_turns_without_absence_are_expected(
    changes: dict[str, Any], expected: Tally
) -> None:
    assert tally_of(unanswered(MON, **changes)) == expected


@pytest.mark.parametrize("kind", AbsenceKind)
def test_nobody_is_missing_on_a_day_off(kind: AbsenceKind) -> None:
    counted = tally_of(unanswered(MON, absence=SKIPPED if kind is AbsenceKind.SKIPPED else AWAY))
    assert (counted.expected, counted.missing, counted.away + counted.skipped) == (0, 0, 1)


def test_who_reports_while_away_is_neither_away_nor_expected() -> None:
    assert tally_of(reported(MON, absence=AWAY)) == Tally()


def test_a_report_before_the_prompt_counts_like_any_other() -> None:
    early = reported(MON)
    unasked = replace(early, turn=replace(early.turn, asked_at=None))
    assert tally_of(unasked) == Tally(expected=1, reported=1)


def test_a_report_counts_before_its_day_closes() -> None:
    assert tally_of(reported(WED, due_at=NOW + timedelta(hours=2))) == Tally(expected=1, reported=1)


def test_people_stand_in_the_order_of_their_names_not_of_their_figures() -> None:
    shown = participation(
        [reported(MON, "UYUKI"), unanswered(MON, "UANANYA"), reported(MON, "UGONE")],
        TEAM,
        NOW,
    )
    assert [each.name for each in shown.people] == ["Ananya", "UGONE", "Yuki"]
    assert [each.tally.reported for each in shown.people] == [0, 1, 1]


def test_somebody_who_left_the_standup_is_counted_for_what_they_were_then() -> None:
    former = a_turn(MON, "UMARCUS")
    shown = participation([Entry(turn=former)], TEAM, NOW)
    assert [(each.name, each.tally.expected) for each in shown.people] == [("Marcus", 1)]


def test_shares_are_by_week_and_cohort() -> None:
    shown = participation(
        [
            reported(LAST_MON, "UYUKI"),
            unanswered(LAST_MON, "UANANYA"),
            reported(MON, "UYUKI"),
            reported(MON, "ULENA"),
            unanswered(TUE, "ULENA"),
            unanswered(WED, "ULENA"),
        ],
        TEAM,
        NOW,
    )
    assert shown.weeks == (LAST_MON, MON)
    assert shown.shares[Cohort.ASIA] == (50.0, 100.0)
    before, now = shown.shares[Cohort.EUROPE]
    assert before is None
    assert now == pytest.approx(33.33, abs=0.01)
    assert Cohort.AMERICAS not in shown.shares


def test_the_chart_has_a_line_for_each_cohort() -> None:
    entries = [reported(LAST_MON, "UYUKI"), reported(MON, "UYUKI")]
    entries += [reported(LAST_MON), unanswered(TUE), unanswered(MON), reported(WED)]
    chart = participation_chart(participation(entries, TEAM, NOW))
    assert chart is not None
    assert chart.categories == ("9 Nov", "16 Nov")
    assert chart.series == (
        Series(name="Asia and Pacific", values=(100.0, 100.0)),
        Series(name="Europe and Africa", values=(100.0, 33.3)),
    )


def test_a_single_cohort_is_everybody_and_a_single_week_no_line() -> None:
    entries = [reported(LAST_MON), reported(MON)]
    chart = participation_chart(participation(entries, TEAM, NOW))
    assert chart is not None
    assert [series.name for series in chart.series] == ["everybody"]
    assert participation_chart(participation(entries[:1], TEAM, NOW)) is None
    assert participation_chart(participation([], TEAM, NOW)) is None
