"""*Create issue* on an alert: the form is filled with what the alert says."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.domain.alerts.incidents import Call
from bot.domain.links import Links
from bot.domain.person import Choices, Person
from bot.errors import Conflict, InvalidInput, NotPermitted
from bot.ports.chat import ChannelInfo, Chat
from bot.ports.holidays import HolidayCalendar
from bot.ports.repositories import UnitOfWork
from bot.ports.trackers import IssueTracker
from bot.services.alerts import incidents
from bot.views.issues import seeds
from handlers.issues import origins
from handlers.replies import Open
from handlers.requests import Click
from handlers.routing import Deps
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.issue_sight import let_see
from tests.unit.alerts.values import T0, incident
from tests.unit.digests.builders import FakeJira


class Room:
    """A chat that knows one channel with Lena in it."""

    async def channel(self, workspace: str, channel: str) -> ChannelInfo:
        """C1."""
        return ChannelInfo(
            channel_id=channel, name="churn", is_member=True, member_ids=("ULENA", "UGIL")
        )


@pytest.fixture
async def deps(tmp_path: Path) -> AsyncIterator[Deps]:
    engines = open_engines(f"sqlite:///{tmp_path / 'alert.db'}")
    METADATA.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: T0, lambda: None)
    await transactions.write(_set_up)
    yield Deps(
        transactions=transactions,
        chat=cast(Chat, Room()),
        links=Links(jira_url="https://jira.example"),
        holidays=cast(HolidayCalendar, None),
        issue_tracker=cast(IssueTracker, FakeJira()),
    )
    transactions.close()


def _set_up(uow: UnitOfWork) -> None:
    known = Choices(jira_account="acc-1", jira_name="Lena")
    lena = Person(workspace="T1", user_id="ULENA", name="Lena")
    uow.people.save([lena, Person(workspace="T1", user_id="UGIL", name="Gil", is_guest=True)])
    uow.people.choose("T1", "ULENA", known)
    uow.alerts.open_incident(incident())
    let_see(uow, "C1", "CHURN", "DATA")


def click(**changes: Any) -> Click:
    found = Click(
        workspace="T1",
        user_id="ULENA",
        now=T0,
        key="click:1",
        action_id=seeds.ACTION_CREATE,
        value=f"alert:{incident().id}",
        trigger_id="t",
        channel="C1",
    )
    return replace(found, **changes)


async def shown(deps: Deps) -> dict[str, Any]:
    """The blocks of the form, by field."""
    reply = await origins.clicked(click(), deps)
    assert isinstance(reply, Open)
    return {b["block_id"].split(":")[0]: b for b in reply.modal["blocks"] if "block_id" in b}


async def test_the_form_says_what_the_alert_says(deps: Deps) -> None:
    blocks = await shown(deps)
    assert blocks["summary"]["element"]["initial_value"] == incident().title
    assert incident().latest in blocks["description"]["element"]["initial_value"]
    assert "initial_user" not in blocks["assignee"]["element"]
    assert blocks["project"]["element"]["initial_option"]["value"] == "CHURN"


@pytest.mark.parametrize(
    "who",
    [{"call": Call(person="ULENA", at=T0)}, {"acknowledged_by": "ULENA"}, {"assigned_to": "ULENA"}],
)
async def test_the_issue_is_for_who_was_called_or_has_the_alert(
    deps: Deps, who: dict[str, Any]
) -> None:
    def change(uow: UnitOfWork) -> None:
        incidents.amend(uow, "T1", incident().id, lambda it: replace(it, **who))

    await deps.transactions.write(change)
    blocks = await shown(deps)
    assert blocks["assignee"]["element"]["initial_user"] == "ULENA"


async def test_not_for_guests_not_from_elsewhere_and_not_twice(deps: Deps) -> None:
    with pytest.raises(NotPermitted, match="Guests"):
        await origins.clicked(click(user_id="UGIL"), deps)
    with pytest.raises(InvalidInput, match="isn't connected"):
        await origins.clicked(click(), replace(deps, issue_tracker=None))
    with pytest.raises(InvalidInput, match="can't tell"):
        await origins.clicked(click(value="moon:1"), deps)
    made = replace(incident(), issue_key="CHURN-7")
    await deps.transactions.write(lambda uow: uow.alerts.save_incident(made))
    with pytest.raises(Conflict, match="CHURN-7"):
        await origins.clicked(click(), deps)
