"""What a stand-up posts, and which posts change when somebody reports, edits, skips or is away."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from bot.domain.day import Day
from bot.domain.delivery import Delivery, Priority
from bot.domain.report import Report
from bot.domain.standup import PostMode, Standup
from bot.domain.turn import Cohort, Turn
from bot.ports.repositories import UnitOfWork
from bot.services import announcements, deliveries

MOST_REMINDERS = 2


def prompt(uow: UnitOfWork, turn: Turn, now: datetime) -> None:
    """Ask one person by a direct message."""
    deliveries.post(uow, _direct(turn, prompt_id(turn), "standup.prompt", now))


def prompts(uow: UnitOfWork, turns: Iterable[Turn], now: datetime) -> None:
    """Ask many people, each by a direct message."""
    asked = [_direct(turn, prompt_id(turn), "standup.prompt", now) for turn in turns]
    deliveries.post_all(uow, asked)


def reminder(uow: UnitOfWork, turn: Turn, nth: int, now: datetime) -> None:
    """Remind one person."""
    deliveries.post(uow, _direct(turn, _reminder_id(turn, nth), "standup.reminder", now))


def wrap_up(uow: UnitOfWork, part: Day, cohort: Cohort, now: datetime) -> None:
    """Post the card of a cohort's part of the day with its reports in the day's thread, or bring
    them up to date."""
    standup, day = part.standup, part.local_date
    if standup.plan.post_mode is PostMode.AT_ONCE:
        opening = _opening(uow, standup, day, "standup.day", {}, now)
        if not (part.reports and deliveries.post(uow, opening)):
            deliveries.edit(uow, opening.id, now)
    elif known := card_of(uow, standup.id, day, cohort):
        deliveries.edit(uow, known.id, now)
    else:
        _post_card(uow, standup, day, cohort, now)
    opening = _opening(uow, standup, day, "standup.report", {}, now)
    for report in part.reports:
        deliveries.post(uow, _entry(uow, opening, report))


def ended_in_silence(uow: UnitOfWork, part: Day, now: datetime) -> None:
    """A cohort's day is over without a report: the other cards don't announce its end any more."""
    for cohort in Cohort:
        card = card_of(uow, part.standup.id, part.local_date, cohort)
        if card is not None:
            deliveries.edit(uow, card.id, now)


def changed(uow: UnitOfWork, standup: Standup, turn: Turn, now: datetime) -> bool:
    """Bring every message up to date that shows this turn; whether its cohort's card is posted."""
    # Always in this order: two transactions that lock rows in turn would wait for ever.
    shown = card_changed(uow, standup, turn, now)
    _direct_changed(uow, turn, now)
    return shown


def reported(uow: UnitOfWork, standup: Standup, turn: Turn, report: Report, now: datetime) -> bool:
    """Show a report, or its change; False where that waits for the end of its cohort's day."""
    at_once = standup.plan.post_mode is PostMode.AT_ONCE
    opening = _opening(uow, standup, turn.local_date, "standup.day", {}, now)
    shown = (at_once and deliveries.post(uow, opening)) or card_changed(uow, standup, turn, now)
    if shown:
        entry = _entry(uow, opening, report)
        if not deliveries.post(uow, entry):
            deliveries.edit(uow, entry.id, now)
    _direct_changed(uow, turn, now)
    return shown


def card_of(uow: UnitOfWork, standup_id: str, local_date: date, cohort: Cohort) -> Delivery | None:
    """The card of a cohort's part of the day, or None if it wasn't posted; the day's first one
    carries its thread."""
    first = uow.deliveries.get(thread_id(standup_id, local_date))
    if first is not None and first.subject.get("cohort") == cohort.value:
        return first
    return uow.deliveries.get(_wrap_up_id(standup_id, local_date, cohort))


def thread_id(standup_id: str, local_date: date) -> str:
    """The id of the delivery that opens a day's thread."""
    return f"day:{standup_id}:{local_date}"


def prompt_id(turn: Turn) -> str:
    """The id of the delivery that asks one person."""
    return f"prompt:{turn.standup_id}:{turn.local_date}:{turn.user_id}"


def card_changed(uow: UnitOfWork, standup: Standup, turn: Turn, now: datetime) -> bool:
    """Bring the card up to date that shows this turn; whether there is one."""
    if standup.plan.post_mode is PostMode.AT_ONCE:
        card = uow.deliveries.get(thread_id(standup.id, turn.local_date))
    else:
        card = card_of(uow, standup.id, turn.local_date, turn.cohort)
    if card is None:
        return False
    deliveries.edit(uow, card.id, now)
    return True


def _direct_changed(uow: UnitOfWork, turn: Turn, now: datetime) -> None:
    reminders = [_reminder_id(turn, nth) for nth in range(MOST_REMINDERS)]
    deliveries.edit_each(uow, [prompt_id(turn), *reminders], now)


def _post_card(uow: UnitOfWork, standup: Standup, day: date, cohort: Cohort, now: datetime) -> None:
    """The day's first card opens its thread; which one is first only the store can tell, for
    another cohort's may be committed in this moment."""
    card = _opening(uow, standup, day, "standup.wrap_up", {"cohort": cohort.value}, now)
    if not deliveries.post(uow, card):
        deliveries.post(uow, replace(card, id=_wrap_up_id(standup.id, day, cohort)))


def _reminder_id(turn: Turn, nth: int) -> str:
    return f"reminder:{turn.standup_id}:{turn.local_date}:{turn.user_id}:{nth}"


def _wrap_up_id(standup_id: str, local_date: date, cohort: Cohort) -> str:
    return f"wrap-up:{standup_id}:{local_date}:{cohort.name}"


def _opening(
    uow: UnitOfWork,
    standup: Standup,
    local_date: date,
    card: str,
    more: dict[str, str],
    now: datetime,
) -> Delivery:
    return Delivery(
        id=thread_id(standup.id, local_date),
        workspace=standup.workspace,
        channel=standup.channel,
        card=card,
        subject={"standup": standup.id, "date": local_date.isoformat(), **more},
        ready_at=now,
        owner=announcements.spokesperson(uow, standup),
    )


def _entry(uow: UnitOfWork, opening: Delivery, report: Report) -> Delivery:
    """A report in the day's thread, which stays where it was opened."""
    thread = uow.deliveries.get(opening.id)
    subject = {key: opening.subject[key] for key in ("standup", "date")}
    return replace(
        opening,
        id=f"report:{report.standup_id}:{report.local_date}:{report.user_id}",
        channel=thread.channel if thread else opening.channel,
        card="standup.report",
        subject={**subject, "user": report.user_id},
        thread_of=opening.id,
    )


def _direct(turn: Turn, delivery_id: str, card: str, now: datetime) -> Delivery:
    return Delivery(
        id=delivery_id,
        workspace=turn.workspace,
        channel=turn.user_id,
        card=card,
        subject={
            "standup": turn.standup_id,
            "date": turn.local_date.isoformat(),
            "user": turn.user_id,
        },
        priority=Priority.PROMPT,
        ready_at=now,
    )
