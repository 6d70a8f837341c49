"""What the team agreed about its models: who owns them, what they watch, what they tried."""

from datetime import datetime, timedelta

from bot.domain.alerts.rules import Operator, Regression, RuleDraft, Severity, SliceFloor
from bot.domain.decisions.measure import Measure
from bot.domain.experiments.goal_numbers import NumberForm
from bot.domain.experiments.goals import GoalDraft
from bot.domain.experiments.hypotheses import (
    Against,
    HypothesisDraft,
    HypothesisState,
)
from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.watches import Target, WatchKind
from bot.domain.metrics import Direction
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from bot.services.alerts import set_up
from bot.services.experiments import goal_sources, goals, hypotheses, plans, watches
from demo.proxy.workspace import TEAM

MODEL, EXPERIMENT = "churn", "churn"
LEARNED = (
    "Exponential loss chases a few mislabelled accounts, so every seed ends below the champion. "
    "Not again before the labels are mended."
)


def settle(uow: UnitOfWork, workspace: str, channel: str, awake: str, now: datetime) -> None:
    """The state of things at `now`; `awake` is there at any hour, the model's owner isn't now."""
    _plan(uow, workspace, channel, awake, now)
    experiment = uow.experiments.by_name(workspace, EXPERIMENT)
    assert experiment is not None
    target = Target(kind=WatchKind.EXPERIMENT, key=experiment.experiment_id, name=experiment.name)
    watches.watch_target(uow, workspace, channel, target, awake, now)
    _tried(uow, workspace, channel, experiment.experiment_id, now)
    for draft in _rules(workspace, channel, awake):
        set_up.create(uow, draft, now)
    goals.write(uow, _goal(workspace, channel, awake, now), now)


def _plan(uow: UnitOfWork, workspace: str, channel: str, awake: str, now: datetime) -> None:
    owner = _asleep(uow, workspace, awake, now)
    plan = ModelPlan(
        workspace=workspace,
        model=MODEL,
        owner=owner,
        deputies=(awake,),
        cadence_days=30,
        data="churn-v7",
        description="Accounts of the last two quarters, a row each; who left is known for all.",
        runbook="https://wiki.example.com/churn-runbook",
        channel=channel,
        changed_by=owner,
        changed_at=now - timedelta(days=11),
    )
    plans.save(uow, plan, seen=None)


def _asleep(uow: UnitOfWork, workspace: str, awake: str, now: datetime) -> str:
    """Somebody who isn't at work: with five zones there always is one."""
    people = uow.people.several(workspace, [p.id for p in TEAM if p.id != awake])
    away = (p for p in people.values() if not availability.is_at_work(uow, p, now))
    return next(away).user_id


def _tried(
    uow: UnitOfWork, workspace: str, channel: str, experiment_id: str, now: datetime
) -> None:
    author = next(person.id for person in TEAM if person.name == "beatriz")
    draft = HypothesisDraft(
        workspace=workspace,
        channel=channel,
        author=author,
        owner=author,
        claim="Exponential loss with deep trees beats log loss",
        experiment_id=experiment_id,
        metric="val_auc",
        direction=Direction.HIGHER,
        by=0.005,
        against=Against.CHAMPION,
        days=5,
    )
    number = hypotheses.write(uow, draft, now - timedelta(days=5)).number
    at, verdict = now - timedelta(days=3), HypothesisState.REFUTED
    hypotheses.decide(uow, workspace, number, verdict, LEARNED, author, at)


def _goal(workspace: str, channel: str, owner: str, now: datetime) -> GoalDraft:
    """What the company wants of it."""
    measure = Measure(model=MODEL, alias="champion", metric="val_recall_at_40")
    return GoalDraft(
        workspace=workspace,
        channel=channel,
        author=owner,
        owner=owner,
        objective="Lose 15 % fewer customers",
        source=goal_sources.key_of(measure),
        metric=measure.metric,
        direction=Direction.HIGHER,
        target=0.9,
        phrase="Calling 40 of 100 customers reaches {value} of 100 leavers",
        form=NumberForm.OF_100,
        due_on=now.date() + timedelta(days=70),
    )


def _rules(workspace: str, channel: str, author: str) -> list[RuleDraft]:
    """The champion as a whole, and its weakest segment."""
    return [
        RuleDraft(
            workspace=workspace,
            channel=channel,
            author=author,
            metric="val_auc",
            severity=Severity.CRITICAL,
            for_evaluations=1,
            condition=Regression(model=MODEL, direction=Direction.HIGHER, abs_delta=0.02),
        ),
        RuleDraft(
            workspace=workspace,
            channel=channel,
            author=author,
            metric="val_auc/segment/*",
            severity=Severity.WARNING,
            for_evaluations=2,
            condition=SliceFloor(model=MODEL, operator=Operator.BELOW, bound=0.75),
        ),
    ]
