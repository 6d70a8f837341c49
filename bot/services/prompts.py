"""The reports that somebody was asked for and that are still to come."""

from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.person import Person
from bot.domain.prompt import Prompt
from bot.ports.repositories import UnitOfWork

# A prompt of a few days ago can be open still where a weekend came between.
_OPEN = timedelta(days=4)


def open_of(uow: UnitOfWork, person: Person, now: datetime) -> list[Prompt]:
    """Those that close first on top."""
    today = calendar.local_date(now, calendar.zone_or_utc(person.zone))
    turns = uow.turns.of_person(person.workspace, person.user_id, today - _OPEN)
    asked = [
        turn
        for turn in turns
        if turn.asked_at is not None
        and turn.absence is None
        and (turn.due_at > now or turn.local_date == today)
    ]
    known = {s.id: s for s in uow.standups.all(person.workspace)} if asked else {}
    found = [
        Prompt(standup=known[turn.standup_id], turn=turn)
        for turn in asked
        if turn.standup_id in known
        and person.user_id in known[turn.standup_id].plan.participants
        and uow.standups.report(turn.standup_id, turn.local_date, person.user_id) is None
    ]
    return sorted(found, key=lambda prompt: prompt.turn.due_at)
