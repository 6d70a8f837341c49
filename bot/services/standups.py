"""Stand-ups: setting them up, changing them, and who may."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from bot.domain import calendar, roster
from bot.domain import standup as rules
from bot.domain.person import Person
from bot.domain.roster import Idle, Outlook
from bot.domain.standup import Standup, StandupPlan
from bot.errors import Conflict, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import announcements, standup_checks, standup_schedules


def create(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    plan: StandupPlan,
    author: str,
    now: datetime,
    members: Sequence[str] | None = None,
) -> Standup:
    """Start a stand-up; `members` are the channel's, None where they are unknown.

    Raises InvalidForm where somebody can't take part, NotPermitted where the author is a guest.
    """
    drawn_up = draw_up(workspace, channel, plan, author)
    people = uow.people.locked(workspace, {*_concerned(drawn_up, members), author})
    require_colleague(people.get(author))
    standup_checks.require_roles(drawn_up, None, people)
    standup = roster.cast(replace(drawn_up, id=uuid4().hex), members, people)
    standup_checks.require_somebody(standup)
    uow.standups.add(standup)
    standup_schedules.save_all(uow, standup, people, now)
    announcements.announce(uow, standup, now)
    return standup


def change(
    uow: UnitOfWork,
    workspace: str,
    standup_id: str,
    plan: StandupPlan,
    *,
    seen_version: int,
    author: str,
    now: datetime,
    channel: str = "",
    members: Sequence[str] | None = None,
) -> Standup:
    """Change a stand-up, and with `channel` where it posts; `members` are that channel's.

    Raises Conflict if it was changed since `seen_version`, InvalidForm where somebody can't take
    part or nobody could change it any more.
    """
    before = get(uow, workspace, standup_id)
    ids = {*_named(before), *_concerned(planned(before, plan), members), author}
    people = uow.people.locked(workspace, ids)
    before = locked(uow, workspace, standup_id)
    require_change(uow, before, author)
    named = planned(before, plan, channel)
    standup_checks.require_roles(named, before, people)
    standup_checks.require_manager(named, before, people)
    if before.version != seen_version:
        raise Conflict(_conflict(before, people, now))
    changed = keep_change(uow, roster.cast(named, members, people), author, now)
    standup_checks.require_somebody(changed)
    standup_schedules.save_all(uow, changed, people, now)
    if changed.channel == before.channel:
        announcements.show_again(uow, changed, now)
    else:
        announcements.show_again(uow, before, now)
        announcements.announce(uow, changed, now)
    return changed


def proposal(
    uow: UnitOfWork, workspace: str, channel: str, author: str, members: Sequence[str] | None
) -> Standup:
    """What a new stand-up of a channel starts from: everyone who can take part, if they are known,
    and the Jira projects of the channel's digest."""
    people = uow.people.several(workspace, members or ())
    able = [u for u in members or () if u in people and people[u].can_take_part]
    digest = uow.digests.get(workspace, channel)
    plan = StandupPlan(
        name="",
        questions=rules.DEFAULT_QUESTIONS,
        blocker_question=rules.DEFAULT_BLOCKER_QUESTION,
        wall_time=rules.DEFAULT_TIME,
        weekdays=calendar.WORKDAYS,
        # Any choice among more than can be picked would be arbitrary.
        participants=tuple(able) if len(able) <= rules.MOST_PICKED else (),
        everyone=members is not None,
        managers=(author,),
        projects=digest.choice.projects if digest else (),
    )
    return draw_up(workspace, channel, plan, author)


def draw_up(workspace: str, channel: str, plan: StandupPlan, author: str) -> Standup:
    """A stand-up that isn't kept anywhere yet."""
    return Standup(id="", workspace=workspace, channel=channel, plan=plan, created_by=author)


def planned(before: Standup, plan: StandupPlan, channel: str = "") -> Standup:
    """The stand-up with another plan, not kept yet; who rests and is still wanted rests on."""
    wanted = set(plan.participants)
    resting = tuple(u for u in before.resting if plan.everyone or u in wanted)
    asked = tuple(u for u in plan.participants if u not in resting)
    return replace(
        before,
        plan=replace(plan, participants=asked),
        resting=resting,
        channel=channel or before.channel,
    )


def get(uow: UnitOfWork, workspace: str, standup_id: str) -> Standup:
    """One active stand-up; raises NotFound."""
    return _active(uow.standups.get(workspace, standup_id))


