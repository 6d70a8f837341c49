"""Two nodes look at once on PostgreSQL: each fact is told once."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.experiments.notices import News
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.experiments.watches import Target, Watch, WatchKind
from bot.services.experiments import run_notices, telling
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import EARLY, LATER, NINE, Databank, Pause, bank, before, database_url

__all__ = ["bank", "database_url"]

WATCH = Watch(
    workspace="T1",
    watcher="C1",
    target=Target(kind=WatchKind.EXPERIMENT, key="1", name="churn"),
    by="A",
    since=EARLY,
)


def a_run(run_id: str) -> Run:
    return Run(
        run_id=run_id,
        experiment_id="1",
        name=run_id,
        status=RunStatus.FINISHED,
        started_at=EARLY,
        ended_at=NINE,
    )


def watched(bank: Databank, watch: Watch = WATCH) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        uow.experiments.save_experiments("T1", [Experiment(experiment_id="1", name="churn")])
        uow.watches.add(watch)
        uow.experiments.save_runs("T1", [a_run("owl")], NINE)

    bank.run(work)


def posts(bank: Databank) -> int:
    return bank.run(lambda uow: sum(uow.deliveries.counts().values()))


def test_two_nodes_that_see_a_run_end_post_one_message(bank: Databank) -> None:
    watched(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> int:
        before(uow.notices, "save", pause)
        return run_notices.notice(uow, "T1", LATER)

    one, other = bank.race(first, lambda uow: run_notices.notice(uow, "T1", LATER))
    assert (one.result(), other.result()) == (1, 0)
    assert posts(bank) == 1


def test_what_comes_while_the_mornings_message_is_made_is_not_lost(bank: Databank) -> None:
    night = EARLY - timedelta(hours=6)
    watched(bank, replace(WATCH, watcher="UA", since=night))
    person = bank.run(lambda uow: uow.people.all("T1"))[0]
    bank.run(lambda uow: uow.people.save([replace(person, user_id="UA")]))
    topic = "experiment:1"

    def at_night(uow: SqlUnitOfWork) -> None:
        telling.tell(uow, "T1", "UA", "UA", topic, News(runs=("owl",)), night)

    bank.run(at_night)
    assert posts(bank) == 0

    def morning(uow: SqlUnitOfWork, pause: Pause) -> None:
        timer = uow.timers.take("news:T1:UA", LATER)
        assert timer is not None
        before(uow.notices, "save", pause)
        telling.morning(uow, timer, LATER)

    def more(uow: SqlUnitOfWork) -> None:
        telling.tell(uow, "T1", "UA", "UA", topic, News(runs=("bee",)), LATER)

    one, other = bank.race(morning, more)
    assert (one.result(), other.result()) == (None, None)

    def next_tick(uow: SqlUnitOfWork) -> None:
        timer = uow.timers.take("news:T1:UA", LATER)
        assert timer is not None
        telling.morning(uow, timer, LATER + timedelta(seconds=5))

    bank.run(next_tick)
    told = bank.run(lambda uow: uow.notices.of_topic("T1", "UA", topic, night))
    assert {run for notice in told if notice.message for run in notice.news.runs} == {"owl", "bee"}
    assert bank.run(lambda uow: uow.notices.held("T1", "UA")) == []
