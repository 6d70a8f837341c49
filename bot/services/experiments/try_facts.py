"""What is known of a try besides its runs: its numbers, what was in use then, and why it ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.promotion import PromotionState
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.search import Query, search_words
from bot.domain.decisions.sight import Sight
from bot.domain.experiments.entries import repeats, seeds_of, valid_value
from bot.domain.experiments.hypotheses import Baseline, Hypothesis, HypothesisState
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.experiments.tries import (
    Gathered,
    Reason,
    ReasonKind,
    Try,
    best_of,
    matched,
    own_reason,
    varied,
)
from bot.domain.metrics import Direction, direction_of, primary_metric
from bot.errors import InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import records
from bot.services.experiments import hypothesis_asks, pages

_RUNS_NAMED = 3
_DECISIONS_READ = 10


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The reasons that are known for runs: by hypothesis and by decision, by run id."""

    verdicts: Mapping[str, Reason] = field(default_factory=dict)
    decisions: Mapping[str, Reason] = field(default_factory=dict)

    def reason(self, runs: Sequence[Run]) -> Reason | None:
        """The most telling one for a try of these runs."""
        for known in (self.verdicts, self.decisions):
            for run in runs:
                if run.run_id in known:
                    return known[run.run_id]
        return own_reason(runs)

    def told(self, run_ids: Iterable[str]) -> frozenset[str]:
        """The hypotheses and decisions that explain some of these runs, as they are called."""
        ids = list(run_ids)
        every = (known.get(run_id) for known in (self.verdicts, self.decisions) for run_id in ids)
        return frozenset(reason.ref for reason in every if reason)


def facts(
    uow: UnitOfWork,
    workspace: str,
    seen: Sight,
    groups: Iterable[Gathered],
    decisions: Sequence[DecisionRecord],
) -> Facts:
    """What hypotheses, and these decisions, say of the runs; nothing out of sight."""
    run_ids = [run.run_id for group in groups for run in group.runs]
    attached = uow.hypotheses.of_runs(workspace, run_ids)
    found = {n: uow.hypotheses.get(workspace, n) for n in set(attached.values())}
    reasons = {n: _verdict(uow, h) for n, h in found.items() if h and _sees(seen, h)}
    wanted = set(run_ids)
    return Facts(
        verdicts={run_id: reasons[n] for run_id, n in attached.items() if n in reasons},
        decisions={
            run_id: _decided(uow, record)
            for record in reversed(decisions)
            for run_id in _runs_of(record)
            if run_id in wanted
        },
    )


def measured(group: Gathered, experiment: Experiment | None) -> Try:
    """The try with its numbers."""
    runs, direction = group.runs, Direction.UNKNOWN
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    metric = primary_metric(experiment, finished) if experiment else None
    if experiment and metric:
        direction = direction_of(metric, experiment.tags)
    best = best_of(runs, metric, direction) if metric else None
    seeds = seeds_of(repeats(best, runs), metric) if best and metric else None
    return Try(
        runs=runs,
        closeness=min(hit.closeness for hit in group.hits),
        experiment=experiment,
        matched=matched(group.hits),
        varied=varied(runs),
        metric=metric or "",
        direction=direction,
        best=best,
        value=best.metrics[metric] if best and metric else None,
        seeds=seeds.runs if seeds else 1,
    )


def explained(uow: UnitOfWork, workspace: str, seen: Sight, one: Try) -> Try:
    """The try with what was in use when it ended, and with a decision that names one of its runs
    where nobody said more than a note."""
    one = _beside_champion(uow, workspace, one)
    if one.reason and one.reason.kind in (ReasonKind.VERDICT, ReasonKind.DECISION):
        return one
    ids = {run.run_id for run in one.runs}
    named = [one.best, one.runs[-1], one.runs[0]]
    names = dict.fromkeys(run.name for run in named if run and run.name)
    for name in list(names)[:_RUNS_NAMED]:
        for record in _saying(uow, workspace, seen, name):
            if ids & set(_runs_of(record)):
                return replace(one, reason=_decided(uow, record))
    return one


def _beside_champion(uow: UnitOfWork, workspace: str, one: Try) -> Try:
    if one.experiment is None or one.best is None:
        return one
    champion = champion_at(uow, workspace, one.experiment, one.metric, one.ended_at)
    ids = {run.run_id for run in one.runs}
    return one if champion and champion.run_id in ids else replace(one, champion=champion)


def champion_at(
    uow: UnitOfWork, workspace: str, experiment: Experiment, metric: str, at: datetime
) -> Baseline | None:
    """What was in use at an instant: as decisions promoted it, else today's champion where it is
    older than that, or is called what it is."""
    for champion in pages.champions(uow, workspace, experiment):
        done = [
            status
            for status in uow.promotions.of_model(workspace, champion.model)
            if status.state is PromotionState.DONE
            and status.promotion.alias == pages.CHAMPION_ALIAS
            and status.changed_at <= at
        ]
        versions = uow.experiments.versions(workspace, champion.model)
        number = max(done, key=lambda s: s.changed_at).promotion.version if done else None
        then = next((v for v in versions if v.version == (number or champion.version)), None)
        run = uow.experiments.run(workspace, then.run_id) if then else None
        value = valid_value(run, metric) if run else None
        if then and run and value is not None:
            was = number is not None or then.created_at <= at
            label = f"champion v{then.version}" if was else f"today's champion v{then.version}"
            return Baseline(label=label, value=value, run_id=run.run_id)
    return None


def _verdict(uow: UnitOfWork, hypothesis: Hypothesis) -> Reason:
    verdict = hypothesis.verdict
    card = uow.deliveries.get(hypothesis_asks.card_id(hypothesis))
    learned = (verdict.learned or verdict.reason) if verdict else ""
    word = "being tested" if hypothesis.state is HypothesisState.OPEN else hypothesis.state.value
    return Reason(
        kind=ReasonKind.VERDICT,
        text=learned or hypothesis.claim,
        ref=hypothesis.ref,
        word=word,
        page=(card.posted_channel, card.ts) if card and card.ts else ("", ""),
    )


_WORDS = {
    DecisionStatus.REJECTED: "rejected",
    DecisionStatus.SUPERSEDED: "dropped later",
    DecisionStatus.DEPRECATED: "dropped later",
    DecisionStatus.ACCEPTED: "decided",
    DecisionStatus.PROPOSED: "proposed",
}


def _decided(uow: UnitOfWork, record: DecisionRecord) -> Reason:
    card = uow.deliveries.get(records.card_id(record.workspace, record.number))
    return Reason(
        kind=ReasonKind.DECISION,
        text=record.title,
        ref=record.ref,
        word=_WORDS[record.status],
        page=(card.posted_channel, card.ts) if card and card.ts else ("", ""),
    )


def _saying(uow: UnitOfWork, workspace: str, seen: Sight, name: str) -> list[DecisionRecord]:
    """Decisions that name a run; those that were turned down first."""
    try:
        query = Query(words=search_words(name))
    except InvalidInput:
        return []
    if not query.words:
        return []
    found = uow.decisions.search(workspace, seen, query, _DECISIONS_READ)
    order = list(_WORDS)
    return sorted((hit.record for hit in found), key=lambda record: order.index(record.status))


def _runs_of(record: DecisionRecord) -> list[str]:
    runs = (each for each in record.body.evidence if each.kind is EvidenceKind.RUN)
    return [each.typed_key for each in runs]


def _sees(seen: Sight, hypothesis: Hypothesis) -> bool:
    return hypothesis.channel in seen.channels or seen.user_id in hypothesis.named
