"""Fill the bot's database with two weeks of life, through the same services that people use."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import update

from bot.clients.mlflow import MlflowTracker
from bot.domain import calendar
from bot.domain.alert import Regression, RuleDraft, Severity
from bot.domain.calendar import EVERY_DAY, WORKDAYS
from bot.domain.decision import DecisionBody, DecisionStatus, NewDecision
from bot.domain.delivery import DeliveryState
from bot.domain.digest import DigestChoice
from bot.domain.metrics import Direction
from bot.domain.person import Person
from bot.domain.standup import DEFAULT_BLOCKER_QUESTION, FilledReport, Standup, StandupPlan
from bot.ports.repositories import UnitOfWork
from bot.services import alert_set_up, decisions, digests, standups, ticks
from bot.workflows import poll_mlflow
from demo import life
from demo.proxy.workspace import CHANNELS, TEAM
from storage.deliveries import DeliveryRow
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions

WORKSPACE = "T01ACME"
CHANNEL = CHANNELS["churn-model"]
LENA, YUKI, MARCUS = "U03LENA", "U01YUKI", "U04MARCUS"
DAYS = 14
LAST_STANDUP = "Release watch"


async def seed(database_url: str, mlflow_url: str, now: datetime) -> None:
    """Live the last two weeks quickly; `now` is aware UTC. The schema must exist."""
    engines = open_engines(database_url)
    transactions = SqlTransactions(engines, lambda: now, lambda: None)
    tracker = MlflowTracker(mlflow_url)
    try:
        standup = await transactions.write(_start, now - timedelta(days=DAYS))
        for hour in range(DAYS * 24, 0, -1):
            await transactions.write(ticks.tick, now - timedelta(hours=hour))
        for day in _weekdays(now):
            await transactions.write(_report_all, standup, day, now)
        await transactions.write(_decide, now)
        _keep_only_the_latest(engines, standup, now)
        await poll_mlflow.poll(WORKSPACE, tracker, transactions, now)
        await transactions.write(_watch, now)
        await transactions.write(_schedule_the_show, now)
    finally:
        await tracker.aclose()
        transactions.close()


def _start(uow: UnitOfWork, now: datetime) -> Standup:
    uow.people.save(
        Person(workspace=WORKSPACE, user_id=p.id, name=p.real_name, zone=p.tz, email=p.email)
        for p in TEAM
    )
    plan = StandupPlan(
        name="Churn daily",
        questions=life.QUESTIONS,
        blocker_question=DEFAULT_BLOCKER_QUESTION,
        wall_time=time(9, 0),
        weekdays=WORKDAYS,
        participants=tuple(p.id for p in TEAM),
    )
    return standups.create(uow, WORKSPACE, CHANNEL, plan, LENA, now)


def _weekdays(now: datetime) -> list[date]:
    """The working days of the last two weeks that have begun everywhere but maybe in Brazil."""
    last = calendar.local_date(now - timedelta(hours=12), "America/New_York")
    days = [last - timedelta(days=n) for n in range(DAYS - 2, -1, -1)]
    return [d for d in days if d.isoweekday() in WORKDAYS]


def _report_all(uow: UnitOfWork, standup: Standup, day: date, now: datetime) -> None:
    latest = day == _weekdays(now)[-1]
    for number, person in enumerate(TEAM):
        at = calendar.resolve(day, time(9, 7 + 5 * number), person.tz)
        if at is None or at > now:
            continue
        if person.id == MARCUS and latest:
            standups.skip(uow, WORKSPACE, person.id, standup.id, day, at)
            continue
        answers, blocker = life.report(person.id, day, latest=latest)
        filled = FilledReport(
            standup_id=standup.id, local_date=day, answers=answers, blocker=blocker
        )
        standups.submit(uow, WORKSPACE, person.id, filled, at)


def _decide(uow: UnitOfWork, now: datetime) -> None:
    promoted = DecisionBody(
        title="Promote version 2 of the churn model",
        outcome="Version 2 becomes the champion: it wins on every seed.",
        context="Version 1 misses too many leavers among new customers.",
        drivers="Fewer missed leavers; no slower than 50 ms",
        options="Keep version 1: no work, known faults\nVersion 2: better AUC, needs new features",
        consequences="Support sees the new scores from Monday on.",
        makers=(LENA, YUKI),
        tags=("churn", "promotion"),
    )
    metric = DecisionBody(
        title="Judge churn models by AUC on a fixed evaluation set",
        outcome="val_auc on churn-v7 decides; accuracy hides the rare leavers.",
        makers=(MARCUS,),
        tags=("metrics",),
    )
    open_one = DecisionBody(
        title="Retrain every month",
        outcome="On the first Monday, with the data of the month before.",
        makers=(YUKI, LENA),
        tags=("churn",),
    )
    logged = (
        (MARCUS, metric, DecisionStatus.ACCEPTED, timedelta(days=11)),
        (LENA, promoted, DecisionStatus.ACCEPTED, timedelta(days=6)),
        (YUKI, open_one, DecisionStatus.PROPOSED, timedelta(hours=9)),
    )
    for author, body, status, ago in logged:
        wish = NewDecision(
            workspace=WORKSPACE, channel=CHANNEL, author=author, body=body, status=status
        )
        decisions.log(uow, wish, now - ago)


def _keep_only_the_latest(engines: Engines, standup: Standup, now: datetime) -> None:
    """Two weeks of messages would fill the channel; the records stay, the posts of the older days
    don't go out."""
    last = _weekdays(now)[-1]
    shown = f"%:{standup.id}:{last}%"
    statement = (
        update(DeliveryRow)
        .where(
            DeliveryRow.card.in_(("standup.prompt", "standup.day", "standup.report")),
            DeliveryRow.id.not_like(shown),
            DeliveryRow.settled_at.is_(None),
        )
        .values(state=DeliveryState.SKIPPED.value, settled_at=now)
    )
    with engines.writer.begin() as connection:
        connection.execute(statement)


def _watch(uow: UnitOfWork, now: datetime) -> None:
    draft = RuleDraft(
        workspace=WORKSPACE,
        channel=CHANNEL,
        author=LENA,
        metric="val_auc",
        severity=Severity.CRITICAL,
        for_evaluations=1,
        condition=Regression(model="churn", direction=Direction.HIGHER, abs_delta=0.02),
    )
    alert_set_up.create(uow, draft, now)


def _schedule_the_show(uow: UnitOfWork, now: datetime) -> None:
    """What a visitor can watch: a prompt for Lena in about a minute, the digest a minute later."""
    here = now.astimezone(calendar.zone_or_utc("Europe/Berlin"))
    plan = StandupPlan(
        name=LAST_STANDUP,
        questions=("What did you look at?", "What is next?"),
        blocker_question=DEFAULT_BLOCKER_QUESTION,
        wall_time=_minute(here + timedelta(seconds=65)),
        weekdays=EVERY_DAY,
        participants=(LENA, MARCUS),
    )
    standups.create(uow, WORKSPACE, CHANNEL, plan, LENA, now)
    choice = DigestChoice(
        zone="Europe/Berlin",
        wall_time=_minute(here + timedelta(seconds=125)),
        weekdays=EVERY_DAY,
        projects=("CHURN",),
    )
    digests.save(uow, WORKSPACE, CHANNEL, choice, seen_version=0, author=LENA, now=now)


def _minute(at: datetime) -> time:
    """The whole minute that has begun at `at`."""
    return at.time().replace(second=0, microsecond=0)


def utc_now() -> datetime:
    """The clock, read once by the demo."""
    return datetime.now(UTC)
