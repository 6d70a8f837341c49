"""A database as it stands on Monday morning, and the outside systems."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from bot.domain.decisions.record import ChangeKind, DecisionChange, DecisionStatus
from bot.domain.report import Report
from bot.domain.standup import Standup, StandupPlan
from bot.ports.repositories import UnitOfWork
from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import FakeJira
from tests.unit.experiments.fake_tracker import FakeTracker
from tests.unit.prefill.builders import (
    CHURN,
    FRIDAY,
    HOUR,
    ISSUES,
    MODEL,
    MOVES,
    NOW,
    OLD_CHAMPION,
    VERSION,
    YUKI,
    a_decision,
    a_sweep,
)

STANDUP = Standup(
    id="S1",
    workspace="T1",
    channel="C1",
    plan=StandupPlan(
        name="Churn daily",
        questions=("What moved?", "What is next?"),
        blocker_question="What blocks you?",
        wall_time=time(9, 30),
        weekdays=frozenset({1, 2, 3, 4, 5}),
        participants=("U1",),
        projects=("CHURN",),
    ),
    created_by="U1",
)


@pytest.fixture
def transactions(tmp_path: Path) -> Iterator[SqlTransactions]:
    """A database that knows Yuki, her stand-up, Friday's report and Saturday's decision."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    opened = SqlTransactions(engines, lambda: NOW, lambda: None)
    yield opened
    opened.close()


@pytest.fixture
async def monday(transactions: SqlTransactions) -> SqlTransactions:
    """The same with Yuki, her stand-up, Friday's report and Saturday's decision."""

    def seed(uow: UnitOfWork) -> None:
        uow.people.save([YUKI, replace(YUKI, user_id="U2", name="Sam Carter", email="sam@x.io")])
        uow.people.choose("T1", "U1", YUKI.choices)
        uow.standups.add(STANDUP)
        uow.channels.keep("T1", "C1", public=True, shared=False, now=FRIDAY)
        uow.standups.save_report(
            Report(
                workspace="T1",
                standup_id="S1",
                local_date=date(2026, 11, 20),
                user_id="U1",
                answers=(),
                blocker="",
                submitted_at=FRIDAY,
                edited_at=None,
            )
        )
        uow.decisions.add(a_decision(12, "Use LightGBM for churn v2"))
        uow.decisions.append(
            "T1",
            DecisionChange(
                number=12,
                kind=ChangeKind.LOGGED,
                status=DecisionStatus.ACCEPTED,
                by="U1",
                at=FRIDAY + 26 * HOUR,
            ),
        )

    await transactions.write(seed)
    return transactions


@pytest.fixture
def jira() -> FakeJira:
    """A Jira with three moves of hers."""
    return FakeJira(issues=list(ISSUES), changes=list(MOVES))


@pytest.fixture
def mlflow() -> FakeTracker:
    """An MLflow with a sweep of hers, and the champion."""
    tracker = FakeTracker(CHURN)
    tracker.hold(*a_sweep(), OLD_CHAMPION)
    tracker.models, tracker.versions = [MODEL], [VERSION]
    return tracker
