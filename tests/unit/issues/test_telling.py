"""What became of an issue: one group, the first that fits, and nothing that isn't seen."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.issues.changes import NetChange
from bot.domain.issues.records import Issue
from bot.domain.issues.sharing import ALL_FIELDS, IssueField, IssueSight
from bot.domain.issues.summary import IssueGroup, IssueLine
from bot.domain.issues.telling import Became
from tests.unit.digests.builders import T0, issue

SIGHT = IssueSight(projects=frozenset({"CHURN"}))
YUKI = replace(issue(1), assignee_id="yuki")
G = IssueGroup


Net = dict[str, tuple[str, str]]


def told(
    kept: Issue,
    net: Net | None = None,
    *,
    sight: IssueSight = SIGHT,
    reader: str = "",
    new: bool = False,
) -> IssueLine | None:
    """The line about an issue some fields of which went from one value to another."""
    became = Became(
        net={
            (kept.issue_id, name): NetChange(before=before, after=after, at=T0)
            for name, (before, after) in (net or {}).items()
        },
        new_ids={kept.issue_id} if new else (),
        done={"CHURN": {"Shipped", "Closed", "Delivered"}},
        sight=sight,
        reader=reader,
    )
    return became.line(kept)


@pytest.mark.parametrize(
    ("kept", "net", "new", "reader", "group"),
    [
        (issue(1), {}, False, "", None),
        (issue(1, "In review"), {"status": ("To do", "In review")}, False, "", G.MOVED),
        (issue(1, "Shipped"), {"status": ("To do", "Shipped")}, False, "", G.DONE),
        (issue(1, "Closed"), {"status": ("Shipped", "Closed")}, False, "", G.MOVED),
        (issue(1), {"status": ("Shipped", "To do")}, False, "", G.REOPENED),
        (issue(1), {}, True, "", G.NEW),
        (issue(1), {"status": ("To do", "In review")}, True, "", G.NEW),
        (issue(1, "Shipped"), {"status": ("To do", "Shipped")}, True, "", G.DONE),
        (issue(1, "Shipped"), {}, True, "", G.DONE),
        (issue(1), {"assignee": ("Yuki", "")}, False, "", G.UNASSIGNED),
        (YUKI, {"assignee": ("", "Yuki")}, False, "", None),
        (YUKI, {"assignee": ("", "Yuki")}, False, "yuki", G.ASSIGNED),
        (YUKI, {"assignee": ("", "Yuki")}, False, "ana", None),
        (YUKI, {}, True, "yuki", G.ASSIGNED),
        (issue(1, "Shipped"), {"assignee": ("Yuki", "")}, False, "", None),
        (issue(1), {"assignee": ("Yuki", ""), "status": ("x", "y")}, False, "", G.MOVED),
    ],
)
def test_each_issue_is_in_the_first_group_that_fits(
    kept: Issue, net: Net, new: bool, reader: str, group: IssueGroup | None
) -> None:
    line = told(kept, net, new=new, reader=reader)
    assert (line and line.group) == group


def test_a_status_of_the_span_is_told_though_the_issue_moved_on() -> None:
    line = told(issue(1, "In review"), {"status": ("To do", "Shipped")})
    assert line is not None
    assert (line.group, line.before, line.issue.status) == (G.DONE, "To do", "Shipped")


@pytest.mark.parametrize(
    ("before", "after", "told_as"),
    [
        ("Low", "High", "Low"),
        ("Minor", "Critical", "Minor"),
        ("High", "Low", ""),
        ("Urgent-ish", "High", ""),
        ("", "High", ""),
    ],
)
def test_a_priority_is_told_where_it_rose(before: str, after: str, told_as: str) -> None:
    line = told(replace(issue(1), priority=after), {"priority": (before, after)})
    assert (line.was_priority if line else "") == told_as
    assert (line.group if line else None) == (G.REPLANNED if told_as else None)


def test_how_jira_says_that_it_is_counts_more_than_the_name_of_its_status() -> None:
    tested = replace(issue(1, "Delivered"), status_category="indeterminate")
    line = told(tested, {"status": ("In progress", "Delivered")})
    assert line is not None
    assert line.group is G.MOVED


def test_a_due_date_is_told_where_it_moved() -> None:
    due = replace(issue(1), due_on=date(2026, 11, 10))
    line = told(due, {"duedate": ("2026-11-03 00:00:00.0", "2026-11-10")})
    assert line is not None
    assert (line.group, line.was_due) == (G.REPLANNED, date(2026, 11, 3))
    assert told(due, {"duedate": ("", "2026-11-10")}) is None
    assert told(issue(1), {"duedate": ("2026-11-03", "")}) is None
    assert told(due, {"duedate": ("soon", "2026-11-10")}) is None
    both = told(due, {"duedate": ("2026-11-03", "2026-11-10"), "status": ("x", "y")})
    assert both is not None
    assert (both.group, both.was_due) == (G.MOVED, date(2026, 11, 3))


@pytest.mark.parametrize(
    ("field", "kept", "net"),
    [
        (IssueField.ASSIGNEE, issue(1), {"assignee": ("Yuki", "")}),
        (IssueField.PRIORITY, replace(issue(1), priority="High"), {"priority": ("Low", "High")}),
        (
            IssueField.DUE,
            replace(issue(1), due_on=date(2026, 11, 10)),
            {"duedate": ("2026-11-03", "2026-11-10")},
        ),
    ],
)
def test_what_a_channel_may_not_see_is_not_told(field: IssueField, kept: Issue, net: Net) -> None:
    assert told(kept, net) is not None
    assert told(kept, net, sight=replace(SIGHT, fields=ALL_FIELDS - {field})) is None
