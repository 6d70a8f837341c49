"""Asking for a verdict: the owner, in their working hours, once, with one reminder.

A timer is never cancelled, and a change sets one of another id: a click that touched the row of a
timer that goes off would wait for what waits for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.delivery import Delivery, DeliveryState, Priority
from bot.domain.experiments.hypotheses import SETTLED_AFTER, Asking, Hypothesis
from bot.domain.experiments.records import Run
from bot.domain.person import Person
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries

CARD = "hypothesis"
CARD_ASK = "hypothesis.ask"

ENDED = "its runs have ended"
OVER = "its time is over"

_LOOK, _REMIND = "look", "remind"
_REMINDED_AFTER = timedelta(hours=8)
"""Of the asked one's working time."""


def card_id(hypothesis: Hypothesis) -> str:
    """The id of the card's delivery."""
    return f"hypothesis:{hypothesis.workspace}:{hypothesis.number}"


def ask_id(hypothesis: Hypothesis, nth: int) -> str:
    """The id of the `nth` message (from 1) that asked for a verdict."""
    return f"{card_id(hypothesis)}:ask:{nth}"


def arm(uow: UnitOfWork, hypothesis: Hypothesis, now: datetime) -> None:
    """Look at it at its deadline, or when its runs have ended."""
    runs = uow.hypotheses.runs(hypothesis.workspace, hypothesis.number)
    _set(uow, hypothesis, _LOOK, _next_look(hypothesis, runs, now))


def fire(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """A timer went off: ask or remind, if that still makes sense."""
    hypothesis = uow.hypotheses.locked(timer.workspace, int(timer.subject["number"]))
    if hypothesis is None or not hypothesis.is_open:
        return
    if timer.subject["what"] == _REMIND:
        _remind(uow, hypothesis, int(timer.subject["nth"]), now)
    elif hypothesis.asking is None:
        _look(uow, hypothesis, now)


def store(uow: UnitOfWork, hypothesis: Hypothesis, now: datetime) -> Hypothesis:
    """Store the next version of one that is locked, and bring up to date what shows it."""
    after = replace(hypothesis, version=hypothesis.version + 1)
    replaced = uow.hypotheses.replace(after)
    assert replaced, "its row is locked"
    deliveries.edit(uow, card_id(after), now)
    refresh(uow, after, now)
    return after


def refresh(uow: UnitOfWork, hypothesis: Hypothesis, now: datetime) -> None:
    """Bring up to date the latest messages that asked for a verdict."""
    if hypothesis.asked:
        asked = ask_id(hypothesis, hypothesis.asked)
        deliveries.edit(uow, asked, now)
        deliveries.edit(uow, f"{asked}:reminder", now)


def due(hypothesis: Hypothesis, runs: Sequence[Run], now: datetime) -> str:
    """Why a verdict is due, or empty."""
    if hypothesis.deadline <= now:
        return OVER
    ended = _ended_at(hypothesis, runs, now)
    return ENDED if ended is not None and ended + SETTLED_AFTER <= now else ""


def _next_look(hypothesis: Hypothesis, runs: Sequence[Run], now: datetime) -> datetime:
    ended = _ended_at(hypothesis, runs, now)
    if ended is None:
        return hypothesis.deadline
    return min(hypothesis.deadline, max(ended + SETTLED_AFTER, now))


def _ended_at(hypothesis: Hypothesis, runs: Sequence[Run], now: datetime) -> datetime | None:
    """When the last of them ended; None while one runs, and where that was looked at before.

    Clocks of training machines may be ahead of ours.
    """
    if any(not run.status.ended for run in runs):
        return None
    ends = [min(run.ended_at, now) for run in runs if run.ended_at]
    last = max(ends, default=None)
    if last is None or (hypothesis.settled_at and last <= hypothesis.settled_at):
        return None
    return last


def _look(uow: UnitOfWork, hypothesis: Hypothesis, now: datetime) -> None:
    runs = uow.hypotheses.runs(hypothesis.workspace, hypothesis.number)
    why = due(hypothesis, runs, now)
    if why:
        _ask(uow, hypothesis, why, now)
    else:
        _set(uow, hypothesis, _LOOK, max(_next_look(hypothesis, runs, now), now))


def _ask(uow: UnitOfWork, hypothesis: Hypothesis, why: str, now: datetime) -> None:
    person = _whom(uow, hypothesis)
    if person is None:
        asking = Asking(person="", at=now, why=why, reminded=True)
        store(uow, replace(hypothesis, asking=asking), now)
        return
    at = availability.next_present(uow, person, now)
    if at > now:
        _set(uow, hypothesis, _LOOK, at)
        return
    asking = Asking(person=person.user_id, at=now, why=why)
    after = replace(hypothesis, asking=asking, asked=hypothesis.asked + 1)
    after = store(uow, after, now)
    deliveries.post(uow, _message(after, ask_id(after, after.asked), now))
    remind_at = availability.present_after(uow, person, now, _REMINDED_AFTER)
    _set(uow, after, _REMIND, remind_at)


def _remind(uow: UnitOfWork, hypothesis: Hypothesis, nth: int, now: datetime) -> None:
    asking = hypothesis.asking
    if asking is None or asking.reminded or nth != hypothesis.asked:
        return
    asked = uow.deliveries.get(ask_id(hypothesis, nth))
    if asked is not None and asked.state is DeliveryState.SKIPPED:
        # When it could be sent they had gone home.
        _ask(uow, replace(hypothesis, asking=None), asking.why, now)
        return
    person = uow.people.get(hypothesis.workspace, asking.person)
    if person is None or not person.can_take_part:
        return
    at = availability.next_present(uow, person, now)
    if at > now:
        _set(uow, hypothesis, _REMIND, at)
        return
    after = store(uow, replace(hypothesis, asking=replace(asking, reminded=True)), now)
    deliveries.post(uow, _message(after, f"{ask_id(after, nth)}:reminder", now))


def _whom(uow: UnitOfWork, hypothesis: Hypothesis) -> Person | None:
    """The owner, or who wrote it where they can't be asked."""
    known = uow.people.several(hypothesis.workspace, hypothesis.deciders)
    able = [u for u in hypothesis.deciders if u in known and known[u].can_take_part]
    return known[able[0]] if able else None


def _message(hypothesis: Hypothesis, delivery_id: str, now: datetime) -> Delivery:
    assert hypothesis.asking is not None
    user_id = hypothesis.asking.person
    return Delivery(
        id=delivery_id,
        workspace=hypothesis.workspace,
        channel=user_id,
        card=CARD_ASK,
        subject={"number": hypothesis.number, "user": user_id, "id": delivery_id},
        priority=Priority.PROMPT,
        ready_at=now,
    )


def _set(uow: UnitOfWork, hypothesis: Hypothesis, what: str, at: datetime) -> None:
    subject = {"number": hypothesis.number, "what": what, "nth": hypothesis.asked}
    uow.timers.set(
        Timer(
            id=f"{card_id(hypothesis)}:{what}:{hypothesis.version}",
            workspace=hypothesis.workspace,
            kind=TimerKind.HYPOTHESIS,
            subject=subject,
            due_at=at,
        )
    )
