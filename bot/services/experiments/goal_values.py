"""What a goal's number was and is, read from the mirror.

The number of a model under an alias is that of the latest evaluation of the version there; of the
run that it was made from, as long as it wasn't evaluated. For an experiment it is the best so far.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.alerts.comparing import is_number
from bot.domain.decisions.measure import Measure
from bot.domain.decisions.promotion import PromotionState
from bot.domain.experiments.goals import BestOf, Goal, GoalSample, GoalWatch, Measured
from bot.domain.experiments.records import Run
from bot.domain.metrics import Direction
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples as alert_samples
from bot.services.alerts import version_samples
from bot.services.experiments import goal_sources

# A slow poll may commit after we have read past the moment at which it began.
_LOOK_BACK = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class News:
    """Another number than the last one, None where there is none, and how far the mirror was
    read."""

    watch: GoalWatch
    sample: GoalSample | None = None


@dataclass(frozen=True, kw_only=True)
class _Stay:
    """A version under an alias since then (aware UTC), until the next stay; None: from the first
    on that is known."""

    version: int
    since: datetime | None


def past(
    uow: UnitOfWork, workspace: str, measured: Measured, direction: Direction, now: datetime
) -> list[GoalSample]:
    """What the number came to, as far as the mirror and the decisions know, the oldest first; the
    last is what it is now. This reads a whole history: it is for setting a goal."""
    if isinstance(measured, BestOf):
        runs = uow.experiments.runs(workspace, [measured.experiment_id])
        return list(_improvements(_samples(runs, measured.metric, now), direction, None))
    stays = _stays(uow, workspace, measured)
    runs = alert_samples.runs_of_model(uow, workspace, measured.model)
    found: list[GoalSample] = []
    for index, stay in enumerate(stays):
        until = stays[index + 1].since if index + 1 < len(stays) else now
        spoken = version_samples.speaks_for(uow, workspace, measured.model, stay.version, runs)
        values = [
            one for one in _samples(spoken, measured.metric, now) if until is None or one.at < until
        ]
        found += _stayed(uow, workspace, measured, stay, values, now)
    return sorted(found, key=lambda one: one.at)


def current(
    uow: UnitOfWork, workspace: str, source: str, metric: str, now: datetime
) -> float | None:
    """The number of a form's source and metric as it is now; None where there is none yet."""
    found = goal_sources.find(uow, workspace, source) if metric else None
    if found is None:
        return None
    direction = goal_sources.direction_of(uow, workspace, found, metric)
    known = past(uow, workspace, goal_sources.of(found, metric), direction, now)
    return known[-1].value if known else None


def watch(uow: UnitOfWork, workspace: str, measured: Measured, now: datetime) -> GoalWatch:
    """The mirror as it is now, as read."""
    return GoalWatch(version=_version(uow, workspace, measured), read_until=now)


def has_news(uow: UnitOfWork, goal: Goal, now: datetime) -> bool:
    """Whether the mirror has something new for a goal, or was read for it long ago."""
    latest = uow.goals.latest(goal.workspace, goal.number, now)
    read = uow.goals.watch(goal.workspace, goal.number).read_until
    late = read is None or now - read > _LOOK_BACK
    return late or news(uow, goal, latest, now).sample is not None


def news(uow: UnitOfWork, goal: Goal, latest: GoalSample | None, now: datetime) -> News:
    """What the mirror brought since it was read for this goal; `latest` is the last number kept."""
    known = uow.goals.watch(goal.workspace, goal.number)
    seen = watch(uow, goal.workspace, goal.measured, now)
    if isinstance(goal.measured, BestOf):
        found = _best_since(uow, goal, goal.measured, known, latest, now)
    else:
        found = _evaluated_since(uow, goal, goal.measured, known, seen, latest, now)
    is_new = found is not None and (latest is None or found.value != latest.value)
    return News(watch=seen, sample=found if is_new else None)


def _best_since(
    uow: UnitOfWork,
    goal: Goal,
    measured: BestOf,
    known: GoalWatch,
    latest: GoalSample | None,
    now: datetime,
) -> GoalSample | None:
    runs = (
        _changed(uow, goal.workspace, known.read_until, now)
        if known.read_until
        else uow.experiments.runs(goal.workspace, [measured.experiment_id])
    )
    own = [run for run in runs if run.experiment_id == measured.experiment_id]
    values = _samples(own, measured.metric, now)
    return max(_improvements(values, goal.direction, latest), key=lambda one: one.at, default=None)


