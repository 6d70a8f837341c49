"""The Home tab as somebody opens and uses it, on the strict fake."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ports.chat import Chat
from bot.ports.repositories import UnitOfWork
from bot.views.blocks import note
from bot.views.standups import ACTION_LEAVE
from bot.workflows import home
from handlers import home as handlers
from handlers.replies import Reply, Tell
from handlers.requests import Click
from handlers.routing import Deps
from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.standins.slack.fake import utc_now
from tests.unit.edge.conftest import LENA, Edge, edge
from tests.unit.home.pages import standup

__all__ = ["edge"]


@pytest.fixture
async def tab(edge: Edge, tmp_path: Path) -> AsyncIterator[Edge]:
    """The edge with App Home's own handlers and a database behind it."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    transactions = SqlTransactions(engines, utc_now, lambda: None)
    handlers.register(edge.routes)
    edge.deps = replace(edge.deps, transactions=transactions)
    edge.restart()
    yield edge
    await edge.listeners.drain()
    transactions.close()


def add_standup(uow: UnitOfWork) -> None:
    it = standup()
    uow.standups.add(replace(it, workspace="T0TEAM", plan=replace(it.plan, participants=(LENA,))))


async def test_home_is_shown_to_whoever_opens_it_for_the_first_time(tab: Edge) -> None:
    await tab.lena.open_home()
    shown = str(tab.slack.home(LENA)["blocks"])
    assert "`/standup new`" in shown
    assert "Europe/Berlin" in shown


async def test_the_messages_tab_asks_for_no_home(tab: Edge) -> None:
    event = {"type": "app_home_opened", "user": LENA, "tab": "messages", "channel": "D1"}
    await tab.slack.deliver_event(event)
    assert tab.slack.called("views.publish") == []


async def test_a_click_in_home_changes_what_it_shows(tab: Edge) -> None:
    async def leave(request: Click, deps: Deps) -> Reply:
        def work(uow: UnitOfWork) -> None:
            it = uow.standups.get("T0TEAM", request.value)
            assert it is not None
            gone = replace(it, plan=replace(it.plan, participants=()), version=2)
            assert uow.standups.change(gone, from_version=1)

        await deps.transactions.write(work)
        return Tell(message=note("You left."))

    tab.routes.clicks[ACTION_LEAVE] = leave
    await tab.deps.transactions.write(add_standup)
    await tab.lena.open_home()
    await tab.lena.click(tab.slack.home(LENA), ACTION_LEAVE)
    await tab.listeners.drain()
    assert "You left." in str(tab.lena.modal["blocks"])
    assert "Churn daily" not in str(tab.slack.home(LENA)["blocks"])


async def test_home_asks_slack_for_whom_it_does_not_know(tab: Edge) -> None:
    chat: Chat = tab.chat
    await home.show("T0TEAM", LENA, chat, tab.deps.transactions, tab.deps.links, utc_now())
    assert len(tab.slack.called("users.info")) == 1
    await home.show("T0TEAM", LENA, chat, tab.deps.transactions, tab.deps.links, utc_now())
    assert len(tab.slack.called("users.info")) == 1
