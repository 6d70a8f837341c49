"""Issues that people ask for, from an alert, a blocker, a message or a command: exactly one
each, whatever becomes of Jira's answer, and its key where it was asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.domain.alerts.incidents import Incident
from bot.domain.blocker import Blocker
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.issues.drafts import NewIssue, Origin, Source, unpacked
from bot.domain.links import Links
from bot.domain.person import Person
from bot.errors import Conflict, JiraError, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.ports.trackers import IssueTracker
from bot.services.issues import ordering
from bot.workflows.cards import render
from bot.workflows.deliver import Deliverer
from bot.workflows.issues.cards import CARDS
from bot.workflows.issues.create import LEASE, IssueCreator
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.issue_sight import let_see
from tests.unit.alerts.values import T0, incident

DRAFT = NewIssue(project="CHURN", issue_type="Bug", summary="churn is worse", description="…")
ORDER = f"issue:{incident().delivery_id}"
ALERT = Origin(source=Source.ALERT, ref=incident().id, channel="C1")
MESSAGE = Origin(source=Source.MESSAGE, ref="17.5", channel="C1", thread_ts="17.1")
BLOCKER = Origin(source=Source.BLOCKER, ref="4", channel="C1")
COMMAND = Origin(source=Source.COMMAND, ref="form-1", channel="C1")
LOST = JiraError("No answer.", code="timeout", retryable=True, ambiguous=True)


@dataclass(kw_only=True)
class Jira:
    """Creates issues; `failures` come first, after the work where they are ambiguous."""

    failures: list[JiraError] = field(default_factory=list)
    made: list[tuple[NewIssue, str]] = field(default_factory=list)
    indexed: bool = True
    blind: JiraError | None = None

    async def create_issue(self, draft: NewIssue, mark: str) -> str:
        """CHURN-1 and on."""
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or failure.ambiguous:
            self.made.append((draft, mark))
        if failure is not None:
            raise failure
        return f"{draft.project}-{len(self.made)}"

    async def marked_issue(self, project: str, mark: str) -> str | None:
        """By its label in its project, once the index knows it; raises what it is `blind` with."""
        if self.blind:
            raise self.blind
        here = [label for draft, label in self.made if draft.project == project]
        marks = here if self.indexed else []
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

    async def order(self, origin: Origin = ALERT, by: str = "ULENA") -> None:
        """Lena asks for it."""
        await self.transactions.write(ordering.order, "T1", origin, by, DRAFT, self.now)

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

    async def told(self, what: str, order: str = ORDER) -> Delivery | None:
        """What somebody is told, or None."""
        return await self.transactions.read(lambda uow: uow.deliveries.get(f"{order}:{what}"))


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
    await transactions.write(_people)
    yield Desk(transactions=transactions, jira=Jira())
    transactions.close()


def _people(uow: UnitOfWork) -> None:
    lena = Person(workspace="T1", user_id="ULENA", name="Lena")
    guest = Person(workspace="T1", user_id="UGUEST", name="Gil", is_guest=True)
    uow.people.save([lena, guest])


async def test_the_key_comes_to_the_alert_and_its_thread(desk: Desk) -> None:
    await desk.order()
    await desk.deliver()
    [(made, _)] = desk.jira.made
    assert made == replace(DRAFT, description="…\n\nLena asked for this in Slack.")
    assert (await desk.alert()).issue_key == "CHURN-1"
    told = await desk.told("created")
    assert told is not None
    assert (told.subject["key"], told.subject["person"]) == ("CHURN-1", "ULENA")
    assert (told.channel, told.thread_of) == ("C1", f"alert:{incident().id}")
    with pytest.raises(Conflict, match="CHURN-1 was created"):
        await desk.order()


async def test_a_second_click_finds_it_ordered(desk: Desk) -> None:
    await desk.order()
    with pytest.raises(Conflict, match="just asked"):
        await desk.order()


async def test_another_channel_knows_nothing_of_it(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.order(replace(ALERT, channel="C2"))


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


@pytest.mark.parametrize("code", ["401", "403", "captcha"])
async def test_what_only_an_admin_mends_is_waited_for_and_doubles_nothing(
    desk: Desk, code: str
) -> None:
    desk.jira.failures = [LOST]
    await desk.order()
    await desk.deliver()
    desk.jira.blind = JiraError("Make a new token.", code=code)
    await desk.deliver(after=LEASE)
    await desk.deliver(after=LEASE)
    assert (await desk.told("refused")) is None
    with pytest.raises(Conflict, match="just asked"):
        await desk.order()
    desk.jira.blind = None
    await desk.deliver(after=2 * LEASE)
    assert len(desk.jira.made) == 1
    assert (await desk.alert()).issue_key == "CHURN-1"


@pytest.mark.parametrize("got_through", [True, False])
async def test_trying_again_after_an_unknown_outcome_looks_first(
    desk: Desk, got_through: bool
) -> None:
    """Also where they choose another project then."""
    desk.jira.failures = [LOST]
    await desk.order(COMMAND)
    await desk.deliver()
    if not got_through:
        desk.jira.made.clear()
    desk.jira.blind = JiraError("No such project.", code="400")
    await desk.deliver(after=LEASE)
    order = "issue:command:T1:form-1"
    told = await desk.told("refused", order)
    assert told is not None
    assert "nobody knows whether there is one" in told.subject["reason"]
    desk.jira.blind = None
    other = replace(DRAFT, project="DATA")
    await desk.transactions.write(ordering.order, "T1", COMMAND, "ULENA", other, desk.now)
    await desk.deliver()
    assert [draft.project for draft, _ in desk.jira.made] == ["CHURN" if got_through else "DATA"]
    created = await desk.told("created", f"{order}:1")
    assert created is not None
    assert created.subject["key"] == ("CHURN-1" if got_through else "DATA-1")


async def test_a_new_issue_waits_until_jira_lets_meridian_in_again(desk: Desk) -> None:
    desk.jira.failures = [JiraError("Make a new token.", code="401")]
    await desk.order(COMMAND)
    await desk.deliver()
    order = "issue:command:T1:form-1"
    line = await desk.told("waits", order)
    assert line is not None
    message = await desk.transactions.read(render, CARDS, line, T0, Links())
    assert message is not None
    assert message.text == "Jira doesn't let me in just now: “churn is worse” waits."
    await desk.deliver(after=2 * LEASE)
    assert (await desk.told("created", order)) is not None
    assert len(desk.jira.made) == 1


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
    told = await desk.told("refused")
    assert told is not None
    assert told.channel == "ULENA"
    assert told.subject["reason"] == "priority is required"
    kept = await desk.transactions.read(ordering.failed, "T1", ORDER, "ULENA")
    assert unpacked(kept.subject) == DRAFT
    with pytest.raises(NotFound):
        await desk.transactions.read(ordering.failed, "T1", ORDER, "UYUKI")
    await desk.order()
    await desk.deliver()
    assert (await desk.alert()).issue_key == "CHURN-1"
    assert (await desk.told("created", f"{ORDER}:1")) is not None


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
    assert (await desk.told("created", f"{ORDER}:2")) is not None


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


async def test_the_key_comes_to_the_thread_of_the_message(desk: Desk) -> None:
    await desk.order(MESSAGE)
    with pytest.raises(Conflict, match="just asked"):
        await desk.order(MESSAGE, "UYUKI")
    await desk.deliver()
    told = await desk.told("created", "issue:message:T1:C1:17.5")
    assert told is not None
    assert told.thread_of is not None
    thread = await desk.transactions.read(lambda uow: uow.deliveries.get(str(told.thread_of)))
    assert thread is not None
    assert (thread.posted_channel, thread.ts, thread.state) == ("C1", "17.1", DeliveryState.SENT)


async def test_two_who_have_the_form_of_one_message_open_make_one_issue(desk: Desk) -> None:
    yuki = Person(workspace="T1", user_id="UYUKI", name="Yuki")
    await desk.transactions.write(lambda uow: uow.people.save([yuki]))
    await desk.transactions.write(let_see, "C1", "CHURN")
    await desk.order(MESSAGE)
    await desk.deliver()
    with pytest.raises(Conflict, match="issue for this message already: CHURN-1"):
        await desk.order(MESSAGE, "UYUKI")
    desk.jira.failures = [JiraError("no", code="400")]
    other = replace(MESSAGE, ref="18.1")
    await desk.order(other)
    await desk.deliver()
    await desk.order(other)
    await desk.deliver()
    assert [draft.summary for draft, _ in desk.jira.made] == [DRAFT.summary] * 2


async def test_the_key_of_a_command_comes_directly(desk: Desk) -> None:
    await desk.order(COMMAND)
    await desk.deliver()
    told = await desk.told("created", "issue:command:T1:form-1")
    assert told is not None
    assert (told.channel, told.thread_of) == ("ULENA", None)


@pytest.mark.parametrize("has_card", [True, False])
async def test_a_blocker_waits_for_its_issue(desk: Desk, has_card: bool) -> None:
    card = Delivery(
        id="blocker:T1:4", workspace="T1", channel="C1", card="blocker", subject={}, ready_at=T0
    )
    await desk.transactions.write(lambda uow: uow.blockers.add(_blocker()))
    if has_card:
        await desk.transactions.write(lambda uow: uow.deliveries.add(card))
    await desk.order(BLOCKER)
    await desk.deliver()
    blocked = await desk.transactions.read(lambda uow: uow.blockers.get("T1", 4))
    assert blocked is not None
    assert blocked.waits_for is not None
    assert blocked.waits_for.key == "CHURN-1"
    told = await desk.told("created", "issue:blocker:T1:4")
    assert told is not None
    thread = ("C1", "blocker:T1:4") if has_card else ("ULENA", None)
    assert (told.channel, told.thread_of) == thread
    with pytest.raises(Conflict, match="waits for CHURN-1 already"):
        await desk.order(BLOCKER)


async def test_a_solved_blocker_needs_none(desk: Desk) -> None:
    await desk.transactions.write(lambda uow: uow.blockers.add(_blocker().solved("ULENA", T0)))
    with pytest.raises(Conflict, match="solved"):
        await desk.order(BLOCKER)


async def test_guests_create_nothing(desk: Desk) -> None:
    with pytest.raises(NotPermitted, match="Guests"):
        await desk.order(COMMAND, "UGUEST")


async def test_a_project_that_only_others_may_use_is_refused(desk: Desk) -> None:
    await desk.transactions.write(let_see, "C9", "CHURN")
    await desk.transactions.write(
        lambda uow: uow.channels.keep("T1", "C9", public=False, shared=False, now=T0)
    )
    with pytest.raises(NotPermitted, match="None of your channels"):
        await desk.order(COMMAND)
    await desk.transactions.write(let_see, "C1", "DATA")
    with pytest.raises(NotPermitted, match="names CHURN"):
        await desk.order(COMMAND)
    await desk.transactions.write(let_see, "C1", "CHURN")
    await desk.order(COMMAND)


async def test_a_long_silence_is_told_once(desk: Desk) -> None:
    desk.jira.failures = [JiraError("down", code="503", retryable=True)] * 5
    await desk.order(COMMAND)
    for _ in range(6):
        await desk.deliver(after=timedelta(minutes=6))
    order = "issue:command:T1:form-1"
    assert (await desk.told("waits", order)) is not None
    assert (await desk.told("created", order)) is not None
    assert len(desk.jira.made) == 1


def _blocker() -> Blocker:
    return Blocker(
        workspace="T1",
        number=4,
        standup_id="S1",
        channel="C1",
        user_id="UYUKI",
        text="GPU quota",
        opened_at=T0,
    )
