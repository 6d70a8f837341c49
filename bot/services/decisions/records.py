"""Decision records: finding them, who may change them, storing a change with its audit entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.decisions.record import (
    ChangeKind,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
    edit_refusal,
    reference,
    refusal,
)
from bot.domain.delivery import Delivery
from bot.errors import Conflict, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries

CARD = "decision"
CARD_DECIDED = "decision.decided"


def find(uow: UnitOfWork, workspace: str, number: int) -> DecisionRecord:
    """One decision; raises NotFound with the highest number there is."""
    return _found(uow, workspace, number, uow.decisions.get(workspace, number))


def locked(uow: UnitOfWork, workspace: str, number: int) -> DecisionRecord:
    """One decision that nobody else changes until this transaction ends; raises NotFound."""
    return _found(uow, workspace, number, uow.decisions.locked(workspace, number))


def editable(uow: UnitOfWork, workspace: str, number: int, by: str) -> DecisionRecord:
    """The decision, if `by` may edit it now; raises NotFound, Conflict or NotPermitted."""
    record = find(uow, workspace, number)
    if sentence := edit_refusal(record):
        raise Conflict(sentence)
    require_decider(uow, record, by)
    return record


def replaceable(uow: UnitOfWork, workspace: str, number: int) -> DecisionRecord:
    """The decision, if a new one may supersede it now; raises NotFound or Conflict."""
    record = find(uow, workspace, number)
    if sentence := refusal(record, DecisionStatus.SUPERSEDED):
        raise Conflict(sentence)
    return record


def require_decider(uow: UnitOfWork, record: DecisionRecord, by: str) -> None:
    """Raises NotPermitted for others than those who `may_decide`."""
    if may_decide(uow, record, by):
        return
    who = f"Only the makers of {record.ref} and who logged it may do that."
    if not record.deciders & who_decide(uow, record):
        who = (
            f"The makers of {record.ref} and who logged it can't decide any more, so only who was "
            "consulted or informed may do that."
        )
    raise NotPermitted(f"{who} Type `/decide show {record.ref}` to see who they are.")


def may_decide(uow: UnitOfWork, record: DecisionRecord, by: str) -> bool:
    """Whether somebody is one of its deciders, or stands in for them."""
    if by in record.deciders:
        return True
    if deciding := who_decide(uow, record):
        return by in deciding
    person = uow.people.get(record.workspace, by)
    return person is not None and person.can_take_part


def who_decide(uow: UnitOfWork, record: DecisionRecord) -> frozenset[str]:
    """Its makers and who logged it, of whom those who left and guests can't decide any more.

    Where none is left, those who were consulted or informed stand in; without any of them it is
    empty, and anybody of the team may.
    """
    known = uow.people.several(record.workspace, sorted(record.named))
    gone = {person.user_id for person in known.values() if not person.can_take_part}
    return (record.deciders - {"", *gone}) or (record.named - gone)


def store(
    uow: UnitOfWork,
    record: DecisionRecord,
    kind: ChangeKind,
    by: str,
    now: datetime,
    detail: str = "",
) -> None:
    """Store what a record became, with its audit entry; raises Conflict if another was faster."""
    if not uow.decisions.replace(record):
        raise Conflict(changed_meanwhile(record))
    note(uow, record, kind, by, now, detail)
    refresh(uow, record, now)


def note(
    uow: UnitOfWork,
    record: DecisionRecord,
    kind: ChangeKind,
    by: str,
    now: datetime,
    detail: str = "",
) -> None:
    """Add to the audit trail."""
    change = DecisionChange(
        number=record.number, kind=kind, status=record.status, by=by, at=now, detail=detail
    )
    uow.decisions.append(record.workspace, change)


def post(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """Post the decision's card."""
    deliveries.post(
        uow,
        Delivery(
            id=card_id(record.workspace, record.number),
            workspace=record.workspace,
            channel=record.channel,
            card=CARD,
            subject={"number": record.number},
            ready_at=now,
            owner=record.author,
        ),
    )


def refresh(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """Bring the decision's card up to date."""
    deliveries.edit(uow, card_id(record.workspace, record.number), now)


def tell(
    uow: UnitOfWork,
    record: DecisionRecord,
    card: str,
    key: str,
    now: datetime,
    subject: Mapping[str, Any] | None = None,
) -> None:
    """Post `card`, about this decision, in the thread of its own card; once for each `key`.

    `subject` is what the card must know besides the decision's number.
    """
    about = card_id(record.workspace, record.number)
    deliveries.post(
        uow,
        Delivery(
            id=f"{about}:{key}",
            workspace=record.workspace,
            channel=record.channel,
            card=card,
            subject={"number": record.number, **(subject or {})},
            ready_at=now,
            thread_of=about,
            owner=record.author,
        ),
    )


def card_id(workspace: str, number: int) -> str:
    """The id of the delivery that posted a decision's card."""
    return f"decision:{workspace}:{number}"


def changed_meanwhile(record: DecisionRecord) -> str:
    """What a person hears whose change came too late."""
    return (
        f"Somebody else changed {record.ref} a moment ago; nothing of theirs was overwritten. "
        f"Type `/decide show {record.ref}` to see it."
    )


def _found(
    uow: UnitOfWork, workspace: str, number: int, record: DecisionRecord | None
) -> DecisionRecord:
    if record is not None:
        return record
    highest = uow.decisions.highest(workspace)
    if not highest:
        raise NotFound("No decision has been logged yet. Type `/decide` to log the first.")
    raise NotFound(f"There is no {reference(number)}; the newest is {reference(highest)}.")
