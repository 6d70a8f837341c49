"""What the stakeholders of a channel are told, read from what is kept: on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.decisions.review import Review, ReviewCause
from bot.domain.decisions.waiting import Awaited, OpenDecision
from bot.domain.digests.content import Digest
from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.digests.stakeholder import (
    Lesson,
    NextDecision,
    StakeholderReading,
    WorkCounts,
)
from bot.domain.digests.windows import Span, Window
from bot.domain.experiments.goals import Progress
from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary
from bot.services.digests import stakeholder
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.digests.builders import issue
from tests.unit.experiments.goal_builders import standing
from tests.unit.views.largest_hypotheses import decided

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SPAN = Span(since=NOW - DAY, until=NOW)
CONTENT = Digest(day=NOW.date(), window=Window(whole=SPAN, issues=SPAN, runs=SPAN))
SETTINGS = DigestSettings(
    workspace="T1", channel="C1", choice=DigestChoice(zone="Europe/Berlin"), owner="U1"
)


class InTransaction(Protocol):
    """Runs a function of a unit of work in one committed transaction."""

    def __call__(self, work: Callable[[SqlUnitOfWork], T]) -> T: ...


def record(number: int, on: date | None = None, **changes: Any) -> DecisionRecord:
    """`Number 7`, accepted, to be looked at again on that date."""
    values: dict[str, Any] = {
        "body": DecisionBody(title=f"Number {number}", outcome="Yes", review_on=on),
        "status": DecisionStatus.ACCEPTED,
        "channel": "C1",
        "author": "U1",
        "created_at": NOW,
    }
    return DecisionRecord(workspace="T1", number=number, **{**values, **changes})


def read(run: InTransaction, content: Digest = CONTENT) -> StakeholderReading:
    """The reading at NOW."""
    return run(lambda uow: stakeholder.read(uow, SETTINGS, content, NOW))


def test_what_comes_next_is_a_deadline_then_a_review(run: InTransaction) -> None:
    soon, later = date(2026, 12, 20), date(2026, 12, 30)
    kept = [record(1, later), record(2, soon), record(3, date(2027, 5, 1)), record(4)]
    elsewhere = record(5, date(2026, 11, 30), channel="C2")
    run(lambda uow: [_add(uow, one) for one in (*kept, elsewhere)])
    assert read(run).next == NextDecision(title="Number 2", again_on=soon)
    review = Review(
        number=4, ordinal=1, cause=ReviewCause.RULE, reason="", asked_at=NOW - timedelta(hours=9)
    )
    run(lambda uow: uow.reviews.save("T1", review))
    assert read(run).next == NextDecision(title="Number 4", again_on=date(2026, 11, 23))
    proposed = [record(n, status=DecisionStatus.PROPOSED) for n in (7, 8, 9)]
    late, early = NOW + 2 * DAY, NOW + DAY
    awaited = (
        OpenDecision(record=proposed[0]),
        OpenDecision(record=proposed[1], awaited=[Awaited(name="Lena", until=late)]),
        OpenDecision(
            record=proposed[2],
            awaited=[Awaited(name="Ana", until=NOW), Awaited(name="Yuki", until=early)],
        ),
    )
    found = read(run, replace(CONTENT, awaited=awaited))
    assert (found.next, found.more_next) == (NextDecision(title="Number 9", by=early), 2)
    undated = replace(CONTENT, awaited=awaited[:1])
    assert read(run, undated).next == NextDecision(title="Number 7")
    assert read(run, replace(CONTENT, past=True)).next is None


def test_only_what_was_settled_is_told_and_by_its_title(run: InTransaction) -> None:
    decisions = tuple(
        record(number, status=status) for number, status in enumerate(DecisionStatus, start=1)
    )
    found = read(run, replace(CONTENT, decisions=decisions))
    assert (found.decided, found.refused) == (("Number 2",), ("Number 3",))
    assert found
    assert not read(run)


def _add(uow: SqlUnitOfWork, one: DecisionRecord) -> DecisionRecord:
    uow.decisions.add(one)
    return one


def test_work_is_counted_and_the_last_lesson_with_words_is_told(run: InTransaction) -> None:
    groups = {
        IssueGroup.DONE: (1, 2),
        IssueGroup.UNPROVEN: (3,),
        IssueGroup.BLOCKED: (4, 5),
        IssueGroup.REOPENED: (6,),
        IssueGroup.STUCK: (7,),
    }
    issues = IssueSummary(
        groups={
            group: tuple(IssueLine(issue=issue(n, "Done"), group=group) for n in numbers)
            for group, numbers in groups.items()
        }
    )
    told, wordless = decided("a"), decided("b")
    assert wordless.hypothesis.verdict is not None
    silent = replace(
        wordless,
        hypothesis=replace(
            wordless.hypothesis, verdict=replace(wordless.hypothesis.verdict, learned="")
        ),
    )
    found = read(run, replace(CONTENT, issues=issues, learned=(told, silent)))
    assert found.work == WorkCounts(finished=3, waiting=2, reopened=1)
    assert found.lesson is not None
    assert found.lesson.claim == told.hypothesis.claim
    assert found.learned == 2
    only = read(run, replace(CONTENT, learned=(silent,))).lesson
    assert only == Lesson(claim=silent.hypothesis.claim, held=found.lesson.held)


def test_a_goal_is_news_where_its_number_moved_or_its_day_passed(run: InTransaction) -> None:
    still = standing(0.87, 0.84)
    assert still.now is not None
    assert not read(run, replace(CONTENT, goals=(still,)))
    moved = replace(still, now=replace(still.now, at=NOW))
    assert read(run, replace(CONTENT, goals=(moved,))).goal_moved
    yesterday = standing(0.87, due_on=NOW.date() - DAY)
    passed = replace(yesterday, progress=Progress.BEHIND)
    assert read(run, replace(CONTENT, goals=(passed,))).goal_moved
    older = replace(standing(0.87, due_on=NOW.date() - 2 * DAY), progress=Progress.BEHIND)
    assert not read(run, replace(CONTENT, goals=(older,)))
