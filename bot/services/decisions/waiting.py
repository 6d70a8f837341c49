"""What decisions wait for: whose consent, and which of them are to be looked at again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.decisions.consent import ConsentTerms, Round, Seat, Stance, Standing
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.review import Review, review_date
from bot.domain.decisions.sight import Viewer
from bot.domain.decisions.waiting import (
    COMING,
    Agenda,
    Awaited,
    DueDecision,
    MyTurn,
    OpenDecision,
)
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import consent_roll, rounds, sight

Shown = Callable[[DecisionRecord], bool]
"""Whether a decision may be shown there."""

_MINE_SHOWN = 20


def in_channel(channel: str) -> Shown:
    """The channel's own decisions."""
    return lambda record: record.channel == channel


def waiting(
    uow: UnitOfWork, records: Iterable[DecisionRecord], now: datetime
) -> list[OpenDecision]:
    """Proposed decisions with whom each waits for, in the same order."""
    decisions = list(records)
    found = rounds.several(uow, decisions, now)
    people = _people(uow, decisions, found.values())
    return [_open(record, found.get(record.number), people, now) for record in decisions]


def due(uow: UnitOfWork, workspace: str, shown: Shown, now: datetime) -> list[DueDecision]:
    """Accepted decisions whose makers were asked to look again and haven't answered, then those
    whose date comes within a week."""
    asked = [
        DueDecision(record=record, review=review)
        for record, review in _asked(uow, workspace).values()
        if shown(record)
    ]
    return [*asked, *_coming(uow, workspace, shown, now)]


def mine(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> list[MyTurn]:
    """What waits for this person: consents that they haven't given, those that end first on top,
    then proposals that take their word, and reviews that they decide, the oldest first; at most
    twenty of each."""
    return [
        *_consents(uow, workspace, user_id, now),
        *_words(uow, workspace, user_id, now),
        *_reviews(uow, workspace, user_id),
    ]


def agenda(uow: UnitOfWork, viewer: Viewer, most: int) -> Agenda:
    """What waits, for somebody who asks: for them, and for others, of what they may see.

    At most `most` open ones, the oldest.
    """
    workspace, user_id, now = viewer.workspace, viewer.user_id, viewer.now
    every = uow.rhythm.proposed(workspace)
    own = mine(uow, workspace, user_id, now)
    shown = sight.of(uow, viewer).sees
    numbers = {each.record.number for each in own}
    others = [record for record in every if shown(record) and record.number not in numbers]
    return Agenda(
        mine=own,
        open=waiting(uow, others[:most], now),
        open_total=len(others),
        due=[d for d in due(uow, workspace, shown, now) if d.record.number not in numbers],
    )


def _coming(uow: UnitOfWork, workspace: str, shown: Shown, now: datetime) -> list[DueDecision]:
    """Those whose date comes within a week, the earliest first."""
    until = calendar.local_date(now + COMING, "UTC")
    dated = []
    for record in filter(shown, uow.rhythm.review_dates(workspace, until)):
        on = review_date(record.body.review_on, uow.reviews.of(workspace, record.number))
        if on and on <= until:
            dated.append((on, record.number, DueDecision(record=record, on=on)))
    return [each for _, _, each in sorted(dated, key=lambda found: found[:2])]


def _open(
    record: DecisionRecord, found: Round | None, people: Mapping[str, Person], now: datetime
) -> OpenDecision:
    if found is None:
        awaited = [Awaited(name=_name(user, people)) for user in _deciding(record)]
        return OpenDecision(record=record, awaited=awaited)
    if found.standing(now) is Standing.AUTHOR_DECIDES:
        awaited = [Awaited(name=_name(found.author, people))]
    else:
        awaited = [_awaited(seat, people, now) for seat in _missing(found, now)]
    objecting = [_name(seat.user_id, people) for seat in found.saying(Stance.OBJECT)]
    return OpenDecision(record=record, awaited=awaited, objecting=objecting)


def _missing(found: Round, now: datetime) -> list[Seat]:
    """Whose answer is missing; silence is one where the terms say so."""
    return [seat for seat in found.seats if _is_missing(seat, found.terms, now)]


def _is_missing(seat: Seat, terms: ConsentTerms, now: datetime) -> bool:
    silent = seat.is_silent(now) and not terms.silence_consents
    return seat.is_waited_for(now) or silent


def _awaited(seat: Seat, people: Mapping[str, Person], now: datetime) -> Awaited:
    person = people.get(seat.user_id)
    hours = person.working_time() if person else None
    return Awaited(
        name=_name(seat.user_id, people),
        until=seat.due_at,
        left=hours.worked(now, seat.due_at, person.zone) if person and hours else timedelta(0),
        absence=seat.absence,
        unreachable=seat.unreachable,
    )


def _consents(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> list[MyTurn]:
    """Only this person's own seats are read."""
    numbers = uow.consents.asked(workspace, user_id)[:_MINE_SHOWN]
    known = uow.consents.approvers_of(workspace, numbers)
    asked = [
        (record, [each for each in known[number] if each.user_id == user_id])
        for number in numbers
        if (record := uow.decisions.get(workspace, number)) and record.body.consent
    ]
    roll = consent_roll.read(uow, asked, now)
    found = []
    for record, [approver] in asked:
        seat, terms = roll.seat(record, approver, now), record.body.consent
        if terms and _is_missing(seat, terms, now):
            found.append(MyTurn(record=record, until=seat.due_at))
    return sorted(found, key=lambda turn: turn.until or now)


def _words(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> list[MyTurn]:
    """Proposals that this person may accept or reject: as a maker where nobody's consent is asked
    for, as the author where the round has left it to them."""
    own = [
        record
        for record in uow.rhythm.proposed(workspace)
        if user_id in (record.author, *_deciding(record))
    ]
    asked = rounds.several(uow, own, now)
    taken = [
        record for record in own if _takes_word(record, asked.get(record.number), user_id, now)
    ]
    return [MyTurn(record=record) for record in taken[:_MINE_SHOWN]]


def _takes_word(record: DecisionRecord, found: Round | None, user_id: str, now: datetime) -> bool:
    if found is None:
        return user_id in _deciding(record)
    return user_id == record.author and found.standing(now) is Standing.AUTHOR_DECIDES


def _deciding(record: DecisionRecord) -> tuple[str, ...]:
    """Whose word a proposal without a round waits for."""
    return record.body.makers or (record.author,)


def _reviews(uow: UnitOfWork, workspace: str, user_id: str) -> list[MyTurn]:
    found = [
        MyTurn(record=record, review=review)
        for record, review in sorted(_asked(uow, workspace).values(), key=lambda it: it[1].asked_at)
        if user_id in record.deciders
    ]
    return found[:_MINE_SHOWN]


def _asked(uow: UnitOfWork, workspace: str) -> dict[int, tuple[DecisionRecord, Review]]:
    """Accepted decisions with their latest review without an answer, by number."""
    found = {}
    for review in uow.reviews.waiting(workspace):
        record = uow.decisions.get(workspace, review.number)
        if record and record.status is DecisionStatus.ACCEPTED:
            found[review.number] = record, review
    return found


def _people(
    uow: UnitOfWork, decisions: Sequence[DecisionRecord], found: Iterable[Round]
) -> Mapping[str, Person]:
    if not decisions:
        return {}
    seats = {seat.user_id for each in found for seat in each.seats}
    named = seats | {user for record in decisions for user in record.deciders}
    return uow.people.several(decisions[0].workspace, sorted(named))


def _name(user_id: str, people: Mapping[str, Person]) -> str:
    person = people.get(user_id)
    return person.name if person else user_id
