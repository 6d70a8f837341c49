"""Whose word ends an older decision: anybody may propose what is to replace it, but it takes effect
only with the word of somebody who decides on the older one."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.decisions import consent_words
from bot.domain.decisions.consent import Stance
from bot.domain.decisions.record import DecisionRecord, DecisionStatus, NewDecision, refusal
from bot.domain.decisions.sight import Viewer
from bot.errors import InvalidForm, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import records, rounds, sight

FIELD = "consent_rule"
"""The form's field for how it is decided."""


def require_say(uow: UnitOfWork, wish: NewDecision, older: DecisionRecord, now: datetime) -> None:
    """Raises InvalidForm where nobody who decides on `older` has a say in what is to replace it.

    That is its author where it holds from now on, and its makers where they are asked; a proposal
    that is left open needs nobody yet.
    """
    decided = wish.status is DecisionStatus.ACCEPTED
    if not decided and wish.body.consent is None:
        return
    words = {wish.author} if decided else {*wish.body.makers}
    if _ends(uow, older, words):
        return
    viewer = Viewer(workspace=wish.workspace, user_id=wish.author, now=now, channel=wish.channel)
    who = f": {_names(uow, older)}" if sight.of(uow, viewer).sees(older) else ""
    raise InvalidForm(
        {
            FIELD: f"Only who decides on {older.ref} ends it{who}. Propose this “Still open”, or "
            f"ask the makers for their consent, one of {older.ref}'s among them."
        }
    )


def require_word(uow: UnitOfWork, record: DecisionRecord, by: str, now: datetime) -> None:
    """Raises NotPermitted where neither `by` nor anybody who consents to a proposal decides on what
    it would end."""
    older = _older(uow, record)
    if older and not _ends(uow, older, {by, *_consenting(uow, record, now)}):
        raise NotPermitted(_missing(uow, record, older, by, now))


def obstacle(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> str:
    """Why even a round that accepts a proposal doesn't end what it is to replace, as a sentence;
    empty where it does."""
    older = _older(uow, record)
    if older is None:
        return ""
    if sentence := refusal(older, DecisionStatus.SUPERSEDED):
        return sentence
    if _ends(uow, older, _consenting(uow, record, now)):
        return ""
    return _missing(uow, record, older, record.author, now)


def _older(uow: UnitOfWork, record: DecisionRecord) -> DecisionRecord | None:
    if record.supersedes is None:
        return None
    return uow.decisions.get(record.workspace, record.supersedes)


def _ends(uow: UnitOfWork, older: DecisionRecord, words: Iterable[str]) -> bool:
    return any(records.may_decide(uow, older, user_id) for user_id in words)


def _consenting(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> set[str]:
    """Who agrees, and whose silence counts as consent: an objection ends nothing."""
    round_ = rounds.current(uow, record, now)
    if round_ is None:
        return set()
    silent = round_.silent(now) if round_.terms.silence_consents else []
    return {seat.user_id for seat in (*round_.saying(Stance.AGREE), *silent)}


def _missing(
    uow: UnitOfWork, record: DecisionRecord, older: DecisionRecord, reader: str, now: datetime
) -> str:
    viewer = Viewer(workspace=record.workspace, user_id=reader, now=now, channel=record.channel)
    seen = sight.of(uow, viewer).sees(older)
    who = f": {_names(uow, older)}" if seen else ""
    return (
        f"{record.ref} would end {older.ref}, so it takes the word of somebody who decides on that"
        f"{who}. If none of them is among its makers, edit it and name one."
    )


def _names(uow: UnitOfWork, older: DecisionRecord) -> str:
    """`Ana, Ben and Chiyo`; by name, in this order."""
    deciding = records.who_decide(uow, older)
    known = sorted(map(rounds.names(uow, older.workspace, deciding), deciding))
    return consent_words.joined(consent_words.few(known))
