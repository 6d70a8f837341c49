"""When a decision is looked at again: at a date, or when the alert engine finds its rule broken."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from bot.domain.alerts.engine import is_number
from bot.domain.alerts.rules import ModelThreshold, Rule, RuleDraft, Severity
from bot.domain.decisions.measure import Expectation, Measure, RevisitRule
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus, reference
from bot.domain.decisions.review import Observed, ReviewCause, review_date, waiting
from bot.domain.experiments.records import RegisteredModel, Run
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples as alert_samples
from bot.services.alerts import set_up, version_samples
from bot.services.decisions import review_calls, reviews

_NAMED = 5


def check(uow: UnitOfWork, workspace: str, body: DecisionBody) -> None:
    """Raises InvalidForm for a condition on what MLflow doesn't have."""
    models = {model.name: model for model in uow.experiments.models(workspace)}
    wishes: tuple[tuple[str, RevisitRule | Expectation | None], ...] = (
        ("revisit", body.revisit),
        ("expected", body.expected),
    )
    problems = {
        field: problem
        for field, wish in wishes
        if wish and models and (problem := _problem(uow, workspace, body, wish.measure, models))
    }
    if problems:
        raise InvalidForm(problems)


def arm(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """Watch for what makes an accepted decision due for review, from now on.

    One that came from a file may have reviews already.
    """
    wish = record.body.revisit
    if wish and watching(uow, record) is None:
        set_up.watch(uow, _draft(record, wish), now)
    before = uow.reviews.of(record.workspace, record.number)
    if open_one := waiting(before):
        review_calls.ask_soon(uow, record, open_one, now)
    elif day := review_date(record.body.review_on, before):
        review_calls.set_date(uow, record, day, now)


def disarm(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """The decision no longer holds: nobody is asked to look at it again."""
    if rule := watching(uow, record):
        set_up.end(uow, rule, _why_over(record), now)
    reviews.close(uow, record, now)


def watching(uow: UnitOfWork, record: DecisionRecord) -> Rule | None:
    """The alert rule that watches for a decision now, or None."""
    rule = uow.alerts.of_decision(record.workspace, record.number)
    return rule if rule and rule.ended_at is None else None


def fired(uow: UnitOfWork, rule: Rule, number: int, reason: str, now: datetime) -> None:
    """The rule of decision `number` was broken for long enough: its makers look at it again."""
    record = uow.decisions.locked(rule.workspace, number)
    if record is not None and record.status is DecisionStatus.ACCEPTED:
        reviews.begin(uow, record, ReviewCause.RULE, reason, now)


def observed(uow: UnitOfWork, record: DecisionRecord) -> Observed | None:
    """What the predicted effect of a decision came to; None where nothing was predicted.

    It is the latest evaluation with a number that ended after the decision was accepted: of the
    version that the decision promotes, else of what its measure's alias points to now.
    """
    expected = record.body.expected
    if expected is None:
        return None
    version = _spoken_of(uow, record, expected.measure)
    if record.decided_at is None or version is None:
        return Observed(value=None)
    measure = expected.measure
    runs = [
        (run.ended_at, run.run_id, run)
        for run in version_samples.runs_of_version(uow, record.workspace, measure.model, version)
        if run.ended_at and run.ended_at > record.decided_at and _says(run, measure.metric)
    ]
    if not runs:
        return Observed(value=None, version=version)
    ended_at, _, run = max(runs, key=lambda found: found[:2])
    return Observed(
        value=run.metrics[measure.metric],
        run_id=run.run_id,
        experiment_id=run.experiment_id,
        name=run.name or run.run_id[:8],
        version=version,
        at=ended_at,
    )


def _says(run: Run, metric: str) -> bool:
    return alert_samples.counts(run, metric) and is_number(run.metrics[metric])


def _spoken_of(uow: UnitOfWork, record: DecisionRecord, measure: Measure) -> int | None:
    promotion = record.body.promotion
    if promotion and (promotion.model, promotion.alias) == (measure.model, measure.alias):
        return promotion.version
    return version_samples.version_under(uow, record.workspace, measure.model, measure.alias)


def _draft(record: DecisionRecord, wish: RevisitRule) -> RuleDraft:
    return RuleDraft(
        workspace=record.workspace,
        channel=record.channel,
        author=record.author,
        metric=wish.measure.metric,
        severity=Severity.WARNING,
        for_evaluations=wish.for_evaluations,
        condition=ModelThreshold(
            model=wish.measure.model,
            alias=wish.measure.alias,
            operator=wish.operator,
            bound=wish.bound,
        ),
        decision=record.number,
    )


def _why_over(record: DecisionRecord) -> str:
    if record.superseded_by is not None:
        return f"{record.ref} was superseded by {reference(record.superseded_by)}"
    return f"{record.ref} was {record.status}"


def _problem(
    uow: UnitOfWork,
    workspace: str,
    body: DecisionBody,
    measure: Measure,
    models: dict[str, RegisteredModel],
) -> str:
    """What MLflow doesn't have of a measure, as a sentence; empty where it has all of it."""
    model = models.get(measure.model)
    if model is None:
        return _unknown("registered model", measure.model, models)
    promoted = body.promotion.alias if body.promotion else ""
    aliases = {*model.aliases, *([promoted] if promoted else [])}
    if measure.alias not in aliases:
        return _unknown(f"alias of {model.name}", measure.alias, aliases)
    metrics = _metrics(uow, workspace, model.name)
    if metrics and measure.metric not in metrics:
        return _unknown(f"metric of {model.name}", measure.metric, metrics)
    return ""


def _metrics(uow: UnitOfWork, workspace: str, model: str) -> set[str]:
    """What the runs of a model have logged: those tagged with it and those it was made from."""
    tagged = uow.experiments.runs_tagged(workspace, alert_samples.MODEL_TAG, model)
    versions = uow.experiments.versions(workspace, model)
    sources = (uow.experiments.run(workspace, each.run_id) for each in versions)
    return {name for run in (*tagged, *filter(None, sources)) for name in run.metrics}


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    every = sorted(known)
    near = get_close_matches(name, every, 1)
    if near:
        return f"MLflow has no {what} called {name!r}. Did you mean {near[0]}?"
    if not every:
        return f"MLflow has no {what}, so not {name!r} either."
    return f"MLflow has no {what} called {name!r}. There is: {', '.join(every[:_NAMED])}."
