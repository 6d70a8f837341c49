"""Several MLflow servers: each answers for itself, and what it says carries its name."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clients.mlflow import MlflowServers, NamedTracker
from bot.domain.activity import Reference, ReferenceKind
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, RunStatus
from bot.domain.experiments.watches import Target, Watch, WatchKind
from bot.domain.links import Links
from bot.domain.source import SourceHealth
from bot.errors import MlflowError
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import comparisons, pages, registry_news
from bot.workflows.experiments.look_up import look_up
from bot.workflows.poll_mlflow import poll
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import CHURN, T0, a_run
from tests.unit.experiments.fake_tracker import FakeTracker

MINUTE = timedelta(minutes=1)


class Pair:
    """A default server and one called eu, with an experiment 1, a run and a model each."""

    def __init__(self) -> None:
        self.home, self.eu = FakeTracker(CHURN), FakeTracker(CHURN)
        self.both = MlflowServers(self.home, NamedTracker("eu", self.eu))
        for name, server in (("home", self.home), ("eu", self.eu)):
            server.hold(replace(a_run(f"{name}-run", 0.9), ended_at=T0))
            server.models = [RegisteredModel(name="churn", aliases={"champion": 1})]
            server.versions = [
                ModelVersion(model="churn", version=1, run_id=f"{name}-run", created_at=T0)
            ]


@pytest.fixture
def pair() -> Pair:
    return Pair()


def health(uow: UnitOfWork) -> dict[str, SourceHealth]:
    return {one.source: one for one in uow.sources.health()}


def names(uow: UnitOfWork) -> tuple[list[str], list[str], list[str]]:
    """What the mirror holds: experiments, models, and runs by experiment."""
    experiments = uow.experiments.all("T1")
    ids = [one.experiment_id for one in experiments]
    return (
        [f"{one.experiment_id} {one.name}" for one in experiments],
        [model.name for model in uow.experiments.models("T1")],
        [f"{run.experiment_id} {run.run_id}" for run in uow.experiments.runs("T1", ids)],
    )


async def test_both_are_mirrored_under_their_names(
    pair: Pair, transactions: SqlTransactions
) -> None:
    assert await poll("T1", pair.both, transactions, T0) == 2
    assert await transactions.read(names) == (
        ["1 churn", "eu/1 eu/churn"],
        ["churn", "eu/churn"],
        ["eu/1 eu-run", "1 home-run"],
    )
    versions = await transactions.read(lambda uow: uow.experiments.versions("T1", "eu/churn"))
    assert [(v.model, v.run_id) for v in versions] == [("eu/churn", "eu-run")]
    assert set(await transactions.read(health)) == {"mlflow", "mlflow:eu"}


async def test_one_that_is_down_stops_no_other_and_loses_nothing(
    pair: Pair, transactions: SqlTransactions
) -> None:
    await poll("T1", pair.both, transactions, T0)
    kept = await transactions.read(names)
    pair.eu.down = {"running_runs"}
    pair.home.hold(replace(a_run("next", 0.9), ended_at=T0 + MINUTE))
    assert await poll("T1", pair.both, transactions, T0 + MINUTE) == 1
    found = await transactions.read(health)
    assert (found["mlflow"].read_at, found["mlflow"].down) == (T0 + MINUTE, False)
    assert (found["mlflow:eu"].read_at, found["mlflow:eu"].failed_at) == (T0, T0 + MINUTE)
    after = await transactions.read(names)
    assert (after[:2], set(after[2])) == (kept[:2], {*kept[2], "1 next"})
    pair.home.known, pair.home.models = [Experiment(experiment_id="2", name="new")], []
    await poll("T1", pair.both, transactions, T0 + 9 * MINUTE)
    assert (await transactions.read(names))[:2] == (["eu/1 eu/churn", "2 new"], ["eu/churn"])


async def test_one_that_hangs_holds_up_no_other(pair: Pair, transactions: SqlTransactions) -> None:
    pair.eu.hangs = True
    polling = asyncio.create_task(poll("T1", pair.both, transactions, T0))
    async with asyncio.timeout(30):
        while "mlflow" not in await transactions.read(health):
            pass
    assert not polling.done()
    polling.cancel()


async def test_each_has_its_own_watermark(pair: Pair, transactions: SqlTransactions) -> None:
    await poll("T1", pair.both, transactions, T0)
    pair.eu.down = {"running_runs"}
    for minute in (30, 60, 90):
        pair.home.hold(replace(a_run(f"h{minute}"), ended_at=T0 + minute * MINUTE))
        await poll("T1", pair.both, transactions, T0 + minute * MINUTE)
    pair.eu.down = set()
    pair.eu.hold(replace(a_run("late", started_at=T0 - 20 * 1440 * MINUTE), ended_at=T0 + MINUTE))
    assert await poll("T1", pair.both, transactions, T0 + 91 * MINUTE) == 1


async def test_writes_and_look_ups_go_to_the_server_that_is_named(pair: Pair) -> None:
    await pair.both.set_alias("eu/churn", "champion", 1)
    await pair.both.tag_version("eu/churn", 1, "key", "value")
    assert (await pair.both.alias("eu/churn", "champion"), pair.home.calls) == (1, [])
    assert [each.model for each in await pair.both.model_versions("eu/churn")] == ["eu/churn"]
    with pytest.raises(MlflowError, match="No MLflow server is called us"):
        await pair.both.alias("us/churn", "champion")
    assert [one.experiment_id for one in await pair.both.experiments()] == ["1", "eu/1"]
    found = await pair.both.several(["1", "eu/1"], ["home-run", "eu-run"])
    assert {run.run_id: run.experiment_id for run in found} == {"home-run": "1", "eu-run": "eu/1"}


async def test_a_run_is_found_wherever_it_is(pair: Pair) -> None:
    assert (await pair.both.run("eu-run")).experiment_id == "eu/1"
    assert (await pair.both.run("home-run")).experiment_id == "1"
    pair.home.down = {"run"}
    assert (await pair.both.run("eu-run")).experiment_id == "eu/1"
    with pytest.raises(MlflowError, match="can't be reached"):
        await pair.both.run("home-run")
    pair.home.down = set()
    with pytest.raises(MlflowError, match="No such run"):
        await pair.both.run("nobody's")
    pair.home.calls.clear()
    assert (await pair.both.run("eu/eu-run")).run_id == "eu-run"
    assert pair.home.calls == []


async def test_an_experiment_is_looked_up_on_those_that_answer(
    pair: Pair, transactions: SqlTransactions
) -> None:
    pair.home.down = {"experiments"}
    page = await look_up("T1", "eu/churn", pair.both, transactions, T0)
    assert page is not None
    assert page.board.experiment.experiment_id == "eu/1"
    with pytest.raises(MlflowError):
        await look_up("T1", "price", pair.both, transactions, T0)
    pair.home.down = set()
    assert await look_up("T1", "price", pair.both, transactions, T0) is None


async def test_a_run_of_a_named_server_that_vanishes_is_looked_up_there(
    pair: Pair, transactions: SqlTransactions
) -> None:
    going = a_run("going", status=RunStatus.RUNNING, ended_at=None)
    pair.eu.hold(going)
    await poll("T1", pair.both, transactions, T0)
    pair.eu.hold(replace(going, status=RunStatus.FINISHED))
    pair.home.calls.clear()
    assert await poll("T1", pair.both, transactions, T0 + MINUTE) == 1
    assert "several" not in pair.home.calls


def test_a_pasted_address_of_a_named_server_is_its_experiment() -> None:
    links = Links(mlflow_url="https://a", mlflow_urls={"eu": "https://b:5000"})
    assert links.unlinked("https://b:5000/#/experiments/3/runs/abc") == "eu/3"
    assert links.unlinked("<https://b:5000/#/experiments/3?x=1|here>") == "eu/3"
    assert links.unlinked("https://a/#/experiments/3") == "3"
    assert links.unlinked("HTTPS://A/#/experiments/3") == "3"
    for other in ("https://c/#/experiments/3", "churn", "https://b:5000/", ""):
        assert links.unlinked(other) == other


def test_a_server_below_another_ones_address_keeps_its_links() -> None:
    below = Links(
        mlflow_url="https://a/ml", mlflow_urls={"eu": "https://a/ml/eu", "us": "https://a"}
    )
    assert below.unlinked("https://a/ml/eu/#/experiments/3") == "eu/3"
    assert below.unlinked("https://a/ml/#/experiments/3") == "3"
    assert below.unlinked("https://a/#/experiments/3") == "us/3"


def test_a_single_server_may_have_addresses_that_we_were_not_told() -> None:
    alone = Links(mlflow_url="http://mlflow:5000")
    assert alone.unlinked("https://ml.example.com/#/experiments/3") == "3"
    assert alone.unlinked("churn") == "churn"


async def test_a_pasted_address_of_a_stranger_is_no_experiment_of_ours(
    pair: Pair, transactions: SqlTransactions
) -> None:
    await poll("T1", pair.both, transactions, T0)
    typed = "https://mlflow.test/#/experiments/1"
    assert await transactions.read(pages.page, "T1", typed) is None


def test_links_lead_to_the_server_that_is_named() -> None:
    links = Links(mlflow_url="https://a", mlflow_urls={"eu": "https://b"})
    assert links.experiment("3") == "https://a/#/experiments/3"
    assert links.run("eu/3", "abc") == "https://b/#/experiments/3/runs/abc"
    assert links.model_version("eu/churn x", 7) == "https://b/#/models/churn%20x/versions/7"
    assert links.experiment("us/3") is None
    run = Reference(kind=ReferenceKind.RUN, key="eu/3/abc", anchor="a")
    assert links.reference(run) == "https://b/#/experiments/3/runs/abc"


async def test_runs_of_a_copied_database_stay_with_the_server_that_showed_them_first(
    pair: Pair, transactions: SqlTransactions, caplog: pytest.LogCaptureFixture
) -> None:
    pair.home.hold(replace(a_run("same", 0.9), ended_at=T0))
    await poll("T1", pair.home, transactions, T0)
    pair.eu.hold(replace(a_run("same", 0.1), ended_at=T0))
    assert await poll("T1", pair.both, transactions, T0 + MINUTE) == 1
    assert await poll("T1", pair.both, transactions, T0 + 2 * MINUTE) == 0
    run = await transactions.read(lambda uow: uow.experiments.run("T1", "same"))
    assert run is not None
    assert (run.experiment_id, run.metrics["val_auc"]) == ("1", 0.9)
    pair.eu.hold(replace(a_run("same", 0.1), ended_at=T0, deleted=True))
    await poll("T1", pair.both, transactions, T0 + 90 * MINUTE)
    assert await transactions.read(lambda uow: uow.experiments.run("T1", "same")) == run
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_runs_go_to_another_server_once_their_own_is_gone(
    pair: Pair, transactions: SqlTransactions
) -> None:
    """It was given another name: under the old one nobody is polled any more."""
    pair.home.held = {}
    old = NamedTracker("old", pair.eu)
    await poll("T1", old, transactions, T0)
    assert await poll("T1", pair.both, transactions, T0 + MINUTE) == 0
    assert await poll("T1", pair.both, transactions, T0 + 1441 * MINUTE) == 1
    run = await transactions.read(lambda uow: uow.experiments.run("T1", "eu-run"))
    assert run is not None
    assert run.experiment_id == "eu/1"


async def test_what_spans_servers_says_how_the_worst_of_them_answered(
    pair: Pair, transactions: SqlTransactions
) -> None:
    pair.eu.hold(a_run("eu-two", 0.8))
    pair.home.hold(a_run("home-two", 0.8))
    await poll("T1", pair.both, transactions, T0)
    pair.eu.down = {"running_runs"}
    await poll("T1", pair.both, transactions, T0 + MINUTE)

    async def told(runs: str) -> SourceHealth | None:
        return (await transactions.read(comparisons.by_names, "T1", runs)).source

    for runs, source in (("home-run home-two", "mlflow"), ("home-run eu-two", "mlflow:eu")):
        found = await told(runs)
        assert found is not None
        assert (found.source, found.down) == (source, source == "mlflow:eu")
    listed = (await transactions.read(pages.overview, "T1")).source
    assert listed is not None
    assert listed.source == "mlflow:eu"


@pytest.mark.parametrize("server", ["", "eu"])
async def test_the_first_model_of_a_server_is_announced(
    pair: Pair, transactions: SqlTransactions, server: str
) -> None:
    first = pair.eu if server else pair.home
    models, first.models = first.models, []
    versions = [replace(one, created_at=T0 + MINUTE) for one in first.versions]
    await poll("T1", pair.both, transactions, T0)
    target = Target(kind=WatchKind.EXPERIMENT, key=f"{server}/1".lstrip("/"), name="churn")

    def watch(uow: UnitOfWork) -> None:
        uow.watches.add(Watch(workspace="T1", watcher="C1", target=target, by="U1", since=T0))
        registry_news.look(uow, "T1", T0)

    await transactions.write(watch)
    first.models, first.versions = models, versions
    await poll("T1", pair.both, transactions, T0 + MINUTE)

    def news(uow: UnitOfWork) -> int:
        registry_news.look(uow, "T1", T0 + MINUTE)
        return sum(uow.deliveries.counts().values())

    assert await transactions.write(news) == 1
