"""A decision that rests on a hypothesis: what its form is filled with."""

from datetime import datetime

from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.record import DecisionBody
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.records import RunStatus
from bot.domain.links import Links
from bot.views.decisions.origin import TITLE_LIMIT
from bot.views.experiments.hypothesis_card import best_told, verdict_lines
from bot.views.text import clean, plain

_RUNS = 5


def body(detail: HypothesisDetail, author: str, links: Links, now: datetime) -> DecisionBody:
    """Title, outcome and context from the hypothesis; its card and its best runs as evidence."""
    hypothesis = detail.hypothesis
    context = "\n".join(plain(line) for line in verdict_lines(detail))
    if hypothesis.is_open and (told := best_told(detail.standing)):
        context = f"{context}\nSo far: {told}."
    learned = hypothesis.verdict.learned if hypothesis.verdict else ""
    return DecisionBody(
        title=clean(hypothesis.claim, TITLE_LIMIT),
        outcome=f"{learned} ({hypothesis.ref} {hypothesis.state})" if learned else "",
        context=context,
        makers=(author,),
        tags=hypothesis.tags,
        evidence=tuple(_evidence(detail, links, now)),
    )


def _evidence(detail: HypothesisDetail, links: Links, now: datetime) -> list[Evidence]:
    """The runs that finished, the best one first, and the page of the card."""
    standing = detail.standing
    finished = [run for run in detail.runs if run.status is RunStatus.FINISHED]
    best = [standing.best.run] if standing.best else []
    chosen = {run.run_id: run for run in [*best, *finished]}
    runs = [
        Evidence(
            kind=EvidenceKind.RUN,
            key=f"{run.experiment_id}/{run.run_id}",
            label=run.name,
            frozen_at=now,
        )
        for run in list(chosen.values())[:_RUNS]
    ]
    page = links.message(*detail.page) if detail.page[1] else None
    if page is None:
        return runs
    ref = detail.hypothesis.ref
    return [*runs, Evidence(kind=EvidenceKind.LINK, key=page, label=ref, frozen_at=now)]
