"""Weekly digests: deciding on the day whether there is one, and showing the week now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.calendar import Occurrence
from bot.domain.delivery import Delivery, Priority
from bot.domain.digests import weekly as rules
from bot.domain.digests.content import Digest
from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.digests.weekly import WeeklyContent
from bot.domain.digests.windows import Span, Window
from bot.domain.schedule import Schedule
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import weekly as decisions
from bot.services.digests import contents, weekly_reading
from bot.services.schedules import not_again

CARD = "digest.weekly"


@dataclass(frozen=True, kw_only=True)
class Week:
    """Which week of a channel is meant; `zone` is the channel's where it has no settings."""

    channel: str
    span: Span
    zone: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        since, until = self.span.since.isoformat(), self.span.until.isoformat()
        return {"channel": self.channel, "since": since, "until": until, "zone": self.zone}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Week":
        """The week that `to_json` wrote."""
        since, until = (datetime.fromisoformat(stored[name]) for name in ("since", "until"))
        return cls(
            channel=stored["channel"],
            span=Span(since=since, until=until),
            zone=stored.get("zone", "UTC"),
        )


def lock(uow: UnitOfWork, workspace: str, channel: str) -> None:
    """Keep the tick from its schedule until this unit of work is done."""
    uow.schedules.locked(rules.weekly_schedule_id(workspace, channel))


def reschedule(
    uow: UnitOfWork, before: DigestSettings | None, settings: DigestSettings, now: datetime
) -> None:
    """Bring the schedule into line with the channel's settings, which were `before`.

    One that is due stays due, and a date that had its turn doesn't come again. Switched on, it
    takes over from where the decisions came alone; switched off, it hands that back to them.
    """
    was_on, is_on = rules.is_on(before), rules.is_on(settings)
    known = uow.schedules.locked(rules.weekly_schedule_id(settings.workspace, settings.channel))
    if known is None and not is_on:
        return
    is_due = known is not None and known.active and known.next_run_at <= now
    after = known.next_run_at - timedelta(microseconds=1) if known and is_due else now
    schedule = not_again(uow, rules.weekly_schedule_of(settings, after))
    uow.schedules.save(schedule)
    last = before.weekly_until if before else None
    if is_on and not was_on:
        told = decisions.told_until(uow, settings.workspace, settings.channel)
        mark = rules.begun_from(schedule.next_run_at, schedule.zone, last, told)
        uow.digests.mark_weekly(settings.workspace, settings.channel, mark)
    if was_on and not is_on and last is not None:
        decisions.go_on_from(uow, settings.workspace, settings.channel, last)


def upcoming(uow: UnitOfWork, workspace: str, channel: str) -> Schedule | None:
    """The schedule of the channel's weekly digest, None where it gets none."""
    found = uow.schedules.get(rules.weekly_schedule_id(workspace, channel))
    return found if found and found.active else None


def run(uow: UnitOfWork, schedule: Schedule, occurrence: Occurrence, now: datetime) -> None:
    """Post the digest of one local date, if there is something to say; the next goes on from it."""
    known = uow.digests.get(schedule.workspace, schedule.subject)
    if known is None or not rules.is_on(known):
        return
    span = rules.week_of(occurrence, known)
    week = Week(channel=known.channel, span=span, zone=known.choice.zone)
    delivery_id = f"{schedule.id}:{occurrence.local_date}"
    _post(uow, known.workspace, week, delivery_id, known.owner, now)
    uow.digests.mark_weekly(known.workspace, known.channel, span.until)


def week_now(uow: UnitOfWork, workspace: str, channel: str, user_id: str, now: datetime) -> Week:
    """The week that ends now, in the channel's zone, or the asker's where it has no settings."""
    known = uow.digests.get(workspace, channel)
    person = uow.people.get(workspace, user_id)
    zone = known.choice.zone if known else person.zone if person else "UTC"
    return Week(channel=channel, span=rules.week_until(now, zone), zone=zone)


def post(
    uow: UnitOfWork, workspace: str, week: Week, user_id: str, key: str, now: datetime
) -> bool:
    """Post that week in its channel; whether there was something to say. `key` makes the wish
    unique."""
    return _post(uow, workspace, week, f"digest-weekly-now:{workspace}:{key}", user_id, now)


def read(
    uow: UnitOfWork, workspace: str, week: Week, now: datetime, *, brief: bool = False
) -> WeeklyContent:
    """That week, as far as its channel may see it, with today's states.

    A brief one only serves to ask whether there is something to say.
    """
    settings = uow.digests.get(workspace, week.channel) or _unset(workspace, week)
    span, channel = week.span, week.channel
    window = Window(whole=span, issues=span, runs=span)
    digest: Digest = contents.compose(uow, settings, window, brief=brief)
    whose = decisions.settings(uow, workspace, channel, "")
    made = decisions.compose(uow, whose, span.since, span.until, now)
    alerts = None if brief else weekly_reading.precision(uow, workspace, channel, span)
    return WeeklyContent(
        span=span,
        zone=week.zone,
        week=digest,
        decisions=made,
        failures=weekly_reading.failures(uow, settings, span),
        improved=() if brief else weekly_reading.improved(uow, settings, span),
        had_alerts=weekly_reading.had_alerts(uow, workspace, channel, span),
        alerts=alerts,
        participation=weekly_reading.participation(uow, workspace, channel, week.zone, span, now),
        unblocked=weekly_reading.unblocked(uow, workspace, channel, span),
        coming=weekly_reading.coming(uow, workspace, channel, digest, made.hypotheses, now),
    )


def _post(
    uow: UnitOfWork, workspace: str, week: Week, delivery_id: str, owner: str, now: datetime
) -> bool:
    if not read(uow, workspace, week, now, brief=True).something_to_say:
        return False
    deliveries.post(
        uow,
        Delivery(
            id=delivery_id,
            workspace=workspace,
            channel=week.channel,
            card=CARD,
            subject=week.to_json(),
            priority=Priority.DIGEST,
            ready_at=now,
            owner=owner,
        ),
    )
    return True


def _unset(workspace: str, week: Week) -> DigestSettings:
    """What counts for a channel that nobody has set up: nothing of Jira, every experiment."""
    choice = DigestChoice(zone=week.zone)
    return DigestSettings(
        workspace=workspace, channel=week.channel, choice=choice, owner="", version=0
    )
