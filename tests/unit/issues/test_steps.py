"""Steps that people order: taken once, only from where they were chosen, and not lost meanwhile."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import pytest

from bot.domain.delivery import DeliveryKind
from bot.domain.issues.acts import IssueAct
from bot.domain.issues.records import Issue
from bot.domain.links import Links
from bot.domain.person import Person
from bot.errors import JiraError
from bot.ports.repositories import UnitOfWork
from bot.ports.trackers import IssueTracker
from bot.services import deliveries
from bot.services.issues import acts
from bot.workflows.cards import render
from bot.workflows.deliver import Deliverer
from bot.workflows.issues.acts import IssueActor
from bot.workflows.issues.cards import CARDS
from storage.transactions import SqlTransactions
from tests.issue_sight import let_see
from tests.unit.digests.builders import T0, issue

ORDER = "issue-act:T1:w1"
LOST = JiraError("No answer.", code="timeout", retryable=True, ambiguous=True)
BUSY = JiraError("Slow down.", code="429", retryable=True, retry_after=30.0)
EXPIRED = JiraError("Jira refused the token: set JIRA_API_TOKEN.", code="401")
CAPTCHA = JiraError("Jira wants a CAPTCHA.", code="captcha")
LATER = timedelta(minutes=10)


@dataclass(kw_only=True)
class Jira:
    """CHURN-41 in some status; `lost` answers come after the step, `failures` before anything."""

    status: str = "To do"
    failures: list[JiraError] = field(default_factory=list)
    lost: bool = False
    taken: list[str] = field(default_factory=list)

    async def issue(self, key: str) -> Issue:
        """As it is."""
        if self.failures:
            raise self.failures.pop(0)
        return issue(41, self.status)

    async def transition(self, key: str, step: str) -> None:
        """Steps are called as the status that they lead to."""
        self.taken.append(step)
        self.status = step
        if self.lost:
            self.lost = False
            raise LOST


@dataclass(kw_only=True)
class Desk:
    """Lena, who moves CHURN-41."""

    transactions: SqlTransactions
    jira: Jira = field(default_factory=Jira)
    now: datetime = T0

    def clock(self) -> datetime:
        """Stands still until it is moved."""
        return self.now

    async def order(self, to: str, since: str = "To do") -> None:
        """She chose a step while it was in `since`."""
        kind = DeliveryKind.TRANSITION_ISSUE
        act = IssueAct(kind=kind, key="CHURN-41", transition_id=to, since=since, to=to)
        await self.transactions.write(acts.order, "T1", "ULENA", act, "w1", self.now)

    async def deliver(self, after: timedelta = timedelta(0)) -> None:
        """What waits for Jira, after some time."""
        self.now += after
        tracker = cast(IssueTracker, self.jira)
        actor = IssueActor(transactions=self.transactions, tracker=tracker, clock=self.clock)
        line = Deliverer(
            transactions=self.transactions, clock=self.clock, acts=actor.acts(), poll=0.01
        )
        await line.drain()

    async def told(self, what: str) -> str:
        """What she reads of it now; empty for nothing."""
        return await self.transactions.read(_read, what)


def _read(uow: UnitOfWork, what: str) -> str:
    line = uow.deliveries.get(f"{ORDER}:{what}")
    message = render(uow, CARDS, line, T0, Links()) if line else None
    return message.text if message else ""


@pytest.fixture
async def desk(transactions: SqlTransactions) -> Desk:
    lena = Person(workspace="T1", user_id="ULENA", name="Lena")
    await transactions.write(lambda uow: uow.people.save([lena]))
    await transactions.write(lambda uow: let_see(uow, "C1", "CHURN"))
    return Desk(transactions=transactions)


@pytest.mark.parametrize("failure", [EXPIRED, CAPTCHA])
async def test_a_step_waits_until_jira_lets_meridian_in_again(
    desk: Desk, failure: JiraError
) -> None:
    desk.jira.failures = [failure, failure]
    await desk.order("Done")
    await desk.deliver()
    waits = await desk.told("waits")
    assert waits == "Jira doesn't let me in just now: what you want of CHURN-41 waits."
    await desk.deliver(after=LATER)
    await desk.deliver(after=LATER)
    assert desk.jira.taken == ["Done"]
    assert await desk.told("done") == "CHURN-41 is now “Done”."
    assert not await desk.told("refused")


async def test_a_lost_step_takes_back_nothing_that_a_colleague_did_since(desk: Desk) -> None:
    desk.jira.lost = True
    await desk.order("In progress")
    await desk.deliver()
    desk.jira.status = "Done"
    await desk.deliver(after=LATER)
    assert desk.jira.taken == ["In progress"]
    refused = await desk.told("refused")
    assert refused == "Jira didn't move CHURN-41: it is in Done now, so I did nothing."


async def test_a_lost_step_that_was_not_taken_is_repeated(desk: Desk) -> None:
    desk.jira.lost = True
    await desk.order("In progress")
    await desk.deliver()
    desk.jira.status = "To do"
    await desk.deliver(after=LATER)
    assert desk.jira.taken == ["In progress", "In progress"]
    assert await desk.told("done") == "CHURN-41 is now “In progress”."


async def test_a_step_is_not_taken_from_where_it_was_not_chosen(desk: Desk) -> None:
    await desk.order("In progress")
    desk.jira.status = "Done"
    await desk.deliver()
    assert desk.jira.taken == []
    assert "it is in Done now" in await desk.told("refused")


@pytest.mark.parametrize("failures", [[], [BUSY], [EXPIRED]])
async def test_a_step_back_to_the_same_status_is_sent(
    desk: Desk, failures: list[JiraError]
) -> None:
    desk.jira.failures = [*failures]
    await desk.order("To do", since="To do")
    await desk.deliver()
    await desk.deliver(after=LATER)
    assert desk.jira.taken == ["To do"]


@pytest.mark.parametrize("failures", [[], [EXPIRED], [BUSY]])
async def test_a_step_back_to_the_same_status_is_sent_once(
    desk: Desk, failures: list[JiraError]
) -> None:
    """Whatever else goes wrong after its answer got lost."""
    desk.jira.lost = True
    await desk.order("To do", since="To do")
    await desk.deliver()
    desk.jira.failures = [*failures]
    await desk.deliver(after=LATER)
    await desk.deliver(after=LATER)
    assert desk.jira.taken == ["To do"]
    assert await desk.told("done") == "CHURN-41 is now “To do”."


async def test_a_step_that_was_cut_off_counts_as_one_whose_answer_was_lost(desk: Desk) -> None:
    await desk.order("To do", since="To do")
    await desk.transactions.write(_cut_off, desk.now)
    await desk.deliver(after=LATER)
    assert desk.jira.taken == []
    assert await desk.told("done") == "CHURN-41 is now “To do”."


def _cut_off(uow: UnitOfWork, now: datetime) -> None:
    """A process died in the attempt."""
    order = uow.deliveries.get(ORDER)
    assert order is not None
    assert deliveries.claim(uow, order, now, timedelta(minutes=1))
