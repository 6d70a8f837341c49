"""Fill the bot's database with five weeks of life, through the same services that people use."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import update

from bot.clients.holidays import LibraryCalendar
from bot.clients.mlflow import MlflowTracker
from bot.domain import calendar
from bot.domain.calendar import EVERY_DAY, WORKDAYS
from bot.domain.decisions.measure import Expectation, Measure
from bot.domain.decisions.options import parse
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.delivery import DeliveryState
from bot.domain.digests.settings import DigestChoice
from bot.domain.metrics import Direction
from bot.domain.person import Choices, Person
from bot.domain.report import FilledReport, FollowUp
from bot.domain.standup import DEFAULT_BLOCKER_QUESTION, Standup, StandupPlan
from bot.domain.working_time import AROUND_THE_CLOCK
from bot.ports.repositories import UnitOfWork
from bot.services import availability, aways, offers, reports, standups, ticks
from bot.services.decisions import alias_moves
from bot.services.decisions import life as decisions
from bot.services.digests import daily
from bot.workflows import holidays, poll_mlflow
from demo import life, seed_models
from demo.proxy.workspace import CHANNELS, TEAM
from storage.deliveries import DeliveryRow
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions

WORKSPACE = "T01ACME"
CHANNEL = CHANNELS["churn-model"]
LENA, YUKI, ANANYA, MARCUS = "U03LENA", "U01YUKI", "U02ANANYA", "U04MARCUS"
PLACES = {YUKI: ("JP", ""), ANANYA: ("IN", "KA"), "U05BEATRIZ": ("BR", "SP")}
DAYS = 35
DAILY, WATCH = "Churn daily", "Release watch"
LAST_POST = "A-1"

Act = Callable[[UnitOfWork, datetime], object]


async def seed(database_url: str, mlflow_url: str, now: datetime) -> None:
    """Live the last five weeks quickly; `now` is aware UTC. The schema must exist."""
    engines = open_engines(database_url)
    transactions = SqlTransactions(engines, lambda: now, lambda: None)
    tracker = MlflowTracker(mlflow_url)
    try:
        await poll_mlflow.poll(WORKSPACE, tracker, transactions, now)
        await live(engines, transactions, now)
        await transactions.write(seed_models.settle, WORKSPACE, CHANNEL, LENA, now)
    finally:
        await tracker.aclose()
        transactions.close()


async def live(engines: Engines, transactions: SqlTransactions, now: datetime) -> None:
    """What people did, and what became due, each at its time; a visitor sees what follows."""
    daily = await transactions.write(_settle_in, now - timedelta(days=DAYS))
    await holidays.refresh(WORKSPACE, LibraryCalendar(), transactions, now)
    acts = await transactions.read(lambda uow: list(_acts(uow, daily, now)))
    for at, act in sorted(acts, key=lambda act: act[0]):
        await live_until(transactions, at)
        await transactions.write(act, at)
    await live_until(transactions, now)
    _forget_posts_before(engines, await transactions.read(_last_whole_day, daily, now), now)
    await transactions.write(_order_a_digest, now)


async def live_until(transactions: SqlTransactions, end: datetime) -> None:
    """Everything that becomes due up to `end`, at its time."""
    while (due := await transactions.read(ticks.next_due)) is not None and due <= end:
        while await transactions.write(ticks.tick, due):
            pass
        for timer_id in await transactions.read(ticks.due_timers, due):
            await transactions.write(ticks.fire, timer_id, due)


def show_at(now: datetime) -> datetime:
    """The whole minute at which Lena is asked: by then everything has started."""
    return (now + timedelta(seconds=110)).replace(second=0, microsecond=0)


def _settle_in(uow: UnitOfWork, now: datetime) -> Standup:
    uow.people.save(
        Person(workspace=WORKSPACE, user_id=p.id, name=p.real_name, zone=p.tz, email=p.email)
        for p in TEAM
    )
    for user_id, (country, region) in PLACES.items():
        uow.people.choose(WORKSPACE, user_id, Choices(country=country, region=region))
    # Whoever tries the demo is Lena, at any hour.
    uow.people.choose(WORKSPACE, LENA, Choices(hours=AROUND_THE_CLOCK, weekdays=EVERY_DAY))
    plan = StandupPlan(
        name=DAILY,
        questions=life.QUESTIONS,
        blocker_question=DEFAULT_BLOCKER_QUESTION,
        wall_time=time(9, 0),
        weekdays=WORKDAYS,
        participants=tuple(p.id for p in TEAM),
    )
    return standups.create(uow, WORKSPACE, CHANNEL, plan, LENA, now)


def _acts(uow: UnitOfWork, daily: Standup, now: datetime) -> Iterator[tuple[datetime, Act]]:
    """What people do, and when: Lena comes back today from three days off."""
    today = calendar.local_date(show_at(now), "Europe/Berlin")
    leave = [today - timedelta(days=n) for n in (3, 2, 1)]
    left = show_at(now) - timedelta(days=4)
    yield left - timedelta(hours=2), partial(_start_watch, show=show_at(now))
    yield left + timedelta(minutes=10), partial(_report_watch, day=today - timedelta(days=4))
    yield left + timedelta(minutes=20), partial(_go_away, first=leave[0], last=leave[-1])
    for person in TEAM:
        days = [
            day
            for day in _worked(uow, daily, person.id, now)
            if person.id != LENA or day < leave[0]
        ]
        for back, day in enumerate(reversed(days)):
            wall_time = life.moment(person.id, back)
            at = wall_time and calendar.resolve(day, wall_time, person.tz)
            if at:
                yield at, partial(_answer, standup=daily, who=person.id, day=day, back=back)
    for author, body, evidence, status, ago in _DECISIONS:
        act = partial(_log, author=author, body=body, evidence=evidence, status=status)
        yield now - ago, act


def _worked(uow: UnitOfWork, standup: Standup, user_id: str, now: datetime) -> Iterator[date]:
    """The working days of somebody whose morning has passed, without their public holidays."""
    person = uow.people.get(WORKSPACE, user_id)
    assert person is not None
    for n in range(DAYS - 1, -2, -1):
        day = now.date() - timedelta(days=n)
        morning = calendar.resolve(day, time(9, 30), person.zone)
        has_come = morning is not None and morning <= now
        free = availability.absence(uow, person, day) is not None
        if day.isoweekday() in WORKDAYS and has_come and not free:
            yield day


def _answer(
    uow: UnitOfWork, now: datetime, *, standup: Standup, who: str, day: date, back: int
) -> None:
    """A report with what became of the last plan, or none today."""
    if life.skips(who, back):
        reports.skip(uow, WORKSPACE, who, standup.id, day, now)
        return
    blocker = life.blocker(who, back)
    filled = FilledReport(
        standup_id=standup.id,
        local_date=day,
        answers=life.report(who, back),
        blocker=blocker,
        asked=(LENA,) if blocker else (),
        reviewed=tuple(
            replace(item, became=FollowUp.CARRIED if item.text == life.PUT_OFF else FollowUp.DONE)
            for item in offers.planned(uow, standup.id, who, day)
        ),
    )
    reports.submit(uow, WORKSPACE, who, filled, now)


def _start_watch(uow: UnitOfWork, now: datetime, *, show: datetime) -> None:
    """The stand-up that asks Lena a minute after the start, on any day of the week."""
    plan = StandupPlan(
        name=WATCH,
        questions=life.WATCH_QUESTIONS,
        blocker_question=DEFAULT_BLOCKER_QUESTION,
        wall_time=_wall_time(show),
        weekdays=EVERY_DAY,
        participants=(LENA, MARCUS),
        optional=(MARCUS,),
    )
    standups.create(uow, WORKSPACE, CHANNEL, plan, LENA, now)


def _report_watch(uow: UnitOfWork, now: datetime, *, day: date) -> None:
    watch = next(s for s in uow.standups.all(WORKSPACE) if s.plan.name == WATCH)
    answers = life.answers(life.WATCH_QUESTIONS, life.WATCHED, life.PLANNED)
    filled = FilledReport(standup_id=watch.id, local_date=day, answers=answers, blocker="")
    reports.submit(uow, WORKSPACE, LENA, filled, now)


def _go_away(uow: UnitOfWork, now: datetime, *, first: date, last: date) -> None:
    aways.set_away(uow, WORKSPACE, LENA, first, last, "Hiking", LENA, now)


def _log(
    uow: UnitOfWork,
    now: datetime,
    *,
    author: str,
    body: DecisionBody,
    evidence: str,
    status: DecisionStatus,
) -> None:
    """A promotion of these weeks was done at once: training has put its version there."""
    wish = NewDecision(
        workspace=WORKSPACE,
        channel=CHANNEL,
        author=author,
        body=body,
        evidence=evidence,
        status=status,
    )
    record = decisions.log(uow, wish, now)
    if body.promotion:
        alias_moves.start(uow, WORKSPACE, record.number, body.promotion.version - 1, now)
        alias_moves.finish(uow, WORKSPACE, record.number, now)


def _last_whole_day(uow: UnitOfWork, standup: Standup, now: datetime) -> date:
    """The last date that has closed in New York too and on which most people reported."""
    last = calendar.local_date(now - timedelta(hours=13), "America/New_York")
    for day in (last - timedelta(days=n) for n in range(DAYS)):
        authors = {report.user_id for report in uow.standups.reports(standup.id, day)}
        if ANANYA in authors and len(authors) > 2:
            return day
    return last


def _forget_posts_before(engines: Engines, day: date, now: datetime) -> None:
    """Five weeks of messages would fill the channel; the records stay, the posts about older days
    don't go out."""
    statement = (
        update(DeliveryRow)
        .where(
            DeliveryRow.subject["date"].as_string() < day.isoformat(),
            DeliveryRow.settled_at.is_(None),
        )
        .values(state=DeliveryState.SKIPPED.value, settled_at=now)
    )
    with engines.writer.begin() as connection:
        connection.execute(statement)


