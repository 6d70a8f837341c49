"""Around a version of a registered model: its run, its decisions, its time, what broke."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.decisions import chain
from bot.domain.decisions.chain import Move
from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.promotion import PromotionState
from bot.domain.experiments.records import ModelVersion, Run
from bot.domain.trace import Edge, Life, Node, Thing
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.samples import evaluates, tagged_version
from bot.services.alerts.version_samples import version_under
from bot.services.decisions import promotions

_INCIDENTS = 100


def node(model: str, version: int) -> Node:
    """The version as a thing of the chain."""
    return Node(thing=Thing.VERSION, key=f"{model}/{version}")


def parsed(key: str) -> tuple[str, int]:
    """The model and the number of a version's key."""
    model, _, version = key.rpartition("/")
    return model, int(version)


def around(uow: UnitOfWork, workspace: str, key: str) -> Iterator[Edge]:
    """What a version leads to; the decision that took it back is told, without its own chain."""
    model, version = parsed(key)
    registered = found(uow, workspace, model, version)
    if registered and registered.run_id:
        yield Edge(to=Node(thing=Thing.RUN, key=registered.run_id))
    for record in uow.decisions.promoting(workspace, model):
        promotion = record.body.promotion
        if promotion and promotion.version == version:
            yield Edge(to=Node(thing=Thing.DECISION, key=str(record.number)))
    for record in uow.decisions.naming(workspace, EvidenceKind.VERSION, key):
        yield Edge(to=Node(thing=Thing.DECISION, key=str(record.number)), onward=False)
    for stay in stays(uow, workspace, model, version):
        yield Edge(to=Node(thing=Thing.LIFE, key=stay.key), onward=False)
        if stay.undone_by is not None:
            yield Edge(to=Node(thing=Thing.DECISION, key=str(stay.undone_by)), onward=False)
    for incident in incidents(uow, workspace, model, version):
        yield Edge(to=Node(thing=Thing.INCIDENT, key=incident.id), onward=False)


def found(uow: UnitOfWork, workspace: str, model: str, version: int) -> ModelVersion | None:
    """A registered version, or None."""
    versions = uow.experiments.versions(workspace, model)
    return next((each for each in versions if each.version == version), None)


def judged(uow: UnitOfWork, workspace: str, run: Run) -> Iterator[Edge]:
    """The version that a run says it evaluates, and the alerts that it set off."""
    version = tagged_version(run)
    for model in uow.experiments.models(workspace):
        if version is None or not evaluates(run, model.name):
            continue
        if found(uow, workspace, model.name, version):
            yield Edge(to=node(model.name, version))
    about = [rule.number for rule in uow.alerts.rules(workspace) if _is_read_by(rule, run)]
    for number in about:
        for incident in uow.alerts.of_rule(workspace, number, _INCIDENTS):
            if incident.sample is not None and incident.sample.key == run.run_id:
                yield Edge(to=Node(thing=Thing.INCIDENT, key=incident.id), onward=False)


def _is_read_by(rule: Rule, run: Run) -> bool:
    """Whether a rule looks at runs such as this one."""
    if rule.model:
        return evaluates(run, rule.model)
    return getattr(rule.condition, "experiment_id", "") == run.experiment_id


def made_of(uow: UnitOfWork, workspace: str, run_ids: set[str]) -> list[ModelVersion]:
    """The registered versions that these runs became, by model, newest first."""
    return [
        version
        for model in uow.experiments.models(workspace)
        for version in uow.experiments.versions(workspace, model.name)
        if version.run_id in run_ids
    ]


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One time of a version under an alias; `undone_by` is the decision that put an older version
    in its place, if one did."""

    life: Life
    undone_by: int | None = None

    @property
    def key(self) -> str:
        """The key of its node."""
        since = self.life.since.isoformat() if self.life.since else ""
        return f"{self.life.model}/{self.life.version}/{self.life.alias}/{since}"


def stays(uow: UnitOfWork, workspace: str, model: str, version: int) -> list[Stay]:
    """When that version was under which alias, the latest first."""
    done = uow.promotions.of_model(workspace, model)
    aliases = {s.promotion.alias for s in done if s.state is PromotionState.DONE}
    registered = {each.name: each for each in uow.experiments.models(workspace)}
    if model in registered:
        aliases |= {a for a, number in registered[model].aliases.items() if number == version}
    return [
        stay for alias in sorted(aliases) for stay in _under(uow, workspace, model, alias, version)
    ]


def _under(uow: UnitOfWork, workspace: str, model: str, alias: str, version: int) -> Iterator[Stay]:
    there = version_under(uow, workspace, model, alias)
    moves = chain.moves(promotions.moves(uow, workspace, model, alias), there)
    for place, move in enumerate(moves):
        if move.version == version:
            after = moves[place - 1] if place else None
            yield Stay(
                life=Life(
                    model=model,
                    version=version,
                    alias=alias,
                    since=move.at,
                    until=move.until,
                    is_now=place == 0 and there == version,
                ),
                undone_by=_undoing(after, version),
            )


def _undoing(after: Move | None, version: int) -> int | None:
    return after.number if after and after.version < version else None


def incidents(uow: UnitOfWork, workspace: str, model: str, version: int) -> Sequence[Incident]:
    """The last alerts about a version, newest first: measured on it, or while it was champion."""
    lives = [stay.life for stay in stays(uow, workspace, model, version)]
    return [
        each
        for each in uow.alerts.of_model(workspace, model, _INCIDENTS)
        if _is_about(each, version, lives)
    ]


def _is_about(incident: Incident, version: int, lives: Sequence[Life]) -> bool:
    if incident.sample is not None and incident.sample.version is not None:
        return incident.sample.version == version
    return any(
        life.since is not None
        and life.since < incident.opened_at
        and (life.until is None or incident.opened_at <= life.until)
        for life in lives
    )
