"""A stand-up's life: it pauses and goes on, people join and leave it, and it ends."""

from dataclasses import replace
from datetime import datetime

from bot.domain import standup as rules
from bot.domain.person import Person
from bot.domain.standup import Standup, StandupPlan
from bot.errors import Conflict, InvalidInput, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import announcements, blockers, standup_schedules, standups


def pause(uow: UnitOfWork, workspace: str, standup_id: str, user_id: str, now: datetime) -> Standup:
    """Ask nobody until it is resumed; raises InvalidInput where it is paused already."""
    standup = standups.locked(uow, workspace, standup_id)
    standups.require_change(uow, standup, user_id)
    if standup.paused:
        raise InvalidInput("It is paused already.")
    paused = standups.keep_change(uow, replace(standup, paused=True), user_id, now)
    return _all_follow(uow, paused, {}, now)


def resume(
    uow: UnitOfWork, workspace: str, standup_id: str, user_id: str, now: datetime
) -> Standup:
    """Ask again from the next hour on; nothing of the pause is made up for."""
    seen = standups.get(uow, workspace, standup_id)
    people = uow.people.locked(workspace, seen.plan.participants)
    standup = standups.locked(uow, workspace, standup_id)
    standups.require_change(uow, standup, user_id)
    if not standup.paused:
        raise InvalidInput("It is running already.")
    if standup.version != seen.version:
        raise Conflict("Somebody changed this stand-up in this moment; try again.")
    resumed = standups.keep_change(uow, replace(standup, paused=False), user_id, now)
    return _all_follow(uow, resumed, people, now)


def delete(
    uow: UnitOfWork, workspace: str, standup_id: str, user_id: str, now: datetime
) -> Standup:
    """End a stand-up with its blockers; what people reported stays."""
    standup = standups.locked(uow, workspace, standup_id)
    standups.require_change(uow, standup, user_id)
    ended = standups.keep_change(uow, replace(standup, active=False), user_id, now)
    followed = _all_follow(uow, ended, {}, now)
    blockers.close_all(uow, standup, user_id, now)
    return followed


def leave(uow: UnitOfWork, workspace: str, standup_id: str, user_id: str, now: datetime) -> Standup:
    """A person takes themselves out; raises InvalidInput where they aren't in."""
    person, standup = _locked(uow, workspace, standup_id, user_id)
    plan = standup.plan
    if user_id not in plan.participants:
        raise InvalidInput("This stand-up doesn't ask you, so there is nothing to leave.")
    changed = replace(
        plan,
        participants=_without(plan.participants, user_id),
        optional=_without(plan.optional, user_id),
        excluded=(*plan.excluded, user_id) if plan.everyone else plan.excluded,
    )
    return _one_follows(uow, replace(standup, plan=changed), person, now)


def join(uow: UnitOfWork, workspace: str, standup_id: str, user_id: str, now: datetime) -> Standup:
    """A person puts themselves in; that they are in the channel is for the caller to know.

    Raises InvalidInput where they are in already or a picker couldn't hold them any more,
    NotPermitted where they can't take part.
    """
    person, standup = _locked(uow, workspace, standup_id, user_id)
    plan = standup.plan
    if not person.can_take_part:
        raise NotPermitted("Guests and people of other companies can't take part.")
    if user_id in plan.participants:
        raise InvalidInput("This stand-up asks you already.")
    if not plan.everyone and len(plan.participants) >= rules.MOST_PICKED:
        raise InvalidInput(
            f"It asks {rules.MOST_PICKED} people already, the most that can be picked. "
            "A manager can let it ask everyone in the channel."
        )
    joined = replace(standup, plan=_with(plan, user_id), resting=_without(standup.resting, user_id))
    return _one_follows(uow, joined, person, now)


def copy_of(uow: UnitOfWork, workspace: str, standup_id: str, user_id: str) -> Standup:
    """A stand-up's plan under another name, as the start of a new one that belongs to this person.

    Raises NotPermitted for those who have nothing to do with it.
    """
    standup = standups.get(uow, workspace, standup_id)
    plan = standup.plan
    if user_id not in (*standup.managers, *plan.participants, *plan.observers):
        raise NotPermitted("Only its people can duplicate a stand-up.")
    copied = replace(plan, name=f"Copy of {plan.name}", managers=(user_id,), excluded=())
    return replace(standup, plan=copied, created_by=user_id)


def _locked(
    uow: UnitOfWork, workspace: str, standup_id: str, user_id: str
) -> tuple[Person, Standup]:
    person = uow.people.locked(workspace, [user_id]).get(user_id)
    if person is None:
        raise NotFound("I haven't heard of you yet; try again in a minute.")
    return person, standups.locked(uow, workspace, standup_id)


def _all_follow(
    uow: UnitOfWork, standup: Standup, people: dict[str, Person], now: datetime
) -> Standup:
    standup_schedules.save_all(uow, standup, people, now)
    announcements.show_again(uow, standup, now)
    return standup


def _one_follows(uow: UnitOfWork, changed: Standup, person: Person, now: datetime) -> Standup:
    kept = standups.keep_change(uow, changed, person.user_id, now)
    standup_schedules.save(uow, kept, person, now)
    announcements.show_again(uow, kept, now)
    return kept


def _with(plan: StandupPlan, user_id: str) -> StandupPlan:
    return replace(
        plan,
        participants=(*plan.participants, user_id),
        observers=_without(plan.observers, user_id),
        excluded=_without(plan.excluded, user_id),
    )


def _without(user_ids: tuple[str, ...], user_id: str) -> tuple[str, ...]:
    return tuple(each for each in user_ids if each != user_id)
