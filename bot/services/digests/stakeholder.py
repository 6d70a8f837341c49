"""The reading of a channel's digest for people without the jargon, made of the same facts."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.review import review_date
from bot.domain.decisions.waiting import OpenDecision
from bot.domain.digests.content import Digest
from bot.domain.digests.settings import DigestSettings
from bot.domain.digests.stakeholder import (
    Lesson,
    NextDecision,
    StakeholderReading,
    WorkCounts,
)
from bot.domain.experiments.goals import GoalState, Progress
from bot.domain.experiments.hypotheses import HypothesisState
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.issues.summary import IssueGroup
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import waiting
from bot.services.digests import risks

# A review further away is no news of today.
_AHEAD = timedelta(days=60)
_HELD = {HypothesisState.SUPPORTED: True, HypothesisState.REFUTED: False}


def read(
    uow: UnitOfWork, settings: DigestSettings, content: Digest, now: datetime
) -> StakeholderReading:
    """What the channel's stakeholders are told of `content`, which has been read in full."""
    decided = [r.title for r in content.decisions if r.status is DecisionStatus.ACCEPTED]
    refused = [r.title for r in content.decisions if r.status is DecisionStatus.REJECTED]
    return StakeholderReading(
        zone=settings.choice.zone,
        goals=content.goals,
        goal_moved=any(_moved(state, content) for state in content.goals),
        late_news=any(plan.is_news for plan in content.late),
        risks=risks.read(uow, settings.workspace, content),
        decided=tuple(decided),
        refused=tuple(refused),
        next=_next(uow, settings, content, now),
        more_next=max(len(content.awaited) - 1, 0),
        lesson=_lesson(content.learned),
        learned=len(content.learned),
        work=_work(content),
    )


def _moved(state: GoalState, content: Digest) -> bool:
    """Whether its number changed in the window, or its day in the owner's zone passed without it:
    windows follow on one another, so it is news once, also after a weekend."""
    span = content.window.whole
    if state.now is not None and span.since < state.now.at <= span.until:
        return True
    due = state.goal.due_on
    if state.progress is not Progress.BEHIND or due is None:
        return False
    zone = calendar.zone_or_utc(state.zone)
    return calendar.local_date(span.since, zone) <= due < calendar.local_date(span.until, zone)


def _next(
    uow: UnitOfWork, settings: DigestSettings, content: Digest, now: datetime
) -> NextDecision | None:
    """The open proposal whose last word is due first, else the oldest; without any, the decision
    that is looked at again first."""
    dated = [(by, one) for one in content.awaited if (by := _last_word(one)) is not None]
    if dated:
        by, first = min(dated, key=lambda found: (found[0], found[1].record.number))
        return NextDecision(title=first.record.title, by=by)
    if content.awaited:
        return NextDecision(title=content.awaited[0].record.title)
    return None if content.past else _again(uow, settings, now)


def _last_word(one: OpenDecision) -> datetime | None:
    return max((each.until for each in one.awaited if each.until is not None), default=None)


def _again(uow: UnitOfWork, settings: DigestSettings, now: datetime) -> NextDecision | None:
    """One whose makers were asked already, else the one whose date comes first."""
    zone = calendar.zone_or_utc(settings.choice.zone)
    shown = waiting.in_channel(settings.channel)
    for due in waiting.due(uow, settings.workspace, shown, now):
        if due.review is not None:
            asked_on = calendar.local_date(due.review.asked_at, zone)
            return NextDecision(title=due.record.title, again_on=asked_on)
    until = calendar.local_date(now + _AHEAD, zone)
    known = [
        (on, record)
        for record in uow.rhythm.review_dates(settings.workspace, until)
        if record.channel == settings.channel and (on := _review_on(uow, record)) and on <= until
    ]
    if not known:
        return None
    on, record = min(known, key=lambda found: (found[0], found[1].number))
    return NextDecision(title=record.title, again_on=on)


def _review_on(uow: UnitOfWork, record: DecisionRecord) -> date | None:
    return review_date(record.body.review_on, uow.reviews.of(record.workspace, record.number))


def _lesson(learned: Sequence[HypothesisDetail]) -> Lesson | None:
    """The last one of which somebody wrote what was learned, else the last one."""
    if not learned:
        return None
    told = [d for d in learned if d.hypothesis.verdict and d.hypothesis.verdict.learned]
    hypothesis = (told or learned)[-1].hypothesis
    return Lesson(
        claim=hypothesis.claim,
        held=_HELD.get(hypothesis.state),
        learned=hypothesis.verdict.learned if hypothesis.verdict else "",
    )


def _work(content: Digest) -> WorkCounts:
    """Issues and blockers, counted; who is stuck on an issue that waits is counted once."""
    done = [*content.issues.of(IssueGroup.DONE), *content.issues.of(IssueGroup.UNPROVEN)]
    reopened = [line for line in content.issues.of(IssueGroup.REOPENED) if line.is_news]
    return WorkCounts(
        finished=sum(line.is_news for line in done),
        waiting=len(content.issues.of(IssueGroup.BLOCKED)) + len(content.blockers),
        reopened=len(reopened),
    )