def _order_a_digest(uow: UnitOfWork, now: datetime) -> None:
    """It comes a minute after Lena's prompt."""
    choice = DigestChoice(
        zone="Europe/Berlin",
        wall_time=_wall_time(show_at(now) + timedelta(minutes=1)),
        weekdays=EVERY_DAY,
        projects=("CHURN",),
    )
    daily.save(uow, WORKSPACE, CHANNEL, choice, seen_version=0, author=LENA, now=now)


def _wall_time(at: datetime) -> time:
    return at.astimezone(calendar.zone_or_utc("Europe/Berlin")).time()


_METRIC = DecisionBody(
    title="Judge churn models by AUC on a fixed evaluation set",
    outcome="val_auc on churn-v7 decides; accuracy hides the rare leavers.",
    makers=(MARCUS,),
    tags=("metrics",),
)
_PROMOTION = DecisionBody(
    title="Promote version 2 of the churn model",
    outcome="Version 2 becomes the champion: it wins on every seed.",
    context="Version 1 misses too many leavers among new customers.",
    drivers="Fewer missed leavers; no slower than 50 ms",
    options=parse(
        "Keep version 1\n+ no work\n- known faults\nVersion 2\n+ better AUC\n- needs new features"
    ),
    consequences="Support sees the new scores from Monday on.",
    makers=(LENA, YUKI),
    tags=("churn", "promotion"),
    promotion=Promotion(model="churn", version=2, alias="champion"),
    expected=Expectation(
        measure=Measure(model="churn", alias="champion", metric="val_auc"),
        direction=Direction.HIGHER,
        target=0.92,
    ),
)
_COMPARED = "churn v1\nchurn v2\ndata churn-v7\nCHURN-41"
_RETRAINING = DecisionBody(
    title="Retrain every month",
    outcome="On the first Monday, with the data of the month before.",
    makers=(YUKI, LENA),
    tags=("churn",),
)
_DECISIONS = (
    (MARCUS, _METRIC, "data churn-v7", DecisionStatus.ACCEPTED, timedelta(days=13)),
    (LENA, _PROMOTION, _COMPARED, DecisionStatus.ACCEPTED, timedelta(days=11)),
    (YUKI, _RETRAINING, "", DecisionStatus.PROPOSED, timedelta(hours=9)),
)
