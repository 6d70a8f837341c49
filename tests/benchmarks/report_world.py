"""Teams that were asked for reports on many days, and the forms that they submit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.links import Links
from bot.domain.person import Person
from bot.domain.standup import PostMode, Standup, StandupPlan, turn_of
from bot.services import offers, standups, turns
from bot.views import report_form
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.benchmarks.load import WORKSPACE, submission
from tests.trials.databases import create_tables

TEAM = 10
_SAID = "Trained the churn model on the new features; AUC is up to 0.913 on the hold-out set."


@dataclass(frozen=True, kw_only=True)
class World:
    """The bodies of each day's submitted forms, a report a person."""

    days: Sequence[Sequence[str]]


def fill(database_url: str, *, people: int, days: int, now: datetime) -> World:
    """Create the tables, teams of ten in stand-ups that show reports at once, and a prompt for
    everybody on each of `days` dates up to today."""
    create_tables(database_url)
    engines = open_engines(database_url)
    try:
        with Session(engines.writer) as session, session.begin():
            uow = SqlUnitOfWork(session)
            teams = [_team(uow, number, now) for number in range(people // TEAM)]
            dates = [now.date() - timedelta(days=days - 1 - each) for each in range(days)]
            for day in dates:
                for standup in teams:
                    _asked(uow, standup, day)
            forms = {standup.id: _form(uow, standup, now) for standup in teams}
    finally:
        engines.dispose()
    return World(days=[_bodies(teams, forms, day) for day in dates])


def _team(uow: SqlUnitOfWork, number: int, now: datetime) -> Standup:
    ids = [f"U{number:03d}P{each}" for each in range(TEAM)]
    uow.people.save(
        Person(workspace=WORKSPACE, user_id=user_id, name=user_id, zone="Europe/Berlin")
        for user_id in ids
    )
    plan = StandupPlan(
        name=f"Team {number}",
        questions=("What moved?", "What is next?"),
        blocker_question="What blocks you?",
        wall_time=time(9),
        weekdays=EVERY_DAY,
        participants=tuple(ids),
        post_mode=PostMode.AT_ONCE,
    )
    return standups.create(uow, WORKSPACE, f"C{number:03d}", plan, ids[0], now)


def _asked(uow: SqlUnitOfWork, standup: Standup, day: date) -> None:
    at = datetime.combine(day, time(9), UTC)
    for person in uow.people.several(WORKSPACE, standup.plan.participants).values():
        turns.begin(uow, standup, person, turn_of(standup, person, day), at)


def _form(uow: SqlUnitOfWork, standup: Standup, now: datetime) -> dict[str, Any]:
    first = standup.plan.participants[0]
    offer = offers.offer(uow, WORKSPACE, first, standup.id, now.date(), now, as_planned=False)
    return report_form.report(offer, Links())


def _bodies(teams: Sequence[Standup], forms: dict[str, dict[str, Any]], day: date) -> list[str]:
    return [
        submission(user_id, _submitted(forms[standup.id], user_id, day))
        for standup in teams
        for user_id in standup.plan.participants
    ]


def _submitted(form: dict[str, Any], user_id: str, day: date) -> dict[str, Any]:
    """The form as Slack sends it back, with both answers typed."""
    hidden = json.loads(form["private_metadata"])
    view_id = f"V{user_id}{day:%m%d}"
    return {
        **form,
        "id": view_id,
        "hash": f"{view_id}.1",
        "team_id": WORKSPACE,
        "private_metadata": json.dumps({**hidden, "date": day.isoformat()}),
        "state": {"values": _typed(form)},
    }


def _typed(form: dict[str, Any]) -> dict[str, Any]:
    answers = [
        block
        for block in form["blocks"]
        if block["type"] == "input" and block["block_id"].startswith("answer_")
    ]
    return {
        block["block_id"]: {
            block["element"]["action_id"]: {"type": "plain_text_input", "value": _SAID}
        }
        for block in answers
    }