def locked(uow: UnitOfWork, workspace: str, standup_id: str) -> Standup:
    """The same, changed by nobody else until this transaction has ended."""
    return _active(uow.standups.locked(workspace, standup_id))


def require_change(uow: UnitOfWork, standup: Standup, user_id: str) -> None:
    """Raises NotPermitted unless this person may change the stand-up.

    Its managers may; where none of them is here any more, its participants may.
    """
    people = uow.people.several(standup.workspace, {*standup.managers, user_id})
    require_colleague(people.get(user_id))
    if user_id in standup.managers:
        return
    living = [u for u in standup.managers if u not in people or people[u].can_take_part]
    if living or user_id not in standup.plan.participants:
        listed = ", ".join(rules.names(living or standup.managers, people))
        raise NotPermitted(f"Only its managers can change this stand-up: {listed}.")


def require_participant(standup: Standup, user_id: str) -> None:
    """Raises NotPermitted unless the stand-up asks this person."""
    if user_id not in standup.plan.participants:
        raise NotPermitted("You don't take part in this stand-up; `/standup join` adds you.")


def require_colleague(person: Person | None) -> None:
    """Raises NotPermitted for guests, apps and people of other companies."""
    if person is not None and not person.can_take_part:
        raise NotPermitted("Guests and people of other companies can't set stand-ups up.")


def outlook(
    uow: UnitOfWork,
    standup: Standup,
    now: datetime,
    *,
    members: Sequence[str] | None = None,
) -> Outlook:
    """Everybody's next five prompts, and who isn't asked; of a stand-up that isn't kept yet too.

    With its channel's `members` its people are told apart anew.
    """
    people = uow.people.several(standup.workspace, _concerned(standup, members))
    told_apart = roster.cast(standup, members, people)
    return Outlook(
        previews=rules.preview(told_apart.plan, people, now), idle=_idle(told_apart, people)
    )


def idle(uow: UnitOfWork, standup: Standup) -> list[Idle]:
    """Who belongs to the stand-up and yet isn't asked, by name and with the reason."""
    return _idle(standup, uow.people.several(standup.workspace, _named(standup)))


def mine(uow: UnitOfWork, workspace: str, user_id: str) -> list[Standup]:
    """The active stand-ups that ask this person, paused ones included."""
    return [s for s in uow.standups.all(workspace) if user_id in s.plan.participants]


def today(uow: UnitOfWork, standup: Standup, user_id: str, now: datetime) -> date:
    """The person's local date, which their report of now is for."""
    person = uow.people.get(standup.workspace, user_id)
    return calendar.local_date(now, calendar.zone_or_utc(person.zone if person else "UTC"))


def keep_change(uow: UnitOfWork, changed: Standup, author: str, now: datetime) -> Standup:
    """Store the next version of a stand-up that is `locked`."""
    kept = replace(changed, version=changed.version + 1, changed_by=author, changed_at=now)
    if not uow.standups.change(kept, from_version=changed.version):
        raise Conflict("Somebody changed this stand-up in this moment; look again.")
    return kept


def _active(standup: Standup | None) -> Standup:
    if standup is None or not standup.active:
        raise NotFound("That stand-up isn't there any more. `/standup list` shows those that are.")
    return standup


def _named(standup: Standup) -> set[str]:
    plan = standup.plan
    return {
        *roster.wish(standup), *plan.excluded, *plan.optional, *plan.observers, *standup.managers,
    }  # fmt: skip


def _concerned(standup: Standup, members: Sequence[str] | None) -> set[str]:
    """A channel may have thousands of members of whom a picked few are asked."""
    return {*_named(standup), *((members or ()) if standup.plan.everyone else ())}


def _idle(standup: Standup, people: Mapping[str, Person]) -> list[Idle]:
    found = [
        Idle(user_id=user, name=people[user].name if user in people else user, reason=reason)
        for user, reason in roster.not_asked(standup, people)
    ]
    return sorted(found, key=lambda one: (one.reason, one.name))


def _conflict(theirs: Standup, people: Mapping[str, Person], now: datetime) -> str:
    [who] = rules.names([theirs.changed_by], people) if theirs.changed_by else ["Somebody"]
    when = _ago(int((now - theirs.changed_at).total_seconds() // 60)) if theirs.changed_at else ""
    return (
        f"{who} changed this stand-up{when}. Your values are kept below: "
        "Save keeps yours, Cancel keeps theirs."
    )


def _ago(minutes: int) -> str:
    if minutes < 2:
        return " a minute ago"
    return f" {minutes} minutes ago" if minutes < 120 else f" {minutes // 60} hours ago"
