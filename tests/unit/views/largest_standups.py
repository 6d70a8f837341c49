"""The largest stand-ups, days, reports and offers, and everything that shows them."""

from dataclasses import replace
from datetime import time, timedelta
from functools import cache

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.activity import Activity, Found, Reference, ReferenceKind
from bot.domain.blocker import Blocker
from bot.domain.day import Day
from bot.domain.offer import Offer
from bot.domain.report import ITEM_LENGTH, MOST_ITEMS, Answer, FollowUp, PlanItem, Report
from bot.domain.roster import Idle, Outlook, Reason
from bot.domain.standup import Standup, StandupPlan, preview
from bot.domain.turn import Cohort, Entry, Turn
from bot.ports.chat import Message, Modal
from bot.views import prompts, report_form, report_posts, standup_setup, standups, wrap_ups
from bot.views.forms import PEOPLE_LIMIT
from tests.unit.views.largest import DAY, LINKS, LONG_AGO, MOST, NOW, everybody, long, user

REPORTED, ABSENT, EVERYBODY = 100, 200, 300


@cache
def standup(alphabet: str, n: int = 0) -> Standup:
    """Every field as long as a form takes it."""
    questions = tuple(f"{i}{long(alphabet, 299)}" for i in range(9))
    picked = tuple(user(n) for n in range(PEOPLE_LIMIT))
    return Standup(
        id=f"{n:032x}",
        workspace="T0TEAM00000",
        channel="C0000000000",
        created_by=user(0),
        version=MOST,
        plan=StandupPlan(
            name=long(alphabet, 80),
            questions=questions,
            blocker_question=long(alphabet, 300),
            wall_time=time(23, 59),
            weekdays=frozenset({1, 2, 3, 4, 6, 7}),
            participants=picked,
            optional=picked,
            observers=picked,
            managers=picked,
            projects=tuple(f"PROJECT{n:02}" for n in range(25)),
            days_off=tuple(DAY + timedelta(days=n) for n in range(150)),
            mood=True,
            call_weekday=7,
        ),
    )


@cache
def plan_items(alphabet: str, became: FollowUp | None = None) -> tuple[PlanItem, ...]:
    """As many and as long as the domain lets them be."""
    texts = [f"{n}{long(alphabet, ITEM_LENGTH - 1)}" for n in range(MOST_ITEMS)]
    return tuple(PlanItem(text=text, carried=n, became=became) for n, text in enumerate(texts))


@cache
def found(alphabet: str, number: int = 60) -> tuple[Found, ...]:
    """Lines with references as long as Jira and MLflow allow names to be."""
    return tuple(
        Found(
            text=f"{n} {long(alphabet, 250)}",
            reference=Reference(
                kind=ReferenceKind.RUN,
                key=f"{n:019}/{n:032x}",
                anchor=f"{n} {long(alphabet, 250)}",
            ),
        )
        for n in range(number)
    )


@cache
def blocker(alphabet: str, n: int) -> Blocker:
    return Blocker(
        workspace="T0TEAM00000",
        number=MOST - n,
        standup_id=standup(alphabet).id,
        channel="C0000000000",
        user_id=user(n),
        text=long(alphabet, 3000),
        opened_at=LONG_AGO,
        asked=tuple(user(n) for n in range(PEOPLE_LIMIT)),
        waits_for=found(alphabet)[0].reference,
    )


@cache
def report(alphabet: str, n: int = 0) -> Report:
    it = standup(alphabet)
    return Report(
        workspace="T0TEAM00000",
        standup_id=it.id,
        local_date=DAY,
        user_id=user(n),
        answers=tuple(Answer(question=q, text=long(alphabet, 3000)) for q in it.plan.questions),
        blocker=long(alphabet, 3000),
        submitted_at=NOW,
        edited_at=NOW,
        reviewed=plan_items(alphabet, FollowUp.CARRIED),
        references=tuple(f.reference for f in found(alphabet)),
    )


