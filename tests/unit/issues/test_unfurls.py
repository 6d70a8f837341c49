"""Naming an issue in a channel: what counts, how rarely it is answered, and who reads of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.delivery import Delivery
from bot.domain.issues.naming import Unfurl, named
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssuePage
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.issues import unfurls
from bot.workflows.cards import render
from bot.workflows.issues.cards import CARDS
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.issue_sight import let_see
from tests.unit.alerts.values import T0

JIRA = "https://jira.example"
LINK = f"<{JIRA}/browse/CHURN-1>"


@pytest.mark.parametrize(
    ("text", "links", "keys"),
    [
        (f"look at {LINK}", ["CHURN-1"], []),
        (f"<{JIRA}/browse/CHURN-1|the task>: see CHURN-2.", ["CHURN-1"], ["CHURN-2"]),
        (f"<{JIRA}/jira/boards/7?selectedIssue=CHURN-1>", ["CHURN-1"], []),
        (f"<{JIRA}/jira/boards/7?a=b&amp;selectedIssue=CHURN-1>", ["CHURN-1"], []),
        (f"see {JIRA}/browse/CHURN-1, and CHURN-2", ["CHURN-1"], ["CHURN-2"]),
        ("https://evil.example/?CHURN-1", [], []),
        ("<https://evil.example/browse/CHURN-1>", [], []),
        (f"<{JIRA}.evil.example/browse/CHURN-1>", [], []),
        ("CHURN-1, churn-2, UTF-8, XCHURN-3-4, a/CHURN-5", [], ["CHURN-1", "UTF-8"]),
        ("CHURN-1 and CHURN-1 again", [], ["CHURN-1"]),
        ("nothing", [], []),
    ],
)
def test_what_a_message_names(text: str, links: list[str], keys: list[str]) -> None:
    found = named(text, JIRA)
    assert (list(found.links), list(found.keys)) == (links, keys)


@pytest.mark.parametrize("jira", ["http://127.0.0.1:20443", "https://jira.example:8443/jira"])
@pytest.mark.parametrize("written", ["{}", "<{}>", "<{}|the task>"])
def test_a_jira_with_a_port_or_a_path_is_known_however_its_link_is_written(
    jira: str, written: str
) -> None:
    found = named(f"see {written.format(f'{jira}/browse/CHURN-1')} now", jira)
    assert (found.links, found.keys) == (("CHURN-1",), ())


def test_a_list_of_issues_is_left_alone() -> None:
    assert named("CHURN-1 CHURN-2", JIRA)
    assert not named("CHURN-1 CHURN-2 CHURN-3", JIRA)
    assert not named(f"{LINK} CHURN-2 CHURN-3", JIRA)


@dataclass(kw_only=True)
class Room:
    """Channel C1, which may see CHURN with two issues in it, and people who write there."""

    transactions: SqlTransactions

    async def say(
        self,
        text: str,
        *,
        by: str = "ULENA",
        ts: str = "17.1",
        at: datetime = T0,
        where: str = "C1",
    ) -> int:
        """How many lines the thread gets."""
        return await self.transactions.write(
            unfurls.answer, "T1", where, by, ts, named(text, JIRA), at
        )

    async def choose(self, unfurl: Unfurl) -> None:
        """In the channel's settings."""

        def save(uow: UnitOfWork) -> None:
            known = uow.digests.get("T1", "C1")
            assert known is not None
            choice = replace(known.choice, unfurl=unfurl)
            newer = replace(known, choice=choice, version=known.version + 1)
            assert uow.digests.change(newer, from_version=known.version)

        await self.transactions.write(save)

    async def lines(self) -> list[Delivery]:
        """What waits to be posted."""
        return await self.transactions.read(lambda uow: uow.outbox.ready(T0 + DAY, 100))


DAY = timedelta(days=1)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    engines = open_engines(f"sqlite:///{tmp_path / 'named.db'}")
    METADATA.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: T0, lambda: None)
    await transactions.write(_set_up)
    yield Room(transactions=transactions)
    transactions.close()


def _set_up(uow: UnitOfWork) -> None:
    lena = Person(workspace="T1", user_id="ULENA", name="Lena")
    bot = Person(workspace="T1", user_id="UBOT", name="Jira", is_bot=True)
    uow.people.save([lena, bot])
    let_see(uow, "C1", "CHURN")
    issues = tuple(map(_issue, ("CHURN-1", "CHURN-2", "BOARD-1")))
    reading = Reading(projects=("CHURN",), since=T0, news_since=T0)
    uow.issues.save("T1", reading, IssuePage(issues=issues, changes=()), T0)


def _issue(key: str) -> Issue:
    return Issue(
        issue_id=key,
        key=key,
        project=key.partition("-")[0],
        summary="Tune <!channel>",
        status="In review",
        status_category="indeterminate",
        assignee_id="a",
        assignee_name="Yuki",
        updated_at=T0,
        created_at=T0,
    )


async def test_a_link_is_answered_once_in_half_an_hour(room: Room) -> None:
    assert await room.say(LINK) == 1
    assert await room.say(LINK) == 0
    assert await room.say(LINK, ts="18.1", at=T0 + timedelta(minutes=29)) == 0
    assert await room.say(LINK, at=T0 + timedelta(minutes=31)) == 1


async def test_keys_only_where_that_was_chosen(room: Room) -> None:
    assert await room.say("CHURN-1") == 0
    await room.choose(Unfurl.KEYS)
    assert await room.say("CHURN-1 and CHURN-2") == 2
    await room.choose(Unfurl.NONE)
    assert await room.say(LINK, at=T0 + DAY) == 0


async def test_only_of_the_channels_projects_and_never_to_bots(room: Room) -> None:
    await room.choose(Unfurl.KEYS)
    assert await room.say("BOARD-1") == 0
    assert await room.say("CHURN-77 UTF-8") == 0
    assert await room.say(LINK, by="UBOT") == 0
    assert await room.say(LINK, by="USTRANGER") == 0
    assert await room.say(LINK, where="C2") == 0
    assert await room.lines() == []


async def test_the_line_says_how_it_stands_and_nothing_once_the_channel_may_not_see_it(
    room: Room,
) -> None:
    await room.say(LINK)
    [line] = await room.lines()
    message = await room.transactions.read(render, CARDS, line, T0, Links(jira_url=JIRA))
    assert message is not None
    assert "&lt;!channel&gt;" in message.text
    assert message.text.startswith("CHURN-1 Tune")
    assert message.text.endswith("· In review · Yuki")
    await room.transactions.write(let_see, "C1", "DATA")
    gone = await room.transactions.read(render, CARDS, line, T0, Links(jira_url=JIRA))
    assert gone is None
