"""Alert rules, states, samples and incidents on both databases."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Awaits, Call, Fold, Incident, Snooze, Suspect, Told
from bot.domain.alerts.rules import Severity
from bot.domain.alerts.states import Phase, Point, Transition
from bot.domain.experiments.records import ModelVersion, RegisteredModel, Run, RunStatus
from bot.errors import Conflict
from bot.services.alerts import evaluation
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import BELOW, CHAMPION, T0, WORSE, fresh, rule, sample

T = TypeVar("T")


def _in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session))


def _incident(workspace: str = "T1", incident_id: str = "T1:A-1:1") -> Incident:
    return Incident(
        id=incident_id,
        workspace=workspace,
        rule_number=1,
        channel="C1",
        severity=Severity.CRITICAL,
        title="churn: val_auc 0.8 is below 0.9",
        latest="val_auc 0.8 is below 0.9",
        sample=sample(math.nan, version=3),
        baseline=CHAMPION,
        opened_at=T0,
        changed_at=T0,
    )


def test_rules_and_states_come_back_as_they_were(engines: Engines) -> None:
    threshold = rule(replace(BELOW, recovery=0.92))
    regression = replace(rule(replace(WORSE, rel_delta=0.02)), number=2)
    state = replace(
        fresh(),
        phase=Phase.RECOVERING,
        reason="…",
        window=(0.9, 0.91),
        baseline=CHAMPION,
        champions=("a", "b"),
        incidents=2,
    )
    _in(engines, lambda uow: uow.alerts.add(threshold, fresh()))
    _in(engines, lambda uow: uow.alerts.add(regression, state))
    assert _in(engines, lambda uow: uow.alerts.rules("T1")) == [threshold, regression]
    assert _in(engines, lambda uow: uow.alerts.rule("T1", 2)) == regression
    assert _in(engines, lambda uow: uow.alerts.states("T1")) == {1: fresh(), 2: state}
    assert _in(engines, lambda uow: uow.alerts.rule("T2", 1)) is None
    assert _in(engines, lambda uow: uow.alerts.rules("T2")) == []
    assert _in(engines, lambda uow: uow.alerts.state("T2", 1)) is None


def test_a_state_is_replaced_only_from_the_version_that_was_read(engines: Engines) -> None:
    _in(engines, lambda uow: uow.alerts.add(rule(), fresh()))
    moved = replace(fresh(), phase=Phase.PENDING)
    assert _in(engines, lambda uow: uow.alerts.replace_state("T1", 1, moved, 1))
    assert not _in(engines, lambda uow: uow.alerts.replace_state("T1", 1, fresh(), 1))
    stored = _in(engines, lambda uow: uow.alerts.state("T1", 1))
    assert stored is not None
    assert (stored.state, stored.version) == (moved, 2)


def test_a_sample_is_logged_once_per_rule(engines: Engines) -> None:
    points = [
        Point(key=f"r{n}", name="run", at=T0 + timedelta(minutes=n), value=None, is_bad=True)
        for n in range(5)
    ]
    _in(engines, lambda uow: [uow.alerts.add_point("T1", 1, point) for point in points])
    assert not _in(engines, lambda uow: uow.alerts.add_point("T1", 1, points[0]))
    assert _in(engines, lambda uow: uow.alerts.add_point("T1", 2, points[0]))
    keys = [f"r{n}" for n in range(2000)]
    assert _in(engines, lambda uow: uow.alerts.known("T1", 1, keys)) == {p.key for p in points}
    until = T0 + timedelta(minutes=3)
    assert _in(engines, lambda uow: uow.alerts.points("T1", 1, until, 2)) == points[2:4]
    assert _in(engines, lambda uow: uow.alerts.points("T2", 1, until, 2)) == []


def test_the_log_is_read_newest_first(engines: Engines) -> None:
    lines = [
        Transition(at=T0, before=Phase.INACTIVE, after=Phase.FIRING, reason=f"{n}", sample_key="r")
        for n in range(3)
    ]

    def log(uow: SqlUnitOfWork) -> None:
        for line in lines:
            uow.alerts.log("T1", 1, line)

    _in(engines, log)
    assert _in(engines, lambda uow: uow.alerts.transitions("T1", 1, 2)) == [lines[2], lines[1]]


def test_an_incident_belongs_to_its_workspace(engines: Engines) -> None:
    assert _in(engines, lambda uow: uow.alerts.open_incident(_incident()))
    assert not _in(engines, lambda uow: uow.alerts.open_incident(_incident()))
    assert _in(engines, lambda uow: uow.alerts.incident("T2", "T1:A-1:1")) is None
    assert _in(engines, lambda uow: uow.alerts.incidents("T2", ["T1:A-1:1"])) == []
    assert _in(engines, lambda uow: uow.alerts.open_incidents("T2")) == []
    assert _in(engines, lambda uow: uow.alerts.unsettled("T2")) == []
    foreign = replace(_incident(), workspace="T2", title="theirs now")
    assert not _in(engines, lambda uow: uow.alerts.save_incident(foreign))
    [found] = _in(engines, lambda uow: uow.alerts.open_incidents("T1"))
    assert found.sample is not None
    assert math.isnan(found.sample.value)
    assert replace(found, sample=None) == replace(_incident(), sample=None)


def test_an_incident_comes_back_with_all_that_was_done_to_it(engines: Engines) -> None:
    later = T0 + timedelta(hours=1)
    full = replace(
        _incident(),
        sample=sample(0.8, version=3),
        phase=Phase.RECOVERING,
        group_key="model:churn",
        suspects=(Suspect(what="param", name="lr", before="0.1", after="0.3"),),
        acknowledged_by="U2",
        acknowledged_at=later,
        assigned_to="U3",
        call=Call(person="U2", at=T0, owner="U1", owner_back_at=later, woken=True),
        snooze=Snooze(by="U2", at=T0, awaits=Awaits.VERSION, mark="v14"),
        lead="T1:A-9:1",
        fold=Fold.GROUP,
        held="silenced by S-1",
        told=Told(posted_at=T0, said_at=later, severity=Severity.CRITICAL, shown=1, calls=2),
        issue_key="CHURN-1",
    )
    _in(engines, lambda uow: uow.alerts.open_incident(_incident()))
    assert _in(engines, lambda uow: uow.alerts.save_incident(full))
    stored = _in(engines, lambda uow: uow.alerts.incident("T1", "T1:A-1:1"))
    assert stored == replace(full, version=2)


def test_an_incident_is_replaced_only_from_the_version_that_was_read(engines: Engines) -> None:
    """Also within one transaction: whoever lost reads what the winner stored."""
    _in(engines, lambda uow: uow.alerts.open_incident(_incident()))
    taken = replace(_incident(), acknowledged_by="U2")

    def both(uow: SqlUnitOfWork) -> tuple[bool, bool, Incident | None]:
        first = uow.alerts.save_incident(taken)
        second = uow.alerts.save_incident(replace(_incident(), title="worse"))
        return first, second, uow.alerts.incident("T1", "T1:A-1:1")

    first, second, found = _in(engines, both)
    assert found is not None
    assert (first, second) == (True, False)
    assert (found.acknowledged_by, found.title, found.version) == ("U2", _incident().title, 2)


def test_incidents_are_found_by_what_is_asked_of_them(engines: Engines) -> None:
    hour = timedelta(hours=1)
    over = replace(_incident(), id="T1:A-1:0", resolved_at=T0, opened_at=T0 - hour)
    settled = Told(posted_at=T0 - hour, resolved=True)
    told = replace(over, id="T1:A-1:00", opened_at=T0 - 2 * hour, told=settled)
    member = replace(
        _incident(),
        id="T1:A-2:1",
        rule_number=2,
        lead="T1:A-1:1",
        opened_at=T0 + hour,
        told=Told(posted_at=T0 + hour),
    )
    lead = replace(_incident(), told=Told(posted_at=T0))
    everything = (over, told, member, lead, _incident("T2", "T2:A-1:1"))
    _in(engines, lambda uow: [uow.alerts.open_incident(one) for one in everything])

    def ids(ask: Callable[[SqlUnitOfWork], list[Incident]]) -> list[str]:
        return [one.id for one in _in(engines, ask)]

    assert ids(lambda uow: uow.alerts.open_incidents("T1")) == [lead.id, member.id]
    assert ids(lambda uow: uow.alerts.unsettled("T1")) == [over.id, lead.id, member.id]
    assert ids(lambda uow: uow.alerts.members("T1", lead.id)) == [member.id]
    assert ids(lambda uow: uow.alerts.incidents("T1", [member.id, lead.id, "?"])) == [
        lead.id,
        member.id,
    ]
    assert ids(lambda uow: uow.alerts.posted("T1", "C1", T0 - hour)) == [lead.id]
    assert ids(lambda uow: uow.alerts.posted("T1", "C1", T0 - 2 * hour)) == [told.id, lead.id]
    assert ids(lambda uow: uow.alerts.posted("T1", "C2", T0 - 2 * hour)) == []
    assert ids(lambda uow: uow.alerts.of_rule("T1", 1, 2)) == [lead.id, over.id]
    assert ids(lambda uow: uow.alerts.opened("T1", T0, T0 + hour)) == [lead.id]


def test_an_evaluation_by_several_nodes_at_once_opens_one_incident(engines: Engines) -> None:
    now = T0 + timedelta(minutes=1)
    bad = Run(
        run_id="bad",
        experiment_id="1",
        name="owl",
        status=RunStatus.FINISHED,
        started_at=T0,
        ended_at=T0,
        metrics={"val_auc": 0.5},
    )
    _in(engines, lambda uow: uow.alerts.add(rule(), fresh()))
    _in(engines, lambda uow: uow.experiments.save_runs("T1", [bad], now))

    def evaluate(_: int) -> None:
        with suppress(Conflict):
            _in(engines, lambda uow: evaluation.evaluate_rule(uow, "T1", 1, now))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(evaluate, range(4)))
    stored = _in(engines, lambda uow: uow.alerts.state("T1", 1))
    assert stored is not None
    assert (stored.state.phase, stored.state.streak) == (Phase.FIRING, 1)
    assert len(_in(engines, lambda uow: uow.alerts.open_incidents("T1"))) == 1


def test_models_with_quotes_and_accents_are_found(engines: Engines) -> None:
    odd = 'Ça "coûte" 測'
    regression = rule(replace(WORSE, model=odd))
    run = Run(
        run_id="champ",
        experiment_id="1",
        name="owl",
        status=RunStatus.FINISHED,
        started_at=T0,
        ended_at=T0,
        metrics={"val_auc": 0.9},
    )
    worse = replace(run, run_id="w", metrics={"val_auc": 0.7}, tags={"registered_model": odd})
    version = ModelVersion(model=odd, version=1, run_id="champ", created_at=T0)
    model = RegisteredModel(name=odd, aliases={"champion": 1})
    _in(engines, lambda uow: uow.experiments.save_runs("T1", [run, worse], T0))
    _in(engines, lambda uow: uow.experiments.save_models("T1", [model], [version]))
    _in(engines, lambda uow: uow.alerts.add(regression, fresh()))
    _in(engines, lambda uow: evaluation.evaluate_rule(uow, "T1", 1, T0))
    [incident] = _in(engines, lambda uow: uow.alerts.open_incidents("T1"))
    assert incident.title.startswith(f"{odd} is worse than champion v1: val_auc 0.7, 0.2 below")
