"""Three moves, twelve runs of a sweep and a decision since Friday: up, slow and down."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from bot.domain.activity import Activity
from bot.domain.experiments.records import Experiment
from bot.domain.issues.records import IssuePage
from bot.domain.offer import Offer
from bot.domain.person import Choices
from bot.domain.prefill import late
from bot.errors import JiraError
from bot.services import activity
from bot.workflows import poll_mlflow
from bot.workflows.issues import poll as poll_jira
from bot.workflows.prefill import fresh, later
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import FakeJira
from tests.unit.experiments.fake_tracker import FakeTracker
from tests.unit.prefill.builders import ACCOUNT, FRIDAY, HOUR, MINUTE, NOW, YUKI, texts
from tests.unit.prefill.conftest import STANDUP

JIRA_LINES = [
    "CHURN-38 moved to Done: Drop leaky feature days_since_cancel",
    "CHURN-41 moved to In review: Calibrate churn scores after the data v7 refresh",
    "CHURN-44 moved to In progress: Compare focal loss with class weights",
]
MLFLOW_LINE = "12-run sweep lr-search: best val_auc 0.912, 0.006 above champion, 1 failed"
DECISION_LINE = "Decided D-12: Use LightGBM for churn v2"
EVERYTHING = [*JIRA_LINES, MLFLOW_LINE, DECISION_LINE]
# 08:50 in Tokyo.
BEFORE = NOW - 40 * MINUTE
DOWN = JiraError("Jira could not be reached.", code="unreached", retryable=True)


async def opened(monday: SqlTransactions, now: datetime = NOW) -> Activity:
    """What the modal opens with."""
    return await monday.read(activity.for_standup, STANDUP, "U1", now)


async def asked_again(
    monday: SqlTransactions,
    jira: FakeJira | None,
    mlflow: FakeTracker | None,
    now: datetime = NOW,
    seconds: float = 5.0,
) -> Activity:
    """What is known after the tools were asked."""
    return await fresh(
        STANDUP,
        "U1",
        monday,
        now,
        issue_tracker=jira,
        experiment_tracker=mlflow,
        seconds=seconds,
    )


async def poll(monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker, at: datetime) -> None:
    """The jobs' polls."""
    await poll_jira.poll("T1", jira, monday, at)
    await poll_mlflow.poll("T1", mlflow, monday, at)


