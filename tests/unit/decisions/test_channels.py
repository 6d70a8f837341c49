"""Looking at which channels are public, when Slack answers and when it doesn't."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.clients.holidays import LibraryCalendar
from bot.domain.decisions.weekly import Scope
from bot.domain.links import Links
from bot.errors import InvalidForm, SlackError
from bot.ports.chat import ChannelInfo, Chat
from bot.views.forms import FormState
from bot.workflows import channels
from handlers.decisions.rhythm import on_saved
from handlers.requests import Submission, View
from handlers.routing import Deps
from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.unit.decisions.samples import NOW, record

LATER = NOW + timedelta(hours=1)
ANCIENT = NOW - timedelta(days=1)


@dataclass
class Places:
    """A chat that knows channels, or is slow, or refuses."""

    asked: list[str] = field(default_factory=list)
    failing: dict[str, SlackError] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)

    async def channel(self, _workspace: str, channel: str) -> ChannelInfo:
        self.asked.append(channel)
        if channel in self.failing:
            raise self.failing[channel]
        return ChannelInfo(
            channel_id=channel,
            name=channel,
            is_member=True,
            is_public=channel not in self.private,
            is_shared=channel in self.shared,
        )


@pytest.fixture
def transactions(tmp_path: Path) -> Iterator[SqlTransactions]:
    """Four decisions, each in a channel of its own."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    opened = SqlTransactions(engines, lambda: NOW, lambda: None)
    for number, channel in enumerate(("C1", "C2", "C3", "C4"), start=1):
        it = record(number, channel=channel)
        asyncio.run(opened.write(lambda uow, it: uow.decisions.add(it), it))
    yield opened
    opened.close()


async def public(transactions: SqlTransactions) -> set[str]:
    return set(await transactions.read(lambda uow: uow.channels.public("T1", ANCIENT)))


async def test_each_is_looked_at_once_an_hour(transactions: SqlTransactions) -> None:
    places = Places(private={"C2"})
    for now in (NOW, NOW + timedelta(minutes=30)):
        await channels.look("T1", cast(Chat, places), transactions, now)
    assert places.asked == ["C1", "C2", "C3", "C4"]
    assert await public(transactions) == {"C1", "C3", "C4"}
    places.private = {"C1"}
    await channels.look("T1", cast(Chat, places), transactions, LATER)
    assert await public(transactions) == {"C2", "C3", "C4"}


async def test_what_slack_hides_is_private_and_silence_leaves_the_rest(
    transactions: SqlTransactions,
) -> None:
    await channels.look("T1", cast(Chat, Places()), transactions, NOW)
    places = Places()
    places.failing["C1"] = SlackError("no", code="channel_not_found")
    places.failing["C3"] = SlackError("slow", code="ratelimited", retryable=True)
    await channels.look("T1", cast(Chat, places), transactions, LATER)
    assert places.asked == ["C1", "C2", "C3"]
    assert await public(transactions) == {"C2", "C3", "C4"}


async def test_no_more_than_asked_for_are_looked_at(transactions: SqlTransactions) -> None:
    places = Places()
    await channels.look("T1", cast(Chat, places), transactions, NOW, most=1)
    await channels.look("T1", cast(Chat, places), transactions, NOW, most=2)
    assert places.asked == ["C1", "C2", "C3"]


def chosen(scope: Scope) -> FormState:
    """The form of #C1, with this scope."""
    values: dict[str, Any] = {
        "weekday": {"weekday": {"selected_option": {"value": "1"}}},
        "time": {"time": {"selected_time": "09:00"}},
        "zone": {"zone": {"value": "UTC"}},
        "scope": {"scope": {"selected_option": {"value": scope.value}}},
    }
    return FormState(values, {"channel": "C1", "version": 0})


async def test_a_channel_shared_with_another_company_reads_only_its_own(
    transactions: SqlTransactions,
) -> None:
    deps = Deps(
        transactions=transactions,
        chat=cast(Chat, Places(shared={"C1"})),
        links=Links(),
        holidays=LibraryCalendar(),
    )
    for scope, refused in ((Scope.PUBLIC, True), (Scope.CHANNEL, False)):
        view = View(view_id="V1", view_hash=scope, callback_id="", state=chosen(scope))
        sent = Submission(workspace="T1", user_id="UANA", now=NOW, key=scope, view=view)
        if refused:
            with pytest.raises(InvalidForm, match="People of another company"):
                await on_saved(sent, deps)
            continue
        await on_saved(sent, deps)
        kept = await transactions.read(lambda uow: uow.rhythm.get("T1", "C1"))
        assert kept is not None
        assert kept.choice.scope is Scope.CHANNEL


async def test_those_never_looked_at_come_first_then_the_oldest_looks(
    transactions: SqlTransactions,
) -> None:
    places = Places()
    for hour in range(4):
        now = NOW + timedelta(hours=hour)
        await channels.look("T1", cast(Chat, places), transactions, now, 3)
    assert places.asked[:6] == ["C1", "C2", "C3", "C4", "C1", "C2"]
    assert places.asked[6:10] == ["C3", "C1", "C2", "C4"]
