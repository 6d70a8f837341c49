"""The seats of consent rounds: all that they depend on is read in one go for everybody."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.decisions.consent import Approver, Seat
from bot.domain.decisions.record import DecisionRecord
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.availability import Presence
from bot.services.decisions import attempts
from bot.services.decisions.records import card_id

Asked = tuple[DecisionRecord, Collection[Approver]]
"""A proposed decision with those of its approvers that matter."""


@dataclass(frozen=True, kw_only=True)
class Roll:
    """The approvers of proposed decisions as of now; made by `read`.

    `questions` are the attempts to ask those who haven't answered, by number and user id.
    """

    people: Mapping[str, Person]
    questions: Mapping[tuple[int, str], Sequence[Delivery]]
    presence: Presence

    def asked(self, record: DecisionRecord, user_id: str) -> Sequence[Delivery]:
        """The attempts to ask one of them."""
        return self.questions.get((record.number, user_id), ())

    def was_reached(self, record: DecisionRecord, user_id: str) -> bool:
        """Whether a question to one of them was sent: only then does their time pass."""
        return any(each.state is DeliveryState.SENT for each in self.asked(record, user_id))

    def seat(self, record: DecisionRecord, approver: Approver, now: datetime) -> Seat:
        """An approver as of now."""
        person = self.people[approver.user_id]
        left = not person.can_take_part
        if approver.stance is not None or left:
            due_at = approver.answered_at or approver.asked_at
            return Seat(approver=approver, due_at=due_at, left=left)
        reached = self.was_reached(record, approver.user_id)
        since = approver.asked_at if reached else max(approver.asked_at, now)
        failed = [each.state is DeliveryState.FAILED for each in self.asked(record, person.user_id)]
        return Seat(
            approver=approver,
            due_at=self.presence.after(person, since, hours(record)),
            absence=self.presence.absence(person, now),
            unreachable=not reached and any(failed),
        )


def read(uow: UnitOfWork, asked: Sequence[Asked], now: datetime) -> Roll:
    """The roll of proposed decisions of one workspace."""
    approvers = [(record, approver) for record, several in asked for approver in several]
    people = _people(uow, approvers)
    waited_for = [
        (record, approver)
        for record, approver in approvers
        if approver.stance is None and people[approver.user_id].can_take_part
    ]
    awaited = {approver.user_id for _, approver in waited_for}
    since = min((approver.asked_at for _, approver in waited_for), default=now)
    questions = attempts.made(
        uow,
        [(record.workspace, record.number, record.version, a.user_id) for record, a in waited_for],
        lambda key, nth: question_id(*key, nth),
    )
    return Roll(
        people=people,
        questions={(number, user): made for (_, number, _, user), made in questions.items()},
        presence=Presence(uow, [people[each] for each in sorted(awaited)], min(since, now)),
    )


def person_of(uow: UnitOfWork, workspace: str, user_id: str) -> Person:
    """Somebody; who isn't known yet lives by UTC until they are."""
    return uow.people.get(workspace, user_id) or _unknown(workspace, user_id)


def hours(record: DecisionRecord) -> timedelta:
    """How much working time each maker has."""
    terms = record.body.consent
    assert terms is not None, "only where consent is asked for"
    return timedelta(hours=terms.hours)


def question_id(workspace: str, number: int, version: int, user_id: str, nth: int) -> str:
    """The id of the `nth` attempt to ask somebody about a text."""
    return f"{round_id(workspace, number, version)}:{user_id}:{nth}"


def round_id(workspace: str, number: int, version: int) -> str:
    """How the ids of all that belongs to the round about one text begin."""
    return f"{card_id(workspace, number)}:consent:{version}"


def _people(
    uow: UnitOfWork, approvers: Iterable[tuple[DecisionRecord, Approver]]
) -> Mapping[str, Person]:
    places = {(approver.user_id, record.workspace) for record, approver in approvers}
    if not places:
        return {}
    [workspace] = {workspace for _, workspace in places}
    known = uow.people.several(workspace, sorted(user_id for user_id, _ in places))
    return {user: known.get(user) or _unknown(workspace, user) for user, _ in places}


def _unknown(workspace: str, user_id: str) -> Person:
    return Person(workspace=workspace, user_id=user_id, name=user_id)
