"""What the makers say to a proposed decision, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.decisions import consent_words
from bot.domain.decisions.consent import Approver, Stance, Standing
from bot.domain.decisions.record import ChangeKind, DecisionRecord, DecisionStatus
from bot.domain.delivery import Delivery, Priority
from bot.domain.draft import Draft
from bot.domain.timer import Timer, TimerKind
from bot.errors import Conflict, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries
from bot.services.decisions import consent_asks as asks
from bot.services.decisions import consent_roll, life, records, rounds, successions

OVER_CARD = "decision.consent_over"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody says to the text of decision `number` at `version`; an objection says why."""

    workspace: str
    number: int
    version: int
    user_id: str
    stance: Stance
    reason: str = ""


def answer(uow: UnitOfWork, said: Answer, now: datetime) -> DecisionRecord:
    """Keep a maker's answer, which they may change as long as it is proposed; the decision then.

    Raises NotPermitted for others, and Conflict where it was decided, or changed since they read
    it.
    """
    record = records.locked(uow, said.workspace, said.number)
    before = _asked(uow, record, said.version, said.user_id)
    after = replace(before, stance=said.stance, reason=said.reason, answered_at=now)
    if said.stance is Stance.OBJECT:
        uow.drafts.drop(said.workspace, said.user_id, draft_place(record))
    if (before.stance, before.reason) == (after.stance, after.reason):
        return record
    uow.consents.answer(said.workspace, said.number, after)
    records.note(uow, record, ChangeKind.ANSWERED, said.user_id, now, _change(before, after))
    decided = _conclude(uow, record, now)
    if decided.status is DecisionStatus.PROPOSED:
        asks.refresh(uow, record, record.version, [after], now)
    return decided


def objecting(
    uow: UnitOfWork, workspace: str, number: int, version: int, user_id: str
) -> tuple[DecisionRecord, Approver, Draft | None]:
    """What the form of an objection needs; raises what `answer` would."""
    record = records.find(uow, workspace, number)
    approver = _asked(uow, record, version, user_id)
    return record, approver, uow.drafts.get(workspace, user_id, draft_place(record))


def keep_draft(
    uow: UnitOfWork,
    workspace: str,
    number: int,
    user_id: str,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what somebody types until they object; typing that is heard of later is no draft."""
    record = records.find(uow, workspace, number)
    known = uow.consents.approvers(workspace, number)
    if any(each.user_id == user_id and _objected_since(each, now) for each in known):
        return
    place = draft_place(record)
    uow.drafts.save(
        Draft(workspace=workspace, user_id=user_id, place=place, values=values, saved_at=now)
    )


def look(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """A maker's timer went off: they are asked or reminded, or their time is over."""
    record = _still_open(uow, timer)
    if record is None:
        return
    user_id = timer.subject["user"]
    for approver in uow.consents.approvers(record.workspace, record.number):
        if approver.user_id == user_id:
            _follow(uow, record, approver, timer.subject["shown"], now)
    if not user_id:
        _conclude(uow, record, now)


def tell_over(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """The author is at work again: they hear of a round that is over, if it still is."""
    record = _still_open(uow, timer)
    if record is not None:
        _conclude(uow, record, now)


def draft_place(record: DecisionRecord) -> str:
    """Where the draft of an objection is kept."""
    return f"objection:{record.ref}"


def _asked(uow: UnitOfWork, record: DecisionRecord, version: int, user_id: str) -> Approver:
    approvers = uow.consents.approvers(record.workspace, record.number)
    found = next((each for each in approvers if each.user_id == user_id), None)
    if record.status is not DecisionStatus.PROPOSED:
        raise Conflict(
            f"{record.ref} is {record.status} already, so nobody is asked any more. "
            f"Type `/decide show {record.ref}` to see what came of it."
        )
    if approvers and found is None:
        raise NotPermitted(
            f"Only the makers of {record.ref} are asked for their consent. "
            "Tell them what you think, in the thread of its card."
        )
    if found is None or version != record.version:
        raise Conflict(
            f"{record.ref} was changed since you read it. "
            f"Type `/decide show {record.ref}` to read and answer what it says now."
        )
    return found


def _still_open(uow: UnitOfWork, timer: Timer) -> DecisionRecord | None:
    """The decision, locked, if what the timer was set for is still asked."""
    record = uow.decisions.locked(timer.workspace, int(timer.subject["number"]))
    if record is None or record.status is not DecisionStatus.PROPOSED:
        return None
    return record if record.version == timer.subject["version"] else None


def _follow(
    uow: UnitOfWork, record: DecisionRecord, approver: Approver, shown: str, now: datetime
) -> None:
    """`shown` is what messages said of them when they were last looked after."""
    roll = consent_roll.read(uow, [(record, [approver])], now)
    seat = asks.follow(uow, roll, record, approver, now)
    if seat is None or asks.shown_of(seat, now) == shown:
        return
    if seat.is_waited_for(now):
        records.refresh(uow, record, now)
    else:
        _conclude(uow, record, now)
    asks.refresh(uow, record, record.version, [approver], now)


def _conclude(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> DecisionRecord:
    """Accept a locked proposal if its round says so, else show how it stands."""
    round_ = rounds.current(uow, record, now)
    if round_ is None:
        return record
    standing = round_.standing(now)
    if standing is Standing.ACCEPTED and not successions.obstacle(uow, record, now):
        name_of = rounds.names(uow, record.workspace, [seat.user_id for seat in round_.seats])
        how = consent_words.accepted(round_, now, name_of)
        return life.settle(uow, record, DecisionStatus.ACCEPTED, "", now, how)
    records.refresh(uow, record, now)
    if standing is not Standing.ASKING and not round_.waiting(now):
        _tell_author(uow, record, now)
    return record


def _tell_author(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """One message for each text, kept up to date. Each timer has its own id: see `consent_asks`."""
    author = consent_roll.person_of(uow, record.workspace, record.author)
    message = rounds.news_id(record, record.version)
    if not author.can_take_part:
        return
    if uow.deliveries.get(message):
        deliveries.edit(uow, message, now)
        return
    subject = {"number": record.number, "version": record.version}
    at = availability.next_present(uow, author, now)
    if at > now:
        uow.timers.set(
            Timer(
                id=f"{message}:{now.isoformat()}",
                workspace=record.workspace,
                kind=TimerKind.CONSENT_OVER,
                subject=subject,
                due_at=at,
            )
        )
        return
    deliveries.post(
        uow,
        Delivery(
            id=message,
            workspace=record.workspace,
            channel=author.user_id,
            card=OVER_CARD,
            subject={**subject, "id": message},
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def _objected_since(approver: Approver, at: datetime) -> bool:
    answered_at = approver.answered_at
    return approver.stance is Stance.OBJECT and answered_at is not None and answered_at >= at


def _change(before: Approver, after: Approver) -> str:
    """What somebody did, after their name."""
    assert after.stance is not None
    done = consent_words.ANSWERED[after.stance]
    if before.stance is Stance.OBJECT and after.stance is not Stance.OBJECT:
        done = f"withdrew the objection and {done}"
    return f"{done}: {after.reason}" if after.reason else done
