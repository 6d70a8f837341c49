"""What nodes share in a trial: workspaces whose people are all due, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as wall_clock
from functools import partial

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.person import Person
from bot.domain.schedule import Outcome
from bot.domain.standup import StandupPlan
from bot.services import standups
from storage.deliveries import DeliveryRow
from storage.schedules import OccurrenceRow, ScheduleRow
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.slack import FakeSlack
from tests.trials.databases import Observer
from tests.trials.posted import Judged, judge

NOON = datetime(2026, 3, 28, 10, tzinfo=UTC)
_BEFORE = datetime(2026, 3, 27, 12, tzinfo=UTC)
_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """Occurrences that ran, those of them that differ, and what Slack shows of the messages."""

    due: int
    ran: int
    distinct: int
    posts: Judged

    @property
    def wrong(self) -> int:
        """All broken promises."""
        return abs(self.due - self.distinct) + self.ran - self.distinct + self.posts.wrong


class World:
    """Settled in at once: so many people in each of so many workspaces, all due at `NOON`."""

    def __init__(
        self, database: Observer, slack: FakeSlack, *, workspaces: int, people: int
    ) -> None:
        self._database, self._slack = database, slack
        self.names = [f"T{number:04d}" for number in range(workspaces)]
        for number, name in enumerate(self.names):
            channel = f"C{number:04d}"
            slack.add_channel(channel, channel.lower())
            known = [self._person(name, number, n) for n in range(people)]
            database.write(partial(_start, workspace=name, channel=channel, people=known))
        count = select(func.count()).where(ScheduleRow.next_run_at <= NOON)
        self.due = database.read(lambda s: s.scalar(count) or 0)

    @property
    def posted(self) -> int:
        """Messages that stand in Slack."""
        return sum(len(channel.messages) for channel in self._slack.ws.channels.values())

    def left(self, names: Sequence[str] | None = None) -> int:
        """Schedules that are due, and deliveries that are open."""
        due = select(func.count()).where(ScheduleRow.next_run_at <= NOON)
        is_open = select(func.count()).where(DeliveryRow.state.in_(_OPEN))
        if names is not None:
            is_open = is_open.where(DeliveryRow.workspace.in_(names))
        return self._database.read(lambda s: (s.scalar(due) or 0) + (s.scalar(is_open) or 0))

    def open_in(self) -> set[str]:
        """Workspaces with something to send."""
        query = select(DeliveryRow.workspace).where(DeliveryRow.state.in_(_OPEN)).distinct()
        return self._database.read(lambda s: set(s.scalars(query)))

    def held(self) -> set[str]:
        """Workspaces that are being drained, or were when their node died."""
        query = text("SELECT args->>'workspace' FROM procrastinate_jobs WHERE status = 'doing'")
        return self._database.read(lambda s: set(s.scalars(query)))

    def half_done(self) -> bool:
        """Whether one that is being drained has messages sent and messages waiting."""
        sent = select(DeliveryRow.workspace).where(DeliveryRow.state == DeliveryState.SENT.value)
        begun = self._database.read(lambda s: set(s.scalars(sent.distinct())))
        return bool(begun & self.held() & self.open_in())

    def outcomes(self) -> Outcomes:
        """Look at everything, once nothing is left."""

        def look(session: Session) -> tuple[list[Delivery], list[tuple[str, object]]]:
            rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.seq))
            ran = select(OccurrenceRow.schedule_id, OccurrenceRow.local_date).where(
                OccurrenceRow.outcome == Outcome.RAN.value
            )
            return [row.to_value() for row in rows], [(s, d) for s, d in session.execute(ran)]

        wishes, ran = self._database.read(look)
        return Outcomes(
            due=self.due, ran=len(ran), distinct=len(set(ran)), posts=judge(self._slack, wishes)
        )

    def _person(self, workspace: str, number: int, n: int) -> Person:
        user = f"U{number:04d}X{n:05d}"
        self._slack.add_user(user, user.lower())
        return Person(workspace=workspace, user_id=user, name=user, zone="Europe/Berlin")


def _start(uow: SqlUnitOfWork, workspace: str, channel: str, people: Sequence[Person]) -> None:
    uow.people.save(people)
    plan = StandupPlan(
        name="Trial",
        questions=("What moved?",),
        blocker_question="",
        wall_time=wall_clock(9, 0),
        weekdays=EVERY_DAY,
        participants=tuple(person.user_id for person in people),
    )
    standups.create(uow, workspace, channel, plan, people[0].user_id, _BEFORE)