def turn(alphabet: str, n: int) -> Turn:
    away = Absence(kind=AbsenceKind.HOLIDAY, label=long(alphabet, 200))
    return Turn(
        workspace="T0TEAM00000",
        standup_id=standup(alphabet).id,
        local_date=DAY,
        user_id=user(n),
        cohort=Cohort.ASIA,
        due_at=LONG_AGO,
        asked_at=LONG_AGO,
        absence=away if REPORTED <= n < ABSENT else None,
    )


@cache
def whole_day(alphabet: str) -> Day:
    """A hundred reports, a hundred who are away, a hundred who are missing."""
    entries = tuple(
        Entry(turn=turn(alphabet, n), report=report(alphabet, n) if n < REPORTED else None)
        for n in range(EVERYBODY)
    )
    return Day(standup=standup(alphabet), local_date=DAY, entries=entries)


def around(alphabet: str) -> wrap_ups.Surroundings:
    return wrap_ups.Surroundings(
        people=everybody(alphabet),
        blockers=[blocker(alphabet, n) for n in range(50)],
        closing=[(Cohort.EUROPE, NOW), (Cohort.AMERICAS, NOW)],
        thread="https://example.slack.com/archives/C0000000000/p1792368000000006",
        call=long(alphabet, 200),
    )


def idle(alphabet: str) -> list[Idle]:
    return [Idle(user_id=user(n), name=long(alphabet, 80), reason=Reason.GUEST) for n in range(300)]


def messages(alphabet: str) -> list[Message]:
    it, entry, known = standup(alphabet), report(alphabet), everybody(alphabet)
    day, mine = whole_day(alphabet), turn(alphabet, 0)
    activity = Activity(since=LONG_AGO, found=found(alphabet), notes=[long(alphabet, 300)] * 4)
    asked = prompts.Asked(
        planned=plan_items(alphabet),
        activity=activity,
        reported=MOST,
        expected=MOST,
        no_news=long(alphabet, 200),
    )
    nothing_yet = replace(asked, planned=(), activity=Activity(since=NOW))
    many = [standup(alphabet, n) for n in range(60)]
    away = Absence(kind=AbsenceKind.HOLIDAY, label=long(alphabet, 200))
    reported = Entry(turn=mine, report=entry)
    return [
        standups.started(it, NOW),
        prompts.prompt(it, mine, asked, LINKS),
        prompts.prompt(it, mine, nothing_yet, LINKS),
        prompts.reminder(it, mine),
        prompts.receipt(it, mine, entry),
        prompts.excused(it, mine, away),
        wrap_ups.card(day, None, around(alphabet), LINKS),
        wrap_ups.card(day, Cohort.ASIA, around(alphabet), LINKS),
        wrap_ups.status([day] * 3, known, idle(alphabet)),
        report_posts.post(it, reported, known[user(0)], LINKS),
        report_posts.post(it, reported, None, LINKS),
        standups.choose(many, standups.ACTION_ANSWER, "Which stand-up?"),
    ]


def offers(alphabet: str) -> list[Offer]:
    """A new report, the change of one, and a new one that everything is known for."""
    fresh = Offer(
        standup=standup(alphabet),
        day=DAY,
        planned=plan_items(alphabet),
        activity=Activity(since=LONG_AGO, found=found(alphabet), notes=[long(alphabet, 300)] * 4),
        blockers=[blocker(alphabet, n) for n in range(30)],
        asks_mood=True,
    )
    editing = replace(
        fresh,
        activity=Activity(since=NOW),
        planned=plan_items(alphabet, FollowUp.DROPPED),
        existing=report(alphabet),
    )
    return [fresh, editing, replace(fresh, as_planned=True, late=found(alphabet))]


def modals(alphabet: str) -> list[Modal]:
    it, known = standup(alphabet), everybody(alphabet)
    outlook = Outlook(previews=preview(it.plan, known, NOW), idle=idle(alphabet))
    set_up = standup_setup.SetUp(
        standup=it, outlook=outlook, more=True, notice=long(alphabet, 3000), copy="f" * 32
    )
    return [
        standup_setup.setup(set_up),
        standup_setup.saved(it, outlook),
        *(report_form.report(offer, LINKS) for offer in offers(alphabet)),
        *(wrap_ups.all_reports(whole_day(alphabet), None, known, LINKS, n) for n in (0, 1, 12)),
    ]
