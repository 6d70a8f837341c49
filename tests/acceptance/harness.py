"""A whole Meridian on the strict Slack fake: five people, two channels, one movable clock.

``async with meridian(tmp_path) as world:`` drives the real Bolt app in process. At its end there
must be no violation of Slack's rules, no refused Web API call and no error in the logs, unless the
test named it by `World.expect`.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import structlog
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from structlog.typing import EventDict

import bot.app
from bot.app import Application
from bot.clients.slack.connect import identify, web_client
from bot.config import Settings
from bot.ports.trackers import ExperimentTracker, IssueTracker
from bot.services import ticks
from bot.workflows.pacing import Pace
from handlers import manifest
from jobs import tick
from migrations import upgrade
from tests.standins.slack import FakeSlack, Json, Person

START = "2026-10-18T14:00Z"
"""A Sunday on which nobody's 09:00 is due before Monday, a week before Europe's clocks change."""

CHURN, LEADS = "C0CHURN", "C0LEADS"

PEOPLE: Mapping[str, tuple[str, str]] = {
    "U0YUKI": ("Yuki Tanaka", "Asia/Tokyo"),
    "U0ANANYA": ("Ananya Rao", "Asia/Kolkata"),
    "U0LENA": ("Lena Fischer", "Europe/Berlin"),
    "U0MARCUS": ("Marcus Reed", "America/New_York"),
    "U0BEATRIZ": ("Beatriz Souza", "America/Sao_Paulo"),
}
YUKI, ANANYA, LENA, MARCUS, BEATRIZ = PEOPLE


class Clock:
    """The one clock of bot and fake; it stands still until a test moves it on."""

    def __init__(self, start: str) -> None:
        self._now = instant(start)

    def __call__(self) -> datetime:
        return self._now

    def move_to(self, when: datetime | str) -> None:
        """Let it be `when` (aware, or ISO 8601); time never runs backwards."""
        to = instant(when) if isinstance(when, str) else when
        assert to >= self._now, f"{to} lies before {self._now}"
        self._now = to

    def advance(self, **amount: float) -> None:
        """Let a `timedelta` of this amount pass."""
        self.move_to(self._now + timedelta(**amount))


@dataclass(kw_only=True)
class World:
    """What a test holds in its hands."""

    slack: FakeSlack
    clock: Clock
    app: Application
    database_url: str
    errors: list[str] = field(default_factory=list)
    _expected: set[str] = field(default_factory=set)

    yuki: Person = field(init=False)
    ananya: Person = field(init=False)
    lena: Person = field(init=False)
    marcus: Person = field(init=False)
    beatriz: Person = field(init=False)

    def __post_init__(self) -> None:
        for user_id in PEOPLE:
            setattr(self, user_id.removeprefix("U0").lower(), self.slack.person(user_id))

    def expect(self, *names: str) -> None:
        """Allow these error codes of refused calls, or these events of logged errors."""
        self._expected.update(names)

    @property
    def workspace(self) -> str:
        """The id of the workspace."""
        return self.slack.ws.team_id

    async def tick(self) -> None:
        """Run what is due at the clock's instant and send what waits."""
        await tick.step(self.app.jobs, self.clock())
        await self.deliver()

    async def deliver(self) -> None:
        """Send what waits in the outbox."""
        await self.app.deliverer.drain()

    async def live_until(self, when: str) -> None:
        """Tick at every instant at which something is due up to `when`, then stand there."""
        end = instant(when)
        while (due := await self.app.transactions.read(ticks.next_due)) is not None and due <= end:
            self.clock.move_to(max(due, self.clock()))
            await self.tick()
        self.clock.move_to(end)

    async def restart(self) -> None:
        """End the bot and start another one on the same database; forms stay open in Slack."""
        await self.app.listeners.drain()
        await _close(self.app)
        self.app = await _started(self.app.settings, self.slack, self.clock)

    def check(self) -> None:
        """AssertionError if the bot broke a rule of Slack's or logged an error."""
        refused = [
            f"{call.method}: {call.outcome}"
            for call in self.slack.rejected()
            if not call.outcome.startswith(("http ", "dropped"))
            and call.outcome not in self._expected
        ]
        logged = [e for e in self.errors if not any(e.startswith(x) for x in self._expected)]
        wrong = [*self.slack.violations, *refused, *logged]
        assert not wrong, "\n".join(wrong)


