"""Sprints on both databases: what was read stays, and who may not see an issue doesn't count it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.domain.issues.burndown import Unit
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import STATUS, Issue, IssueChange, IssuePage
from bot.domain.issues.sharing import IssueField, IssueSight
from bot.domain.issues.sprint_states import SPRINT
from bot.domain.issues.sprints import (
    Board,
    Missing,
    Sprint,
    SprintReading,
    SprintsFound,
    SprintState,
    read_every,
)
from bot.services.issues import sprint_readings as readings
from bot.services.issues import sprints
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

W = "T1"
START = datetime(2026, 10, 19, 6, tzinfo=UTC)
END = datetime(2026, 10, 30, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHURN = IssueSight(projects=frozenset({"CHURN"}))
BOTH = IssueSight(projects=frozenset({"CHURN", "SECRET"}))
SPRINT_12 = Sprint(
    sprint_id=12,
    board_id=3,
    board="Churn board",
    project="CHURN",
    name="Sprint 12",
    goal="A better model",
    starts_at=START,
    ends_at=END,
)


def issue(number: int, *, project: str = "CHURN", done: bool = False, created: datetime) -> Issue:
    return Issue(
        issue_id=f"{project}{number}",
        key=f"{project}-{number}",
        project=project,
        summary="Tune it",
        status="Done" if done else "To do",
        status_category="done" if done else "new",
        assignee_id=None,
        assignee_name=None,
        updated_at=created,
        created_at=created,
    )


def change(number: int, field: str, before: str, after: str, at: datetime) -> IssueChange:
    return IssueChange(
        change_id=f"{number}:{field}:{at.isoformat()}",
        issue_id=f"CHURN{number}",
        field=field,
        before=before,
        after=after,
        author_id=None,
        author_name=None,
        at=at,
    )


class Jira:
    """What Jira holds, read into the database the way the jobs do."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self.issues = [issue(n, created=START - DAY) for n in range(4)]
        self.changes: list[IssueChange] = []
        self.points: dict[str, float] = {}

    def finish(self, number: int, at: datetime) -> None:
        """One issue is done."""
        was = self.issues[number]
        self.issues[number] = replace(was, status="Done", status_category="done", updated_at=at)
        self.changes.append(change(number, STATUS, "To do", "Done", at))

    def poll(self, now: datetime) -> None:
        """The mirror's poll."""
        reading = Reading(projects=("CHURN", "SECRET"), since=START - DAY, news_since=START - DAY)
        page = IssuePage(issues=tuple(self.issues), changes=tuple(self.changes))
        with Session(self._engines.writer) as session, session.begin():
            SqlUnitOfWork(session).issues.save(W, reading, page, now)

    def read(self, now: datetime, inside: list[Issue] | None = None) -> None:
        """The reading of sprints."""
        found = SprintsFound(
            projects=("CHURN", "SECRET"),
            boards=(Board(board_id=3, project="CHURN", name="Churn board", kind="scrum"),),
            sprints=(
                SprintReading(
                    sprint=SPRINT_12,
                    issues=tuple(self.issues if inside is None else inside),
                    points=self.points,
                ),
            ),
            is_done={"To do": False, "Done": True},
        )
        with Session(self._engines.writer) as session, session.begin():
            readings.store(SqlUnitOfWork(session), W, found, now)

    def both(self, now: datetime, inside: list[Issue] | None = None) -> None:
        """A poll, then a reading."""
        self.poll(now)
        self.read(now, inside)

    def standing(self, now: datetime, sight: IssueSight = CHURN) -> SprintState | None:
        """How it stands for these readers."""
        with Session(self._engines.writer) as session:
            uow = SqlUnitOfWork(session)
            return sprints.standing(uow, W, sight, now, zone="Europe/Berlin")

    def missing(self, sight: IssueSight = CHURN) -> Missing:
        """Why there is nothing."""
        with Session(self._engines.writer) as session:
            return sprints.missing(SqlUnitOfWork(session), W, sight)


@pytest.fixture
def jira(engines: Engines) -> Jira:
    return Jira(engines)


def shown(state: SprintState | None) -> list[float | None]:
    assert state is not None
    points = state.burndown.points
    return [point.amount.remaining if point.amount else None for point in points]


def test_the_first_reading_walks_the_changelog_back_to_the_start(jira: Jira) -> None:
    now = START + 3 * DAY + 4 * HOUR
    jira.finish(0, START + DAY)
    jira.changes.append(change(3, SPRINT, "", "Sprint 12", START + 2 * DAY))
    jira.both(now)
    state = jira.standing(now)
    assert state is not None
    # Monday's start had three; one done on Tuesday, one more in on Wednesday.
    assert shown(state)[:5] == [3, 3, 2, 3, 3]
    assert state.burndown.change.added == 1
    assert state.burndown.unit is Unit.ISSUES
    assert (state.sprint.goal, state.as_of) == ("A better model", now)


def test_what_was_filed_into_the_sprint_counts_from_then(jira: Jira) -> None:
    now = START + 2 * DAY
    jira.issues.append(issue(9, created=START + DAY))
    jira.both(now)
    state = jira.standing(now)
    assert state is not None
    assert (state.burndown.base.issues, state.burndown.now.issues) == (4, 5)


def test_readings_go_on_where_the_last_one_ended_and_repeat_safely(jira: Jira) -> None:
    jira.both(START + HOUR)
    jira.finish(0, START + DAY)
    jira.both(START + DAY + HOUR)
    jira.both(START + DAY + HOUR)
    # An older reading of another node comes late.
    jira.read(START + 2 * HOUR, inside=[])
    now = START + 2 * DAY
    jira.both(now, inside=jira.issues[:3])
    state = jira.standing(now)
    assert state is not None
    assert shown(state)[:4] == [4, 4, 3, 2]
    assert (state.burndown.change.removed, state.burndown.now.done) == (1, 1)


