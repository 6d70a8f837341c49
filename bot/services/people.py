"""People: what Slack says of them and what they choose moves their schedules."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice

from bot.domain.availability import NextPrompt
from bot.domain.calendar import Occurrence
from bot.domain.person import Choices, Person
from bot.domain.standup import Standup, schedule_id
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import availability, reports, standup_schedules, standups, zone_changes
from bot.services.digests.handover import schedules as handovers

# People are read in one query for so many; a workspace may have more than a query takes.
_BATCH = 500

_PROMPTS_AHEAD = 30


def follow_all(uow: UnitOfWork, people: Iterable[Person], now: datetime) -> None:
    """Keep what Slack says of people of one workspace, in one order for all, so that two
    transactions never wait in a ring.

    Their schedules move with their zone, and rest while they can't take part.
    """
    ordered = iter(sorted(people, key=lambda person: person.user_id))
    while batch := list(islice(ordered, _BATCH)):
        known = uow.people.several(batch[0].workspace, [person.user_id for person in batch])
        for person in batch:
            if not _is_known(known.get(person.user_id), person):
                _follow(uow, person, now)


def choose(
    uow: UnitOfWork, workspace: str, user_id: str, choices: Choices, now: datetime
) -> Person:
    """Keep what a person chose about themselves; their schedules and open turns follow.

    The holidays of the place that they chose must be in the mirror already.
    """
    known = _locked(uow, workspace, user_id)
    uow.people.choose(workspace, user_id, choices)
    person = _locked(uow, workspace, user_id)
    if _asked_at(known) != _asked_at(person):
        _reschedule_all(uow, person, now)
    if (choices.country, choices.region) != (known.choices.country, known.choices.region):
        reports.absence_changed(uow, workspace, user_id, now)
    return person


def choose_zone(uow: UnitOfWork, workspace: str, user_id: str, zone: str, now: datetime) -> Person:
    """Live by `zone` (IANA) whatever Slack says; empty follows Slack again."""
    person = _locked(uow, workspace, user_id)
    return choose(uow, workspace, user_id, replace(person.choices, zone=zone), now)


def keep_zone(
    uow: UnitOfWork, workspace: str, user_id: str, delivery_id: str, now: datetime
) -> None:
    """The answer *Keep* to the question `delivery_id`: live by the zone of before."""
    asked = zone_changes.question(uow, workspace, user_id, delivery_id)
    choose_zone(uow, workspace, user_id, str(asked.subject["before"]), now)
    zone_changes.settle(uow, asked, kept=True, now=now)


def accept_zone(
    uow: UnitOfWork, workspace: str, user_id: str, delivery_id: str, now: datetime
) -> None:
    """The answer *That's right* to the question `delivery_id`."""
    asked = zone_changes.question(uow, workspace, user_id, delivery_id)
    zone_changes.settle(uow, asked, kept=False, now=now)


def next_prompts(uow: UnitOfWork, person: Person) -> list[NextPrompt]:
    """When each of their stand-ups asks them next, by name of the stand-up."""
    mine = standups.mine(uow, person.workspace, person.user_id)
    return [_next_prompt(uow, standup, person) for standup in mine]


def _next_prompt(uow: UnitOfWork, standup: Standup, person: Person) -> NextPrompt:
    return NextPrompt(standup=standup, occurrence=next_prompt(uow, standup, person))


def next_prompt(uow: UnitOfWork, standup: Standup, person: Person) -> Occurrence | None:
    """When a stand-up asks somebody next: on a date on which they are not absent, as known now;
    None where nothing asks them, or not in weeks."""
    schedule = uow.schedules.get(schedule_id(standup.id, person.user_id))
    if schedule is None or not schedule.active:
        return None
    first = Occurrence(run_at=schedule.next_run_at, local_date=schedule.next_date)
    coming = islice(chain([first], schedule.occurrences(first.run_at)), _PROMPTS_AHEAD)
    free = standup.plan.days_off
    present = (o for o in coming if not availability.absence(uow, person, o.local_date, free))
    return next(present, None)


def _follow(uow: UnitOfWork, slack: Person, now: datetime) -> None:
    known = uow.people.locked(slack.workspace, [slack.user_id]).get(slack.user_id)
    uow.people.save([slack])
    if known is None:
        return
    zone = slack.slack_zone or slack.zone
    choices = known.choices
    person = replace(slack, zone=choices.zone or zone, slack_zone=zone, choices=choices)
    if _asked_at(known) == _asked_at(person):
        return
    _reschedule_all(uow, person, now)
    if known.zone != person.zone:
        zone_changes.tell_later(uow, person, known.zone, now)


def _is_known(known: Person | None, slack: Person) -> bool:
    """Whether Slack says nothing new of them."""
    if known is None:
        return False
    zone = slack.slack_zone or slack.zone
    return replace(known, zone=known.slack_zone, choices=Choices()) == replace(
        slack, zone=zone, slack_zone=zone, choices=Choices()
    )


def _locked(uow: UnitOfWork, workspace: str, user_id: str) -> Person:
    person = uow.people.locked(workspace, [user_id]).get(user_id)
    if person is None:
        raise NotFound("I haven't heard of you yet; try again in a minute.")
    return person


def _asked_at(person: Person) -> tuple[object, ...]:
    """All that decides when somebody is asked."""
    choices = person.choices
    return (
        person.zone,
        choices.hours,
        choices.weekdays,
        choices.handover,
        person.can_take_part,
    )


def _reschedule_all(uow: UnitOfWork, person: Person, now: datetime) -> None:
    mine = standups.mine(uow, person.workspace, person.user_id)
    for standup in sorted(mine, key=lambda standup: standup.id):
        standup_schedules.save(uow, standup, person, now)
    handovers.reschedule(uow, person, now)
