"""`/digest` from the command to what is kept and answered."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.clients.holidays import LibraryCalendar
from bot.domain.digests.settings import schedule_id
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import IssuePage
from bot.domain.links import Links
from bot.domain.person import Person
from bot.errors import InvalidForm, InvalidInput, JiraError, NotPermitted
from bot.ports.chat import ChannelInfo
from bot.ports.repositories import UnitOfWork
from bot.workflows.digests.cards import unknown_projects
from handlers.digests import register
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Command, Submission, View
from handlers.routing import Deps, Routes
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import HOUR, T0, FakeJira, issue, step
from tests.unit.digests.test_form import submitted


class QuietChat:
    """A chat that posts nothing: `/digest` answers by its replies and the outbox only."""

    async def channel(self, workspace: str, channel: str) -> ChannelInfo:
        """Meridian is a member everywhere."""
        return ChannelInfo(channel_id=channel, name="churn", is_member=True, member_ids=())


class Channel:
    """Types commands into channel C1 and submits forms."""

    def __init__(self, transactions: SqlTransactions, jira: FakeJira | None) -> None:
        self.routes = Routes()
        register(self.routes)
        chat: Any = QuietChat()
        self.deps = Deps(
            transactions=transactions,
            chat=chat,
            links=Links(),
            holidays=LibraryCalendar(),
            issue_tracker=jira,
        )
        self._typed = 0

    async def types(self, text: str, user_id: str = "U1", channel_name: str = "churn") -> Reply:
        """The answer to `/digest <text>`."""
        self._typed += 1
        command = Command(
            workspace="T1",
            user_id=user_id,
            now=T0,
            key=f"command:{self._typed}",
            command="/digest",
            text=text,
            channel="C1",
            channel_name=channel_name,
            trigger_id=f"t{self._typed}",
            response_url="",
        )
        return await self.routes.commands["/digest"](command, self.deps)

    async def opens(self, user_id: str = "U1") -> dict[str, Any]:
        """The settings form."""
        reply = await self.types("settings", user_id)
        assert isinstance(reply, Open)
        return reply.modal

    async def submits(self, modal: dict[str, Any], user_id: str = "U1", **typed: Any) -> Reply:
        """The answer to a submitted form."""
        self._typed += 1
        view = View(
            view_id="V1",
            view_hash=str(self._typed),
            callback_id=modal["callback_id"],
            state=submitted(modal, **typed),
        )
        submission = Submission(
            workspace="T1", user_id=user_id, now=T0, key=f"view:{self._typed}", view=view
        )
        return await self.routes.submissions[modal["callback_id"]](submission, self.deps)


@pytest.fixture
def jira() -> FakeJira:
    """A Jira with the projects CHURN and DATA."""
    return FakeJira()


@pytest.fixture
async def channel(transactions: SqlTransactions, jira: FakeJira) -> Channel:
    """A channel without a digest; Ana sits in Tokyo, Guy is a guest."""
    people = [
        Person(workspace="T1", user_id="U1", name="Ana", zone="Asia/Tokyo"),
        Person(workspace="T1", user_id="U2", name="Ben", zone="Europe/Berlin"),
        Person(workspace="T1", user_id="U9", name="Guy", is_guest=True),
    ]
    await transactions.write(lambda uow: uow.people.save(people))
    return Channel(transactions, jira)


def _said(reply: Reply) -> str:
    assert isinstance(reply, Tell)
    return reply.message.text


async def _happen(transactions: SqlTransactions, at: datetime = T0) -> None:
    def move(uow: UnitOfWork) -> None:
        reading = Reading(projects=("CHURN",), since=at - HOUR, news_since=at - HOUR)
        changes = (step(1, "To do", "In review", at),)
        moved = replace(issue(1, "In review", updated=at), status_since=at)
        page = IssuePage(issues=(moved,), changes=changes)
        uow.issues.save("T1", reading, page, at)

    await transactions.write(move)


async def test_settings_are_prefilled_with_the_persons_zone_and_stored(
    channel: Channel, transactions: SqlTransactions
) -> None:
    modal = await channel.opens()
    reply = await channel.submits(modal, projects="churn", time="09:30")
    assert isinstance(reply, Show)
    assert "Mon–Fri at 09:30 Asia/Tokyo" in str(reply.modal)
    schedule = await transactions.read(lambda uow: uow.schedules.get(schedule_id("T1", "C1")))
    assert schedule is not None
    assert (schedule.zone, schedule.subject, schedule.user_id) == ("Asia/Tokyo", "C1", "U1")
    assert schedule.next_run_at > T0
    status = _said(await channel.types(""))
    assert "The next digest here comes <!date^" in status
    assert "CHURN" in status


async def test_without_settings_the_status_says_how_to_set_one(channel: Channel) -> None:
    assert "`/digest settings` sets one" in _said(await channel.types(" "))


async def test_switched_off_and_on_again(channel: Channel) -> None:
    await channel.submits(await channel.opens())
    await channel.submits(await channel.opens(), active="off")
    assert "switched off" in _said(await channel.types(""))
    await channel.submits(await channel.opens(), active="on")
    assert "The next digest here" in _said(await channel.types(""))


async def test_two_people_editing_keeps_both(channel: Channel) -> None:
    anas, bens = await channel.opens("U1"), await channel.opens("U2")
    await channel.submits(anas, "U1", projects="CHURN")
    reply = await channel.submits(bens, "U2", projects="DATA", time="07:15")
    assert isinstance(reply, Show)
    assert "Ana changed this digest while you were typing" in str(reply.modal["blocks"][0])
    assert "DATA" in str(reply.modal)
    assert "07:15" in str(reply.modal)
    assert "CHURN" in _said(await channel.types(""))
    assert isinstance(await channel.submits(reply.modal, "U2"), Show)
    assert "DATA" in _said(await channel.types(""))


async def test_unknown_projects_are_named_and_nothing_is_stored(channel: Channel) -> None:
    with pytest.raises(InvalidForm) as caught:
        await channel.submits(await channel.opens(), projects="CHURN, NOPE, GONE")
    assert "GONE, NOPE" in caught.value.fields["projects"]
    assert "CHURN" not in caught.value.fields["projects"]
    assert "No daily digest" in _said(await channel.types(""))


async def test_a_jira_that_fails_does_not_stop_the_form(channel: Channel, jira: FakeJira) -> None:
    jira.failure = JiraError("Jira is down.", retryable=True)
    reply = await channel.submits(await channel.opens(), projects="CHURN")
    assert isinstance(reply, Show)
    assert "Jira didn't answer in time" in str(reply.modal)
    assert "CHURN" in _said(await channel.types(""))


async def test_a_jira_that_hangs_is_not_waited_for(jira: FakeJira) -> None:
    jira.hangs = True
    async with asyncio.timeout(30):
        assert await unknown_projects(jira, ["CHURN"], seconds=0.01) is None


async def test_without_jira_projects_are_stored_unchecked(transactions: SqlTransactions) -> None:
    channel = Channel(transactions, None)
    assert isinstance(await channel.submits(await channel.opens(), projects="CHURN"), Show)
    assert "CHURN" in _said(await channel.types(""))


async def test_a_guest_cannot_change_what_the_channel_sees(channel: Channel) -> None:
    with pytest.raises(NotPermitted):
        await channel.submits(await channel.opens("U9"), "U9", projects="CHURN")


async def test_now_with_nothing_to_report(channel: Channel, transactions: SqlTransactions) -> None:
    assert _said(await channel.types("now")).startswith("Nothing to report since")
    assert _said(await channel.types("preview")).startswith("Nothing to report since")
    assert await transactions.read(lambda uow: uow.deliveries.counts()) == {}


async def test_preview_is_for_one_now_is_for_all(
    channel: Channel, transactions: SqlTransactions
) -> None:
    await channel.submits(await channel.opens(), projects="CHURN")
    await _happen(transactions)
    preview = _said(await channel.types("Preview"))
    assert "Jira 1 moved" in preview
    assert await transactions.read(lambda uow: uow.deliveries.counts()) == {}
    assert _said(await channel.types("now")) == "Here it comes."
    assert await transactions.read(lambda uow: uow.deliveries.counts()) == {"pending": 1}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("29 Oct 2026", "2026-10-29 is still to come"),
        ("preview 2026-12-01", "2026-12-01 is still to come"),
        ("preview 30 Feb", "I don't know the date '30 Feb'"),
        ("2026-13-45", "I don't know the date '2026-13-45'"),
        ("preview soon", "I don't know the date 'soon'"),
        ("25 Oct", "No digest was due here on Sun 2026-10-25. What happened then is in the next"),
        ("today", "due at 09:30 UTC"),
        ("1 Jan 1999", "before everything that I know"),
    ],
)
async def test_a_date_without_a_digest_gets_a_sentence(
    channel: Channel, typed: str, said: str
) -> None:
    await channel.submits(await channel.opens(), zone="UTC", time="09:30")
    with pytest.raises(InvalidInput) as caught:
        await channel.types(typed)
    assert said in str(caught.value)


async def test_the_digest_of_a_past_date_is_what_that_day_brought(
    channel: Channel, transactions: SqlTransactions
) -> None:
    await channel.submits(await channel.opens(), projects="CHURN", zone="UTC", time="07:55")
    await _happen(transactions, T0 - 26 * HOUR)
    for typed in ("yesterday", "27 Oct", "preview 2026-10-27"):
        reply = await channel.types(typed)
        assert isinstance(reply, Tell)
        assert "Jira 1 moved" in reply.message.text
        assert "Put together later" in str(reply.message.blocks[-1])
    assert _said(await channel.types("26 Oct")) == (
        "Nothing to report for Mon 26 Oct 2026: nothing of that day was kept here."
    )


async def test_the_status_says_for_whom_it_is_and_when_the_week_comes(channel: Channel) -> None:
    await channel.submits(await channel.opens(), zone="UTC", time="07:55")
    said = _said(await channel.types(""))
    assert "your time (" in said
    assert "It is written for the team, in its own terms. No weekly digest comes here." in said
    form = await channel.opens()
    await channel.submits(form, audience="stakeholder", weekly="5", weekly_time="16:00")
    said = _said(await channel.types(""))
    assert "for stakeholders, in plain words. The weekly digest comes Fri at 16:00" in said


async def test_a_sprint_by_name_gets_a_sentence(channel: Channel) -> None:
    assert "the running sprint only" in _said(await channel.types("sprint 11"))


async def test_help_and_near_misses(channel: Channel) -> None:
    assert "`/digest preview`" in _said(await channel.types("help"))
    with pytest.raises(InvalidInput, match="Did you mean `/digest settings`"):
        await channel.types("setings")


async def test_a_direct_message_has_no_digest(channel: Channel) -> None:
    for word in ("now", "settings"):
        with pytest.raises(InvalidInput, match="belongs to a channel"):
            await channel.types(word, channel_name="directmessage")
