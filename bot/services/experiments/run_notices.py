"""Runs that ended, told to those who watch: each run once per watcher, however often we look."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.accounts import owners
from bot.domain.experiments.notices import News, end_of, of_experiment
from bot.domain.experiments.records import Run
from bot.domain.experiments.servers import is_mlflow
from bot.domain.experiments.sweeps import PARENT_TAG, root
from bot.domain.experiments.watches import Watch, WatchKind, watchers
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import telling

# A poll stamps what it keeps with its beginning, and may take this long.
_LONGEST_POLL = timedelta(hours=2)
# Another node may commit what it noticed a little before our last look.
OVERLAP = timedelta(minutes=10)
_REMEMBER = timedelta(days=2)
# Deeper families are told as far as this.
_DEPTH = 5


def notice(uow: UnitOfWork, workspace: str, now: datetime) -> int:
    """Tell of the runs whose end was noticed since the last look; how many were news for anybody.

    The watermark's row is locked: of two nodes the second sees what the first has done.
    """
    key = f"watch:runs:{workspace}"
    uow.sources.read_ok(key, None, now)
    since = uow.sources.watermark(key) or now
    uow.sources.read_ok(key, _last_poll(uow, now), now)
    watches = [w for w in uow.watches.all(workspace) if w.target.kind is not WatchKind.MODEL]
    if not watches:
        return 0
    fresh = _fresh(uow, workspace, since - OVERLAP, now)
    if not fresh:
        return 0
    uow.notices.forget(now - _REMEMBER)
    told = _by_watcher(uow, workspace, watches, fresh, since - OVERLAP, now)
    families = family_roots(uow, workspace, fresh)
    for (watcher, experiment_id), runs in sorted(told.items()):
        news = _news(runs, families)
        by = next(w.by for w in watches if w.watcher == watcher)
        telling.tell(uow, workspace, watcher, by, of_experiment(experiment_id), news, now)
    return len({run.run_id for runs in told.values() for run in runs})


def _last_poll(uow: UnitOfWork, now: datetime) -> datetime:
    """When the last poll that has ended began, of the server that was polled least recently: one
    that is under way began later, and so did those whose runs we have yet to see."""
    servers = [one for one in uow.sources.health() if is_mlflow(one.source)]
    begun = [at for one in servers if (at := one.failed_at or one.read_at)]
    return min(now, max(min(begun, default=now), now - _LONGEST_POLL))


def family_roots(uow: UnitOfWork, workspace: str, runs: Sequence[Run]) -> dict[str, str]:
    """The root of the sweep that each run belongs to, by run id; none for single runs."""
    known = {run.run_id: run for run in runs}
    for _ in range(_DEPTH):
        missing = {run.tags.get(PARENT_TAG, "") for run in known.values()} - known.keys() - {""}
        found = uow.families.several(workspace, missing)
        if not found:
            break
        known |= found
    tops = {run.run_id: root(run, known) for run in runs}
    own = [run_id for run_id, top in tops.items() if top == run_id]
    experiments = {run.experiment_id for run in runs}
    parents = {
        child.tags[PARENT_TAG] for child in uow.families.children(workspace, experiments, own)
    }
    return {i: top for i, top in tops.items() if top != i or i in parents}


def members(uow: UnitOfWork, workspace: str, experiment_id: str, top: str) -> list[Run]:
    """The runs below a sweep's root, however deep, earliest start first in each generation."""
    found: dict[str, Run] = {}
    parents = [top]
    while parents:
        children = uow.families.children(workspace, [experiment_id], parents)
        fresh = [run for run in children if run.run_id not in found and run.run_id != top]
        found |= {run.run_id: run for run in fresh}
        parents = [run.run_id for run in fresh]
    return list(found.values())


def _fresh(uow: UnitOfWork, workspace: str, since: datetime, now: datetime) -> list[Run]:
    """Ended runs that nobody has looked at; who looked at them did so after they were noticed."""
    noticed = uow.experiments.noticed_ended(workspace, since, now)
    known = uow.notices.looked_at(workspace, since) if noticed else set()
    return [
        run
        for run in noticed
        if run.status.ended
        and end_of(run) not in known
        and uow.notices.first_look(workspace, end_of(run), now)
    ]


def _by_watcher(
    uow: UnitOfWork,
    workspace: str,
    watches: Sequence[Watch],
    runs: Iterable[Run],
    since: datetime,
    now: datetime,
) -> dict[tuple[str, str], list[Run]]:
    """Runs by watcher and experiment, without what was over before a watch began."""
    people = any(w.target.kind is WatchKind.PERSON for w in watches)
    users = {run.user for run in runs if run.user}
    owner_of = owners(uow.people.all(workspace), users) if people and users else {}
    later = {
        at: {run.run_id for run in uow.experiments.noticed_ended(workspace, at, now)}
        for at in {w.since for w in watches if w.since > since}
    }
    found: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        open_to = [w for w in watches if _is_in_time(w, run, later)]
        for watcher in watchers(open_to, run, owner_of):
            found[watcher, run.experiment_id].append(run)
    return found


def _is_in_time(watch: Watch, run: Run, later: Mapping[datetime, Collection[str]]) -> bool:
    return watch.since not in later or run.run_id in later[watch.since]


def _news(runs: Sequence[Run], families: Mapping[str, str]) -> News:
    tops = tuple(dict.fromkeys(families[r.run_id] for r in runs if r.run_id in families))
    return News(
        runs=tuple(run.run_id for run in runs if run.run_id not in families),
        sweeps=tops,
    )
