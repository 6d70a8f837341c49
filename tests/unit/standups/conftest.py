"""A workspace on SQLite with five colleagues, and everything that happens in it by argument."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.delivery import DeliveryKind
from bot.domain.person import Person
from bot.domain.report import Answer, FilledReport, Report
from bot.domain.schedule import Outcome, Ran
from bot.domain.standup import Standup, StandupPlan
from bot.services import people, reports, standups, ticks
from storage.base import Base
from storage.deliveries import DeliveryRow
from storage.engine import open_engines
from tests.unit.desk import TEAM, Office, at

PLAN = StandupPlan(
    name="Churn daily",
    questions=("What moved?", "What is next?"),
    blocker_question="What blocks you?",
    wall_time=time(9),
    weekdays=EVERY_DAY,
    participants=("ULENA",),
)


@dataclass(frozen=True, kw_only=True)
class Desk(Office):
    """A desk at which stand-ups are run."""

    def start(self, now: datetime, plan: StandupPlan = PLAN) -> Standup:
        """Start a stand-up in C1."""
        return self.do(standups.create, "T1", "C1", plan, "ULENA", now)

    def move(self, user_id: str, zone: str, now: datetime) -> None:
        """Slack says that a person's zone is another one now."""
        person = self.do(lambda uow: uow.people.get("T1", user_id))
        assert person is not None
        self.do(people.follow_all, [replace(person, zone=zone, slack_zone=zone)], now)

    def tick(self, now: datetime) -> list[Ran]:
        """Everything that is due, timers after schedules."""
        ran = []
        while batch := self.do(ticks.tick, now):
            ran += batch
        while due := self.do(ticks.due_timers, now):
            for timer_id in due:
                self.do(ticks.fire, timer_id, now)
        return ran

    def asked(self, now: datetime) -> list[tuple[str, date]]:
        """Who is asked by a tick at `now`, for which date."""
        return [
            (r.schedule.user_id, r.occurrence.local_date)
            for r in self.tick(now)
            if r.outcome is Outcome.RAN
        ]

    def prompts(self) -> list[str]:
        """The ids of all prompts in the outbox."""
        found = self.do(lambda uow: uow.outbox.ready(at("2999-01-01"), 10_000))
        return [d.id for d in found if d.card == "standup.prompt"]

    def wished(self, channel: str, card: str) -> list[str]:
        """The ids of all posts of a card to a channel, in the order in which they were wished."""
        query = (
            select(DeliveryRow.id)
            .where(DeliveryRow.channel == channel, DeliveryRow.card == card)
            .where(DeliveryRow.kind == DeliveryKind.POST.value)
            .order_by(DeliveryRow.seq)
        )
        with Session(self.engines.reader) as session:
            return list(session.scalars(query))

    def live(self, start: datetime, end: datetime) -> None:
        """Tick at every instant at which something is due in (start, end]."""
        now = start
        while (due := self.do(ticks.next_due)) is not None and due <= end:
            now = max(due, now)
            self.tick(now)

    def report(
        self, standup: Standup, day: date, now: datetime, *, user: str = "ULENA", blocker: str = ""
    ) -> Report:
        """Hand a report in."""
        filled = FilledReport(
            standup_id=standup.id,
            local_date=day,
            answers=(Answer(question="What moved?", text=f"Something at {now:%H:%M}"),),
            blocker=blocker,
        )
        return self.do(reports.submit, "T1", user, filled, now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A workspace with the team in it."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    ready = Desk(engines=engines)
    team = [
        Person(workspace="T1", user_id=user_id, name=name, zone=zone)
        for user_id, (name, zone) in TEAM.items()
    ]
    ready.do(lambda uow: uow.people.save(team))
    yield ready
    engines.dispose()
