"""First suspects of an incident: the failing evaluation beside the last good ones."""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.alerts.incidents import Suspect
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Sample
from bot.domain.alerts.suspects import Traced, compare
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.samples import tagged_version

# Bad evaluations stand between: as many points are read so that some good ones are among them.
_POINTS = 40
_MOST_GOOD = 10


def find(
    uow: UnitOfWork, rule: Rule, sample: Sample | None, state: AlertState
) -> tuple[Suspect, ...]:
    """What differs from the last good evaluation of this rule, or from the champion where there was
    none yet; empty where there is no failing run (silence) or nothing to compare it with.

    Good evaluations of the same version tell more than those of other ones.
    """
    if sample is None:
        return ()
    known = _Runs(uow, rule)
    bad = known.traced(sample.key, sample.version)
    good = list(known.good(sample, state))
    if bad is None or not good:
        return ()
    return compare(bad, [each for each in good if _evaluates_the_same(each, bad)] or good)


class _Runs:
    """Runs of the mirror, each with the run that made the version it evaluates."""

    def __init__(self, uow: UnitOfWork, rule: Rule) -> None:
        self._uow = uow
        self._rule = rule
        self._sources: dict[int, str] = {}
        if rule.model:
            versions = uow.experiments.versions(rule.workspace, rule.model)
            self._sources = {each.version: each.run_id for each in versions}

    def traced(self, run_id: str, version: int | None = None) -> Traced | None:
        """One evaluation; None if its run isn't mirrored."""
        run = self._uow.experiments.run(self._rule.workspace, run_id)
        if run is None:
            return None
        said = version or tagged_version(run)
        source_id = self._sources.get(said or 0, "")
        if not source_id or source_id == run_id:
            return Traced(run=run, source=run if source_id else None)
        return Traced(run=run, source=self._uow.experiments.run(self._rule.workspace, source_id))

    def good(self, sample: Sample, state: AlertState) -> Iterator[Traced]:
        """The last good evaluations besides the champion, oldest first, the champion before all."""
        workspace, number = self._rule.workspace, self._rule.number
        points = self._uow.alerts.points(workspace, number, _latest(sample, state), _POINTS)
        keys = [p.key for p in points if not p.is_bad and p.key != sample.key][-_MOST_GOOD:]
        champion = [state.baseline.run_id] if state.baseline and state.baseline.run_id else []
        for run_id in dict.fromkeys([*(c for c in champion if c not in keys), *keys]):
            found = self.traced(run_id) if run_id != sample.key else None
            if found is not None:
                yield found


def _evaluates_the_same(one: Traced, other: Traced) -> bool:
    """Whether both evaluate one version; the run that made it evaluates nothing."""
    if one.source is None or other.source is None or one.run.run_id == one.source.run_id:
        return False
    return one.source.run_id == other.source.run_id


def _latest(sample: Sample, state: AlertState) -> datetime:
    """When the sample was processed, or a moment after that."""
    return max(filter(None, (sample.at, state.since, state.read_until, state.heard_at)))
