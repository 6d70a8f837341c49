"""Lines about issues and decisions, the fold of too many, and what is late."""

from dataclasses import replace

import pytest

from bot.domain.activity import Activity, Found, Reference, ReferenceKind
from bot.domain.decisions.record import DecisionStatus
from bot.domain.issues.records import IssueChange
from bot.domain.prefill import MOST, activity, decision_lines, issue_lines, late
from tests.unit.prefill.builders import (
    FRIDAY,
    ISSUES,
    MOVES,
    a_decision,
    a_line,
    a_move,
    an_issue,
    news,
    texts,
)

ISSUE, RUN, DECISION = ReferenceKind.ISSUE, ReferenceKind.RUN, ReferenceKind.DECISION


def test_one_line_per_issue_by_number_with_the_key_as_its_link() -> None:
    lines = issue_lines(news(ISSUES, *MOVES))
    assert [line.text for line in lines] == [
        "CHURN-38 moved to Done: Drop leaky feature days_since_cancel",
        "CHURN-41 moved to In review: Calibrate churn scores after the data v7 refresh",
        "CHURN-44 moved to In progress: Compare focal loss with class weights",
    ]
    assert lines[1].reference == Reference(kind=ISSUE, key="CHURN-41", anchor="CHURN-41")


def test_moves_are_net_and_there_and_back_is_nothing() -> None:
    issues = (an_issue(1, "To do", "Back again"), an_issue(2, "Done", "Two steps"))
    moves = (
        a_move(1, "To do", "In progress", 1),
        a_move(2, "To do", "In progress", 2),
        a_move(1, "In progress", "To do", 3),
        a_move(2, "In progress", "Done", 4),
    )
    assert [line.text for line in issue_lines(news(issues, *moves))] == [
        "CHURN-2 moved to Done: Two steps"
    ]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((), "CHURN-7 created: Ask for GPUs"),
        ((a_move(7, "To do", "Done"),), "CHURN-7 created, now Done: Ask for GPUs"),
        (
            (a_move(7, "To do", "Done", 1), a_move(7, "Done", "To do", 2)),
            "CHURN-7 created: Ask for GPUs",
        ),
    ],
)
def test_an_issue_that_they_filed_says_so_once(
    moves: tuple[IssueChange, ...], expected: str
) -> None:
    found = news((an_issue(7, "To do", "Ask for GPUs"),), *moves, new=("7",))
    assert [line.text for line in issue_lines(found)] == [expected]


def test_a_long_or_hostile_summary_stays_one_short_line() -> None:
    long = "Calibrate churn\nscores \u202eafter the refresh of the seventh data version, again"
    [line] = issue_lines(news((an_issue(1, "Done", long),), a_move(1, "To do", "Done")))
    assert line.text == (
        "CHURN-1 moved to Done: Calibrate churn scores after the refresh of the seventh…"
    )
    [bare] = issue_lines(news((an_issue(1, "Done", "\u202e"),), a_move(1, "To do", "Done")))
    assert bare.text == "CHURN-1 moved to Done"


def test_decisions_that_they_made_or_proposed_and_that_still_stand() -> None:
    changed = [
        a_decision(14, "Freeze features", status=DecisionStatus.PROPOSED),
        a_decision(12, "Use LightGBM for churn v2"),
        a_decision(13, "Not theirs", author="U2", makers=("U3",)),
        a_decision(15, "Given up", status=DecisionStatus.REJECTED),
        a_decision(16, "Made by them, logged by another", author="U2"),
    ]
    lines = decision_lines("U1", changed)
    assert [line.text for line in lines] == [
        "Decided D-12: Use LightGBM for churn v2",
        "Proposed D-14: Freeze features",
        "Decided D-16: Made by them, logged by another",
    ]
    assert lines[0].reference == Reference(kind=DECISION, key="12", anchor="D-12")


def test_the_order_is_issues_runs_decisions() -> None:
    told = activity(
        FRIDAY,
        decisions=[a_line(DECISION, "12")],
        runs=[a_line(RUN, "1/a")],
        issues=[a_line(ISSUE, "CHURN-1")],
        notes=["Jira is slow."],
    )
    assert texts(told) == ["CHURN-1 did it", "1/a did it", "12 did it"]
    assert (told.rest, told.notes, told.since) == ((), ["Jira is slow."], FRIDAY)