@asynccontextmanager
async def meridian(
    tmp_path: Path,
    *,
    start: str = START,
    issue_tracker: IssueTracker | None = None,
    experiment_tracker: ExperimentTracker | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """Meridian in a small workspace; give trackers, or `jira_url=`, `mlflow_tracking_uri=` and
    other settings to have outside systems."""
    clock = Clock(start)
    url = f"sqlite:///{new_database(tmp_path)}"
    async with new_slack(clock) as slack:
        settle_in(slack)
        chosen = settings_for(slack, database_url=url, **settings)
        with ExitStack() as stack:
            if issue_tracker is not None:
                stack.enter_context(_in_place_of("jira_tracker", issue_tracker))
            if experiment_tracker is not None:
                stack.enter_context(_in_place_of("mlflow_tracker", experiment_tracker))
            app = await _started(chosen, slack, clock)
        world = World(slack=slack, clock=clock, app=app, database_url=url)
        with errors_into(world.errors):
            try:
                yield world
                await world.app.listeners.drain()
            finally:
                await _close(world.app)
        world.check()


def new_slack(clock: Callable[[], datetime]) -> FakeSlack:
    """A workspace that grants what the manifest asks for and knows its commands, nothing more."""
    wanted = manifest.build()
    names = [command["command"] for command in wanted["features"]["slash_commands"]]
    return FakeSlack(
        clock=clock,
        scopes=wanted["oauth_config"]["scopes"]["bot"],
        commands=names,
        shortcuts=[shortcut["callback_id"] for shortcut in wanted["features"]["shortcuts"]],
    )


def settle_in(slack: FakeSlack) -> None:
    """Five people, #churn-model with the bot in it, #leads without."""
    for user_id, (name, zone) in PEOPLE.items():
        email = f"{name.split()[0].lower()}@example.com"
        slack.add_user(user_id, name, real_name=name, tz=zone, email=email)
    slack.add_channel(CHURN, "churn-model", members=list(PEOPLE))
    slack.add_channel(LEADS, "leads", members=[LENA, MARCUS], with_bot=False)


class ChosenSettings(Settings):
    """Settings that only the test gives: neither the environment nor a `.env` comes in."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the constructor was given."""
        return (init_settings,)


def settings_for(slack: FakeSlack, **chosen: Any) -> Settings:
    """Settings that point at the fake."""
    values: dict[str, Any] = {
        "slack_bot_token": slack.bot_token,
        "slack_api_url": slack.api_url,
    }
    return ChosenSettings(**values | chosen)


def new_database(tmp_path: Path) -> Path:
    """A SQLite file with the schema that the migrations make."""
    path = tmp_path / "meridian.db"
    path.write_bytes(_empty_database())
    return path


def instant(text: str) -> datetime:
    """`2026-10-18T12:00Z` as aware UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


@cache
def _empty_database() -> bytes:
    """Migrated once per test run: Alembic takes longer than a test."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        upgrade.upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def _in_place_of(name: str, tracker: object) -> Any:
    return patch.object(bot.app, name, lambda _settings: tracker)


@contextmanager
def errors_into(errors: list[str]) -> Iterator[None]:
    """Collect what the bot logs as an error, and let it say nothing else."""

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(f"{record.name}: {record.getMessage()}")

    def collect(_logger: Any, method: str, event: EventDict) -> EventDict:
        if method in ("error", "exception", "critical"):
            errors.append(f"{event.get('event')}: {event}")
        raise structlog.DropEvent

    handler = Collect(logging.ERROR)
    before = structlog.get_config()["processors"]
    logging.getLogger().addHandler(handler)
    structlog.configure(processors=[structlog.processors.format_exc_info, collect])
    try:
        yield
    finally:
        structlog.configure(processors=before)
        logging.getLogger().removeHandler(handler)


async def _started(settings: Settings, slack: FakeSlack, clock: Clock) -> Application:
    """A bot that answers what people do in this Slack from now on."""
    client = web_client(slack.bot_token, slack.api_url)
    app = Application(settings, client, await identify(client), clock)
    app.posting.pace = Pace(per_channel=timedelta(0))
    slack.drive(app.bolt)
    return app


async def _close(app: Application) -> None:
    app.transactions.close()
    for tracker in (app.jobs.issue_tracker, app.jobs.experiment_tracker):
        for name in ("aclose", "close"):
            if hasattr(tracker, name):
                await getattr(tracker, name)()
                break


async def start_standup(
    person: Person, *, channel: str = CHURN, name: str = "Churn daily", **values: Any
) -> Json:
    """`/standup new`, submitted with these values over the proposed ones; the form that follows."""
    await person.command("/standup", "new", channel=channel)
    if "participants" in values:
        await person.choose(person.modal, "audience", "picked")
    errors = await person.submit(person.modal, name=name, **values)
    assert errors is None, errors
    return person.modal


def latest(messages: list[Json]) -> Json:
    """The newest of these messages."""
    assert messages, "no message"
    return messages[-1]
