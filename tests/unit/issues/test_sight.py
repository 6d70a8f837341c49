"""What a channel and a person may see of Jira."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.issues.sharing import NOTHING, UNNAMED, IssueField, IssueSight
from bot.domain.person import Choices, Person
from bot.services.issues import sight
from storage.base import Base
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.issue_sight import LONG_AGO, let_see
from tests.unit.desk import Office
from tests.unit.issues.hostile_titles import an_issue

ISSUE = an_issue("Secret")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    engines = open_engines(f"sqlite:///{tmp_path}/sight.db")
    Base.metadata.create_all(engines.writer)
    yield Office(engines=engines)
    engines.dispose()


def of_channel(office: Office, channel: str = "C1") -> IssueSight:
    return office.do(sight.of_channel, "T1", channel)


def of_person(
    office: Office, found: str = "acc", /, *, is_guest: bool = False, is_external: bool = False
) -> IssueSight:
    person = Person(
        workspace="T1", user_id="U1", name="Yuki", is_guest=is_guest, is_external=is_external
    )

    def work(uow: SqlUnitOfWork) -> IssueSight:
        uow.people.save([person])
        uow.people.choose("T1", "U1", Choices(jira_account="acc", jira_found=found))
        return sight.of_person(uow, "T1", "U1")

    return office.do(work)


def test_a_channel_at_which_nobody_looked_sees_nothing(office: Office) -> None:
    office.do(lambda uow: let_see(uow, "C1", "CHURN"))
    assert of_channel(office).sees(ISSUE)
    assert of_channel(office, "C2") == NOTHING
    office.do(lambda uow: let_see(uow, "C3", "CHURN"))
    office.do(lambda uow: uow.channels.keep("T1", "C4", public=True, now=LONG_AGO))
    assert of_channel(office, "C4") == NOTHING
    assert not of_channel(office, "C3").sees(replace(ISSUE, project="OTHER"))


def test_a_shared_channel_sees_nothing_without_consent(office: Office) -> None:
    office.do(lambda uow: let_see(uow, "C1", "CHURN", shared=True))
    assert of_channel(office) == NOTHING
    assert office.do(sight.called, "T1", "C1", "CHURN-9") == UNNAMED
    office.do(lambda uow: let_see(uow, "C1", "CHURN", shared=True, shared_ok=True))
    assert of_channel(office).sees(ISSUE)
    assert office.do(sight.called, "T1", "C1", "CHURN-9") == "CHURN-9"


def test_a_channel_names_what_it_asked_for_once_it_is_known_to_be_ours(office: Office) -> None:
    assert office.do(sight.called, "T1", "C1", "HR-7") == UNNAMED
    office.do(lambda uow: uow.channels.keep("T1", "C1", public=True, now=LONG_AGO))
    assert office.do(sight.called, "T1", "C1", "HR-7") == UNNAMED
    office.do(lambda uow: uow.channels.keep("T1", "C1", public=True, shared=False, now=LONG_AGO))
    assert office.do(sight.called, "T1", "C1", "HR-7") == "HR-7"


def test_fields_that_a_channel_does_not_show_are_blank(office: Office) -> None:
    office.do(lambda uow: let_see(uow, "C1", "CHURN", fields=[IssueField.DUE]))
    shown = of_channel(office).shown(replace(ISSUE, blocked_by=("CHURN-2", "OTHER-1")))
    assert (shown.summary, shown.assignee_name, shown.priority, shown.labels) == ("", None, "", ())
    assert shown.due_on is not None
    assert shown.blocked_by == ("CHURN-2",)


@pytest.mark.parametrize("changes", [{"is_guest": True}, {"is_external": True}])
def test_guests_and_outsiders_see_what_is_theirs(office: Office, changes: dict[str, bool]) -> None:
    office.do(lambda uow: let_see(uow, "C1", "CHURN"))
    assert of_person(office).sees(replace(ISSUE, assignee_id="other"))
    seen = of_person(office, **changes)
    assert seen.sees(ISSUE)
    assert not seen.sees(replace(ISSUE, assignee_id="other"))


def test_an_account_that_somebody_named_themselves_shows_nothing(office: Office) -> None:
    office.do(lambda uow: let_see(uow, "C1", "CHURN"))
    elsewhere = replace(ISSUE, project="HR")
    for found in ("", "another"):
        assert of_person(office, found, is_guest=True) == NOTHING
        assert not of_person(office, found).sees(elsewhere)
        assert of_person(office, found).sees(ISSUE)
    assert of_person(office).sees(elsewhere)


def test_a_private_channel_is_for_its_members(office: Office) -> None:
    office.do(lambda uow: let_see(uow, "C1", "CHURN"))

    def private(*members: str) -> None:
        office.do(
            lambda uow: uow.channels.keep(
                "T1", "C1", public=False, shared=False, members=members, now=LONG_AGO
            )
        )

    private("U2")
    assert not of_person(office).names("CHURN-1")
    private("U1", "U2")
    assert of_person(office).names("CHURN-1")
    office.do(lambda uow: uow.channels.forget_member("T1", "C1", "U1"))
    assert not of_person(office).names("CHURN-1")
