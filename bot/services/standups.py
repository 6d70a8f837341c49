"""Stand-ups: setting them up, changing them, and who may."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from bot.domain import calendar, roster
from bot.domain import standup as rules
from bot.domain.delivery import Delivery
from bot.domain.person import Person
from bot.domain.rescheduling import rescheduled
from bot.domain.roster import Idle, Outlook
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import Standup, StandupPlan
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries


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
    _require_roles(drawn_up, None, people)
    standup = roster.cast(replace(drawn_up, id=uuid4().hex), members, people)
    _require_somebody(standup)
    uow.standups.add(standup)
    save_schedules(uow, standup, people, now)
    announce(uow, standup, now)
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
    _require_roles(named, before, people)
    _require_manager(named, before, people)
    if before.version != seen_version:
        raise Conflict(_conflict(before, people, now))
    changed = keep_change(uow, roster.cast(named, members, people), author, now)
    _require_somebody(changed)
    save_schedules(uow, changed, people, now)
    if changed.channel == before.channel:
        show_again(uow, changed, now)
    else:
        show_again(uow, before, now)
        announce(uow, changed, now)
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


def save_schedules(
    uow: UnitOfWork, standup: Standup, people: Mapping[str, Person], now: datetime
) -> None:
    """Let every participant's schedule follow the stand-up; those of others rest.

    `people` holds at least the participants where somebody is asked.
    """
    known = uow.schedules.of(standup.workspace, ScheduleKind.STANDUP_PROMPT, standup.id)
    before = {schedule.user_id: schedule for schedule in known}
    running = standup.active and not standup.paused
    asked = set(standup.plan.participants) if running else set()
    fresh = [_not_again(uow, rescheduled(standup, people[u], before.get(u), now)) for u in asked]
    gone = [replace(s, active=False) for u, s in before.items() if s.active and u not in asked]
    uow.schedules.save_all(sorted([*fresh, *gone], key=lambda schedule: schedule.id))


def save_schedule(uow: UnitOfWork, standup: Standup, person: Person, now: datetime) -> None:
    """Let one person's schedule follow their zone, their hours and their state; it rests where the
    stand-up doesn't ask them.

    A date that had its turn doesn't come again, though it may begin anew where they are now; one
    whose hour is long gone there isn't asked for in the evening.
    """
    known = uow.schedules.locked(rules.schedule_id(standup.id, person.user_id))
    if not standup.active or person.user_id not in standup.plan.participants:
        if known is not None:
            uow.schedules.save(replace(known, active=False))
        return
    schedule = rescheduled(standup, person, known, now)
    zone = calendar.zone_or_utc(person.zone)
    hour = calendar.resolve(schedule.next_date, schedule.wall_time, zone)
    if hour and schedule.reason_to_skip(hour, schedule.next_run_at):
        schedule = schedule.advanced(now)
    uow.schedules.save(_not_again(uow, schedule))


def _not_again(uow: UnitOfWork, schedule: Schedule) -> Schedule:
    """The schedule on the first date that hasn't had its turn."""
    while uow.schedules.had_turn(schedule.id, schedule.next_date):
        schedule = schedule.advanced(schedule.next_run_at)
    return schedule


def spokesperson(uow: UnitOfWork, standup: Standup) -> str:
    """Who is told where a stand-up's messages can't be posted: its first manager who is here."""
    people = uow.people.several(standup.workspace, standup.managers)
    here = (user for user in standup.managers if user in people and people[user].can_take_part)
    return next(here, standup.managers[0])


def announce(uow: UnitOfWork, standup: Standup, now: datetime) -> None:
    """Tell its channel that a stand-up exists."""
    deliveries.post(
        uow,
        Delivery(
            id=_announcement(standup),
            workspace=standup.workspace,
            channel=standup.channel,
            card="standup.started",
            subject={"standup": standup.id, "channel": standup.channel},
            ready_at=now,
            owner=spokesperson(uow, standup),
        ),
    )


def show_again(uow: UnitOfWork, standup: Standup, now: datetime) -> None:
    """Bring up to date what its channel was told."""
    deliveries.edit(uow, _announcement(standup), now)


def _announcement(standup: Standup) -> str:
    return f"standup:{standup.id}:started:{standup.channel}"


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


def _require_roles(named: Standup, before: Standup | None, people: Mapping[str, Person]) -> None:
    """Raises InvalidForm where a role is given to somebody who can't have it; who had it keeps it,
    so that a colleague's leaving doesn't stop every other change."""
    plan = named.plan
    picked = () if plan.everyone else plan.participants
    _require_able("participants", picked, roster.wish(before) if before else (), people)
    _require_able("observers", plan.observers, before.plan.observers if before else (), people)
    _require_able("managers", plan.managers, before.managers if before else (), people)
    if not plan.everyone:
        _require_picked(plan.optional, roster.wish(named), people)
        _require_unpicked(plan.observers, roster.wish(named), people)


def _require_manager(named: Standup, before: Standup, people: Mapping[str, Person]) -> None:
    """Raises InvalidForm where nobody who is left could change the stand-up any more."""
    able = [u for u in named.managers if u in people and people[u].can_take_part]
    if not able and set(named.managers) != set(before.managers):
        sentence = "Nobody could change this stand-up any more; name somebody else first."
        raise InvalidForm({"managers": sentence})


def _require_able(
    field: str, chosen: Iterable[str], kept: Collection[str], people: Mapping[str, Person]
) -> None:
    able = {user for user, person in people.items() if person.can_take_part}
    refused = [u for u in chosen if u not in able and u not in kept]
    if refused:
        listed = ", ".join(rules.names(refused, people))
        sentence = f"Apps, guests and people of other companies can't take part: {listed}."
        raise InvalidForm({field: sentence})


def _require_picked(
    optional: Iterable[str], picked: Collection[str], people: Mapping[str, Person]
) -> None:
    strangers = [u for u in optional if u not in picked]
    if strangers:
        listed = ", ".join(rules.names(strangers, people))
        raise InvalidForm({"optional": f"Not picked under Who: {listed}. Pick them there too."})


def _require_unpicked(
    observers: Iterable[str], picked: Collection[str], people: Mapping[str, Person]
) -> None:
    asked = [u for u in observers if u in picked]
    if asked:
        listed = ", ".join(rules.names(asked, people))
        raise InvalidForm({"observers": f"Observers aren't asked, and these are: {listed}."})


def _require_somebody(standup: Standup) -> None:
    if not standup.plan.participants and not standup.resting:
        field = "audience" if standup.plan.everyone else "participants"
        raise InvalidForm({field: "Nobody would be asked. Pick at least one person."})


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