def _issues(count: int) -> list[Found]:
    return [a_line(ISSUE, f"CHURN-{n}") for n in range(1, count + 1)]


def _runs(count: int) -> list[Found]:
    return [a_line(RUN, f"1/r{n}") for n in range(1, count + 1)]


def test_too_many_runs_are_folded_into_one_honest_line() -> None:
    runs = [a_line(RUN, "1/sweep", runs=12), *_runs(19)]
    told = activity(FRIDAY, issues=_issues(3), runs=runs, decisions=[a_line(DECISION, "12")])
    assert len(told.found) == MOST
    assert texts(told)[-2:] == ["12 did it", "and 13 more runs in churn"]
    assert told.found[-1].reference.anchor == "churn"
    assert [line.text for line in told.rest] == [f"1/r{n} did it" for n in range(7, 20)]


def test_the_fold_counts_the_runs_of_sweeps_and_names_other_experiments() -> None:
    other = Reference(kind=ReferenceKind.EXPERIMENT, key="2", anchor="price")
    runs = [*_runs(11), a_line(RUN, "2/x", runs=30, experiment=other), a_line(RUN, "1/y")]
    told = activity(FRIDAY, runs=runs)
    assert texts(told)[-1] == "and 31 more runs in price and 1 other experiment"


def test_issues_are_folded_only_after_all_runs_and_are_named() -> None:
    told = activity(FRIDAY, issues=_issues(20), runs=_runs(1), decisions=[a_line(DECISION, "12")])
    assert len(told.found) == MOST
    assert texts(told)[-2] == "12 did it"
    assert texts(told)[-1] == (
        "and 1 more run in churn; 10 more issues: "
        "CHURN-11, CHURN-12, CHURN-13, CHURN-14, CHURN-15 and 5 others"
    )


def test_twelve_lines_are_not_folded() -> None:
    assert activity(FRIDAY, issues=_issues(MOST)).rest == ()


def _told(*lines: Found) -> Activity:
    return activity(
        FRIDAY,
        issues=[line for line in lines if line.reference.kind is ISSUE],
        runs=[line for line in lines if line.runs],
        decisions=[line for line in lines if line.reference.kind is DECISION],
    )


def test_late_is_what_was_not_offered_yet() -> None:
    before = _told(a_line(ISSUE, "CHURN-1"), a_line(RUN, "1/a"))
    after = _told(
        a_line(ISSUE, "CHURN-1"), a_line(ISSUE, "CHURN-2"), a_line(RUN, "1/a"), a_line(RUN, "1/b")
    )
    assert [line.text for line in late(before, after)] == ["CHURN-2 did it", "1/b did it"]
    assert late(after, after) == []
    assert late(after, before) == []


def test_a_sweep_that_grew_meanwhile_is_not_offered_twice() -> None:
    before = _told(a_line(RUN, "1/p", "7-run sweep lr: best auc 0.8", runs=7))
    after = _told(a_line(RUN, "1/p", "12-run sweep lr: best auc 0.9", runs=12))
    assert late(before, after) == []


def test_an_issue_that_moved_on_is_another_fact_and_a_renamed_one_is_not() -> None:
    before = _told(a_line(ISSUE, "CHURN-1", "CHURN-1 moved to In review: Tune"))
    further = a_line(ISSUE, "CHURN-1", "CHURN-1 moved to Done: Tune")
    renamed = a_line(ISSUE, "CHURN-1", "CHURN-1 moved to In review: Tune it")
    assert late(before, _told(further)) == [further]
    assert late(before, _told(renamed)) == []


def test_what_was_folded_was_offered_too_and_late_lines_are_folded_as_well() -> None:
    many = _told(*_runs(30))
    assert late(many, many) == []
    assert late(many, replace(_told(*_runs(31)), since=FRIDAY)) == [_runs(31)[-1]]
    few = _told(*_runs(2))
    added = late(few, _told(*_issues(20), *_runs(2)))
    assert len(added) == MOST
    assert added[-1].text.startswith("and 9 more issues: CHURN-12, ")
