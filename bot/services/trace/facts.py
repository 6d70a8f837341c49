"""What is told of each thing of a chain, if its reader may see it."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.decisions.consent import Round, Stance
from bot.domain.decisions.record import ChangeKind, DecisionRecord, DecisionStatus
from bot.domain.experiments.datasets import dataset_of
from bot.domain.experiments.entries import repeats, seeds_of, shared_params, valid_value
from bot.domain.experiments.records import Run
from bot.domain.metrics import primary_metric
from bot.domain.trace import (
    Break,
    Choice,
    Claim,
    Fact,
    Impediment,
    Life,
    Node,
    Proof,
    Thing,
    Work,
)
from bot.services.blocker_links import veiled
from bot.services.decisions import records, rounds
from bot.services.experiments import directions
from bot.services.trace import models
from bot.services.trace.eyes import Eyes


class Facts:
    """Reads what is told of things; None of what isn't there, and of what can't be seen."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self._uow = eyes.uow
        self._workspace = eyes.workspace
        self.unseen = 0
        """How many things are there that the reader can't see."""

    def of(self, node: Node) -> Fact | None:
        """What is told of one thing."""
        match node.thing:
            case Thing.HYPOTHESIS:
                return self._claim(int(node.key))
            case Thing.BLOCKER:
                return self._impediment(int(node.key))
            case Thing.RUN:
                return self._proof(node.key)
            case Thing.ISSUE:
                return self._work(node.key)
            case Thing.DECISION:
                return self._choice(int(node.key))
            case Thing.LIFE:
                return self._life(node.key)
            case Thing.INCIDENT:
                return self._break(node.key)
            case Thing.VERSION:
                return None

    def _claim(self, number: int) -> Claim | None:
        found = self._uow.hypotheses.get(self._workspace, number)
        if found is None or not self._seen(self._eyes.hypothesis(found)):
            return None
        return Claim(hypothesis=found, owner=self._names([found.owner])[0])

    def _impediment(self, number: int) -> Impediment | None:
        found = self._uow.blockers.get(self._workspace, number)
        if found is None or not self._seen(self._eyes.blocker(found)):
            return None
        return Impediment(blocker=veiled(self._uow, found), person=self._names([found.user_id])[0])

    def _proof(self, run_id: str) -> Proof | None:
        run = self._uow.experiments.run(self._workspace, run_id)
        if run is None:
            return None
        known = {e.experiment_id: e for e in directions.experiments(self._uow, self._workspace)}
        experiment = known.get(run.experiment_id)
        metric = primary_metric(experiment, [run]) if experiment else None
        value = valid_value(run, metric) if metric else None
        if metric is None or value is None:
            return Proof(run=run, dataset=dataset_of(run))
        seeds = seeds_of(self._repeated(run), metric)
        return Proof(
            run=run,
            metric=metric,
            value=value,
            seeds=seeds.runs if seeds else 1,
            low=seeds.low if seeds else value,
            high=seeds.high if seeds else value,
            dataset=dataset_of(run),
        )

    def _repeated(self, run: Run) -> Sequence[Run]:
        shared = shared_params(run)
        if shared is None:
            return [run]
        found = self._uow.experiments.runs_with(self._workspace, run.experiment_id, shared)
        return repeats(run, found)

    def _work(self, key: str) -> Work | None:
        """An issue that isn't mirrored is as good as none: nobody knows whether there is one."""
        found = self._uow.issues.by_keys(self._workspace, [key])
        if not found or not self._seen(self._eyes.issue(found[0])):
            return None
        return Work(issue=self._eyes.issues.shown(found[0]))

    def _choice(self, number: int) -> Choice | None:
        record = self._uow.decisions.get(self._workspace, number)
        if record is None or not self._seen(self._eyes.decision(record)):
            return None
        card = self._uow.deliveries.get(records.card_id(self._workspace, number))
        shown = rounds.current(self._uow, record, record.decided_at or self._eyes.viewer.now)
        return Choice(
            record=record,
            by=self._names(self._deciders(record, shown)),
            aside=self._names(_saying(shown, Stance.STAND_ASIDE)),
            away=self._names(_quiet(shown, away=True)),
            silent=self._names(_quiet(shown, away=False)),
            undoes=self._undoes(record),
            newer=self._newer(record),
            page=(card.posted_channel, card.ts) if card and card.ts else ("", ""),
        )

    def _deciders(self, record: DecisionRecord, shown: Round | None) -> list[str]:
        """Who agreed, or rejected it; where nobody was asked, who made it."""
        match record.status:
            case DecisionStatus.PROPOSED:
                return [record.author]
            case DecisionStatus.REJECTED:
                return self._rejecting(record) or _saying(shown, Stance.OBJECT)
        agreed = _saying(shown, Stance.AGREE)
        return agreed or [*record.body.makers] or [record.author]

    def _rejecting(self, record: DecisionRecord) -> list[str]:
        """Nobody where the consent round ended it."""
        trail = self._uow.decisions.changes(self._workspace, record.number)
        moves = [each for each in trail if each.kind is ChangeKind.MOVED]
        return [each.by for each in moves if each.status is record.status and each.by]

    def _newer(self, record: DecisionRecord) -> str:
        """The walk counts it where it can't be seen."""
        if record.superseded_by is None:
            return ""
        newer = self._uow.decisions.get(self._workspace, record.superseded_by)
        return newer.ref if newer and self._eyes.decision(newer) else ""

    def _undoes(self, record: DecisionRecord) -> bool:
        promotion = record.body.promotion
        status = self._uow.promotions.get(self._workspace, record.number)
        before = status.previous if status else None
        return promotion is not None and before is not None and before > promotion.version

    def _life(self, key: str) -> Life | None:
        """Who moved an alias is for those who see the decision; where it points is not."""
        version, alias, since = key.rsplit("/", 2)
        at = datetime.fromisoformat(since) if since else None
        stays = models.stays(self._uow, self._workspace, *models.parsed(version))
        lives = (stay.life for stay in stays)
        return next((each for each in lives if (each.alias, each.since) == (alias, at)), None)

    def _break(self, incident_id: str) -> Break | None:
        found = self._uow.alerts.incident(self._workspace, incident_id)
        if found is None or not self._seen(self._eyes.incident(found)):
            return None
        return Break(incident=found)

    def _seen(self, sees: bool) -> bool:
        self.unseen += not sees
        return sees

    def _names(self, user_ids: Sequence[str]) -> tuple[str, ...]:
        known = self._uow.people.several(self._workspace, user_ids)
        return tuple(known[u].name if u in known else u for u in user_ids)


def _saying(shown: Round | None, stance: Stance) -> list[str]:
    return [seat.user_id for seat in shown.seats if seat.says(stance)] if shown else []


def _quiet(shown: Round | None, *, away: bool) -> list[str]:
    """Who said nothing, because they were away or though they weren't."""
    seats = shown.seats if shown else ()
    return [
        seat.user_id
        for seat in seats
        if seat.approver.stance is None and (seat.absence is not None) is away
    ]
