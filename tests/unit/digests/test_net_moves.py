"""The net change of issues: there and back is nothing, two steps are one line."""

from bot.domain.issues.changes import IssueMoves, IssueNews, net_moves
from bot.domain.issues.records import IssueChange
from tests.unit.digests.builders import HOUR, T0, issue, step


def _moves(*changes: IssueChange, status: str = "To do", new: bool = False) -> IssueMoves:
    ids = frozenset({"CHURN1"}) if new else frozenset()
    return net_moves(IssueNews(issues=(issue(1, status),), new_ids=ids, changes=changes))


def test_there_and_back_is_hidden() -> None:
    there = step(1, "To do", "In progress")
    back = step(1, "In progress", "To do", T0 + HOUR)
    assert not _moves(there, back)


def test_two_steps_are_one_line() -> None:
    moves = _moves(
        step(1, "To do", "In progress"),
        step(1, "In progress", "In review", T0 + HOUR),
        status="In review",
    )
    assert [(m.before, m.after) for m in moves.moved] == [("To do", "In review")]
    assert not moves.done
    assert not moves.new


def test_done_is_known_by_jiras_category_not_by_a_name() -> None:
    moves = _moves(step(1, "In review", "Ausgeliefert"), status="Ausgeliefert")
    assert [m.key for m in moves.done] == ["CHURN-1"]
    assert not moves.moved


def test_a_status_of_the_window_is_shown_though_the_issue_moved_on() -> None:
    moves = net_moves(
        IssueNews(
            issues=(issue(1, "In review"), issue(2, "Shipped")),
            new_ids=frozenset(),
            changes=(step(1, "To do", "Shipped"), step(2, "To do", "Shipped")),
        )
    )
    assert [(m.key, m.after) for m in moves.done] == [
        ("CHURN-1", "Shipped"),
        ("CHURN-2", "Shipped"),
    ]


def test_a_new_issue_is_one_line_wherever_it_went() -> None:
    assert [(m.before, m.after) for m in _moves(new=True).new] == [("", "To do")]
    moved = _moves(step(1, "To do", "In progress"), status="In progress", new=True)
    assert [(m.before, m.after) for m in moved.new] == [("", "In progress")]
    finished = _moves(step(1, "To do", "Shipped"), status="Shipped", new=True)
    assert [m.key for m in finished.done] == ["CHURN-1"]
    assert not finished.new


def test_a_new_issue_that_went_there_and_back_is_still_new() -> None:
    there = step(1, "To do", "In progress")
    back = step(1, "In progress", "To do", T0 + HOUR)
    assert [m.key for m in _moves(there, back, new=True).new] == ["CHURN-1"]


def test_issues_come_in_the_order_of_their_numbers() -> None:
    changes = tuple(step(n, "To do", "In progress") for n in (10, 9, 100))
    issues = tuple(issue(n, "In progress") for n in (10, 9, 100))
    moves = net_moves(IssueNews(issues=issues, new_ids=frozenset(), changes=changes))
    assert [m.key for m in moves.moved] == ["CHURN-9", "CHURN-10", "CHURN-100"]
