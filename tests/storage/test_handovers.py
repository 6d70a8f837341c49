"""What hand-overs need of the storage: marks, wishes, and what closed in a span."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.blocker import Blocker
from bot.domain.digests.handover_span import HandoverMark, HandoverWindow
from bot.domain.digests.windows import Span
from bot.domain.person import Choices, Person
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import incident

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = HandoverWindow(
    whole=Span(since=NOW - 9 * HOUR, until=NOW),
    issues=Span(since=NOW - 8 * HOUR, until=NOW - HOUR),
    runs=Span(since=NOW - 7 * HOUR, until=NOW - 2 * HOUR),
    before=NOW - 20 * HOUR,
)
MARK = HandoverMark(day=date(2026, 11, 23), window=WINDOW)
LENA = Person(workspace="T1", user_id="ULENA", name="Lena", slack_zone="UTC", is_admin=True)


def test_a_mark_is_kept_replaced_and_forgotten_in_its_workspace(engines: Engines) -> None:
    later = replace(MARK, day=date(2026, 11, 24))
    with Session(engines.writer) as session, session.begin():
        handovers = SqlUnitOfWork(session).handovers
        assert handovers.get("T1", "ULENA") is None
        handovers.mark("T1", "ULENA", MARK)
        assert handovers.get("T1", "ULENA") == MARK
        handovers.mark("T1", "ULENA", later)
    with Session(engines.writer) as session, session.begin():
        handovers = SqlUnitOfWork(session).handovers
        assert handovers.get("T1", "ULENA") == later
        assert handovers.get("T2", "ULENA") is None
        handovers.forget("T2", "ULENA")
        assert handovers.get("T1", "ULENA") == later
        handovers.forget("T1", "ULENA")
        assert handovers.get("T1", "ULENA") is None


def test_who_wants_a_message_and_who_is_an_admin_is_kept(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        people = SqlUnitOfWork(session).people
        people.save([LENA])
        people.choose("T1", "ULENA", Choices(handover=True))
        people.save([replace(LENA, name="Lena F.")])
    with Session(engines.reader) as session:
        found = SqlUnitOfWork(session).people.get("T1", "ULENA")
        assert found is not None
        assert (found.is_admin, found.choices.handover) == (True, True)


def test_what_closed_in_a_span_comes_in_that_order(engines: Engines) -> None:
    at = {number: NOW + number * HOUR for number in range(1, 5)}
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        for number, closed_at in at.items():
            blocker = Blocker(
                workspace="T1", number=number, standup_id="s", channel="C1", user_id="U1",
                text="x", opened_at=NOW, closed_at=closed_at, closed_by="U2",
            )  # fmt: skip
            uow.blockers.add(blocker)
            uow.blockers.add(replace(blocker, workspace="T2"))
            ended = incident(id=f"i{number}", resolved_at=closed_at)
            uow.alerts.open_incident(ended)
        uow.alerts.open_incident(incident(id="open"))
        closed = uow.blockers.closed("T1", at[1], at[3])
        resolved = uow.alerts.resolved("T1", at[1], at[3])
        assert [each.number for each in closed] == [2, 3]
        assert [each.id for each in resolved] == ["i2", "i3"]
