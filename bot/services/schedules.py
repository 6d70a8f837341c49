"""What holds for every durable schedule that people can move."""

from bot.domain.schedule import Schedule
from bot.ports.repositories import UnitOfWork


def not_again(uow: UnitOfWork, schedule: Schedule) -> Schedule:
    """The schedule on the first date that hasn't had its turn: the tick would skip the others."""
    while uow.schedules.had_turn(schedule.id, schedule.next_date):
        schedule = schedule.advanced(schedule.next_run_at)
    return schedule
