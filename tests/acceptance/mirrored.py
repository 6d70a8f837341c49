"""Runs as a poll of MLflow brings them, without the ten seconds that a server takes to start."""

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import mirror
from tests.acceptance.harness import World

CHURN_EXPERIMENT = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_auc"})


class NoTracker:
    """Stands for an MLflow that is connected and never asked."""

    servers = ()


class Lab:
    """What is trained on churn, as the mirror hears of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._trained = 0

    async def begin(self) -> None:
        """Experiment churn without a run."""
        ws = self.world.workspace

        def keep(uow: UnitOfWork) -> None:
            mirror.keep_experiments(uow, ws, [CHURN_EXPERIMENT])

        await self.world.app.transactions.write(keep)

    async def champion(self, value: float, *, data: str = "churn-v7") -> None:
        """Version 13 is champion, and this is what it reached."""
        run = await self.trained("steady-ox", value, data=data)
        ws, now = self.world.workspace, self.world.clock()
        version = ModelVersion(model="churn", version=13, run_id=run.run_id, created_at=now)
        model = RegisteredModel(name="churn", aliases={"champion": 13})
        await self.world.app.transactions.write(
            lambda uow: uow.experiments.save_models(ws, [model], [version])
        )

    async def trained(
        self,
        name: str,
        value: float | None = None,
        *,
        status: RunStatus = RunStatus.FINISHED,
        data: str = "churn-v7",
        params: Mapping[str, str] | None = None,
        user: str = "ananya",
        step: int | None = None,
        **tags: str,
    ) -> Run:
        """A run of the last ten minutes, as a poll brings it now."""
        self._trained += 1
        now = self.world.clock()
        run = Run(
            run_id=f"{self._trained:032x}",
            experiment_id="1",
            name=name,
            status=status,
            started_at=now - timedelta(minutes=10),
            ended_at=now if status.ended else None,
            params=params or {},
            metrics={} if value is None else {"val_auc": value},
            tags={"dataset": data, **{key.replace("__", "."): each for key, each in tags.items()}},
            user=user,
            step=step,
        )
        await self.polled(run)
        return run

    async def polled(self, *runs: Run) -> None:
        """A poll brings these."""
        ws, now = self.world.workspace, self.world.clock()

        def keep(uow: UnitOfWork) -> None:
            mirror.keep_runs(uow, ws, runs, now)

        await self.world.app.transactions.write(keep)
        await self.world.deliver()
