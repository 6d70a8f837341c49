"""What waits for a person's next working hours, when they watch less than before."""

from dataclasses import replace

from bot.domain.accounts import owners
from bot.domain.experiments.notices import News, Notice, experiment_of
from bot.domain.experiments.watches import WatchKind, watchers
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import registry_news, run_notices


def keep_watched(uow: UnitOfWork, workspace: str, watcher: str) -> None:
    """Drop what waits for them and none of their watches covers any more."""
    held = uow.notices.held(workspace, watcher)
    if not held:
        return
    uow.notices.drop_held(workspace, watcher)
    for notice in held:
        if news := _watched(uow, notice):
            uow.notices.save(replace(notice, news=news))


def _watched(uow: UnitOfWork, notice: Notice) -> News:
    """The part of it that is still watched; a sweep is while one of its runs is."""
    workspace, news = notice.workspace, notice.news
    watches = uow.watches.of(workspace, notice.watcher)
    experiment_id = experiment_of(notice.topic)
    known = uow.families.several(workspace, {*news.runs, *news.sweeps})
    below = {top: run_notices.members(uow, workspace, experiment_id, top) for top in news.sweeps}
    every = [*known.values(), *(run for runs in below.values() for run in runs)]
    people = any(w.target.kind is WatchKind.PERSON for w in watches)
    users = {run.user for run in every if run.user}
    owner_of = owners(uow.people.all(workspace), users) if people and users else {}
    covered = {run.run_id for run in every if watchers(watches, run, owner_of)}
    return News(
        runs=tuple(run_id for run_id in news.runs if run_id in covered),
        sweeps=tuple(
            top for top in news.sweeps if covered & {top, *(run.run_id for run in below[top])}
        ),
        facts=tuple(
            fact
            for fact in news.facts
            if any(registry_news.covers(watch, fact, experiment_id) for watch in watches)
        ),
    )
