"""The largest hand-overs, and everything that shows them."""

from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity
from bot.domain.blocker import Blocker
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.waiting import MyTurn
from bot.domain.digests.handover import (
    AlertNews,
    BestOfMine,
    BlockerNews,
    BlockerStep,
    Changed,
    DecisionNews,
    ForYou,
    Handover,
    MyRuns,
    Turn,
)
from bot.domain.digests.handover_span import HandoverWindow
from bot.domain.digests.windows import Span
from bot.domain.experiments.hypotheses import HypothesisState, Verdict
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.records import Experiment
from bot.domain.issues.records import Issue
from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary, summary_of
from bot.domain.metrics import Direction
from bot.domain.person import Person
from bot.domain.source import SourceHealth
from bot.ports.chat import Message, Modal
from bot.views.digests.handover import answers, card
from tests.unit.decisions.samples import body, record
from tests.unit.experiments.samples import detail, hypothesis, run
from tests.unit.views.largest import LINKS, MOST, NOW, long


def messages(alphabet: str) -> list[Message]:
    """In the morning."""
    return [card.dm(largest(long(alphabet, 300), 60), LINKS)]


def modals(alphabet: str) -> list[Modal]:
    """*More* and *Answer*."""
    content = largest(long(alphabet, 300), 60)
    turns = [each.turn for each in content.for_you.turns]
    return [card.more(content, LINKS), answers.answers(turns, "Europe/Berlin", NOW)]


def largest(text: str, count: int, now: datetime = NOW, person: Person | None = None) -> Handover:
    """`count` of every kind of fact, with `text` wherever somebody else's words stand."""
    reader = person or Person(workspace="T1", user_id="ULENA", name="Lena", zone="Europe/Berlin")
    other = Person(workspace="T1", user_id="UX", name=text, zone="America/Argentina/Buenos_Aires")
    numbers = range(1, count + 1)
    return Handover(
        person=reader,
        day=now.date(),
        now=now,
        window=HandoverWindow.over(Span(since=now - timedelta(days=14), until=now)),
        places=[text] * count,
        for_you=ForYou(
            blockers=[BlockerNews(blocker=_blocker(n, text), step=s, by="UX")
                      for n in numbers for s in BlockerStep],
            turns=[Turn(turn=_turn(n, text), left=timedelta(hours=n)) for n in numbers],
            verdicts=[_learned(n, text) for n in numbers],
            runs=_runs(text, count),
            alerts=[_alert(n, text) for n in numbers],
            issues=_issues(text, count),
        ),
        changed=Changed(
            moves=[_decision(n, text, moved=True) for n in numbers],
            decisions=[_decision(n, text) for n in numbers],
            alerts=[_alert(n, text) for n in numbers],
            blockers=[BlockerNews(blocker=_blocker(n, text), step=s, by="UX")
                      for n in numbers for s in BlockerStep],
            learned=[_learned(n, text) for n in numbers],
            issues=_issues(text, count),
        ),
        people={"UX": other},
        stale=[SourceHealth(source=f"mlflow:{text[:9]}", read_at=now, failed_at=now, reason=text)],
    )  # fmt: skip


def _blocker(number: int, text: str) -> Blocker:
    return Blocker(
        workspace="T1", number=number, standup_id="s", channel="C1", user_id="UX", text=text,
        opened_at=NOW, moved_to=text,
    )  # fmt: skip


def _turn(number: int, text: str) -> MyTurn:
    return MyTurn(record=record(number, body=body(text)), until=NOW)


def _learned(number: int, text: str) -> HypothesisDetail:
    verdict = Verdict(by="UX", at=NOW, learned=text, reason=text, runs=MOST)
    state = HypothesisState.REFUTED
    it = hypothesis(number=number, claim=text, state=state, verdict=verdict)
    return detail(it, page=("C0000000000", "1700000000.000001"))


def _runs(text: str, count: int) -> MyRuns:
    some = [run(n) for n in range(count)]
    best = BestOfMine(
        experiment=Experiment(experiment_id="1", name=text), run=run(1), metric=text,
        value=0.123456, direction=Direction.LOWER, champion=0.123457,
    )  # fmt: skip
    return MyRuns(finished=some, failed=some, killed=some, silent=some, best=[best] * count)


def _alert(number: int, text: str) -> AlertNews:
    incident = Incident(
        id=f"i{number}", workspace="T1", rule_number=MOST, channel="C1",
        severity=Severity.CRITICAL, title=text, latest=text, sample=None, baseline=None,
        opened_at=NOW, changed_at=NOW, resolved_at=NOW,
    )  # fmt: skip
    return AlertNews(incident=incident, by="UX", has_ended=bool(number % 2))


def _decision(number: int, text: str, *, moved: bool = False) -> DecisionNews:
    promotion = Promotion(model=text, version=MOST, alias=text)
    status = PromotionStatus(
        number=number, promotion=promotion, state=PromotionState.DONE, changed_at=NOW, previous=MOST
    )
    return DecisionNews(
        record=record(number, body=body(text)),
        status=DecisionStatus.DEPRECATED,
        by="UX",
        page=("C0000000000", "1700000000.000001"),
        moved=status if moved else None,
    )


def _issues(text: str, count: int) -> IssueSummary:
    groups: list[Any] = list(IssueGroup)
    return summary_of(
        IssueLine(
            issue=_issue(n, text),
            group=groups[n % len(groups)],
            before=text,
            waits_for=("CHURN-1",) * 9,
            was_due=date(2026, 1, 1),
            was_priority=text,
        )
        for n in range(count)
    )


def _issue(number: int, text: str) -> Issue:
    return Issue(
        issue_id=str(number), key=f"CHURN-{MOST - number}", project="CHURN", summary=text,
        status=text, status_category="new", assignee_id="a", assignee_name=text, updated_at=NOW,
        created_at=NOW, priority=text, due_on=date(2026, 2, 2),
    )  # fmt: skip
