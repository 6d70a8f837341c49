"""Reading somebody's hand-over: which instants it is about, and what is in it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from bot.domain import calendar
from bot.domain.delivery import DeliveryState
from bot.domain.digests import handover_span
from bot.domain.digests.handover import Changed, ForYou, Handover, Waits
from bot.domain.digests.handover_schedule import schedule_id
from bot.domain.digests.handover_span import LONGEST, HandoverMark, HandoverWindow
from bot.domain.digests.windows import Span
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.person import Person
from bot.domain.working_time import Window
from bot.domain.zone_words import city_of
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import availability, prompts, sources
from bot.services import blockers as all_blockers
from bot.services.availability import Presence
from bot.services.decisions import waiting
from bot.services.digests.handover import alerts, belonging, blockers, decisions, issues, runs
from bot.services.experiments import hypothesis_pages


def read(
    uow: UnitOfWork,
    workspace: str,
    user_id: str,
    now: datetime,
    window: HandoverWindow | None = None,
) -> Handover:
    """Today's hand-over of a known member, or that of `window`; raises NotFound for others."""
    person = uow.people.get(workspace, user_id)
    if person is None:
        raise NotFound("I don't know you yet. Type `/standup` in a channel.")
    waits = waits_for(uow, person, now)
    return compose(uow, person, window or window_of(uow, person, now), waits, now)


def window_of(uow: UnitOfWork, person: Person, now: datetime) -> HandoverWindow:
    """What their hand-over of today is about, by `handover_span`."""
    mark = uow.handovers.get(person.workspace, person.user_id)
    if mark is not None:
        mark = replace(mark, is_told=_is_told(uow, person, mark))
    return handover_span.window(_worked(uow, person, now), mark, now, person.zone)


def is_in_time(uow: UnitOfWork, person: Person, day: date, at: datetime) -> bool:
    """Whether their hand-over of `day` may still come as a message: at work, on that date."""
    return _date(at, person) == day and availability.is_at_work(uow, person, at)


def message_id(person: Person, day: date) -> str:
    """The id of the message of one local date."""
    return f"{schedule_id(person.workspace, person.user_id)}:{day}"


def waits_for(uow: UnitOfWork, person: Person, now: datetime) -> Waits:
    """All that waits for one person."""
    workspace, user_id = person.workspace, person.user_id
    open_now = all_blockers.open_for(uow, workspace, user_id)
    return Waits(
        prompts=prompts.open_of(uow, person, now),
        turns=waiting.mine(uow, workspace, user_id, now),
        verdicts=hypothesis_pages.asked_of(uow, workspace, user_id),
        asking=[b for b in open_now.asks_me if b.needs_someone],
        closing=[b for b in open_now.mine if b.moved_to],
    )


def compose(
    uow: UnitOfWork, person: Person, window: HandoverWindow, waits: Waits, now: datetime
) -> Handover:
    """The hand-over over `window`; what waits is as of `now`. Each fact is in it once, and only
    where this person may see it."""
    reader, span = belonging.of(uow, person), window.whole
    moves, decided = decisions.changed(uow, reader, span)
    my_blockers, other_blockers = blockers.read(uow, reader, span, waits)
    my_alerts, other_alerts = alerts.read(uow, reader, span)
    my_issues, other_issues = issues.read(uow, reader, window)
    for_you = ForYou(
        blockers=my_blockers,
        turns=decisions.turns(reader, waits.turns, now),
        verdicts=waits.verdicts,
        runs=runs.read(uow, reader, window),
        alerts=my_alerts,
        issues=my_issues,
        reports=waits.prompts,
    )
    changed = Changed(
        moves=moves,
        decisions=decided,
        alerts=other_alerts,
        blockers=other_blockers,
        learned=_learned(uow, reader, span),
        issues=other_issues,
    )
    found = Handover(
        person=person,
        day=calendar.local_date(now, calendar.zone_or_utc(person.zone)),
        now=now,
        window=window,
        for_you=for_you,
        changed=changed,
        stale=[s for s in sources.shown(uow, person.workspace) if s.down],
    )
    people = uow.people.several(person.workspace, sorted(found.named))
    return replace(found, people=people, places=_places(person, found.doers, people))


def _is_told(uow: UnitOfWork, person: Person, mark: HandoverMark) -> bool:
    """Whether its message was sent, or in time had nothing to say."""
    sent = uow.deliveries.get(message_id(person, mark.day))
    if sent is None or sent.state is DeliveryState.SENT:
        return True
    is_skipped = sent.state is DeliveryState.SKIPPED
    return is_skipped and is_in_time(uow, person, mark.day, sent.ready_at)


def _learned(
    uow: UnitOfWork, reader: belonging.Belonging, span: Span
) -> tuple[HypothesisDetail, ...]:
    """Hypotheses that somebody else gave a verdict on."""

    def shown(each: Hypothesis) -> bool:
        by = each.verdict.by if each.verdict else ""
        sees = each.channel in reader.channels or reader.user_id in each.named
        return sees and not reader.did(by)

    return hypothesis_pages.learned(uow, reader.workspace, shown, span.since, span.until)


def _worked(uow: UnitOfWork, person: Person, now: datetime) -> list[Window]:
    """Their working days of late on which they were not away, today's included."""
    begin = now - LONGEST
    presence = Presence(uow, [person], begin)
    found: list[Window] = []
    for window in person.working_time().windows(begin, person.zone):
        if window[0] > now and _date(window[0], person) > _date(now, person):
            return found
        if presence.absence(person, window[0]) is None:
            found.append(window)
    return found


def _date(at: datetime, person: Person) -> date:
    return calendar.local_date(at, calendar.zone_or_utc(person.zone))


def _places(reader: Person, doers: Iterable[str], people: Mapping[str, Person]) -> tuple[str, ...]:
    """The cities of those who did it, in the order of telling, the reader's own left out."""
    zones = (people[user].zone for user in doers if user in people)
    found = dict.fromkeys(city_of(zone) for zone in zones if zone != reader.zone)
    return tuple(city for city in found if city != "UTC")
