"""What a changelog tells of an issue in a sprint."""

from datetime import UTC, datetime, timedelta

from bot.domain.issues.records import IssueChange
from bot.domain.issues.sprint_states import IssueState, Told, newer, state_at, walked

T0 = datetime(2026, 10, 19, 8, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = T0 + 5 * DAY
TOLD = Told(
    sprint="Sprint 12",
    estimate="Story Points",
    is_done={"To do": False, "In review": False, "Done": True},
)


def change(field: str, before: str, after: str, days: float) -> IssueChange:
    return IssueChange(
        change_id=f"{field}:{days}",
        issue_id="1",
        field=field,
        before=before,
        after=after,
        author_id=None,
        author_name=None,
        at=T0 + days * DAY,
    )


def seen(inside: bool = True, done: bool = False, points: float | None = None) -> IssueState:
    return IssueState(issue_id="1", at=NOW, inside=inside, done=done, points=points)


def shape(states: object) -> list[tuple[float, bool, bool, float | None]]:
    assert isinstance(states, tuple)
    return [((s.at - T0) / DAY, s.inside, s.done, s.points) for s in states]


def test_status_sprint_and_estimate_are_walked_back() -> None:
    walk = walked(
        seen(done=True, points=5),
        "Done",
        [
            change("Sprint", "Sprint 11", "Sprint 11, Sprint 12", 1),
            change("Story Points", "", "3", 2),
            change("Story Points", "3", "5", 2.5),
            change("status", "In review", "Done", 3),
        ],
        TOLD,
        T0,
    )
    assert walk.gap_until is None
    assert shape(walk.states) == [
        (0, False, False, None),
        (1, True, False, None),
        (2, True, False, 3),
        (2.5, True, False, 5),
        (3, True, True, 5),
    ]


def test_what_the_changelog_does_not_know_yet_counts_from_the_reading() -> None:
    walk = walked(seen(done=True), "Done", [change("status", "To do", "In review", 1)], TOLD, T0)
    assert shape(walk.states) == [(0, True, False, None), (5, True, True, None)]


def test_a_status_that_nobody_knows_leaves_a_gap() -> None:
    changes = [change("status", "To do", "Parked", 1), change("status", "Parked", "Done", 2)]
    walk = walked(seen(done=True), "Done", changes, TOLD, T0)
    assert walk.gap_until == T0 + 2 * DAY
    assert shape(walk.states) == [(2, True, True, None)]


def test_there_and_back_is_two_states_more() -> None:
    changes = [change("status", "To do", "Done", 1), change("status", "Done", "To do", 2)]
    walk = walked(seen(), "To do", changes, TOLD, T0)
    assert [done for _, _, done, _ in shape(walk.states)] == [False, True, False]


def test_a_sprint_whose_name_is_part_of_another_is_another_one() -> None:
    other = change("Sprint", "", "Sprint 123", 1)
    assert not TOLD.names(other)
    assert TOLD.names(change("Sprint", "Sprint 12", "Sprint 123", 1))


def test_only_what_is_new_is_added() -> None:
    before = IssueState(issue_id="1", at=T0, inside=True, done=False)
    same = walked(seen(), "To do", [], TOLD, T0)
    assert newer(before, same) == []
    moved = walked(seen(done=True), "Done", [change("status", "To do", "Done", 2)], TOLD, T0)
    assert [state.at for state in newer(before, moved)] == [T0 + 2 * DAY]
    untold = walked(seen(done=True), "Done", [], TOLD, T0)
    assert [state.at for state in newer(before, untold)] == [NOW]


def test_the_state_at_an_instant() -> None:
    history = walked(
        seen(done=True), "Done", [change("status", "To do", "Done", 2)], TOLD, T0
    ).states
    assert state_at(history, T0 - DAY) is None
    held = state_at(history, T0 + 2 * DAY)
    assert held is not None
    assert held.done
