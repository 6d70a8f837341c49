"""Consent rounds: who is asked when, and how a round stands."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.decisions import consent_words
from bot.domain.decisions.consent import Approver, Round, Seat, Stance, Standing
from bot.domain.decisions.record import ChangeKind, DecisionRecord, DecisionStatus, refusal
from bot.domain.wording import one_line
from bot.errors import Conflict, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import consent_asks as asks
from bot.services.decisions import records

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
    waited_for = [asks.follow(uow, record, approver, now) for approver in in_order]
    asks.refresh(uow, record, record.version - 1, before, now)
    deliveries.edit(uow, news_id(record, record.version - 1), now)
    if approvers and not any(waited_for):
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
    name_of = names(uow, record.workspace)
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
    terms, approvers = record.body.consent, _known(uow, record)
    if terms is None or not approvers:
        return None
    if record.status is not DecisionStatus.PROPOSED:
        ended = record.decided_at or now
        seats = [Seat(approver=each, due_at=each.answered_at or ended) for each in approvers]
        return Round(terms=terms, author=record.author, seats=seats)
    seats = []
    for approver in approvers:
        person = asks.person_of(uow, record.workspace, approver.user_id)
        seats.append(asks.seat(uow, record, person, approver, now))
    return Round(terms=terms, author=record.author, seats=seats)


def obstacle(uow: UnitOfWork, record: DecisionRecord) -> str:
    """Why even everybody's consent doesn't accept it, as a sentence; empty where it does."""
    older = record.supersedes and uow.decisions.get(record.workspace, record.supersedes)
    return refusal(older, DecisionStatus.SUPERSEDED) if older else ""


def names(uow: UnitOfWork, workspace: str) -> Callable[[str], str]:
    """What people are called in a sentence."""
    return lambda user_id: one_line(asks.person_of(uow, workspace, user_id).name, _NAME_LIMIT)


def news_id(record: DecisionRecord, version: int) -> str:
    """The id of the message that tells its author that a round is over and nothing accepts it."""
    return f"{records.card_id(record.workspace, record.number)}:consent:{version}:over"


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
    """Its makers stand in for an author who has left."""
    if by == record.author or asks.person_of(uow, record.workspace, record.author).deleted:
        return
    author = names(uow, record.workspace)(record.author)
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
