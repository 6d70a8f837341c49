"""What the messages of those who watch show, read when they are rendered."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.accounts import owners
from bot.domain.experiments.entries import repeats
from bot.domain.experiments.leaderboard import leaderboard
from bot.domain.experiments.notices import Notice, subject_of
from bot.domain.experiments.records import Experiment, ModelVersion, Run, RunStatus
from bot.domain.experiments.registry_news import FactKind, RegistryFact
from bot.domain.experiments.run_texts import error, note
from bot.domain.experiments.sweeps import stem
from bot.domain.experiments.told import Batch, FactNews, SweepNews, Telling, Told, Trouble
from bot.domain.experiments.version_standing import Side, VersionStanding, version_standing
from bot.domain.experiments.watches import is_person
from bot.domain.metrics import direction_of, primary_metric
from bot.domain.wording import one_line
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import records
from bot.services.experiments import directions, pages, run_notices

_TROUBLES = 5
_FACTS = 8
_NAME = 60


def contents(
    uow: UnitOfWork, workspace: str, message: str, watcher: str, *, gathered: bool
) -> Telling | None:
    """What a message tells as of now; None where nothing of it is left."""
    notices = uow.notices.in_message(workspace, message)
    reader = _Reader(uow, workspace)
    parts = [part for notice in notices if (part := reader.told(notice))]
    if not parts:
        return None
    return Telling(parts=parts, personal=is_person(watcher), gathered=gathered)


class _Reader:
    """Reads each thing once for a message."""

    def __init__(self, uow: UnitOfWork, workspace: str) -> None:
        self._uow = uow
        self._workspace = workspace
        self._experiments = {
            one.experiment_id: one for one in directions.experiments(uow, workspace)
        }
        self._names: dict[str, str] = {}

    def told(self, notice: Notice) -> Told:
        facts = [self._fact(fact) for fact in notice.news.facts[-_FACTS:]]
        found = self._uow.families.several(self._workspace, notice.news.runs)
        ended = [found[i] for i in notice.news.runs if i in found and found[i].status.ended]
        if not ended and not notice.news.sweeps:
            return Told(since=notice.opened_at, facts=facts)
        experiment = self._experiment(subject_of(notice.topic))
        sweeps = [self._sweep(experiment, top) for top in notice.news.sweeps]
        return Told(
            experiment=experiment,
            since=notice.opened_at,
            batch=self._batch(experiment, ended) if ended else None,
            sweeps=[sweep for sweep in sweeps if sweep.runs],
            facts=facts,
        )

    def _batch(self, experiment: Experiment, runs: Sequence[Run]) -> Batch:
        champions = pages.champions(self._uow, self._workspace, experiment)
        ordered = sorted(runs, key=_started)
        return Batch(
            runs=runs,
            board=leaderboard(experiment, ordered, champions),
            who=self._who(runs[0].user) if len({run.user for run in runs}) == 1 else "",
            troubles=self._troubles(runs),
        )

    def _sweep(self, experiment: Experiment, top: str) -> SweepNews:
        below = run_notices.members(self._uow, self._workspace, experiment.experiment_id, top)
        known = self._uow.experiments.run(self._workspace, top)
        champions = pages.champions(self._uow, self._workspace, experiment)
        done = sum(run.status.ended for run in below)
        name = one_line(known.name, _NAME) if known else stem(below[0]) if below else ""
        return SweepNews(
            root_id=top,
            root=known,
            name=name or top[:8],
            runs=len(below),
            done=done,
            over=_is_over(known, below),
            board=leaderboard(experiment, sorted(below, key=_started), champions),
            troubles=self._troubles(below),
        )

    def _troubles(self, runs: Iterable[Run]) -> list[Trouble]:
        """The latest few that failed or were stopped, the failed ones first."""
        wrong = [r for r in runs if r.status in (RunStatus.FAILED, RunStatus.KILLED)]
        wrong.sort(key=lambda run: (run.status is RunStatus.KILLED, -_ended(run)))
        return [
            Trouble(run=run, who=self._who(run.user), reason=error(run) or note(run))
            for run in wrong[:_TROUBLES]
        ]

    def _fact(self, fact: RegistryFact) -> FactNews:
        channel, ts = self._page(fact.decision)
        run = self._run_of(fact.model, fact.version)
        return FactNews(
            fact=fact,
            run=run,
            who=self._who(run.user) if run else "",
            standing=self._standing(fact, run) if run else None,
            decision_channel=channel,
            decision_ts=ts,
        )

    def _standing(self, fact: RegistryFact, run: Run) -> VersionStanding | None:
        experiment = self._experiment(run.experiment_id)
        runs = self._uow.experiments.runs(self._workspace, [run.experiment_id])
        finished = [one for one in runs if one.status is RunStatus.FINISHED]
        metric = primary_metric(experiment, finished)
        if metric is None:
            return None
        other, is_champion = self._beside(fact)
        return version_standing(
            metric,
            direction_of(metric, experiment.tags),
            Side(version=fact.version, run=run, repeats=repeats(run, runs)),
            self._side(fact.model, other),
            is_champion=is_champion,
        )

    def _beside(self, fact: RegistryFact) -> tuple[int, bool]:
        """With which version to compare: the one before an alias was moved, or the champion."""
        if fact.kind is FactKind.ALIAS:
            return fact.before, False
        models = {model.name: model for model in self._uow.experiments.models(self._workspace)}
        known = models.get(fact.model)
        champion = known.aliases.get(pages.CHAMPION_ALIAS, 0) if known else 0
        return (champion, True) if champion != fact.version else (0, True)

    def _side(self, model: str, version: int) -> Side | None:
        run = self._run_of(model, version)
        if run is None:
            return None
        runs = self._uow.experiments.runs(self._workspace, [run.experiment_id])
        return Side(version=version, run=run, repeats=repeats(run, runs))

    def _run_of(self, model: str, version: int) -> Run | None:
        versions: Sequence[ModelVersion] = self._uow.experiments.versions(self._workspace, model)
        run_id = next((v.run_id for v in versions if v.version == version), "")
        return self._uow.experiments.run(self._workspace, run_id) if run_id else None

    def _page(self, number: int) -> tuple[str, str]:
        card_id = records.card_id(self._workspace, number)
        card = self._uow.deliveries.get(card_id) if number else None
        return (card.posted_channel, card.ts) if card else ("", "")

    def _who(self, user: str) -> str:
        """Somebody's name where we know whose account it is, else the account's."""
        if user and user not in self._names:
            people = self._uow.people.all(self._workspace)
            owner = owners(people, [user]).get(user)
            names: Mapping[str, str] = {person.user_id: person.name for person in people}
            self._names[user] = names.get(owner or "", user)
        return self._names.get(user, "")

    def _experiment(self, experiment_id: str) -> Experiment:
        """The experiment, or what is known of one that was deleted."""
        return self._experiments.get(experiment_id) or Experiment(
            experiment_id=experiment_id, name=experiment_id
        )


def _is_over(root: Run | None, below: Sequence[Run]) -> bool:
    """A root that had closed before its latest run began says nothing of whether more will come."""
    if any(not run.status.ended for run in below):
        return False
    if root is None or root.ended_at is None or not below:
        return root is None or root.status.ended
    return root.status.ended and max(map(_started, below)) <= root.ended_at.timestamp()


def _started(run: Run) -> float:
    return run.started_at.timestamp() if run.started_at else 0.0


def _ended(run: Run) -> float:
    return run.ended_at.timestamp() if run.ended_at else 0.0