def _evaluated_since(
    uow: UnitOfWork,
    goal: Goal,
    measured: Measure,
    known: GoalWatch,
    seen: GoalWatch,
    latest: GoalSample | None,
    now: datetime,
) -> GoalSample | None:
    if seen.version is None:
        return None
    workspace, model = goal.workspace, measured.model
    moved = seen.version != known.version
    if moved or known.read_until is None:
        runs = version_samples.runs_of_version(uow, workspace, model, seen.version)
    else:
        changed = _changed(uow, workspace, known.read_until, now)
        tagged = [run for run in changed if alert_samples.evaluates(run, model)]
        runs = version_samples.speaks_for(uow, workspace, model, seen.version, tagged)
    values = _samples(runs, measured.metric, now)
    if moved or latest is None:
        value = values[-1].value if values else _made_with(uow, workspace, measured, seen.version)
        return None if value is None else GoalSample(value=value, at=now)
    return values[-1] if values and values[-1].at >= latest.at else None


def _changed(uow: UnitOfWork, workspace: str, since: datetime, now: datetime) -> list[Run]:
    return uow.experiments.changed(workspace, since - _LOOK_BACK, now)


def _stays(uow: UnitOfWork, workspace: str, measured: Measure) -> list[_Stay]:
    """The versions that were under the alias, by the decisions that moved it; the last is there
    now, whoever put it there."""
    now_there = version_samples.version_under(uow, workspace, measured.model, measured.alias)
    done = sorted(
        (
            status
            for status in uow.promotions.of_model(workspace, measured.model)
            if status.state is PromotionState.DONE and status.promotion.alias == measured.alias
        ),
        key=lambda status: (status.changed_at, status.number),
    )
    stays: list[_Stay] = []
    if done and done[0].previous is not None:
        stays.append(_Stay(version=done[0].previous, since=None))
    stays += [_Stay(version=one.promotion.version, since=one.changed_at) for one in done]
    if now_there is None or (stays and stays[-1].version == now_there):
        return stays
    # Moved by hand, nobody knows when; without decisions it counts as there since it was made.
    made = _made_at(uow, workspace, measured.model, now_there)
    after = max((one.since for one in stays if one.since), default=None)
    since = max(made, after) if made and after else made
    return [*stays, _Stay(version=now_there, since=since)]


def _stayed(
    uow: UnitOfWork,
    workspace: str,
    measured: Measure,
    stay: _Stay,
    values: Sequence[GoalSample],
    now: datetime,
) -> Iterator[GoalSample]:
    """The numbers of one stay: what it began with, then its evaluations."""
    if stay.since is None:
        yield from values
        return
    before = [one for one in values if one.at <= stay.since]
    first = before[-1].value if before else _made_with(uow, workspace, measured, stay.version)
    if first is not None:
        yield GoalSample(value=first, at=min(stay.since, now))
    yield from (one for one in values if one.at > stay.since)


def _version(uow: UnitOfWork, workspace: str, measured: Measured) -> int | None:
    if isinstance(measured, BestOf):
        return None
    return version_samples.version_under(uow, workspace, measured.model, measured.alias)


def _made_at(uow: UnitOfWork, workspace: str, model: str, version: int) -> datetime | None:
    versions = uow.experiments.versions(workspace, model)
    return next((one.created_at for one in versions if one.version == version), None)


def _made_with(uow: UnitOfWork, workspace: str, measured: Measure, version: int) -> float | None:
    """The number of the run that a version was made from, or None."""
    versions = uow.experiments.versions(workspace, measured.model)
    made = next((one for one in versions if one.version == version), None)
    run = uow.experiments.run(workspace, made.run_id) if made and made.run_id else None
    return _value(run, measured.metric) if run else None


def _samples(runs: Iterable[Run], metric: str, now: datetime) -> list[GoalSample]:
    """The numbers of finished runs by when these ended, the oldest first."""
    found = [
        (min(run.ended_at, now), run.run_id, value)
        for run in runs
        if run.ended_at is not None and (value := _value(run, metric)) is not None
    ]
    return [GoalSample(value=value, at=at) for at, _, value in sorted(found)]


def _value(run: Run, metric: str) -> float | None:
    has = alert_samples.counts(run, metric) and is_number(run.metrics[metric])
    return run.metrics[metric] if has else None


def _improvements(
    values: Sequence[GoalSample], direction: Direction, best: GoalSample | None
) -> Iterator[GoalSample]:
    """Those that are better than all before them and than `best`."""
    for one in values:
        if best is None or direction.better(one.value, best.value):
            best = one
            yield one
