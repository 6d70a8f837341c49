"""Consent rounds: who is asked when, and how a round stands."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.domain.decisions import consent_words
from bot.domain.decisions.consent import Approver, Round, Seat, Stance, Standing
from bot.domain.decisions.record import ChangeKind, DecisionRecord, DecisionStatus
from bot.domain.wording import one_line
from bot.errors import Conflict, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import consent_asks as asks
from bot.services.decisions import consent_roll, records
from bot.services.decisions.consent_roll import Roll

_NAME_LIMIT = 60


def begin(uow: UnitOfWork, record: DecisionRecord, by: str, now: datetime) -> None:
    """Ask the makers of a proposed decision for their consent, each in their working hours.

    `by` agrees with what they wrote. Nothing happens where nobody's consent is asked for.
    """
    before = _known(uow, record)
    approvers = _approvers(record, by, now)
    if not before and not approvers:
        return
    uow.consents.begin(record.workspace, record.number, approvers)
    if before:
        again = "everybody is asked for consent again" if approvers else "nobody is asked any more"
        records.note(uow, record, ChangeKind.ANSWERED, "", now, again)
    in_order = sorted(approvers, key=lambda each: each.user_id)
    roll = consent_roll.read(uow, [(record, in_order)], now)
    seats = [asks.follow(uow, roll, record, approver, now) for approver in in_order]
    asks.refresh(uow, record, record.version - 1, before, now)
    deliveries.edit(uow, news_id(record, record.version - 1), now)
    if approvers and not any(seat and seat.is_waited_for(now) for seat in seats):
        asks.look_now(uow, record, now)


def end(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """The decision isn't proposed any more: nobody is asked or reminded."""
    if record.status not in (DecisionStatus.ACCEPTED, DecisionStatus.REJECTED):
        return
    asks.refresh(uow, record, record.version - 1, _known(uow, record), now)
    deliveries.edit(uow, news_id(record, record.version - 1), now)


def require_word(
    uow: UnitOfWork, record: DecisionRecord, to: DecisionStatus, by: str, now: datetime
) -> str:
    """How one person's word overrules the round, for the audit trail; empty where it needn't.

    Raises Conflict where the round, not one person, decides, and NotPermitted where it is its
    author's word.
    """
    if record.status is not DecisionStatus.PROPOSED:
        return ""
    round_ = current(uow, record, now)
    if round_ is None:
        return ""
    name_of = names(uow, record.workspace, [record.author, *record.body.makers])
    if to is DecisionStatus.REJECTED:
        _require_author(uow, record, by, f"{record.ref} waits for its makers' consent, so")
        return ""
    standing = round_.standing(now)
    if standing is Standing.ACCEPTED:
        return consent_words.accepted(round_, now, name_of)
    if standing is Standing.AUTHOR_DECIDES:
        _require_author(uow, record, by, f"The consent round of {record.ref} is over, and")
        return consent_words.overruled(round_, now, name_of)
    raise Conflict(_unfinished(record, round_, now, name_of))


def current(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> Round | None:
    """The decision's round as of now, or None where nobody was asked."""
    return several(uow, [record], now).get(record.number)


def several(
    uow: UnitOfWork, decisions: Sequence[DecisionRecord], now: datetime
) -> dict[int, Round]:
    """`current` of decisions of one workspace, by number, of those of which anybody was asked."""
    numbers = [record.number for record in decisions if record.body.consent]
    known = uow.consents.approvers_of(decisions[0].workspace, numbers) if numbers else {}
    asked = [(record, known[record.number]) for record in decisions if record.number in known]
    open_ = [each for each in asked if each[0].status is DecisionStatus.PROPOSED]
    roll = consent_roll.read(uow, open_, now)
    found = {}
    for record, approvers in asked:
        terms = record.body.consent
        assert terms is not None, "only of these it was read who is asked"
        seats = [_seat(roll, record, approver, now) for approver in approvers]
        found[record.number] = Round(terms=terms, author=record.author, seats=seats)
    return found


def names(uow: UnitOfWork, workspace: str, user_ids: Iterable[str]) -> Callable[[str], str]:
    """What these people are called in a sentence."""
    known = uow.people.several(workspace, sorted({*user_ids}))

    def name(user_id: str) -> str:
        person = known.get(user_id)
        return one_line(person.name, _NAME_LIMIT) if person else user_id

    return name


def news_id(record: DecisionRecord, version: int) -> str:
    """The id of the message that tells its author that a round is over and nothing accepts it."""
    return f"{records.card_id(record.workspace, record.number)}:consent:{version}:over"


def _seat(roll: Roll, record: DecisionRecord, approver: Approver, now: datetime) -> Seat:
    if record.status is DecisionStatus.PROPOSED:
        return roll.seat(record, approver, now)
    return Seat(approver=approver, due_at=approver.answered_at or record.decided_at or now)


def _known(uow: UnitOfWork, record: DecisionRecord) -> list[Approver]:
    return uow.consents.approvers(record.workspace, record.number)


def _approvers(record: DecisionRecord, by: str, now: datetime) -> list[Approver]:
    if record.body.consent is None:
        return []
    return [
        Approver(
            user_id=maker,
            asked_at=now,
            stance=Stance.AGREE if maker == by else None,
            answered_at=now if maker == by else None,
        )
        for maker in dict.fromkeys(record.body.makers)
    ]


def _require_author(uow: UnitOfWork, record: DecisionRecord, by: str, why: str) -> None:
    """Its deciders stand in for an author who can't decide any more."""
    known = consent_roll.person_of(uow, record.workspace, record.author)
    if by == record.author or not known.can_take_part:
        return
    author = names(uow, record.workspace, [record.author])(record.author)
    raise NotPermitted(
        f"{why} only {author}, who proposed it, may do that. "
        "If you don't agree with it, object and say why."
    )


def _unfinished(
    record: DecisionRecord, round_: Round, now: datetime, name_of: Callable[[str], str]
) -> str:
    if waiting := round_.waiting(now):
        verb = "is" if len(waiting) == 1 else "are"
        asked = consent_words.names(waiting, name_of)
        return f"{asked} {verb} still asked for consent to {record.ref}; it isn't over before."
    return (
        f"The makers decide about {record.ref}, and {consent_words.obstacles(round_, now, name_of)}"
        ". An answer can still be changed, and its author can edit or reject it."
    )
