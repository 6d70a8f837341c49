"""An issue for an alert: exactly one, whatever becomes of Jira's answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.domain.alerts.incidents import Incident
from bot.domain.delivery import DeliveryState
from bot.domain.issues.drafts import NewIssue
from bot.errors import Conflict, JiraError, NotFound
from bot.ports.trackers import IssueTracker
from bot.services.alerts import issues
from bot.workflows.deliver import Deliverer
from bot.workflows.issues.create import LEASE, IssueCreator
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.unit.alerts.values import T0, incident

DRAFT = NewIssue(project="CHURN", issue_type="Bug", summary="churn is worse", description="…")
ORDER = f"issue:{incident().delivery_id}"
LOST = JiraError("No answer.", code="timeout", retryable=True, ambiguous=True)


@dataclass(kw_only=True)
class Jira:
    """Creates issues; `failures` come first, after the work where they are ambiguous."""

    failures: list[JiraError] = field(default_factory=list)
    made: list[tuple[NewIssue, str]] = field(default_factory=list)
    indexed: bool = True

    async def create_issue(self, draft: NewIssue, mark: str) -> str:
        """CHURN-1 and on."""
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or failure.ambiguous:
            self.made.append((draft, mark))
        if failure is not None:
            raise failure
        return f"CHURN-{len(self.made)}"

    async def marked_issue(self, project: str, mark: str) -> str | None:
        """By its label, once the index knows it."""
        marks = [label for _, label in self.made] if self.indexed else []
        return f"{project}-{marks.index(mark) + 1}" if mark in marks else None


@dataclass(kw_only=True)
class Desk:
    """An open alert in C1, and the one who creates issues."""

    transactions: SqlTransactions
    jira: Jira
    now: datetime = T0

    def clock(self) -> datetime:
        """Stands still until it is moved."""
        return self.now

    async def order(self, channel: str = "C1") -> None:
        """Lena asks for it."""
        asked = ("T1", incident().id, channel, "ULENA", DRAFT, self.now)
        await self.transactions.write(issues.order, *asked)

    async def deliver(self, after: timedelta = timedelta(0)) -> None:
        """What waits for Jira, after some time."""
        self.now += after
        tracker = cast(IssueTracker, self.jira)
        creator = IssueCreator(transactions=self.transactions, tracker=tracker, clock=self.clock)
        acts = creator.acts()
        line = Deliverer(transactions=self.transactions, clock=self.clock, acts=acts, poll=0.01)
        await line.drain()

    async def alert(self) -> Incident:
        """As it is now."""
        found = await self.transactions.read(lambda uow: uow.alerts.incident("T1", incident().id))
        assert found is not None
        return found

    async def told(self, what: str, order: str = ORDER) -> dict[str, str] | None:
        """What the thread is told, or None."""
        found = await self.transactions.read(lambda uow: uow.deliveries.get(f"{order}:{what}"))
        return dict(found.subject) if found else None


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with _desk(tmp_path) as made:
        yield made


@asynccontextmanager
async def _desk(folder: Path) -> AsyncIterator[Desk]:
    engines = open_engines(f"sqlite:///{folder / 'issues.db'}")
    METADATA.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: T0, lambda: None)
    await transactions.write(lambda uow: uow.alerts.open_incident(incident()))
    yield Desk(transactions=transactions, jira=Jira())
    transactions.close()


async def test_the_key_comes_to_the_alert_and_its_thread(desk: Desk) -> None:
    await desk.order()
    await desk.deliver()
    assert [draft for draft, _ in desk.jira.made] == [DRAFT]
    assert (await desk.alert()).issue_key == "CHURN-1"
    told = await desk.told("issue_created")
    assert told is not None
    assert (told["key"], told["person"]) == ("CHURN-1", "ULENA")
    with pytest.raises(Conflict, match="CHURN-1 was created"):
        await desk.order()


async def test_a_second_click_finds_it_ordered(desk: Desk) -> None:
    await desk.order()
    with pytest.raises(Conflict, match="just asked"):
        await desk.order()


async def test_another_channel_knows_nothing_of_it(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.order(channel="C2")


async def test_a_lost_answer_leaves_one_issue(desk: Desk) -> None:
    desk.jira.failures = [LOST]
    await desk.order()
    await desk.deliver()
    assert (await desk.alert()).issue_key == ""
    await desk.deliver(after=LEASE / 2)
    await desk.deliver(after=LEASE)
    assert len(desk.jira.made) == 1
    assert (await desk.alert()).issue_key == "CHURN-1"


async def test_an_attempt_that_left_none_is_repeated(desk: Desk) -> None:
    desk.jira.failures = [LOST]
    await desk.order()
    await desk.deliver()
    desk.jira.made.clear()
    await desk.deliver(after=LEASE)
    assert len(desk.jira.made) == 1
    assert (await desk.alert()).issue_key == "CHURN-1"


async def test_jira_down_is_waited_for(desk: Desk) -> None:
    desk.jira.failures = [JiraError("Slow down.", code="429", retryable=True, retry_after=30.0)]
    await desk.order()
    await desk.deliver()
    assert not desk.jira.made
    await desk.deliver(after=timedelta(seconds=31))
    assert (await desk.alert()).issue_key == "CHURN-1"


async def test_a_refusal_is_told_and_can_be_ordered_again(desk: Desk) -> None:
    desk.jira.failures = [JiraError("priority is required", code="400")]
    await desk.order()
    await desk.deliver()
    told = await desk.told("issue_refused")
    assert told is not None
    assert told["reason"] == "priority is required"
    await desk.order()
    await desk.deliver()
    assert (await desk.alert()).issue_key == "CHURN-1"
    assert (await desk.told("issue_created", f"{ORDER}:1")) is not None


async def test_the_order_after_a_refusal_is_seen_as_on_its_way_too(desk: Desk) -> None:
    desk.jira.failures = [JiraError("no such type", code="400")] * 2
    for _ in range(2):
        await desk.order()
        await desk.deliver()
    await desk.order()
    with pytest.raises(Conflict, match="just asked"):
        await desk.order()
    await desk.deliver()
    assert len(desk.jira.made) == 1
    assert (await desk.told("issue_created", f"{ORDER}:2")) is not None


async def test_a_click_on_the_alert_meanwhile_is_kept(desk: Desk) -> None:
    await desk.order()
    await desk.transactions.write(
        lambda uow: uow.alerts.save_incident(replace(incident(), acknowledged_by="UYUKI"))
    )
    await desk.deliver()
    alert = await desk.alert()
    assert (alert.acknowledged_by, alert.issue_key) == ("UYUKI", "CHURN-1")


async def test_a_failed_order_has_ended(desk: Desk) -> None:
    desk.jira.failures = [JiraError("no", code="400")]
    await desk.order()
    await desk.deliver()
    order = await desk.transactions.read(lambda uow: uow.deliveries.get(ORDER))
    assert order is not None
    assert order.state is DeliveryState.FAILED
