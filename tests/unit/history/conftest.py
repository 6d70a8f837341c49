"""A workspace on SQLite, and somebody who types and clicks in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import pytest
from sqlalchemy.orm import Session

from bot.clients.slack.charts import native_block
from bot.domain.links import Links
from bot.domain.turn import Turn
from bot.ports.chat import CHART_SLOT, Chat, Message
from bot.ports.holidays import HolidayCalendar
from handlers import history
from handlers.replies import Later, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes
from storage.base import Base
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.slack.blockkit import Rules, check_message
from tests.unit.history.builders import NOW, TEAM, a_report

P = ParamSpec("P")
T = TypeVar("T")

_STRICT = Rules(surface="message", native_charts=True, file_ready=lambda _file: True)


@dataclass
class Files:
    """The part of Slack that takes files."""

    sent: list[tuple[str, str, str, bytes, str]] = field(default_factory=list)

    async def send_file(
        self, workspace: str, user_id: str, name: str, content: bytes, comment: str
    ) -> None:
        self.sent.append((workspace, user_id, name, content, comment))


@dataclass
class Desk:
    """Runs services in committed transactions, and handlers as people reach them."""

    engines: Engines
    transactions: SqlTransactions
    files: Files = field(default_factory=Files)
    clicks: int = 0

    def do(
        self, work: Callable[Concatenate[SqlUnitOfWork, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run and commit."""
        with Session(self.engines.writer) as session, session.begin():
            return work(SqlUnitOfWork(session), *args, **kwargs)

    def reported(self, *turns: Turn, text: str = "trained v7", hours: float = -1) -> None:
        """Turns with a report each."""

        def store(uow: SqlUnitOfWork) -> None:
            for turn in turns:
                uow.turns.save(turn)
                uow.standups.save_report(a_report(turn, text, hours=hours))

        self.do(store)

    def asked(self, *turns: Turn) -> None:
        """Turns without one."""

        def store(uow: SqlUnitOfWork) -> None:
            for turn in turns:
                uow.turns.save(turn)

        self.do(store)

    async def types(
        self, text: str, user: str = "ULENA", channel: str = "C1", now: datetime = NOW
    ) -> Message:
        """What somebody sees after `/standup …`."""
        command = Command(
            workspace="T1",
            user_id=user,
            now=now,
            key="k",
            command="/standup",
            text=text,
            channel=channel,
            channel_name="churn",
            trigger_id="t",
            response_url="",
        )
        word = self._routes().words["/standup"][command.word]
        return await _shown(await word(command, self._deps()))

    async def click(
        self, button: dict[str, Any], user: str = "ULENA", channel: str = "C1", now: datetime = NOW
    ) -> Message:
        """What somebody sees after a click."""
        self.clicks += 1
        click = Click(
            workspace="T1",
            user_id=user,
            now=now,
            key=f"click{self.clicks}",
            action_id=button["action_id"],
            value=button["value"],
            trigger_id="t",
            channel=channel,
        )
        handler = self._routes().click(click)
        assert handler is not None
        return await _shown(await handler(click, self._deps()))

    def _routes(self) -> Routes:
        routes = Routes()
        history.register(routes)
        return routes

    def _deps(self) -> Deps:
        links = Links(slack_url="https://team.slack.example/")
        return Deps(
            transactions=self.transactions,
            chat=cast(Chat, self.files),
            links=links,
            holidays=cast(HolidayCalendar, None),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A workspace with the team in it."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    ready = Desk(engines, SqlTransactions(engines, lambda: NOW, lambda: None))
    ready.do(lambda uow: uow.people.save(TEAM.values()))
    yield ready
    ready.transactions.close()


async def _shown(reply: object) -> Message:
    assert isinstance(reply, Tell | Later)
    message = reply.message if isinstance(reply, Tell) else await reply.work()
    shown_strictly(message)
    return message


def shown_strictly(message: Message) -> None:
    """AssertionError where Slack would refuse the message with its own chart."""
    chart = native_block(message.chart) if message.chart else None
    drawn = [chart if block == CHART_SLOT else block for block in message.blocks]
    assert check_message(_STRICT, [block for block in drawn if block]) == []
