"""The life of a decision: logged, edited, moved; each change is one transaction."""

from dataclasses import replace
from datetime import datetime

from bot.domain.decisions.evidence import Evidence
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionEdit,
    DecisionRecord,
    DecisionStatus,
    NewDecision,
    logged,
    refusal,
)
from bot.errors import Conflict
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import (
    consent_edits,
    evidence,
    makers,
    promotions,
    records,
    revisits,
    rounds,
    successions,
)

_OVER = (DecisionStatus.SUPERSEDED, DecisionStatus.DEPRECATED)


def log(
    uow: UnitOfWork, wish: NewDecision, now: datetime, *, from_file: bool = False
) -> DecisionRecord:
    """Give a decision its number, post its card and supersede what it replaces.

    Whoever proposes something agrees with it, unless it stands only in a file that they do.
    Raises InvalidForm for evidence, a promotion or a condition that names what nobody knows, for
    makers who can't decide here and where nobody has a say who decides on what it is to replace,
    and Conflict if that isn't accepted any more.
    """
    older = _replaced(uow, wish)
    makers.require_able(uow, wish.workspace, wish.body, older.body if older else None)
    if older:
        successions.require_say(uow, wish, older, now)
    body = _checked(uow, wish.workspace, wish.channel, wish.body, wish.evidence, (), now)
    number = uow.numbers.next(wish.workspace, "decision")
    record = logged(replace(wish, body=body), number, now)
    uow.decisions.add(record)
    records.note(uow, record, ChangeKind.LOGGED, record.author, now)
    records.post(uow, record, now)
    _entered(uow, record, "" if from_file else record.author, now)
    return record


def edit(uow: UnitOfWork, change: DecisionEdit, now: datetime) -> DecisionRecord:
    """Change the body of a proposed decision; its makers are asked for their consent anew.

    Raises NotPermitted for others than its makers and author, Conflict if it isn't proposed any
    more or was changed since `change.version`, and InvalidForm as `log` does, and for what
    `consent_edits.require_fair` refuses.
    """
    # First: an objection that is being given must be seen.
    records.locked(uow, change.workspace, change.number)
    record = records.editable(uow, change.workspace, change.number, change.by)
    if record.version != change.version:
        raise Conflict(records.changed_meanwhile(record))
    makers.require_able(uow, change.workspace, change.body, record.body)
    consent_edits.require_fair(uow, record, change.body, change.by)
    kept = record.body.evidence
    body = _checked(uow, change.workspace, record.channel, change.body, change.evidence, kept, now)
    names = record.body.changed_fields(body)
    if not names:
        return record
    edited = record.edited(body)
    records.store(uow, edited, ChangeKind.EDITED, change.by, now, detail=", ".join(names))
    rounds.begin(uow, edited, change.by, now)
    return edited


def move(
    uow: UnitOfWork, workspace: str, number: int, to: DecisionStatus, by: str, now: datetime
) -> DecisionRecord:
    """Accept, reject or deprecate a decision by one person's word.

    Raises NotFound, Conflict if its status or its consent round forbids it, NotPermitted for
    others than its deciders, and where nobody agrees who decides on what it would end.
    """
    record = records.locked(uow, workspace, number)
    if sentence := refusal(record, to):
        raise Conflict(sentence)
    records.require_decider(uow, record, by)
    detail = rounds.require_word(uow, record, to, by, now)
    if to is DecisionStatus.ACCEPTED:
        successions.require_word(uow, record, by, now)
    return settle(uow, record, to, by, now, detail)


def settle(
    uow: UnitOfWork,
    record: DecisionRecord,
    to: DecisionStatus,
    by: str,
    now: datetime,
    detail: str = "",
) -> DecisionRecord:
    """Bring a decision that may become so into another status, with all that follows.

    `by` is empty where it came about by itself; `detail` says how, for the audit trail. Its thread
    hears what became of a proposal: by the promotion, where it promotes something.
    """
    moved = record.moved(to, now)
    records.store(uow, moved, ChangeKind.MOVED, by, now, detail)
    _entered(uow, moved, by, now)
    acts = to is DecisionStatus.ACCEPTED and record.body.promotion
    if record.status is DecisionStatus.PROPOSED and not acts:
        records.tell(uow, moved, records.CARD_DECIDED, "decided", now)
    return moved


def _entered(uow: UnitOfWork, record: DecisionRecord, by: str, now: datetime) -> None:
    if record.status is DecisionStatus.PROPOSED:
        rounds.begin(uow, record, by, now)
        return
    rounds.end(uow, record, now)
    if record.status is DecisionStatus.ACCEPTED:
        _supersede_older(uow, record, by, now)
        promotions.begin(uow, record, now)
        revisits.arm(uow, record, now)
    if record.status in _OVER:
        promotions.drop(uow, record, now)
        revisits.disarm(uow, record, now)


def _supersede_older(uow: UnitOfWork, record: DecisionRecord, by: str, now: datetime) -> None:
    """What a proposal is to replace stays in force until the proposal is accepted."""
    if record.supersedes is None:
        return
    older = records.replaceable(uow, record.workspace, record.supersedes)
    gone = older.moved(DecisionStatus.SUPERSEDED, now, superseded_by=record.number)
    records.store(uow, gone, ChangeKind.MOVED, by, now, detail=f"by {record.ref}")
    _entered(uow, gone, by, now)


def _checked(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    body: DecisionBody,
    typed: str,
    kept: tuple[Evidence, ...],
    now: datetime,
) -> DecisionBody:
    promotions.check(uow, workspace, body)
    revisits.check(uow, workspace, body)
    return replace(body, evidence=evidence.frozen(uow, workspace, channel, typed, kept, now))


def _replaced(uow: UnitOfWork, wish: NewDecision) -> DecisionRecord | None:
    if wish.supersedes is None:
        return None
    return records.replaceable(uow, wish.workspace, wish.supersedes)
