"""Making alert rules: what can be watched, and a start that raises no alarm for the past."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.alerts.engine import Finding, ended, judge, learn, point
from bot.domain.alerts.rules import ModelThreshold, Regression, Rule, RuleDraft, Threshold
from bot.domain.alerts.states import AlertState, Sample, StoredState, Transition
from bot.domain.delivery import Delivery, Priority
from bot.domain.experiments.records import Run, RunStatus
from bot.errors import InvalidForm, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts import reading, version_samples
from bot.services.alerts import samples as alert_samples

CHART_POINTS = 20
_METRICS_NAMED = 10
_LOG_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Watchable:
    """Names to choose from; `metrics` are those of the chosen experiment or champion."""

    experiments: tuple[str, ...]
    models: tuple[str, ...]
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Created:
    """A new rule and how the latest existing evaluation stands (None where there is none)."""

    rule: Rule
    latest: Sample | None = None
    finding: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A rule with its state and the last lines of its log, newest first."""

    rule: Rule
    stored: StoredState
    log: tuple[Transition, ...]


def watchable(
    uow: UnitOfWork, workspace: str, *, experiment: str = "", model: str = ""
) -> Watchable:
    """What the mirror knows, with the metrics of `experiment` or of `model`'s champion."""
    runs: Iterable[Run] = ()
    if experiment and (found := uow.experiments.by_name(workspace, experiment)):
        runs = uow.experiments.runs(workspace, [found.experiment_id])
    elif model and (champion := alert_samples.champion_run(uow, workspace, model)):
        runs = [champion[1]]
    return Watchable(
        experiments=tuple(each.name for each in uow.experiments.all(workspace)),
        models=tuple(each.name for each in uow.experiments.models(workspace)),
        metrics=_metrics(runs),
    )


def create(uow: UnitOfWork, draft: RuleDraft, now: datetime) -> Created:
    """Store a rule and tell its channel.

    What exists already is the starting point: it never raises an alarm. Raises InvalidForm by the
    names of `RuleDraft`'s and its condition's fields.
    """
    made = watch(uow, draft, now)
    rule = made.rule
    deliveries.post(
        uow,
        Delivery(
            id=f"alert_rule:{rule.workspace}:{rule.number}",
            workspace=rule.workspace,
            channel=rule.channel,
            card="alert.rule",
            subject={"number": rule.number},
            priority=Priority.NORMAL,
            ready_at=now,
            owner=rule.author,
        ),
    )
    return made


def watch(uow: UnitOfWork, draft: RuleDraft, now: datetime) -> Created:
    """`create` without a word to anybody."""
    known, history = _past(uow, draft, now)
    number = uow.numbers.next(draft.workspace, "alert")
    rule = Rule(**vars(known), number=number, created_at=now)
    state, finding = _start(uow, rule, history, now)
    uow.alerts.add(rule, state)
    return Created(rule=rule, latest=history[-1] if history else None, finding=finding)


def end(uow: UnitOfWork, rule: Rule, reason: str, now: datetime) -> None:
    """Let a rule never be evaluated again; nothing happens if it has ended."""
    stored = uow.alerts.locked_state(rule.workspace, rule.number)
    if stored is None or not uow.alerts.end(rule.workspace, rule.number, now):
        return
    after = ended(stored.state, reason, now).state
    uow.alerts.replace_state(rule.workspace, rule.number, after, stored.version)
    transition = Transition(at=now, before=stored.state.phase, after=after.phase, reason=reason)
    uow.alerts.log(rule.workspace, rule.number, transition)


def learn_all(
    uow: UnitOfWork, rule: Rule, state: AlertState, past: Iterable[Sample], now: datetime
) -> tuple[AlertState, Finding | None]:
    """The state that knows these evaluations, and how the last of them stands; nobody is told."""
    finding = None
    for sample in past:
        finding = judge(rule, sample.value, state.window, state.baseline)
        uow.alerts.add_point(rule.workspace, rule.number, point(sample, finding, now))
        state = learn(state, sample, finding)
    return state, finding


def shown(uow: UnitOfWork, workspace: str, number: int) -> Shown:
    """One rule as it stands; raises NotFound."""
    rule, stored = uow.alerts.rule(workspace, number), uow.alerts.state(workspace, number)
    if rule is None or stored is None:
        raise NotFound(f"There is no A-{number}. `/alert list` shows all rules.")
    log = tuple(uow.alerts.transitions(workspace, number, _LOG_LINES))
    return Shown(rule=rule, stored=stored, log=log)


