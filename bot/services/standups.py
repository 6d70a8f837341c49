"""Stand-ups: setting them up, asking, reporting, skipping."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from bot.domain import calendar
from bot.domain import standup as rules
from bot.domain.blocker import Blocker, same_blocker
from bot.domain.delivery import Delivery, Priority
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import Day, FilledReport, Preview, Report, Standup, StandupPlan
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries


def create(
    uow: UnitOfWork, workspace: str, channel: str, plan: StandupPlan, author: str, now: datetime
) -> Standup:
    """Start a stand-up; raises InvalidForm where somebody can't take part."""
    standup = Standup(
        id=uuid4().hex, workspace=workspace, channel=channel, plan=plan, created_by=author
    )
    people = _participants(uow, workspace, plan)
    uow.standups.add(standup)
    _save_schedules(uow, standup, people, now)
    deliveries.post(
        uow,
        Delivery(
            id=f"standup:{standup.id}:started",
            workspace=workspace,
            channel=channel,
            card="standup.started",
            subject={"standup": standup.id},
            ready_at=now,
            owner=author,
        ),
    )
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
) -> Standup:
    """Change a stand-up; raises Conflict if it was changed since `seen_version`."""
    standup = get(uow, workspace, standup_id)
    require_change(standup, author)
    people = _participants(uow, workspace, plan, standup.plan.participants)
    changed = replace(standup, plan=plan, version=seen_version + 1)
    if not uow.standups.change(changed, from_version=seen_version):
        raise Conflict(
            "Somebody changed this stand-up a minute ago. Your values are kept below: "
            "Save keeps yours, Cancel keeps theirs."
        )
    _save_schedules(uow, changed, people, now)
    deliveries.edit(uow, f"standup:{standup_id}:started", now)
    return changed


def get(uow: UnitOfWork, workspace: str, standup_id: str) -> Standup:
    """One active stand-up; raises NotFound."""
    standup = uow.standups.get(workspace, standup_id)
    if standup is None or not standup.active:
        raise NotFound("That stand-up isn't there any more. `/standup list` shows those that are.")
    return standup


def require_change(standup: Standup, user_id: str) -> None:
    """Raises NotPermitted unless this person may change the stand-up."""
    if not standup.may_change(user_id):
        raise NotPermitted(
            "Only its participants and the person who started it can change this stand-up."
        )


def require_participant(standup: Standup, user_id: str) -> None:
    """Raises NotPermitted unless the stand-up asks this person."""
    if user_id not in standup.plan.participants:
        raise NotPermitted("You don't take part in this stand-up; *Change* on it can add you.")


def preview(uow: UnitOfWork, workspace: str, plan: StandupPlan, now: datetime) -> list[Preview]:
    """The next five prompts of each participant."""
    return rules.preview(plan, uow.people.several(workspace, plan.participants), now)


def mine(uow: UnitOfWork, workspace: str, user_id: str) -> list[Standup]:
    """The active stand-ups that ask this person."""
    return [s for s in uow.standups.all(workspace) if user_id in s.plan.participants]


def today(uow: UnitOfWork, standup: Standup, user_id: str, now: datetime) -> date:
    """The person's local date, which their report of now is for."""
    person = uow.people.get(standup.workspace, user_id)
    return calendar.local_date(now, calendar.zone_or_utc(person.zone if person else "UTC"))


