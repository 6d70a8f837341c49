"""New versions and moved aliases, announced to those who watch the model or its experiment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.decisions.promotion import PromotionState
from bot.domain.experiments.notices import News, of_experiment, of_model
from bot.domain.experiments.records import ModelVersion
from bot.domain.experiments.registry_news import (
    Announced,
    FactKind,
    RegistryFact,
    announced,
    changes,
    without,
)
from bot.domain.experiments.servers import is_mlflow, server_name, server_of
from bot.domain.experiments.watches import Watch, WatchKind
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import promotions
from bot.services.experiments import telling

# Older versions are history that we read late, not news.
_NEWS = timedelta(days=1)


def look(uow: UnitOfWork, workspace: str, now: datetime) -> None:
    """Tell what changed in the mirrored registry since the last look.

    The first look at a server's registry announces nothing. What a decision is moving just now is
    left to the next look. The watermark's row is locked, so that two nodes look one by one.
    """
    uow.sources.read_ok(_key(workspace, ""), None, now)
    known = dict(uow.notices.announced(workspace))
    models = {model.name: model for model in uow.experiments.models(workspace)}
    first = _first_looks(uow, workspace, {server_of(name) for name in models}, now)
    news: list[RegistryFact] = []
    for model in models.values():
        before = known.get(model.name)
        if before and model.mark and before.mark == model.mark and before.aliases == model.aliases:
            continue
        versions = uow.experiments.versions(workspace, model.name)
        seen = announced(model, versions)
        if server_of(model.name) not in first:
            facts, seen = _facts(uow, workspace, before, seen, versions, now)
            news += facts
        if seen != before:
            uow.notices.announce(workspace, [seen])
    if gone := known.keys() - models.keys():
        uow.notices.unannounce(workspace, gone)
    if news:
        _tell(uow, workspace, news, now)


def _first_looks(uow: UnitOfWork, workspace: str, servers: set[str], now: datetime) -> set[str]:
    """The servers whose registry was never looked at before; an empty one that was read counts."""
    read = {one.source for one in uow.sources.health() if one.read_at}
    servers = servers | {server_name(source) for source in read if is_mlflow(source)}
    found = {s for s in servers if uow.sources.watermark(_key(workspace, s)) is None}
    for server in found:
        uow.sources.read_ok(_key(workspace, server), now, now)
    return found


def _key(workspace: str, server: str) -> str:
    return f"watch:registry:{workspace}:{server}"


def _facts(
    uow: UnitOfWork,
    workspace: str,
    before: Announced | None,
    after: Announced,
    versions: Sequence[ModelVersion],
    now: datetime,
) -> tuple[list[RegistryFact], Announced]:
    """What is to be said of one model, and what will have been announced then."""
    seen, facts = after, []
    known = before or Announced(model=after.model)
    recent = {v.version for v in versions if now - v.created_at < _NEWS}
    for fact in changes(known, after, versions, now):
        if fact.kind is FactKind.VERSION:
            facts += [fact] if fact.version in recent else []
        elif _is_moving(uow, workspace, fact):
            seen = without(seen, known, fact.alias)
        elif before is not None or fact.version in recent:
            facts.append(replace(fact, decision=_decision(uow, workspace, fact)))
    return facts, seen


def _is_moving(uow: UnitOfWork, workspace: str, fact: RegistryFact) -> bool:
    """Whether a decision is about to move this alias there, or has just done so."""
    return any(
        status.state is PromotionState.PENDING
        and status.begun
        and (status.promotion.alias, status.promotion.version) == (fact.alias, fact.version)
        for status in uow.promotions.of_model(workspace, fact.model)
    )


def _decision(uow: UnitOfWork, workspace: str, fact: RegistryFact) -> int:
    """The number of the decision that moved the alias there last, 0 where somebody did by hand."""
    done = promotions.moves(uow, workspace, fact.model, fact.alias)
    last = done[-1] if done else None
    recently = last is not None and fact.at - last.changed_at < _NEWS
    return last.number if last and recently and last.promotion.version == fact.version else 0


def _tell(
    uow: UnitOfWork,
    workspace: str,
    news: Sequence[RegistryFact],
    now: datetime,
) -> None:
    watches = uow.watches.all(workspace)
    told: dict[tuple[str, str], list[RegistryFact]] = {}
    for fact in news if watches else ():
        experiment_id = _experiment_of(uow, workspace, fact)
        topic = of_experiment(experiment_id) if experiment_id else of_model(fact.model)
        home = _decided_in(uow, workspace, fact)
        for watch in watches:
            if watch.watcher != home and covers(watch, fact, experiment_id):
                facts = told.setdefault((watch.watcher, topic), [])
                facts += [fact] if fact not in facts else []
    for (watcher, topic), facts in sorted(told.items()):
        by = next(watch.by for watch in watches if watch.watcher == watcher)
        telling.tell(uow, workspace, watcher, by, topic, News(facts=tuple(facts)), now)


def _experiment_of(uow: UnitOfWork, workspace: str, fact: RegistryFact) -> str:
    for version in uow.experiments.versions(workspace, fact.model):
        if version.version == (fact.version or fact.before):
            run = uow.experiments.run(workspace, version.run_id)
            return run.experiment_id if run else ""
    return ""


def covers(watch: Watch, fact: RegistryFact, experiment_id: str) -> bool:
    """Whether a change in the registry is news for a watch; the version is of this experiment."""
    if watch.target.kind is WatchKind.MODEL:
        return watch.target.key == fact.model
    return watch.target.kind is WatchKind.EXPERIMENT and watch.target.key == experiment_id


def _decided_in(uow: UnitOfWork, workspace: str, fact: RegistryFact) -> str:
    """The channel where the decision's own message says it already."""
    record = uow.decisions.get(workspace, fact.decision) if fact.decision else None
    return record.channel if record else ""
