"""Decision records: finding them, who may change them, storing a change with its audit entry."""

from datetime import datetime

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
    require_decider(record, by)
    return record


def replaceable(uow: UnitOfWork, workspace: str, number: int) -> DecisionRecord:
    """The decision, if a new one may supersede it now; raises NotFound or Conflict."""
    record = find(uow, workspace, number)
    if sentence := refusal(record, DecisionStatus.SUPERSEDED):
        raise Conflict(sentence)
    return record


def require_decider(record: DecisionRecord, by: str) -> None:
    """Raises NotPermitted for others than its makers and who logged it."""
    if by not in record.deciders:
        raise NotPermitted(
            f"Only the makers of {record.ref} and who logged it may do that. "
            f"Type `/decide show {record.ref}` to see who they are."
        )


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


def tell(uow: UnitOfWork, record: DecisionRecord, card: str, key: str, now: datetime) -> None:
    """Post `card`, about this decision, in the thread of its own card; once for each `key`."""
    about = card_id(record.workspace, record.number)
    deliveries.post(
        uow,
        Delivery(
            id=f"{about}:{key}",
            workspace=record.workspace,
            channel=record.channel,
            card=card,
            subject={"number": record.number},
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