async def test_with_both_up_the_modal_opens_with_everything(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await poll(monday, jira, mlflow, NOW - MINUTE)
    told = await opened(monday)
    assert texts(told) == EVERYTHING
    assert told.notes == []
    assert [line.reference.anchor for line in told.found] == [
        "CHURN-38",
        "CHURN-41",
        "CHURN-44",
        "lr-search",
        "D-12",
    ]


async def test_with_both_down_it_opens_with_what_was_told_before(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await poll(monday, jira, mlflow, BEFORE)
    jira.failure = DOWN
    mlflow.down = {"experiments"}
    await poll(monday, jira, mlflow, NOW - 2 * MINUTE)
    notes = [
        "Jira hasn't answered since 08:50; what it told before that is here.",
        "MLflow hasn't answered since 08:50; what it told before that is here.",
    ]
    before = await opened(monday)
    after = await asked_again(monday, jira, mlflow)
    assert texts(before) == texts(after) == EVERYTHING
    assert before.notes == after.notes == notes


async def test_with_both_down_from_the_start_decisions_are_left(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    jira.failure = DOWN
    mlflow.down = {"experiments"}
    told = await asked_again(monday, jira, mlflow)
    assert texts(told) == [DECISION_LINE]
    assert told.notes == [
        "Jira hasn't told me anything yet.",
        "MLflow hasn't told me anything yet.",
    ]


async def test_slow_tools_do_not_hold_the_modal_and_their_lines_come_late(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    """Both answer after the modal is open, the one when the other has."""
    answers = asyncio.Event()
    slow_jira, slow_mlflow = SlowJira(jira, answers), SlowMlflow(mlflow, answers)
    before = await opened(monday)
    assert texts(before) == [DECISION_LINE]
    asking = asyncio.create_task(asked_again(monday, slow_jira, slow_mlflow))
    await asyncio.gather(slow_jira.asked.wait(), slow_mlflow.asked.wait())
    assert not asking.done()
    answers.set()
    after = await asking
    assert [line.text for line in late(before, after)] == [*JIRA_LINES, MLFLOW_LINE]
    assert after.notes == []


async def test_tools_that_are_too_slow_are_named_and_what_was_known_stays(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await poll(monday, jira, mlflow, BEFORE)
    never = asyncio.Event()
    told = await asked_again(monday, SlowJira(jira, never), SlowMlflow(mlflow, never), seconds=0.01)
    assert texts(told) == EVERYTHING
    assert told.notes == [
        "Jira is slow right now; what is here is from 08:50.",
        "MLflow is slow right now; what is here is from 08:50.",
    ]


async def test_while_one_is_slow_the_other_is_read(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    answers = asyncio.Event()
    asking = asyncio.create_task(asked_again(monday, SlowJira(jira, answers), mlflow))
    async with asyncio.timeout(30):
        while texts(await opened(monday)) != [MLFLOW_LINE, DECISION_LINE]:
            assert not asking.done()
    answers.set()
    assert texts(await asking) == EVERYTHING


async def test_what_nobody_read_for_long_says_how_old_it_is(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await poll(monday, jira, mlflow, NOW - 15 * HOUR)
    assert (await opened(monday)).notes == [
        "What I know from Jira is from Sun 18:30.",
        "What I know from MLflow is from Sun 18:30.",
    ]


async def test_what_was_read_just_now_is_not_read_again(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await poll(monday, jira, mlflow, NOW - timedelta(seconds=59))
    jira.calls.clear()
    mlflow.calls.clear()
    assert texts(await asked_again(monday, jira, mlflow)) == EVERYTHING
    assert (jira.calls, mlflow.calls) == ([], [])
    await asked_again(monday, jira, mlflow, NOW + timedelta(seconds=1))
    assert jira.calls
    assert mlflow.calls


async def test_of_a_known_mlflow_only_the_news_are_asked(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    sweep = [mlflow.held.pop(run_id) for run_id in list(mlflow.held) if run_id != "old"]
    await poll_mlflow.poll("T1", mlflow, monday, FRIDAY)
    await poll_jira.poll("T1", jira, monday, BEFORE)
    mlflow.hold(*sweep)
    mlflow.calls.clear()
    told = await asked_again(monday, jira, mlflow)
    assert (texts(told), told.notes) == (EVERYTHING, [])
    assert mlflow.calls == ["experiments", "ended_runs"]


async def test_an_mlflow_that_fails_when_it_is_asked_for_news_is_down(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await poll(monday, jira, mlflow, BEFORE)
    mlflow.down = {"ended_runs"}
    down = "MLflow hasn't answered since 08:50; what it told before that is here."
    assert (await asked_again(monday, jira, mlflow)).notes == [down]
    mlflow.down = set()
    assert (await asked_again(monday, jira, mlflow)).notes == []


async def test_without_the_tools_only_decisions_are_told(monday: SqlTransactions) -> None:
    told = await asked_again(monday, None, None)
    assert texts(told) == [DECISION_LINE]


async def test_somebody_unknown_to_jira_is_matched_by_email_once(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await monday.write(lambda uow: uow.people.choose("T1", "U1", Choices(region="13")))
    await poll(monday, jira, mlflow, NOW - MINUTE)
    note = "I don't know who you are in Jira; `/meridian me` tells me."
    told = await opened(monday)
    assert (texts(told), told.notes) == ([MLFLOW_LINE, DECISION_LINE], [note])

    assert (await asked_again(monday, jira, mlflow)).notes == [note]
    jira.accounts = {YUKI.email: (ACCOUNT, "Yuki Sato")}
    told = await asked_again(monday, jira, mlflow)
    assert (texts(told), told.notes) == (EVERYTHING, [])

    jira.accounts = {YUKI.email: ("another", "Somebody")}
    await asked_again(monday, jira, mlflow)
    person = await monday.read(lambda uow: uow.people.get("T1", "U1"))
    assert person is not None
    assert person.choices == Choices(
        region="13", jira_account=ACCOUNT, jira_name="Yuki Sato", jira_found=ACCOUNT
    )


async def test_a_jira_that_refuses_the_search_for_people_hides_nothing(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker
) -> None:
    await monday.write(lambda uow: uow.people.choose("T1", "U1", Choices()))
    await poll(monday, jira, mlflow, NOW - timedelta(seconds=30))
    jira.failure = DOWN
    told = await asked_again(monday, jira, mlflow)
    assert texts(told) == [MLFLOW_LINE, DECISION_LINE]


async def test_a_choice_made_meanwhile_is_not_overwritten(monday: SqlTransactions) -> None:
    await monday.write(activity.remember_jira, "T1", "U1", "another", "Somebody")
    await monday.write(activity.remember_jira, "T1", "U9", "another", "Nobody")
    person = await monday.read(lambda uow: uow.people.get("T1", "U1"))
    assert person is not None
    assert person.choices.jira_account == ACCOUNT


@pytest.mark.parametrize("changed", [True, False])
async def test_the_open_form_is_brought_up_to_date_only_where_something_changed(
    monday: SqlTransactions, jira: FakeJira, mlflow: FakeTracker, changed: bool
) -> None:
    if not changed:
        await poll(monday, jira, mlflow, NOW - HOUR / 120)
    offer = Offer(standup=STANDUP, day=date(2026, 11, 23), activity=await opened(monday))
    fresher = await later(offer, "U1", jira, mlflow, monday, NOW)
    if not changed:
        assert fresher is None
        return
    assert fresher is not None
    assert [line.text for line in fresher.late] == [*JIRA_LINES, MLFLOW_LINE]
    assert fresher.activity.found == offer.activity.found
    assert fresher.activity.notes == []


class SlowJira(FakeJira):
    """A Jira that answers once `answers` is set."""

    def __init__(self, like: FakeJira, answers: asyncio.Event) -> None:
        super().__init__(issues=like.issues, changes=like.changes)
        self.asked = asyncio.Event()
        self._answers = answers

    async def updated_issues(self, projects: Sequence[str], since: datetime) -> IssuePage:
        self.asked.set()
        await self._answers.wait()
        return await super().updated_issues(projects, since)


class SlowMlflow(FakeTracker):
    """An MLflow that answers once `answers` is set."""

    def __init__(self, like: FakeTracker, answers: asyncio.Event) -> None:
        super().__init__(*like.known)
        self.held, self.models, self.versions = like.held, like.models, like.versions
        self.asked = asyncio.Event()
        self._answers = answers

    async def experiments(self) -> list[Experiment]:
        self.asked.set()
        await self._answers.wait()
        return await super().experiments()
