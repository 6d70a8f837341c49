"""Which runs of the mirror reach which rule, and when time may speak; on both databases."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.domain.alerts.rules import Condition, Rule, RuleDraft
from bot.domain.alerts.states import AlertState, Phase, StoredState
from bot.domain.experiments.records import Experiment, RegisteredModel, Run, RunStatus
from bot.services.alerts import evaluation, set_up, starting
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.kinds import BUDGET, DAY, FLOOR, HOUR, RUNS, SLICES, STALE
from tests.unit.alerts.values import BELOW, T0, rule

T = TypeVar("T")


def _do(engines: Engines, work: Callable[..., T], *given: object) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session), *given)


def _run(key: str, tags: dict[str, str] | None = None, **metrics: float) -> Run:
    return Run(
        run_id=key,
        experiment_id="1",
        name=key,
        status=RunStatus.FINISHED,
        started_at=T0,
        ended_at=T0,
        metrics={name.replace("__", "/"): value for name, value in metrics.items()},
        tags=tags or {},
    )


def _watch(engines: Engines, about: Rule) -> None:
    def add(uow: SqlUnitOfWork) -> None:
        uow.alerts.add(about, starting.start(uow, about, [], T0)[0])

    _do(engines, add)


def _saved(engines: Engines, now: datetime, *runs: Run) -> None:
    _do(engines, lambda uow: uow.experiments.save_runs("T1", runs, now))


def _look(engines: Engines, now: datetime) -> AlertState:
    for number in _do(engines, evaluation.with_news, "T1", now):
        _do(engines, evaluation.evaluate_rule, "T1", number, now)
    return _state(engines)


def _state(engines: Engines) -> AlertState:
    def read(uow: SqlUnitOfWork) -> StoredState | None:
        return uow.alerts.state("T1", 1)

    stored = _do(engines, read)
    assert stored is not None
    return stored.state


def _phase(engines: Engines, condition: Condition, metric: str, *runs: Run) -> Phase:
    _watch(engines, rule(condition, metric=metric))
    _saved(engines, T0 + HOUR, *runs)
    return _look(engines, T0 + HOUR).phase


def test_children_of_a_sweep_and_runs_without_the_rules_tags_say_nothing(engines: Engines) -> None:
    _watch(engines, replace(rule(), tags=(("dataset", "v7"),)))
    child = {"dataset": "v7", "mlflow.parentRunId": "p"}
    _saved(engines, T0 + HOUR, _run("child", child, val_auc=0.1), _run("other", val_auc=0.1))
    assert _look(engines, T0 + HOUR).heard_at is None
    _saved(engines, T0 + 2 * HOUR, _run("own", {"dataset": "v7"}, val_auc=0.1))
    assert _look(engines, T0 + 2 * HOUR).phase is Phase.FIRING


def test_a_metric_logged_long_after_the_end_is_read_when_it_comes(engines: Engines) -> None:
    _watch(engines, rule())
    _saved(engines, T0 + HOUR, _run("late", loss=1.0))
    for hour in range(1, 30):
        assert _look(engines, T0 + hour * HOUR).phase is Phase.INACTIVE
    _saved(engines, T0 + 2 * DAY, _run("late", loss=1.0, val_auc=0.1))
    assert _look(engines, T0 + 2 * DAY).phase is Phase.FIRING


def test_every_evaluation_of_a_model_counts_for_a_rule_without_an_alias(engines: Engines) -> None:
    tags = {"registered_model": "churn", "model_version": "v3"}
    assert _phase(engines, BUDGET, "p95", _run("e", tags, p95=220)) is Phase.FIRING
    [incident] = _do(engines, lambda uow: uow.alerts.open_incidents("T1"))
    assert incident.sample is not None
    assert incident.sample.version == 3


def test_slices_are_read_by_their_pattern(engines: Engines) -> None:
    tags = {"registered_model": "churn"}
    worse = _run("e", tags, val_auc=0.9, val_auc__segment__new=0.8)
    assert _phase(engines, FLOOR, SLICES, worse) is Phase.FIRING
    [incident] = _do(engines, lambda uow: uow.alerts.open_incidents("T1"))
    assert incident.sample is not None
    assert incident.sample.slices == (("new", 0.8),)


def test_silence_counts_only_as_far_as_the_source_was_read(engines: Engines) -> None:
    _watch(engines, rule(STALE, metric=""))
    _do(engines, lambda uow: uow.sources.read_ok("mlflow", None, T0 + DAY))
    assert _look(engines, T0 + 30 * DAY).phase is Phase.INACTIVE
    _do(engines, lambda uow: uow.sources.read_ok("mlflow", None, T0 + 4 * DAY))
    assert _look(engines, T0 + 30 * DAY).phase is Phase.FIRING
    [line] = _do(engines, lambda uow: uow.alerts.transitions("T1", 1, 5))
    assert line.reason == "no evaluation of churn for 3 days"


def test_time_alone_opens_what_has_lasted_and_names_its_run(engines: Engines) -> None:
    _watch(engines, replace(rule(), for_duration=3 * HOUR))
    _saved(engines, T0 + HOUR, _run("bad", val_auc=0.1))
    assert _look(engines, T0 + HOUR).phase is Phase.PENDING
    assert _look(engines, T0 + 4 * HOUR).phase is Phase.FIRING
    [incident] = _do(engines, lambda uow: uow.alerts.open_incidents("T1"))
    assert incident.sample is not None
    assert incident.sample.key == "bad"


def test_a_rule_that_has_nothing_to_do_is_not_written(engines: Engines) -> None:
    _watch(engines, rule())
    _saved(engines, T0 + HOUR, _run("good", val_auc=0.95))
    _look(engines, T0 + HOUR)
    for minutes in (1, 10, 25):
        now = T0 + HOUR + timedelta(minutes=minutes)
        assert _do(engines, evaluation.with_news, "T1", now) == []


def test_a_long_past_is_learned_from_its_end_and_raises_no_alarm(engines: Engines) -> None:
    def past(uow: SqlUnitOfWork) -> set_up.Created:
        uow.experiments.save_experiments("T1", [Experiment(experiment_id="1", name="churn")])
        uow.experiments.save_models("T1", [RegisteredModel(name="churn")], [])
        runs = [_run(f"r{n:03}", val_auc=0.895) for n in range(100)]
        uow.experiments.save_runs("T1", runs, T0, backfill=True)
        about = rule(RUNS)
        given = {each.name: getattr(about, each.name) for each in fields(RuleDraft)}
        return set_up.watch(uow, RuleDraft(**given), T0 + DAY)

    assert _do(engines, past).finding is not None
    state = _state(engines)
    assert (state.phase, len(state.window)) == (Phase.INACTIVE, 20)
    known = [f"r{n:03}" for n in range(100)]
    assert len(_do(engines, lambda uow: uow.alerts.known("T1", 1, known))) == starting.LEARNED_FROM
    _saved(engines, T0 + 25 * HOUR, _run("new", val_auc=0.8))
    assert _look(engines, T0 + 25 * HOUR).phase is Phase.FIRING


def test_a_rule_that_ends_takes_its_incident_with_it(engines: Engines) -> None:
    assert _phase(engines, BELOW, "val_auc", _run("bad", val_auc=0.1)) is Phase.FIRING
    _do(engines, lambda uow: set_up.end(uow, rule(), "A-1 was deleted by Lena", T0 + 2 * HOUR))
    assert _do(engines, lambda uow: uow.alerts.open_incidents("T1")) == []
    assert _look(engines, T0 + 3 * HOUR).reason == "A-1 was deleted by Lena"