def test_an_outage_is_filled_from_the_changelog_or_stays_a_gap(jira: Jira) -> None:
    jira.both(START + HOUR)
    later = START + 3 * DAY
    # Sprints are read, but the mirror isn't up to date: nobody knows what was in between.
    jira.read(later)
    assert shown(jira.standing(later))[:4] == [4, None, None, None]
    # Two days on the mirror is: the changelog tells them.
    jira.finish(0, START + 4 * DAY)
    jira.both(START + 7 * DAY)
    assert shown(jira.standing(START + 7 * DAY))[:7] == [4, None, None, None, 4, 3, 3]


def test_who_may_not_see_an_issue_does_not_count_it(jira: Jira) -> None:
    now = START + DAY
    jira.issues.append(issue(1, project="SECRET", created=START - DAY))
    jira.both(now)
    whole, part = jira.standing(now, BOTH), jira.standing(now)
    assert whole is not None
    assert part is not None
    assert (whole.burndown.now.issues, part.burndown.now.issues) == (5, 4)
    assert jira.standing(now, IssueSight(own="me")) is None
    nothing = IssueSight(projects=frozenset({"OTHER"}))
    assert jira.standing(now, nothing) is None
    assert jira.missing(nothing) is Missing.NO_BOARD
    blind = IssueSight(projects=frozenset({"CHURN"}), fields=frozenset({IssueField.DUE}))
    hidden = jira.standing(now, blind)
    assert hidden is not None
    assert (hidden.sprint.goal, hidden.sprint.name) == ("", "The running sprint")


def test_what_a_sprint_of_another_project_is_called_stays_there(
    jira: Jira, engines: Engines
) -> None:
    jira.issues.append(issue(9, project="SECRET", created=START - DAY))
    jira.both(START + HOUR)
    ours = replace(SPRINT_12, sprint_id=13, name="Ours", starts_at=START + HOUR)
    theirs = replace(
        SPRINT_12, sprint_id=14, project="SECRET", name="Layoffs", board="HR", goal="Porto"
    )
    both = tuple(SprintReading(sprint=s, issues=tuple(jira.issues)) for s in (theirs, ours))
    found = SprintsFound(projects=("CHURN", "SECRET"), sprints=both)
    with Session(engines.writer) as session, session.begin():
        readings.store(SqlUnitOfWork(session), W, found, START + 2 * HOUR)
    state = jira.standing(START + 2 * HOUR)
    assert state is not None
    assert (state.sprint.name, state.others) == ("Ours", ("A sprint of another project",))

    with Session(engines.writer) as session, session.begin():
        readings.store(
            SqlUnitOfWork(session), W, replace(found, sprints=both[:1]), START + 3 * HOUR
        )
    alone = jira.standing(START + 3 * HOUR)
    assert alone is not None
    sprint = alone.sprint
    assert (sprint.name, sprint.board, sprint.goal) == ("A sprint of another project", "", "")


def test_points_survive_a_removal_and_a_failure_keeps_what_was_known(
    jira: Jira, engines: Engines
) -> None:
    jira.points = {f"CHURN{n}": 2.0 for n in range(4)}
    jira.both(START + HOUR)
    jira.both(START + DAY, inside=jira.issues[:3])
    with Session(engines.writer) as session, session.begin():
        readings.failed(SqlUnitOfWork(session), W, "Jira did not answer.", START + 2 * DAY)
    state = jira.standing(START + 2 * DAY)
    assert state is not None
    assert (state.burndown.unit, state.burndown.now.scope) == (Unit.POINTS, 6)
    assert state.burndown.change.removed_weight == 2
    assert (state.as_of, state.failure) == (START + DAY, "Jira did not answer.")


def test_sprints_are_read_once_in_fifteen_polls(jira: Jira, engines: Engines) -> None:
    jira.both(START)
    with Session(engines.writer) as session:
        health = SqlUnitOfWork(session).sprints.health(W)
    assert health is not None
    minute = timedelta(minutes=1)
    assert not health.is_due(START + 29 * minute)
    assert health.is_due(START + 30 * minute)
    assert read_every(120) == 30 * minute
    assert not health.is_due(START + minute / 2, read_every(4))
    assert health.is_due(START + minute, read_every(4))


def test_a_sprint_that_ended_is_shown_no_more(jira: Jira, engines: Engines) -> None:
    assert jira.missing() is Missing.NOT_READ
    jira.both(START + HOUR)
    board = Board(board_id=3, project="CHURN", name="Churn board", kind="kanban")
    with Session(engines.writer) as session, session.begin():
        found = SprintsFound(projects=("CHURN",), boards=(board,))
        readings.store(SqlUnitOfWork(session), W, found, START + 2 * HOUR)
    assert jira.standing(START + 2 * HOUR) is None
    assert jira.missing() is Missing.ONLY_KANBAN


def test_it_is_time_every_half_hour_once_the_issues_are_there(jira: Jira, engines: Engines) -> None:
    def due(now: datetime) -> bool:
        with Session(engines.writer) as session:
            health = SqlUnitOfWork(session).sprints.health(W)
        return health is None or health.is_due(now)

    assert due(START)
    jira.both(START)
    assert not due(START + timedelta(minutes=29))
    assert due(START + timedelta(minutes=30))
