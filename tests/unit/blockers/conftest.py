"""A workspace on SQLite with five colleagues, one stand-up, and everything by argument."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.domain.blocker import Blocker, NewBlocker
from bot.domain.delivery import Delivery, sent
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssuePage
from bot.domain.links import Links
from bot.domain.person import Person
from bot.domain.report import Answer, FilledReport, Report
from bot.domain.standup import Standup, StandupPlan
from bot.ports.chat import Message
from bot.services import blocker_notices, blockers, deliveries
from bot.workflows.blockers import CARDS
from bot.workflows.cards import render
from storage.base import Base
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.issue_sight import let_see
from tests.unit.desk import TEAM, Office, at

PLAN = StandupPlan(
    name="Churn daily",
    questions=("What moved?",),
    blocker_question="What blocks you?",
    wall_time=time(9),
    weekdays=frozenset(range(1, 6)),
    participants=("UANANYA", "ULENA", "UYUKI"),
    managers=("UMARCUS",),
)
STANDUP = Standup(id="S1", workspace="T1", channel="C1", plan=PLAN, created_by="UMARCUS")
LINKS = Links(jira_url="https://jira.example", mlflow_url="https://mlflow.example")

MON, TUE = date(2026, 10, 19), date(2026, 10, 20)
NOON = datetime(2026, 10, 19, 9, 30, tzinfo=UTC)
"""A Monday: Kolkata has 15:00, Berlin 11:30, Tokyo 18:30, New York 05:30."""


@dataclass(frozen=True, kw_only=True)
class Desk(Office):
    """A desk at which blockers are raised and solved."""

    def raised(
        self,
        text: str = "GPU quota",
        *asked: str,
        by: str = "UANANYA",
        link: str = "",
        now: datetime = NOON,
    ) -> Blocker:
        """One raised by a command."""
        wish = NewBlocker(standup_id="S1", text=text, asked=asked, link=link)
        return self.do(blockers.raise_blocker, "T1", by, wish, now).blocker

    def report(
        self,
        day: date,
        blocker: str = "",
        *,
        user: str = "UANANYA",
        asked: tuple[str, ...] = (),
        link: str = "",
        solved: tuple[str, ...] | None = None,
        now: datetime = NOON,
        standup: Standup = STANDUP,
    ) -> None:
        """What the service of reports does of a report that concerns blockers."""
        answers = (Answer(question="What moved?", text="This"),)
        filled = FilledReport(
            standup_id="S1", local_date=day, answers=answers, blocker=blocker,
            asked=asked, blocker_link=link, solved=solved,
        )  # fmt: skip
        report = Report(
            workspace="T1", standup_id="S1", local_date=day, user_id=user, answers=answers,
            blocker=blocker, submitted_at=now,
        )  # fmt: skip

        def submit(uow: SqlUnitOfWork) -> None:
            uow.standups.save_report(report)
            blockers.from_report(uow, standup, report, filled, now)

        self.do(submit)

    def open(self) -> list[Blocker]:
        """All open ones."""
        return self.do(lambda uow: uow.blockers.open("T1"))

    def get(self, blocker: Blocker) -> Blocker:
        """As it is now."""
        found = self.do(lambda uow: uow.blockers.get("T1", blocker.number))
        assert found is not None
        return found

    def pass_time(self, until: datetime) -> None:
        """Every timer that is due goes off at its time."""
        while due := self.do(lambda uow: uow.timers.next_due()):
            if due > until:
                return
            for timer_id in self.do(lambda uow: uow.timers.due(until, 1)):
                self.fire(timer_id, due)

    def fire(self, timer_id: str, now: datetime) -> None:
        """One timer goes off."""
        timer = self.do(lambda uow: uow.timers.take(timer_id, now))
        assert timer is not None
        self.do(blocker_notices.fire, timer, now)

    def outbox(self) -> list[Delivery]:
        """What waits to be sent, marked as sent: the next call has only what came since."""
        found: list[Delivery] = []
        while ready := self.do(lambda uow: uow.outbox.ready(at("2999-01-01"), 500)):
            for delivery in ready:
                self.do(self._send, delivery)
            found += ready
        return found

    def told(self) -> list[tuple[str, str]]:
        """Whom the outbox writes to, and of which kind each message is; edits left out."""
        return [
            (d.channel, str(d.subject.get("notice", "card")))
            for d in self.outbox()
            if not d.edit_of
        ]

    def shown(self, delivery: Delivery, now: datetime) -> Message | None:
        """The message as it is when it is sent."""
        return self.do(lambda uow: render(uow, CARDS, delivery, now, LINKS))

    def mirror(self, status: str, now: datetime, key: str = "CHURN-41") -> None:
        """Jira says that an issue is in this status, and its channel may know."""
        issue = Issue(
            issue_id=key, key=key, project="CHURN", summary="Quota", status=status,
            status_category="indeterminate", assignee_id=None, assignee_name=None,
            updated_at=now, created_at=at("2026-10-01"),
        )  # fmt: skip
        reading = Reading(projects=("CHURN",), since=now, news_since=now)
        page = IssuePage(issues=(issue,), changes=())
        self.do(lambda uow: let_see(uow, STANDUP.channel, "CHURN"))
        self.do(lambda uow: uow.issues.save("T1", reading, page, now))

    def change_standup(self, *, active: bool = True, paused: bool = False) -> None:
        """Pause or delete the stand-up."""
        changed = replace(STANDUP, version=2, active=active, paused=paused)
        assert self.do(lambda uow: uow.standups.change(changed, from_version=1))

    @staticmethod
    def _send(uow: SqlUnitOfWork, delivery: Delivery) -> None:
        claimed = deliveries.claim(uow, delivery, delivery.ready_at, timedelta(0))
        assert claimed is not None
        verdict = sent(delivery.ready_at, delivery.channel, f"ts-{delivery.id}")
        uow.deliveries.settle(claimed, verdict, delivery.ready_at + timedelta(seconds=1))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The team and its stand-up."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    ready = Desk(engines=engines)
    people = [
        Person(workspace="T1", user_id=user_id, name=name, zone=zone)
        for user_id, (name, zone) in TEAM.items()
    ]
    ready.do(lambda uow: uow.people.save(people))
    ready.do(lambda uow: uow.standups.add(STANDUP))
    yield ready
    engines.dispose()
