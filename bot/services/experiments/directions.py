"""Which way a metric gets better: known from names and tags, else asked once."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.experiments.directions import SaidDirection, informed
from bot.domain.experiments.records import Experiment
from bot.domain.metrics import Direction, direction_of
from bot.errors import Conflict, NotPermitted
from bot.ports.repositories import UnitOfWork


def experiments(uow: UnitOfWork, workspace: str) -> list[Experiment]:
    """Every mirrored experiment, by name, with what people said among its tags."""
    said = uow.directions.all(workspace)
    return [informed(each, said) for each in uow.experiments.all(workspace)]


def of(uow: UnitOfWork, workspace: str, experiment: Experiment, metric: str) -> Direction:
    """What people said of this metric, else what the experiment's tags or the name say."""
    said = uow.directions.get(workspace, experiment.experiment_id, metric)
    return direction_of(metric, informed(experiment, [said] if said else []).tags)


def of_model(uow: UnitOfWork, workspace: str, model: str, metric: str) -> Direction:
    """The same for a metric of a registered model: as in the experiment of its newest version."""
    for version in uow.experiments.versions(workspace, model):
        if run := uow.experiments.run(workspace, version.run_id):
            known = {each.experiment_id: each for each in uow.experiments.all(workspace)}
            experiment = known.get(run.experiment_id)
            return of(uow, workspace, experiment, metric) if experiment else Direction.UNKNOWN
    return direction_of(metric, {})


def answer(uow: UnitOfWork, said: SaidDirection) -> None:
    """Keep the first answer to the question; the same one again changes nothing.

    Raises Conflict where somebody answered otherwise, NotPermitted for people from outside.
    """
    _require_colleague(uow, said)
    if uow.directions.add(said):
        return
    kept = uow.directions.get(said.workspace, said.experiment_id, said.metric)
    if kept is not None and kept.direction is not said.direction:
        raise Conflict(
            f"{_name(uow, kept)} said before you that {kept.direction} is better. "
            f"`/experiment direction <experiment> {said.metric} {said.direction}` changes it."
        )


def change(uow: UnitOfWork, said: SaidDirection) -> None:
    """Keep it in the place of what was said before; raises NotPermitted for people from outside."""
    _require_colleague(uow, said)
    uow.directions.save(said)


def said_by(
    uow: UnitOfWork, workspace: str, experiment: Experiment
) -> Sequence[tuple[str, SaidDirection]]:
    """What was said of this experiment's metrics, each with the name of who said it."""
    found = [
        each
        for each in uow.directions.all(workspace)
        if each.experiment_id == experiment.experiment_id
    ]
    return [(_name(uow, each), each) for each in found]


def word(
    workspace: str, experiment_id: str, metric: str, direction: Direction, by: str, now: datetime
) -> SaidDirection:
    """The value of one answer."""
    return SaidDirection(
        workspace=workspace,
        experiment_id=experiment_id,
        metric=metric,
        direction=direction,
        said_by=by,
        said_at=now,
    )


def _require_colleague(uow: UnitOfWork, said: SaidDirection) -> None:
    person = uow.people.get(said.workspace, said.said_by)
    if person is not None and not person.can_take_part:
        raise NotPermitted("Guests and people of other companies can't say which way is better.")


def _name(uow: UnitOfWork, said: SaidDirection) -> str:
    person = uow.people.get(said.workspace, said.said_by)
    return person.name if person else "Somebody"
