"""Weekly digests of decisions: setting them up, deciding on the day whether there is one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.calendar import Occurrence
from bot.domain.decisions import weekly as rules
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import ChangeKind, DecisionChange, DecisionRecord, DecisionStatus
from bot.domain.decisions.waiting import DueDecision
from bot.domain.decisions.weekly import (
    Made,
    Scope,
    WeeklyChoice,
    WeeklyDigest,
    WeeklySettings,
)
from bot.domain.delivery import Delivery, Priority
from bot.domain.digests.weekly import is_on
from bot.domain.schedule import Schedule
from bot.errors import Conflict
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import details, records, sight, waiting
from bot.services.experiments import hypothesis_pages
from bot.services.schedules import not_again

CARD = "decision.weekly"
MOST_OPEN = 12
"""Of how many open decisions a digest names whom they wait for."""
MOST_MEASURED = 5
"""Of how many decisions due for review it says what came of their prediction."""

# What is stamped later may not be committed yet when the digest is made; the next one tells it.
_SETTLING = timedelta(seconds=10)


def settings(uow: UnitOfWork, workspace: str, channel: str, user_id: str) -> WeeklySettings:
    """The channel's settings, or with version 0 what to propose to this person."""
    known = uow.rhythm.get(workspace, channel)
    if known is not None:
        return known
    person = uow.people.get(workspace, user_id)
    choice = WeeklyChoice(zone=person.zone if person else "UTC")
    return WeeklySettings(
        workspace=workspace, channel=channel, choice=choice, owner=user_id, version=0
    )


def is_inside(uow: UnitOfWork, workspace: str, channel: str) -> bool:
    """Whether the channel's weekly digest holds the decisions, so that they don't come alone."""
    return is_on(uow.digests.get(workspace, channel))


def told_until(uow: UnitOfWork, workspace: str, channel: str) -> datetime | None:
    """Up to where the decisions were told alone, None where they weren't."""
    known = uow.rhythm.get(workspace, channel)
    return known.until if known and known.choice.active else None


def go_on_from(uow: UnitOfWork, workspace: str, channel: str, until: datetime) -> None:
    """Let them come alone again, after something else told them up to `until`."""
    known = uow.rhythm.get(workspace, channel)
    if known is not None and (known.until is None or known.until < until):
        uow.rhythm.mark(workspace, channel, until)


def save(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    choice: WeeklyChoice,
    *,
    seen_version: int,
    author: str,
    now: datetime,
) -> Schedule:
    """Store a channel's weekly digest with its schedule; `seen_version` 0 where it had none.

    Raises Conflict if somebody else changed it since.
    """
    # Before the row: the tick takes both in this order.
    not_yet_run = _not_yet_run(uow, workspace, channel, now)
    before = uow.rhythm.get(workspace, channel)
    changed = WeeklySettings(
        workspace=workspace,
        channel=channel,
        choice=choice,
        owner=author,
        version=seen_version + 1,
    )
    if not _store(uow, changed, seen_version):
        raise Conflict(
            "Somebody else changed this weekly digest while you were choosing. "
            "Type `/decide weekly` to see it as it is now."
        )
    if before is not None and not before.choice.active:
        # What happened while it was off isn't news any more.
        uow.rhythm.mark(workspace, channel, None)
    schedule = not_again(uow, rules.schedule_of(changed, not_yet_run))
    uow.schedules.save(schedule)
    return schedule


def turn_off(
    uow: UnitOfWork, workspace: str, channel: str, *, author: str, now: datetime
) -> Schedule | None:
    """Stop a channel's weekly digest; None where there was none."""
    known = uow.rhythm.get(workspace, channel)
    if known is None:
        return None
    return save(
        uow,
        workspace,
        channel,
        replace(known.choice, active=False),
        seen_version=known.version,
        author=author,
        now=now,
    )


def run(uow: UnitOfWork, schedule: Schedule, occurrence: Occurrence, now: datetime) -> None:
    """Post the digest of one local date, if there is something to say.

    While the channel's weekly digest holds the decisions it isn't theirs to say up to where they
    were told: who switches that one off hands it back.
    """
    known = uow.rhythm.get(schedule.workspace, schedule.subject)
    if known is None or not known.choice.active:
        return
    if is_inside(uow, known.workspace, known.channel):
        return
    until = occurrence.run_at - _SETTLING
    since = known.until or until - rules.FIRST_WINDOW
    if compose(uow, known, since, until, now).something_to_say:
        deliveries.post(uow, _delivery(known, since, until, occurrence, now))
    uow.rhythm.mark(known.workspace, known.channel, until)


def at_sending(
    uow: UnitOfWork, workspace: str, channel: str, since: datetime, until: datetime, now: datetime
) -> WeeklyDigest:
    """A decided digest as of now: of the same week, with today's states and today's scope."""
    return compose(uow, settings(uow, workspace, channel, ""), since, until, now)


