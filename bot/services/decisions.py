"""Logging, changing and finding decisions; each change is one transaction with its audit entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.decision import (
    ChangeKind,
    DecisionChange,
    DecisionEdit,
    DecisionRecord,
    DecisionStatus,
    NewDecision,
    edit_refusal,
    logged,
    reference,
    refusal,
)
from bot.domain.decision_search import DecisionHit, snippet
from bot.domain.delivery import Delivery
from bot.domain.person import Person
from bot.errors import Conflict, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries

CARD = "decision"


@dataclass(frozen=True, kw_only=True)
class DecisionDetail:
    """A decision with its audit trail (oldest first) and the known people of both, by id."""

    record: DecisionRecord
    changes: Sequence[DecisionChange]
    people: Mapping[str, Person]


def log(uow: UnitOfWork, wish: NewDecision, now: datetime) -> DecisionRecord:
    """Give a decision its number, post its card and supersede what it replaces.

    Raises Conflict if the decision that it is to replace isn't accepted any more.
    """
    record = logged(wish, uow.numbers.next(wish.workspace, "decision"), now)
    uow.decisions.add(record)
    _note(uow, record, ChangeKind.LOGGED, record.author, now)
    deliveries.post(uow, _card(record, now))
    if record.supersedes is not None:
        replaceable(uow, record.workspace, record.supersedes)
    _supersede_older(uow, record, record.author, now)
    return record


def edit(uow: UnitOfWork, change: DecisionEdit, now: datetime) -> DecisionRecord:
    """Change the body of a proposed decision.

    Raises NotPermitted for others than its makers and author, and Conflict if it isn't proposed
    any more or was changed since `change.version`.
    """
    record = editable(uow, change.workspace, change.number, change.by)
    if record.version != change.version:
        raise Conflict(_changed_meanwhile(record))
    names = record.body.changed_fields(change.body)
    if not names:
        return record
    edited = record.edited(change.body)
    _store(uow, edited, ChangeKind.EDITED, change.by, now, detail=", ".join(names))
    return edited


def editable(uow: UnitOfWork, workspace: str, number: int, by: str) -> DecisionRecord:
    """The decision, if `by` may edit it now; raises NotFound, Conflict or NotPermitted."""
    record = find(uow, workspace, number)
    if sentence := edit_refusal(record):
        raise Conflict(sentence)
    _require_decider(record, by)
    return record


def replaceable(uow: UnitOfWork, workspace: str, number: int) -> DecisionRecord:
    """The decision, if a new one may supersede it now; raises NotFound or Conflict."""
    record = find(uow, workspace, number)
    if sentence := refusal(record, DecisionStatus.SUPERSEDED):
        raise Conflict(sentence)
    return record


def move(
    uow: UnitOfWork, workspace: str, number: int, to: DecisionStatus, by: str, now: datetime
) -> DecisionRecord:
    """Accept, reject or deprecate a decision; accepting one supersedes what it replaces.

    Raises NotFound, Conflict if its status forbids it, NotPermitted for others than its deciders.
    """
    record = find(uow, workspace, number)
    if sentence := refusal(record, to):
        raise Conflict(sentence)
    _require_decider(record, by)
    moved = record.moved(to, now)
    _store(uow, moved, ChangeKind.MOVED, by, now)
    _supersede_older(uow, moved, by, now)
    return moved


def find(uow: UnitOfWork, workspace: str, number: int) -> DecisionRecord:
    """One decision; raises NotFound with the highest number there is."""
    record = uow.decisions.get(workspace, number)
    if record is not None:
        return record
    highest = uow.decisions.highest(workspace)
    if not highest:
        raise NotFound("No decision has been logged yet. Type `/decide` to log the first.")
    raise NotFound(f"There is no {reference(number)}; the newest is {reference(highest)}.")


def detail(uow: UnitOfWork, workspace: str, number: int) -> DecisionDetail:
    """One decision with everything that is shown of it; raises NotFound."""
    record = find(uow, workspace, number)
    changes = uow.decisions.changes(workspace, number)
    people = uow.people.several(workspace, record.people | {change.by for change in changes})
    return DecisionDetail(record=record, changes=changes, people=people)


def newest(
    uow: UnitOfWork, workspace: str, status: DecisionStatus | None, limit: int
) -> list[DecisionRecord]:
    """The newest decisions, of one status or of all."""
    return uow.decisions.newest(workspace, status, limit)


def search(uow: UnitOfWork, workspace: str, words: Sequence[str], limit: int) -> list[DecisionHit]:
    """Decisions that hold every (folded) word, the best first."""
    found = uow.decisions.search(workspace, words, limit)
    return [DecisionHit(record=record, snippet=snippet(record.body, words)) for record in found]


def card_id(workspace: str, number: int) -> str:
    """The id of the delivery that posted a decision's card."""
    return f"decision:{workspace}:{number}"


def _supersede_older(uow: UnitOfWork, record: DecisionRecord, by: str, now: datetime) -> None:
    """What a proposal is to replace stays in force until the proposal is accepted."""
    if record.supersedes is None or record.status is not DecisionStatus.ACCEPTED:
        return
    older = replaceable(uow, record.workspace, record.supersedes)
    gone = older.moved(DecisionStatus.SUPERSEDED, now, superseded_by=record.number)
    _store(uow, gone, ChangeKind.MOVED, by, now, detail=f"by {record.ref}")


def _store(
    uow: UnitOfWork,
    record: DecisionRecord,
    kind: ChangeKind,
    by: str,
    now: datetime,
    detail: str = "",
) -> None:
    if not uow.decisions.replace(record):
        raise Conflict(_changed_meanwhile(record))
    _note(uow, record, kind, by, now, detail)
    deliveries.edit(uow, card_id(record.workspace, record.number), now)


def _note(
    uow: UnitOfWork,
    record: DecisionRecord,
    kind: ChangeKind,
    by: str,
    now: datetime,
    detail: str = "",
) -> None:
    change = DecisionChange(
        number=record.number, kind=kind, status=record.status, by=by, at=now, detail=detail
    )
    uow.decisions.append(record.workspace, change)


def _card(record: DecisionRecord, now: datetime) -> Delivery:
    return Delivery(
        id=card_id(record.workspace, record.number),
        workspace=record.workspace,
        channel=record.channel,
        card=CARD,
        subject={"number": record.number},
        ready_at=now,
        owner=record.author,
    )


def _require_decider(record: DecisionRecord, by: str) -> None:
    if by not in record.deciders:
        raise NotPermitted(
            f"Only the makers of {record.ref} and who logged it may do that. "
            f"Type `/decide show {record.ref}` to see who they are."
        )


def _changed_meanwhile(record: DecisionRecord) -> str:
    return (
        f"Somebody else changed {record.ref} a moment ago; nothing of theirs was overwritten. "
        f"Type `/decide show {record.ref}` to see it."
    )