def listed(uow: UnitOfWork, workspace: str) -> list[tuple[Rule, AlertState]]:
    """Every rule with its state, by number."""
    states: Mapping[int, AlertState] = uow.alerts.states(workspace)
    return [(rule, states[rule.number]) for rule in uow.alerts.rules(workspace)]


def _past(uow: UnitOfWork, draft: RuleDraft, now: datetime) -> tuple[RuleDraft, list[Sample]]:
    """The draft with what it names looked up, and the evaluations so far, by end time."""
    if isinstance(draft.condition, Threshold):
        return _past_of_experiment(uow, draft, draft.condition, now)
    if isinstance(draft.condition, ModelThreshold):
        version = version_samples.watched(uow, draft, draft.condition)
        return draft, version_samples.of_version(uow, draft, draft.condition, version, now)
    _check_model(uow, draft, draft.condition)
    return draft, alert_samples.of_model(uow, draft, draft.condition, now)


def _past_of_experiment(
    uow: UnitOfWork, draft: RuleDraft, condition: Threshold, now: datetime
) -> tuple[RuleDraft, list[Sample]]:
    experiment = uow.experiments.by_name(draft.workspace, condition.experiment)
    if experiment is None:
        names = [each.name for each in uow.experiments.all(draft.workspace)]
        raise InvalidForm({"experiment": _unknown("experiment", condition.experiment, names)})
    found = replace(condition, experiment=experiment.name, experiment_id=experiment.experiment_id)
    runs = uow.experiments.runs(draft.workspace, [experiment.experiment_id])
    samples = alert_samples.of_experiment(runs, draft, found, now)
    if not samples:
        raise InvalidForm({"metric": _no_metric(draft.metric, "This experiment", _metrics(runs))})
    samples.sort(key=lambda sample: (sample.at, sample.key))
    return replace(draft, condition=found), samples


def _check_model(uow: UnitOfWork, draft: RuleDraft, condition: Regression) -> None:
    models = {each.name: each for each in uow.experiments.models(draft.workspace)}
    if condition.model not in models:
        raise InvalidForm({"model": _unknown("registered model", condition.model, list(models))})
    champion = alert_samples.champion_run(uow, draft.workspace, condition.model)
    if champion is None:
        raise InvalidForm({"model": _no_champion(models[condition.model].aliases)})
    if alert_samples.baseline(uow, draft) is None:
        version, run = champion
        said = f"The run of champion v{version}"
        raise InvalidForm({"metric": _no_metric(draft.metric, said, _metrics([run]))})


def _start(
    uow: UnitOfWork, rule: Rule, history: list[Sample], now: datetime
) -> tuple[AlertState, Finding | None]:
    """The first state; every past evaluation is kept as processed."""
    state = AlertState(since=now, read_until=now, reason="waits for the next evaluation")
    if followed := reading.moved(rule, state, reading.ground(uow, rule), now):
        state = followed.state
    own = state.baseline.run_id if state.baseline else ""
    past = [s for s in _to_remember(uow, rule, history, now) if s.key != own]
    return learn_all(uow, rule, state, past, now)


def _to_remember(uow: UnitOfWork, rule: Rule, history: list[Sample], now: datetime) -> list[Sample]:
    """What may be read again or is drawn; an old experiment has too many runs to keep them all."""
    if not isinstance(rule.condition, Threshold):
        return history
    since = now - reading.LOOK_BACK
    recent = {run.run_id for run in uow.experiments.noticed_ended(rule.workspace, since, now)}
    drawn = {sample.key for sample in history[-CHART_POINTS:]}
    return [sample for sample in history if sample.key in recent | drawn]


def _metrics(runs: Iterable[Run]) -> tuple[str, ...]:
    finished = (run for run in runs if run.status is RunStatus.FINISHED)
    return tuple(sorted({name for run in finished for name in run.metrics}))


def _no_metric(metric: str, who: str, known: tuple[str, ...]) -> str:
    if not known:
        return f"{who} has logged no metric yet, so not {metric!r} either."
    return f"{who} has logged no number for {metric!r}. There is: {_some(known)}."


def _unknown(what: str, name: str, known: list[str]) -> str:
    if not known:
        return f"I don't know the {what} {name!r}, nor any other yet: is MLflow connected?"
    return f"I don't know the {what} {name!r}. There is: {_some(known)}."


def _no_champion(aliases: Mapping[str, int]) -> str:
    if alert_samples.CHAMPION in aliases:
        return "I can't see the run behind this model's champion yet. Try again in a minute."
    return (
        "No version of this model has the alias champion. Give it to one in MLflow, then try again."
    )


def _some(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _METRICS_NAMED} more" if len(every) > _METRICS_NAMED else ""
    return ", ".join(every[:_METRICS_NAMED]) + more
