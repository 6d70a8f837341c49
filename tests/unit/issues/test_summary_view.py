"""Lines about issues: short, each with its reason, and never more than there is room for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.experiments.records import BestRun, Experiment, Run, RunStatus
from bot.domain.issues.summary import IssueGroup, IssueLine, summary_of
from bot.domain.links import Links
from bot.views.blocks import lines
from bot.views.issues.summary import headline, row
from bot.views.text import plain
from tests.standins.slack import links_of, text_of
from tests.unit.digests.builders import issue

LINKS = Links(jira_url="https://jira.example")
HOUR = timedelta(hours=1)
G = IssueGroup
YUKI = replace(issue(38, "In review"), assignee_name="Yuki")
BEST = BestRun(
    experiment=Experiment(experiment_id="1", name="churn"),
    run=Run(
        run_id="a",
        experiment_id="1",
        name="a",
        status=RunStatus.FINISHED,
        started_at=None,
        ended_at=None,
    ),
    metric="val_auc",
    value=0.912,
    higher_is_better=True,
    previous=None,
)


def line(number: int, group: IssueGroup = G.MOVED, *, is_news: bool = True) -> IssueLine:
    """A line about one issue."""
    return IssueLine(issue=issue(number, "In review"), group=group, is_news=is_news)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (replace(line(41), before="In progress"), "In progress → In review"),
        (
            IssueLine(issue=YUKI, group=G.STUCK, waited=45 * HOUR),
            "stuck 4 working days in In review (Yuki)",
        ),
        (
            IssueLine(
                issue=replace(YUKI, assignee_name=None),
                group=G.STUCK,
                waited=8 * HOUR,
                working_day=8 * HOUR,
            ),
            "stuck 1 working day in In review",
        ),
        (replace(line(9, G.BLOCKED), waits_for=("CHURN-7",)), "waits for CHURN-7"),
        (
            replace(line(9, G.BLOCKED), waits_for=tuple(f"A-{n}" for n in range(5))),
            "waits for A-0, A-1, A-2 and 2 more",
        ),
        (line(9, G.BLOCKED), "waits for another issue"),
        (
            IssueLine(issue=replace(issue(9), flagged=True), group=G.BLOCKED),
            "marked as blocked",
        ),
        (
            IssueLine(issue=replace(issue(9), due_on=date(2026, 11, 16)), group=G.OVERDUE),
            "was due Mon 16 Nov",
        ),
        (
            replace(line(12, G.UNPROVEN), before="To do"),
            "done without a finished run or a decision, To do → In review",
        ),
        (replace(line(5, G.ASSIGNED), before="To do"), "assigned to you, To do → In review"),
        (line(5, G.UNASSIGNED), "nobody has it now"),
        (line(5, G.NEW), "new, In review"),
        (line(5, G.DONE), "new, In review"),
        (
            IssueLine(
                issue=replace(issue(5), due_on=date(2026, 11, 10), priority="High"),
                group=G.REPLANNED,
                was_due=date(2026, 11, 3),
                was_priority="Low",
            ),
            "due Tue 10 Nov instead of Tue 3 Nov, priority Low → High",
        ),
        (
            replace(line(41, G.DONE), before="To do", best=BEST, runs=4),
            "To do → In review, best val_auc 0.912 of 4 runs (higher is better)",
        ),
    ],
)
def test_a_row_says_why(told: IssueLine, expected: str) -> None:
    assert plain(row(told, LINKS)) == f"{told.issue.key} Tune it · {expected}"


def test_keys_are_links_and_hostile_titles_stay_text() -> None:
    bad = replace(issue(1, "<!here>"), summary="<!channel>\n\u202e*x*")
    told = IssueLine(issue=bad, group=G.BLOCKED, before="y", waits_for=("CHURN-7",))
    shown = {"blocks": [lines(row(told, LINKS))]}
    assert text_of(shown) == "CHURN-1 <!channel> *x* · waits for CHURN-7, y → <!here>"
    assert links_of(shown) == [
        "https://jira.example/browse/CHURN-1",
        "https://jira.example/browse/CHURN-7",
    ]
    assert plain(row(told, Links())) == text_of(shown)
    assert plain(row(replace(told, issue=replace(bad, summary="")), LINKS)).startswith(
        "CHURN-1 · waits"
    )


def test_the_headline_counts_news_by_kind() -> None:
    told = [line(n, G.MOVED) for n in range(1, 6)] + [line(9, G.DONE), line(8, G.STUCK)]
    still = line(20, G.STUCK, is_news=False)
    assert headline(summary_of([*told, still])) == "1 stuck, 1 done, 5 moved"
    assert headline(summary_of([still])) == ""
    assert not summary_of([still])


def test_a_part_about_one_account() -> None:
    mine = replace(line(3), issue=replace(issue(3), assignee_id="yuki"))
    summary = summary_of([line(10), line(9), mine])
    assert [each.issue.key for each in summary.news] == ["CHURN-3", "CHURN-9", "CHURN-10"]
    assert summary.concerning("yuki").news == (mine,)
