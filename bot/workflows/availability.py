"""Availability: the form of one's settings, and the direct messages that are sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain import calendar
from bot.domain.links import Links
from bot.domain.person import Choices, Person
from bot.errors import NotFound
from bot.ports.chat import Message, Modal
from bot.ports.holidays import HolidayCalendar
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import activity, aways, people, zone_changes
from bot.views import availability as views
from bot.views import me_form
from bot.workflows.cards import Card


async def me(
    workspace: str,
    user_id: str,
    holidays: HolidayCalendar,
    transactions: Transactions,
    country: str | None = None,
) -> Modal:
    """The form of somebody's settings, with the regions of `country`.

    Without one it is theirs, or as long as they never chose anything the one in which their zone
    lies. Raises NotFound.
    """

    def read(uow: UnitOfWork) -> tuple[Person | None, list[tuple[str, str]], list[str]]:
        jira = activity.jira_people(uow, workspace, user_id)
        return uow.people.get(workspace, user_id), jira, activity.mlflow_users(uow, workspace)

    person, jira_people, mlflow_users = await transactions.read(read)
    if person is None:
        raise NotFound("I haven't heard of you yet; try again in a minute.")
    if country is None:
        guessed = await holidays.country_of(person.zone) if person.choices == Choices() else ""
        country = person.choices.country or guessed
    offered = me_form.Offered(
        countries=await holidays.countries(),
        country=country,
        regions=await holidays.regions(country) if country else (),
        jira_people=jira_people,
        mlflow_users=mlflow_users,
    )
    return me_form.me(person, offered)


def _away(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    """What holds now: a range may have been corrected, joined with another one or ended."""
    person = uow.people.get(workspace, subject["user"])
    if person is None:
        return None
    ranges = aways.coming(uow, workspace, person.user_id, now)
    if not ranges:
        return views.back()
    shown = next((away for away in ranges if away.id == subject["away"]), ranges[0])
    by = uow.people.get(workspace, shown.set_by) if shown.set_by != shown.user_id else None
    today = calendar.local_date(now, calendar.zone_or_utc(person.zone))
    return views.away_set(shown, today, by)


def _zone(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    """Nothing where the profile says yet another zone by now, or one was chosen."""
    person = uow.people.get(workspace, subject["user"])
    kept = subject.get("kept")
    if person is None or (kept is None and person.zone != subject["zone"]):
        return None
    return views.zone_question(
        views.ZoneQuestion(
            id=subject["id"],
            person=person,
            before=subject["before"],
            zone=subject["zone"],
            prompts=people.next_prompts(uow, person),
            kept=kept,
        )
    )


CARDS: dict[str, Card] = {aways.CARD: _away, zone_changes.CARD: _zone}
