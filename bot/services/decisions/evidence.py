"""Evidence: freezing what was typed, and comparing it with what is now."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.decisions.drift import drifts, gone
from bot.domain.decisions.evidence import Compared, Evidence, EvidenceKind, line
from bot.domain.decisions.evidence import typed as text_of
from bot.domain.decisions.evidence_text import Typed, pieces
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import DecisionBody, DecisionRecord
from bot.errors import InvalidForm, InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import evidence_found as found
from bot.services.decisions.evidence_sources import Mirror
from bot.services.issues import sight

FIELD = "evidence"
"""The form's field for it."""

MOST = 20
# What is edited stands in one field of a form, whose limit is Slack's.
_MOST_TYPED = 3000
_PROBLEMS_TOLD = 3

_Meaning = tuple[EvidenceKind | None, str]


def frozen(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    typed: str,
    kept: Sequence[Evidence],
    now: datetime,
) -> tuple[Evidence, ...]:
    """What was typed, with the values that it has now; what is in `kept` keeps its own.

    `channel` is the decision's: how an issue stands is kept where it may be seen there.

    In the order typed, each once. Raises InvalidForm for what nobody knows, and for too much.
    """
    named = {(each.kind, each.key): each for each in pieces(typed)}
    if len(named) > MOST:
        raise InvalidForm({FIELD: f"Name at most {MOST} pieces; these are {len(named)}."})
    mirror = Mirror(uow, workspace, channel)
    evidence = _found(mirror, list(named.values()), kept, now)
    if len(text_of(evidence)) > _MOST_TYPED:
        raise InvalidForm({FIELD: "That is too long to be edited later. Leave some out."})
    return evidence


def compared(uow: UnitOfWork, workspace: str, channel: str, body: DecisionBody) -> list[Compared]:
    """Each piece of evidence as it was and as the mirrors have it now, in the same order; of
    issues what the decision's channel may see."""
    mirror = Mirror(uow, workspace, channel)
    return [_compared(mirror, each, body.promotion) for each in body.evidence]


def veiled(uow: UnitOfWork, record: DecisionRecord) -> DecisionRecord:
    """The decision to be shown: of issues that its channel may not see (any more), not how they
    stood when it was logged."""
    issues = [each.key for each in record.body.evidence if each.kind is EvidenceKind.ISSUE]
    if not issues:
        return record
    seen = sight.of_channel(uow, record.workspace, record.channel)
    shown = {issue.key for issue in seen.only(uow.issues.by_keys(record.workspace, issues))}
    evidence = tuple(
        replace(each, state="") if each.key in {*issues} - shown else each
        for each in record.body.evidence
    )
    return replace(record, body=replace(record.body, evidence=evidence))


def _found(
    mirror: Mirror, named: Sequence[Typed], kept: Sequence[Evidence], now: datetime
) -> tuple[Evidence, ...]:
    ours = dict(_by_meaning(kept))
    same = {each.id: each for each in kept}
    evidence: dict[str, Evidence] = {}
    problems: list[str] = []
    for piece in named:
        try:
            one = ours.get((piece.kind, piece.key)) or found.find(mirror, piece, now)
        except InvalidInput as problem:
            problems.append(str(problem))
        else:
            evidence.setdefault(one.id, same.get(one.id, one))
    if problems:
        raise InvalidForm({FIELD: _told(problems, found.advice(mirror, now))})
    return tuple(evidence.values())


def _by_meaning(kept: Sequence[Evidence]) -> Iterator[tuple[_Meaning, Evidence]]:
    """What was evidence stays so, even if nobody else knows it any more."""
    for each in kept:
        for piece in pieces(line(each)):
            yield (piece.kind, piece.key), each


def _told(problems: Sequence[str], advice: str) -> str:
    told = list(problems[:_PROBLEMS_TOLD])
    if len(problems) > _PROBLEMS_TOLD:
        told.append(f"So it is with {len(problems) - _PROBLEMS_TOLD} more.")
    return " ".join([*told, advice])


def _compared(mirror: Mirror, then: Evidence, moved: Promotion | None) -> Compared:
    as_of = mirror.read_at(then)
    if as_of is None:
        return Compared(then=then, now=None)
    now = mirror.now(then, as_of)
    if now is not None:
        return Compared(then=then, now=now, drifts=drifts(then, now, moved), as_of=as_of)
    if then.kind is not EvidenceKind.ISSUE:
        return Compared(then=then, now=None, drifts=[gone(then)], as_of=as_of)
    # An issue without a status wasn't mirrored then either. How one stood that is gone from sight
    # isn't told any more: it may have got a security level.
    known = bool(then.state) and mirror.may_name(then.key)
    unseen = replace(then, state="")
    return Compared(then=unseen, now=None, drifts=[gone(then)] if known else [], as_of=as_of)