def prompt(
    uow: UnitOfWork, schedule: Schedule, occurrence: calendar.Occurrence, now: datetime
) -> None:
    """Ask one participant, unless they have reported or said that they skip."""
    standup = uow.standups.get(schedule.workspace, schedule.subject)
    if standup is None or not standup.active:
        return
    if uow.standups.report(standup.id, occurrence.local_date, schedule.user_id):
        return
    if schedule.user_id in uow.standups.skipped(standup.id, occurrence.local_date):
        return
    deliveries.post(
        uow,
        Delivery(
            id=prompt_id(standup.id, occurrence.local_date, schedule.user_id),
            workspace=schedule.workspace,
            channel=schedule.user_id,
            card="standup.prompt",
            subject={
                "standup": standup.id,
                "date": occurrence.local_date.isoformat(),
                "user": schedule.user_id,
                "run_at": occurrence.run_at.isoformat(),
            },
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def submit(
    uow: UnitOfWork, workspace: str, user_id: str, filled: FilledReport, now: datetime
) -> Report:
    """Store a report, or the change of one, and show it in the day's thread."""
    standup = get(uow, workspace, filled.standup_id)
    require_participant(standup, user_id)
    if not filled.blocker and not any(a.text for a in filled.answers):
        raise InvalidForm({"answer_0": "Write at least one line, or close and press Skip today."})
    _one_at_a_time(uow, standup, user_id)
    before = uow.standups.report(standup.id, filled.local_date, user_id)
    report = Report(
        workspace=workspace,
        standup_id=standup.id,
        local_date=filled.local_date,
        user_id=user_id,
        answers=filled.answers,
        blocker=filled.blocker,
        submitted_at=before.submitted_at if before else now,
        edited_at=now if before else None,
    )
    uow.standups.save_report(report)
    uow.standups.unskip(standup.id, filled.local_date, user_id)
    _note_blocker(uow, standup, report, now)
    _show(uow, standup, report, now)
    return report


def skip(
    uow: UnitOfWork, workspace: str, user_id: str, standup_id: str, day: date, now: datetime
) -> Standup:
    """Store that the person doesn't report that date; a report that exists stays."""
    standup = get(uow, workspace, standup_id)
    _one_at_a_time(uow, standup, user_id)
    if uow.standups.report(standup.id, day, user_id):
        raise Conflict("You have reported already; *Edit* on your report changes it.")
    uow.standups.skip(workspace, standup.id, day, user_id)
    # In the order of `submit`: two transactions that lock rows in turn would wait for ever.
    deliveries.edit(uow, day_id(standup.id, day), now)
    deliveries.edit(uow, prompt_id(standup.id, day, user_id), now)
    return standup


def day(uow: UnitOfWork, standup: Standup, local_date: date) -> Day:
    """Who reported for a date, who skips and who was asked and is awaited."""
    reports = tuple(uow.standups.reports(standup.id, local_date))
    skipped = tuple(uow.standups.skipped(standup.id, local_date))
    answered = {r.user_id for r in reports} | set(skipped)
    waiting = tuple(
        u
        for u in uow.standups.prompted(standup.id, local_date)
        if u not in answered and u in standup.plan.participants
    )
    return Day(
        standup=standup,
        local_date=local_date,
        reports=reports,
        skipped=skipped,
        waiting=waiting,
    )


def follow_zones(uow: UnitOfWork, people: Iterable[Person], now: datetime) -> None:
    """`follow_zone` for several, in one order for all, so that two never wait in a ring."""
    for person in sorted(people, key=lambda person: person.user_id):
        follow_zone(uow, person, now)


def follow_zone(uow: UnitOfWork, person: Person, now: datetime) -> None:
    """Keep what Slack says of a person.

    Their schedules move with their zone, and rest while they can't take part.
    """
    known = uow.people.get(person.workspace, person.user_id)
    uow.people.save([person])
    if known is None or _same_schedule(known, person):
        return
    for standup in mine(uow, person.workspace, person.user_id):
        _save_schedule(uow, standup, person, now)


def prompt_id(standup_id: str, local_date: date, user_id: str) -> str:
    """The id of the delivery that asks one person."""
    return f"prompt:{standup_id}:{local_date}:{user_id}"


def day_id(standup_id: str, local_date: date) -> str:
    """The id of the delivery that opens a day's thread."""
    return f"day:{standup_id}:{local_date}"


def report_id(report: Report) -> str:
    """The id of the delivery that shows one report."""
    return f"report:{report.standup_id}:{report.local_date}:{report.user_id}"


def _one_at_a_time(uow: UnitOfWork, standup: Standup, user_id: str) -> None:
    """A person's two windows, and the tick that asks them, come one after the other."""
    uow.schedules.locked(rules.schedule_id(standup.id, user_id))


def _participants(
    uow: UnitOfWork, workspace: str, plan: StandupPlan, asked_before: Iterable[str] = ()
) -> Sequence[Person]:
    """Those who are asked from now on; their zones, and of those who were, stay until the end."""
    people = uow.people.locked(workspace, {*plan.participants, *asked_before})
    refused = [u for u in plan.participants if u not in people or not people[u].can_take_part]
    if refused:
        listed = ", ".join(rules.names(refused, people))
        sentence = f"Apps, guests and people of other companies can't take part: {listed}."
        raise InvalidForm({"participants": sentence})
    return [people[user_id] for user_id in plan.participants]


def _save_schedules(
    uow: UnitOfWork, standup: Standup, people: Sequence[Person], now: datetime
) -> None:
    taking_part = {person.user_id for person in people}
    for old in uow.schedules.of(standup.workspace, ScheduleKind.STANDUP_PROMPT, standup.id):
        if old.active and old.user_id not in taking_part:
            uow.schedules.save(replace(old, active=False))
    for person in people:
        _save_schedule(uow, standup, person, now)


def _save_schedule(uow: UnitOfWork, standup: Standup, person: Person, now: datetime) -> None:
    """A prompt that is due but not asked yet stays due: the next tick may be seconds away."""
    known = uow.schedules.get(rules.schedule_id(standup.id, person.user_id))
    overdue = known is not None and known.active and known.next_run_at <= now
    after = known.next_run_at - timedelta(microseconds=1) if known and overdue else now
    schedule = rules.participant_schedule(standup, person, after)
    uow.schedules.save(replace(schedule, active=person.can_take_part))


def _same_schedule(known: Person, person: Person) -> bool:
    return known.zone == person.zone and known.can_take_part == person.can_take_part


def _note_blocker(uow: UnitOfWork, standup: Standup, report: Report, now: datetime) -> None:
    latest = uow.standups.last_report(standup.id, report.user_id, date.max)
    if latest and latest.local_date > report.local_date:
        return  # A later report has said what blocks them since.
    known = uow.blockers.open_of(standup.id, report.user_id)
    if known and same_blocker(known.text, report.blocker):
        return
    if known:
        uow.blockers.save(replace(known, closed_at=now))
    if report.blocker:
        uow.blockers.save(
            Blocker(
                id=uuid4().hex,
                workspace=report.workspace,
                standup_id=standup.id,
                channel=standup.channel,
                user_id=report.user_id,
                text=report.blocker,
                opened_at=now,
            )
        )


def _show(uow: UnitOfWork, standup: Standup, report: Report, now: datetime) -> None:
    subject = {"standup": standup.id, "date": report.local_date.isoformat()}
    opening = Delivery(
        id=day_id(standup.id, report.local_date),
        workspace=report.workspace,
        channel=standup.channel,
        card="standup.day",
        subject=subject,
        ready_at=now,
        owner=standup.created_by,
    )
    if not deliveries.post(uow, opening):
        deliveries.edit(uow, opening.id, now)
    entry = replace(
        opening,
        id=report_id(report),
        card="standup.report",
        subject={**subject, "user": report.user_id},
        thread_of=opening.id,
    )
    if not deliveries.post(uow, entry):
        deliveries.edit(uow, entry.id, now)
    deliveries.edit(uow, prompt_id(standup.id, report.local_date, report.user_id), now)
