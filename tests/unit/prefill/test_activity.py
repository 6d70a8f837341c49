"""Since when, whose and of which projects: what a report may be prefilled with."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.experiments.records import RunStatus
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import IssuePage
from bot.domain.person import Choices
from bot.domain.report import Report
from bot.ports.repositories import UnitOfWork
from bot.services import activity
from bot.services.issues import mirror as issues
from bot.workflows import prefill
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import FakeJira
from tests.unit.prefill.builders import (
    CHURN,
    FRIDAY,
    HOUR,
    MINUTE,
    NOW,
    YUKI,
    a_move,
    a_run,
    an_issue,
    texts,
)
from tests.unit.prefill.conftest import STANDUP

WITHOUT_PROJECTS = replace(STANDUP, plan=replace(STANDUP.plan, projects=()))


def _report(at: datetime, standup_id: str = "S1") -> Report:
    return Report(
        workspace="T1",
        standup_id=standup_id,
        local_date=at.date(),
        user_id="U1",
        answers=(),
        blocker="",
        submitted_at=at,
        edited_at=None,
    )


async def _since(transactions: SqlTransactions, *reports: Report) -> datetime:
    def save(uow: UnitOfWork) -> None:
        for report in reports:
            uow.standups.save_report(report)

    await transactions.write(save)
    return await transactions.read(activity.since, "S1", "U1", NOW)


async def test_since_the_last_report_of_this_standup(transactions: SqlTransactions) -> None:
    assert await _since(transactions) == NOW - timedelta(days=3)
    assert await _since(transactions, _report(FRIDAY)) == FRIDAY
    later = FRIDAY + HOUR
    assert await _since(transactions, _report(later, "S2")) == FRIDAY


async def test_after_a_vacation_since_the_report_before_but_never_more_than_30_days(
    transactions: SqlTransactions,
) -> None:
    three_weeks = NOW - timedelta(days=21)
    assert await _since(transactions, _report(three_weeks)) == three_weeks


async def test_after_a_year_30_days_are_enough(transactions: SqlTransactions) -> None:
    year = NOW - timedelta(days=365)
    assert await _since(transactions, _report(year)) == NOW - timedelta(days=30)


def _page(*, at: datetime = FRIDAY + 2 * HOUR) -> IssuePage:
    ours = an_issue(1, "Done", "Ours", updated_at=at)
    secret = an_issue(2, "Done", "Not for this channel", project="SECRET", key="SECRET-2")
    theirs = an_issue(3, "Done", "Another's")
    moves = (
        a_move(1, "To do", "Done"),
        a_move(2, "To do", "Done"),
        a_move(3, "To do", "Done", by="another"),
    )
    return IssuePage(issues=(ours, secret, theirs), changes=moves)


def _mirror(uow: UnitOfWork) -> None:
    reading = Reading(projects=("CHURN", "SECRET"), since=FRIDAY, news_since=FRIDAY)
    issues.store(uow, "T1", [(reading, _page())], "", NOW)


async def test_only_own_moves_of_the_standups_projects(monday: SqlTransactions) -> None:
    await monday.write(_mirror)
    told = await monday.read(activity.for_standup, STANDUP, "U1", NOW)
    assert texts(told)[:-1] == ["CHURN-1 moved to Done: Ours"]


@pytest.mark.parametrize(("active", "expected"), [(True, ("CHURN",)), (False, ())])
async def test_else_those_of_the_channels_digest(
    monday: SqlTransactions, active: bool, expected: tuple[str, ...]
) -> None:
    assert await monday.read(activity.projects, WITHOUT_PROJECTS) == ()
    choice = DigestChoice(zone="UTC", projects=("CHURN",), active=active)
    settings = DigestSettings(workspace="T1", channel="C1", choice=choice, owner="U1")
    await monday.write(lambda uow: uow.digests.add(settings))
    assert tuple(await monday.read(activity.projects, WITHOUT_PROJECTS)) == expected


async def test_without_projects_jira_is_not_mentioned(monday: SqlTransactions) -> None:
    await monday.write(_mirror)
    told = await monday.read(activity.for_standup, WITHOUT_PROJECTS, "U1", NOW)
    assert (len(told.found), told.notes) == (1, [])


async def test_strangers_get_nothing(monday: SqlTransactions) -> None:
    told = await monday.read(activity.for_standup, STANDUP, "U9", NOW)
    assert (told.found, told.notes) == ((), ())


async def test_a_poll_covers_the_projects_of_active_standups(monday: SqlTransactions) -> None:
    [reading] = (await monday.read(issues.plan, "T1", NOW)).readings
    assert reading.projects == ("CHURN",)
    await monday.write(
        lambda uow: uow.standups.change(replace(STANDUP, active=False), from_version=1)
    )
    assert not await monday.read(issues.plan, "T1", NOW)


async def test_runs_that_are_nobodys_are_mentioned_to_those_without_runs(
    monday: SqlTransactions,
) -> None:
    def mirror(uow: UnitOfWork) -> None:
        uow.experiments.save_experiments("T1", [CHURN])
        uow.experiments.save_runs("T1", [a_run("x", 0.9, user="gpu-box")], NOW)
        uow.sources.read_ok("mlflow", NOW, NOW)

    note = "I don't know who you are in MLflow; `/meridian me` tells me."
    await monday.write(mirror)
    told = await monday.read(activity.for_standup, WITHOUT_PROJECTS, "U1", NOW)
    assert (len(told.found), told.notes) == (1, [note])

    own = a_run("y", 0.8, user="YUKI", name="gentle-owl")
    await monday.write(lambda uow: uow.experiments.save_runs("T1", [own], NOW))
    told = await monday.read(activity.for_standup, WITHOUT_PROJECTS, "U1", NOW)
    assert (texts(told)[0], told.notes) == ("gentle-owl: val_auc 0.8", [])

    chosen = Choices(mlflow_user="gpu-box")
    await monday.write(lambda uow: uow.people.choose("T1", "U1", chosen))
    told = await monday.read(activity.for_standup, WITHOUT_PROJECTS, "U1", NOW)
    assert (texts(told)[0], told.notes) == ("x: val_auc 0.9", [])


async def test_the_long_run_of_hers_is_told_and_anothers_is_not(monday: SqlTransactions) -> None:
    def mirror(uow: UnitOfWork) -> None:
        states: dict[str, Any] = {
            "status": RunStatus.RUNNING,
            "ended_at": None,
            "logged_at": NOW - MINUTE,
            "params": {"epochs": "90"},
        }
        own = a_run("r", started_at=NOW - 40 * HOUR, step=40, name="lr-search-big", **states)
        other = a_run("o", started_at=NOW - 90 * HOUR, step=50, user="sam", **states)
        uow.experiments.save_runs("T1", [own, other], NOW)
        uow.sources.read_ok("mlflow", NOW, NOW)

    assert await monday.read(activity.long_run, STANDUP, "U1", NOW) is None
    await monday.write(mirror)
    line = "No news: lr-search-big runs, step 40 of 90, done about Wed 11:30"
    found = await monday.read(activity.long_run, STANDUP, "U1", NOW)
    assert found is not None
    assert found.text == line


async def test_the_form_offers_those_who_were_seen(monday: SqlTransactions) -> None:
    await monday.write(_mirror)
    runs = [a_run("a", user="sam"), a_run("b", user="Zoe"), a_run("c", user="")]
    await monday.write(lambda uow: uow.experiments.save_runs("T1", runs, NOW))
    assert await monday.read(activity.mlflow_users, "T1") == ["sam", "Zoe"]
    seen = await monday.read(activity.jira_people, "T1", "U1")
    assert [name for _, name in seen] == ["Yuki Sato", "Yuki Sato"]
    await monday.write(lambda uow: uow.people.save([replace(YUKI, user_id="U3", is_guest=True)]))
    assert await monday.read(activity.jira_people, "T1", "U3") == []


async def test_participants_are_found_in_jira_by_their_address(monday: SqlTransactions) -> None:
    jira = FakeJira()
    jira.accounts[YUKI.email] = ("acc-1", "Yuki Sato")

    await monday.write(lambda uow: uow.people.choose("T1", "U1", Choices()))
    await prefill.match_people("T1", jira, monday, NOW)
    found = await monday.read(lambda uow: uow.people.get("T1", "U1"))
    assert found is not None
    assert (found.choices.jira_account, found.choices.jira_name) == ("acc-1", "Yuki Sato")
    assert found.choices.proven_account == "acc-1"


@pytest.mark.parametrize(
    ("named", "is_external", "proven"),
    [("acc-1", False, "acc-1"), ("boss", False, ""), ("acc-1", True, "")],
)
async def test_jira_proves_whose_account_it_is_that_somebody_named(
    monday: SqlTransactions, named: str, is_external: bool, proven: str
) -> None:
    jira = FakeJira()
    guest = replace(YUKI, user_id="U3", email="gil@x.example", is_guest=True)
    jira.accounts[guest.email] = ("acc-1", "Gil")

    def work(uow: UnitOfWork) -> None:
        uow.people.save([replace(guest, is_external=is_external)])
        uow.people.choose("T1", "U3", Choices(jira_account=named))

    await monday.write(work)
    await prefill.match_people("T1", jira, monday, NOW)
    found = await monday.read(lambda uow: uow.people.get("T1", "U3"))
    assert found is not None
    assert (found.choices.jira_account, found.choices.proven_account) == (named, proven)
