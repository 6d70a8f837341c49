"""Watches, notices, what was announced, pulses and families, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.experiments.notices import News, Notice
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.experiments.registry_news import Announced, FactKind, RegistryFact
from bot.domain.experiments.stalls import Pulse, StallState
from bot.domain.experiments.watches import Target, Watch, WatchKind
from bot.services.decisions import alias_moves
from bot.services.experiments import registry_news, run_notices
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.storage import promoting

NOW = datetime(2026, 10, 19, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHURN = Target(kind=WatchKind.EXPERIMENT, key="1", name="churn")
WATCH = Watch(workspace="T1", watcher="C1", target=CHURN, by="U1", since=NOW)


def a_run(run_id: str, *, below: str = "") -> Run:
    return Run(
        run_id=run_id,
        experiment_id="1",
        name=run_id,
        status=RunStatus.FINISHED,
        started_at=NOW,
        ended_at=NOW,
        tags={"mlflow.parentRunId": below} if below else {},
    )


def test_a_watch_is_kept_once_and_of_its_workspace_only(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        watches = SqlUnitOfWork(session).watches
        assert watches.add(WATCH)
        assert not watches.add(replace(WATCH, by="U2"))
        assert watches.add(replace(WATCH, workspace="T2"))
        assert watches.add(replace(WATCH, watcher="U1"))
        assert watches.of("T1", "C1") == [WATCH]
        assert [each.watcher for each in watches.all("T1")] == ["C1", "U1"]
        assert watches.remove("T1", "C1", CHURN)
        assert not watches.remove("T1", "C1", CHURN)
        assert len(watches.all("T2")) == 1


def test_notices_come_back_as_they_were_saved(engines: Engines) -> None:
    fact = RegistryFact(kind=FactKind.ALIAS, model="m", version=2, at=NOW, alias="champion")
    held = Notice(
        workspace="T1",
        id="n1",
        watcher="U1",
        topic="experiment:1",
        opened_at=NOW,
        news=News(runs=("a",), sweeps=("s",), facts=(fact,)),
    )
    with Session(engines.writer) as session, session.begin():
        notices = SqlUnitOfWork(session).notices
        notices.save(held)
        later = replace(held, id="n2", opened_at=NOW + MINUTE, message="m")
        notices.save(later)
        assert notices.of_topic("T1", "U1", "experiment:1", NOW) == [later, held]
        assert notices.of_topic("T1", "U1", "experiment:1", NOW + MINUTE) == [later]
        assert notices.held("T1", "U1") == [held]
        assert notices.in_message("T1", "m") == [later]
        notices.save(replace(held, message="m"))
        assert [each.id for each in notices.in_message("T1", "m")] == ["n1", "n2"]
        assert notices.first_look("T1", ("a", ""), NOW)
        assert not notices.first_look("T1", ("a", ""), NOW)
        notices.forget(NOW + MINUTE)
        assert notices.first_look("T1", ("a", ""), NOW)


def test_pulses_and_what_was_announced(engines: Engines) -> None:
    pulse = Pulse(
        workspace="T1",
        run_id="r",
        experiment_id="1",
        step=2**40,
        gaps=(1.5, 2.0),
        state=StallState.SILENT,
        silence=MINUTE,
        usual=2 * MINUTE,
        message="m",
        batch=7,
        changed_at=NOW,
    )
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.pulses.save(replace(pulse, state=StallState.FINE))
        uow.pulses.save(pulse)
        assert uow.pulses.get("T1", "r") == pulse
        assert uow.pulses.in_message("T1", "m") == uow.pulses.in_batch("T1", "1", 7) == [pulse]
        assert uow.pulses.all("T2") == {}
        uow.pulses.drop("T1", ["r"])
        assert uow.pulses.all("T1") == {}
        known = Announced(model="m", aliases={"champion": 2}, newest=3, mark="x")
        uow.notices.announce("T1", [replace(known, newest=1)])
        uow.notices.announce("T1", [known])
        assert uow.notices.announced("T1") == {"m": known}
        uow.notices.unannounce("T1", ["m"])
        assert uow.notices.announced("T1") == {}


def test_families_are_found_however_deep(engines: Engines) -> None:
    runs = [
        a_run("top"),
        a_run("mid", below="top"),
        a_run("leaf", below="mid"),
        a_run("alone"),
    ]
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.experiments.save_runs("T1", runs, NOW)
        found = run_notices.family_roots(uow, "T1", runs)
        assert found == {"top": "top", "mid": "top", "leaf": "top"}
        assert run_notices.family_roots(uow, "T1", [runs[2]]) == {"leaf": "top"}
        assert [r.run_id for r in run_notices.members(uow, "T1", "1", "top")] == ["mid", "leaf"]


def test_a_late_commit_of_another_node_is_still_told_and_only_once(engines: Engines) -> None:
    """Another node noticed a run a little before our last look, and committed after it."""
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.experiments.save_experiments("T1", [Experiment(experiment_id="1", name="churn")])
        uow.watches.add(WATCH)
        assert run_notices.notice(uow, "T1", NOW + MINUTE) == 0
        uow.experiments.save_runs("T1", [a_run("late")], NOW + MINUTE / 2)
        assert run_notices.notice(uow, "T1", NOW + 2 * MINUTE) == 1
        assert run_notices.notice(uow, "T1", NOW + 3 * MINUTE) == 0
        assert uow.deliveries.counts() == {"pending": 1}


def test_the_first_look_at_a_registry_announces_nothing_and_later_ones_do(
    engines: Engines,
) -> None:
    model = RegisteredModel(name="m", aliases={"champion": 1})
    versions = [
        ModelVersion(model="m", version=number, run_id="", created_at=NOW) for number in (1, 2)
    ]
    target = Target(kind=WatchKind.MODEL, key="m", name="m")
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.watches.add(replace(WATCH, target=target))
        uow.experiments.save_models("T1", [model], versions[:1])
        registry_news.look(uow, "T1", NOW)
        assert uow.deliveries.counts() == {}
        uow.experiments.save_models(
            "T1", [RegisteredModel(name="m", aliases={"champion": 2})], versions
        )
        registry_news.look(uow, "T1", NOW + MINUTE)
        registry_news.look(uow, "T1", NOW + 2 * MINUTE)
        [notice] = uow.notices.of_topic("T1", "C1", "model:m", NOW)
        told = [(fact.kind, fact.before, fact.version) for fact in notice.news.facts]
        assert told == [(FactKind.VERSION, 0, 2), (FactKind.ALIAS, 1, 2)]
        assert uow.deliveries.counts() == {"pending": 1}


def test_a_decisions_move_is_told_elsewhere_only_and_never_while_it_is_under_way(
    engines: Engines,
) -> None:
    target = Target(kind=WatchKind.MODEL, key="churn", name="churn")
    now = promoting.NOW

    def told(uow: SqlUnitOfWork, watcher: str) -> list[tuple[int, int]]:
        found = uow.notices.of_topic("T1", watcher, "model:churn", now)
        return [(fact.version, fact.decision) for each in found for fact in each.news.facts]

    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        promoting.mirror(uow)
        for watcher in ("C1", "C2"):
            uow.watches.add(replace(WATCH, watcher=watcher, target=target))
        registry_news.look(uow, "T1", now)
        promoting.accept(uow)
        alias_moves.start(uow, "T1", 1, 13, now)
        uow.experiments.point_alias("T1", "churn", "champion", 14)
        registry_news.look(uow, "T1", now + MINUTE)
        assert told(uow, "C2") == []
        alias_moves.finish(uow, "T1", 1, now + MINUTE)
        registry_news.look(uow, "T1", now + 2 * MINUTE)
        assert told(uow, "C2") == [(14, 1)]
        assert told(uow, "C1") == []
        uow.experiments.point_alias("T1", "churn", "champion", 15)
        registry_news.look(uow, "T1", now + 3 * MINUTE)
        assert told(uow, "C2") == [(14, 1), (15, 0)]
        assert told(uow, "C1") == [(15, 0)]
