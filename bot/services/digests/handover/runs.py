"""The reader's runs that ended or fell silent, and how their best compares with the champion."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain.accounts import owners
from bot.domain.digests.handover import BestOfMine, MyRuns
from bot.domain.digests.handover_span import HandoverWindow, Noticed
from bot.domain.digests.windows import Span
from bot.domain.experiments.leaderboard import leaderboard
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.servers import is_mlflow
from bot.domain.experiments.stalls import StallState
from bot.ports.repositories import UnitOfWork
from bot.services.digests.handover.belonging import Belonging
from bot.services.experiments import directions, pages


def read(uow: UnitOfWork, reader: Belonging, window: HandoverWindow) -> MyRuns:
    """The runs of the reader's accounts whose end is in the window, however late it was noticed."""
    users = _accounts(uow, reader, window)
    if not users:
        return MyRuns()
    ended = [
        run for part in window.noticed_runs for run in _ended(uow, reader.workspace, users, part)
    ]
    return MyRuns(
        finished=[run for run in ended if run.status is RunStatus.FINISHED],
        failed=[run for run in ended if run.status is RunStatus.FAILED],
        killed=[run for run in ended if run.status is RunStatus.KILLED],
        silent=_silent(uow, reader.workspace, users, window.whole),
        best=list(_best(uow, reader.workspace, ended)),
    )


def read_at(uow: UnitOfWork, now: datetime) -> datetime:
    """Until when all that was noticed of MLflow is known here; servers that don't answer hold up
    no other."""
    servers = [s for s in uow.sources.health() if is_mlflow(s.source) and s.read_at]
    up = [s.read_at for s in servers if s.read_at and not s.down]
    return min(up) if up else max((s.read_at for s in servers if s.read_at), default=now)


def _ended(uow: UnitOfWork, workspace: str, users: Sequence[str], part: Noticed) -> Iterator[Run]:
    span, by = part.span, part.by
    for run in uow.experiments.ended_by(workspace, users, span.since, span.until):
        if by is None or (run.ended_at is not None and run.ended_at <= by):
            yield run


def _accounts(uow: UnitOfWork, reader: Belonging, window: HandoverWindow) -> list[str]:
    """Of those whose runs ended of late or are running: who the reader is in MLflow."""
    ended = uow.experiments.users(reader.workspace, ended_since=window.runs.since)
    running = [run.user for run in uow.experiments.open_runs(reader.workspace)]
    users = {*ended, *running} - {""}
    whose = owners(uow.people.all(reader.workspace), users) if users else {}
    return sorted(user for user, owner in whose.items() if owner == reader.user_id)


def _silent(uow: UnitOfWork, workspace: str, users: Sequence[str], span: Span) -> list[Run]:
    """Those that are silent still."""
    since = [
        pulse.run_id
        for pulse in uow.pulses.all(workspace).values()
        if pulse.state is StallState.SILENT
        and pulse.silent_at is not None
        and span.since < pulse.silent_at <= span.until
    ]
    found = uow.families.several(workspace, since).values() if since else ()
    return sorted((run for run in found if run.user in users), key=lambda run: run.run_id)


def _best(uow: UnitOfWork, workspace: str, ended: Sequence[Run]) -> Iterator[BestOfMine]:
    """One for each experiment in which a metric says which is best, as a report's lines do."""
    by_experiment: dict[str, list[Run]] = defaultdict(list)
    for run in ended:
        if run.status is RunStatus.FINISHED:
            by_experiment[run.experiment_id].append(run)
    if not by_experiment:
        return
    known = {one.experiment_id: one for one in directions.experiments(uow, workspace)}
    for experiment in (known[i] for i in by_experiment if i in known):
        champions = pages.champions(uow, workspace, experiment)
        board = leaderboard(experiment, by_experiment[experiment.experiment_id], champions)
        if board.best is None or board.metric is None:
            continue
        champion = board.champion
        compares = champion is not None and champion.comparable
        yield BestOfMine(
            experiment=experiment,
            run=board.best.run,
            metric=board.metric,
            value=board.best.value,
            direction=board.direction,
            champion=champion.value if champion and compares else None,
            other_data=champion is not None and not compares,
            is_champion=champion is not None and champion.run.run_id == board.best.run.run_id,
        )
