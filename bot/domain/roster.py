"""Who a stand-up asks, who it doesn't, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.person import Person
from bot.domain.standup import Preview, Standup


class Reason(StrEnum):
    """Why somebody isn't asked, in words that follow their name."""

    UNKNOWN = "unknown here"
    DEACTIVATED = "deactivated"
    BOT = "an app"
    OUTSIDER = "of another company"
    GUEST = "guest"
    NOT_IN_CHANNEL = "not in the channel"
    OPTED_OUT = "left this stand-up"
    NO_COMMON_DAY = "works on other days"


@dataclass(frozen=True, kw_only=True)
class Idle:
    """Somebody who isn't asked; `name` is their id where nobody knows them."""

    user_id: str
    name: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Everybody who is asked with their next prompts, and everybody who isn't."""

    previews: Sequence[Preview]
    idle: Sequence[Idle]


def not_asked(standup: Standup, people: Mapping[str, Person]) -> list[tuple[str, Reason]]:
    """Those who belong to the stand-up and yet aren't asked, with the reason."""
    plan = standup.plan
    asked = ((user, _reason_not_to_ask(standup, people.get(user))) for user in plan.participants)
    resting = (
        (user, _inability(people.get(user)) or Reason.NOT_IN_CHANNEL) for user in standup.resting
    )
    excluded = plan.excluded if plan.everyone else ()
    return [
        *((user, reason) for user, reason in asked if reason),
        *resting,
        *((user, Reason.OPTED_OUT) for user in excluded),
    ]


def cast(standup: Standup, members: Sequence[str] | None, people: Mapping[str, Person]) -> Standup:
    """The stand-up with its people told apart: who is asked, and who is resting.

    `members` are its channel's, None where they are unknown: then nobody comes or goes. Guests,
    people of other companies and those who were deactivated are never asked; observers neither.
    """
    plan = standup.plan
    wanted = _wanted(standup, members, people)
    present = set(plan.participants if members is None else members)
    asked = tuple(u for u in wanted if u in present and not _inability(people.get(u)))
    taking_part = set(asked)
    return replace(
        standup,
        plan=replace(plan, participants=asked),
        resting=tuple(u for u in wanted if u not in taking_part),
    )


def wish(standup: Standup) -> tuple[str, ...]:
    """Everybody whom somebody picked, asked or not."""
    return standup.plan.participants + standup.resting


def _wanted(
    standup: Standup, members: Sequence[str] | None, people: Mapping[str, Person]
) -> tuple[str, ...]:
    plan = standup.plan
    if not plan.everyone or members is None:
        return tuple(dict.fromkeys(wish(standup)))
    passed_over = {*plan.excluded, *plan.observers}
    return tuple(
        user
        for user in members
        if user not in passed_over and _inability(people.get(user)) is not Reason.BOT
    )


def _inability(person: Person | None) -> Reason | None:
    """Why this person can't take part in any stand-up, or None."""
    if person is None:
        return Reason.UNKNOWN
    if person.deleted:
        return Reason.DEACTIVATED
    if person.is_bot:
        return Reason.BOT
    if person.is_external:
        return Reason.OUTSIDER
    return Reason.GUEST if person.is_guest else None


def _reason_not_to_ask(standup: Standup, person: Person | None) -> Reason | None:
    inability = _inability(person)
    if inability or person is None:
        return inability
    weekdays = standup.plan.weekdays
    common = weekdays & person.working_time(weekdays).weekdays
    return None if common else Reason.NO_COMMON_DAY