def compose(
    uow: UnitOfWork, known: WeeklySettings, since: datetime, until: datetime, now: datetime
) -> WeeklyDigest:
    """All sections, with what was made in (since, until] and what waits now."""
    workspace, shown = known.workspace, _shown(uow, known, now)
    proposed = [record for record in uow.rhythm.proposed(workspace) if shown(record)]
    open_now = waiting.waiting(uow, proposed[:MOST_OPEN], now)
    made = _made(uow, workspace, shown, since, until)
    due = waiting.due(uow, workspace, shown, now)
    named = [
        *(each.record for each in made),
        *(each.record for each in open_now),
        *(each.record for each in due),
    ]
    return WeeklyDigest(
        day=calendar.local_date(until + _SETTLING, calendar.zone_or_utc(known.choice.zone)),
        scope=known.choice.scope,
        made=made,
        open=open_now,
        open_total=len(proposed),
        due=due,
        measured=_measured(uow, due, now),
        pages=_pages(uow, named),
        hypotheses=hypothesis_pages.of_week(
            uow, workspace, _shown_channels(uow, known, now), since, until
        ),
    )


def _shown(uow: UnitOfWork, known: WeeklySettings, now: datetime) -> waiting.Shown:
    if known.choice.scope is Scope.CHANNEL:
        return waiting.in_channel(known.channel)
    return sight.of_channel(uow, known.workspace, known.channel, now).sees


def _shown_channels(
    uow: UnitOfWork, known: WeeklySettings, now: datetime
) -> hypothesis_pages.Shown:
    channels = frozenset({known.channel})
    if known.choice.scope is Scope.PUBLIC:
        channels = sight.of_channel(uow, known.workspace, known.channel, now).channels
    return lambda hypothesis: hypothesis.channel in channels


def _made(
    uow: UnitOfWork, workspace: str, shown: waiting.Shown, since: datetime, until: datetime
) -> list[Made]:
    """What got a status of its own in that time, each once: what was moved since comes next week.

    What was superseded is told by the decision that replaced it.
    """
    changed = uow.decisions.changed_between(workspace, since, until)
    words = {r.number: (r, _last_word(uow, r)) for r in changed if shown(r)}
    made = {
        number: Made(record=record, by=_name(uow, workspace, word.by))
        for number, (record, word) in words.items()
        if word.at <= until and record.status is not DecisionStatus.PROPOSED
    }
    return [each for each in made.values() if each.record.superseded_by not in made]


def _last_word(uow: UnitOfWork, record: DecisionRecord) -> DecisionChange:
    """The change that gave a decision its present status."""
    kinds = (ChangeKind.LOGGED, ChangeKind.MOVED)
    changes = uow.decisions.changes(record.workspace, record.number)
    return [change for change in changes if change.kind in kinds][-1]


def _name(uow: UnitOfWork, workspace: str, user_id: str) -> str:
    person = uow.people.get(workspace, user_id) if user_id else None
    return person.name if person else user_id


def _measured(uow: UnitOfWork, due: Sequence[DueDecision], now: datetime) -> list[DecisionDetail]:
    """Those due that predicted an effect."""
    expecting = [each.record for each in due if each.record.body.expected]
    return [
        details.detail(uow, record.workspace, record.number, now)
        for record in expecting[:MOST_MEASURED]
    ]


def _pages(uow: UnitOfWork, named: Sequence[DecisionRecord]) -> dict[int, tuple[str, str]]:
    found = {}
    for record in named:
        card = uow.deliveries.get(records.card_id(record.workspace, record.number))
        if card is not None and card.ts:
            found[record.number] = card.posted_channel, card.ts
    return found


def _delivery(
    known: WeeklySettings, since: datetime, until: datetime, occurrence: Occurrence, now: datetime
) -> Delivery:
    place = rules.schedule_id(known.workspace, known.channel)
    return Delivery(
        id=f"{place}:{occurrence.local_date}",
        workspace=known.workspace,
        channel=known.channel,
        card=CARD,
        subject={
            "channel": known.channel,
            "since": since.isoformat(),
            "until": until.isoformat(),
        },
        priority=Priority.DIGEST,
        ready_at=now,
        owner=known.owner,
    )


def _not_yet_run(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> datetime:
    """After when to look for the next run: one that is due stays due, the tick is seconds away."""
    known = uow.schedules.locked(rules.schedule_id(workspace, channel))
    if known is None or not known.active or known.next_run_at > now:
        return now
    return known.next_run_at - timedelta(microseconds=1)


def _store(uow: UnitOfWork, changed: WeeklySettings, seen_version: int) -> bool:
    if seen_version == 0:
        return uow.rhythm.add(changed)
    return uow.rhythm.change(changed, from_version=seen_version)
