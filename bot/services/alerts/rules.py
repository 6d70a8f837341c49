"""Reading rules: what can be watched, all rules, and one with what happened to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.responsible import Responsible
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.silences import Silence
from bot.domain.alerts.states import AlertState, StoredState, Transition
from bot.domain.alerts.watchable import Watchable
from bot.domain.experiments.records import Run, RunStatus
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples as alert_samples
from bot.services.alerts.responsible import responsible

_LOG_LINES = 5
_INCIDENTS = 5


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A rule with its state, the last lines of its log and its last incidents, newest first, and
    what people said of these."""

    rule: Rule
    stored: StoredState
    log: tuple[Transition, ...]
    incidents: tuple[Incident, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    responsible: Responsible
    silence: Silence | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One row of a list: `owner` is a user id, or empty where everybody has left."""

    rule: Rule
    state: AlertState
    owner: str
    silence: Silence | None = None


def watchable(
    uow: UnitOfWork, workspace: str, *, experiment: str = "", model: str = ""
) -> Watchable:
    """What the mirror knows, with the metrics of `experiment`, or of the evaluations of `model`."""
    models = uow.experiments.models(workspace)
    aliases: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    if experiment and (found := uow.experiments.by_name(workspace, experiment)):
        names = uow.experiments.metric_names(workspace, found.experiment_id, finished=True)
        known = tuple(names)
    elif model:
        aliases = tuple(sorted(a for each in models if each.name == model for a in each.aliases))
        known = metrics(_of_model(uow, workspace, model))
    return Watchable(
        experiments=tuple(each.name for each in uow.experiments.all(workspace)),
        models=tuple(each.name for each in models),
        metrics=known,
        aliases=aliases,
    )


def metrics(runs: Iterable[Run]) -> tuple[str, ...]:
    """The metrics that finished runs have, by name."""
    finished = (run for run in runs if run.status is RunStatus.FINISHED)
    return tuple(sorted({name for run in finished for name in run.metrics}))


def shown(uow: UnitOfWork, workspace: str, number: int) -> Shown:
    """One rule as it stands; raises NotFound."""
    rule, stored = uow.alerts.rule(workspace, number), uow.alerts.state(workspace, number)
    if rule is None or stored is None:
        raise NotFound(unknown(number))
    incidents = tuple(uow.alerts.of_rule(workspace, number, _INCIDENTS))
    said = [word for each in incidents for word in uow.feedback.of(workspace, each.id)]
    return Shown(
        rule=rule,
        stored=stored,
        log=tuple(uow.alerts.transitions(workspace, number, _LOG_LINES)),
        incidents=incidents,
        feedback=tuple(said),
        responsible=responsible(uow, rule),
    )


def listed(uow: UnitOfWork, workspace: str) -> list[Listed]:
    """Every rule that hasn't ended with its state, by number."""
    states: Mapping[int, AlertState] = uow.alerts.states(workspace)
    return [
        Listed(rule=rule, state=states[rule.number], owner=responsible(uow, rule).owner)
        for rule in uow.alerts.rules(workspace)
    ]


def living(uow: UnitOfWork, workspace: str, number: int) -> Rule:
    """A rule that hasn't ended; raises NotFound."""
    rule = uow.alerts.rule(workspace, number)
    if rule is None:
        raise NotFound(unknown(number))
    if rule.ended_at is not None:
        raise NotFound(f"{rule.label} has ended. `/alert list` shows those that watch.")
    return rule


def unknown(number: int) -> str:
    """The sentence for a number that no rule has."""
    return f"There is no A-{number}. `/alert list` shows all rules."


def _of_model(uow: UnitOfWork, workspace: str, model: str) -> list[Run]:
    """The champion's own run and those that evaluate the model."""
    champion = alert_samples.champion_run(uow, workspace, model)
    tagged = uow.experiments.runs_tagged(workspace, alert_samples.MODEL_TAG, model)
    return [*([champion[1]] if champion else []), *tagged]
