"""Runs and the issues that they were made for: tied by the tag `jira` or by a key in the name."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.domain.experiments.leaderboard import best_since
from bot.domain.experiments.records import BestRun, Experiment, Run, RunStatus
from bot.domain.issues.records import by_number
from bot.domain.issues.run_keys import issue_keys
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import directions

# A search of thousands of runs may name one issue; its latest ones tell enough.
MOST = 500


def kept(uow: UnitOfWork, workspace: str, runs: Iterable[Run]) -> None:
    """Keep which issues these runs name: they are new to the mirror, or changed."""
    uow.issue_runs.link(workspace, {run.run_id: issue_keys(run) for run in runs})


def of_issue(uow: UnitOfWork, workspace: str, key: str) -> list[Run]:
    """The mirrored runs that name an issue, the latest start first, at most `MOST`."""
    return list(uow.issue_runs.runs(workspace, key, MOST))


def issues_of_run(uow: UnitOfWork, workspace: str, run: Run) -> list[str]:
    """The keys of the mirrored issues that a run names, by project and number."""
    found = uow.issues.by_keys(workspace, uow.issue_runs.keys(workspace, run.run_id))
    return [issue.key for issue in sorted(found, key=by_number)]


def best_of(
    uow: UnitOfWork, workspace: str, keys: Collection[str]
) -> dict[str, tuple[BestRun | None, int]]:
    """The best run of each of these issues and how many runs it has; none: not in the mapping."""
    linked = uow.issue_runs.linked(workspace, keys)
    if not linked:
        return {}
    known = {each.experiment_id: each for each in directions.experiments(uow, workspace)}
    named = {key: of_issue(uow, workspace, key) for key in sorted(linked)}
    return {key: (_best(known, found), len(found)) for key, found in named.items()}


def _best(known: Mapping[str, Experiment], runs: Sequence[Run]) -> BestRun | None:
    """The best finished run of the experiment in which most of them finished.

    None where nobody knows which way its metric gets better, or no run has a number.
    """
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    places = Counter(run.experiment_id for run in finished if run.experiment_id in known)
    for place, _ in sorted(places.items(), key=lambda item: (-item[1], item[0])):
        inside = [run for run in finished if run.experiment_id == place]
        if found := best_since(known[place], inside, {run.run_id for run in inside}):
            return found
    return None
