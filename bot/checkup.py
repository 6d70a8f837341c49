"""`meridian doctor`: each check with the line that mends it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import TypeVar

from bot.clients.mlflow import Server
from bot.clients.slack.connect import identify, open_socket, web_client
from bot.config import Settings, refused
from bot.domain.experiments.servers import source_of
from bot.domain.issues.token import Token, warning
from bot.errors import BotError, ConfigError, MlflowError, SlackError
from bot.trackers import jira_tracker, mlflow_tracker
from handlers.manifest import SCOPES
from storage import schema

T = TypeVar("T")

DEADLINE = 15.0


@dataclass(frozen=True, kw_only=True)
class Result:
    """One check: its name, whether all is well, and what was found or what mends it."""

    name: str
    ok: bool
    text: str


async def check(settings: Settings, deadline: float = DEADLINE) -> list[Result]:
    """Every check, in the order in which an operator would mend things.

    They run side by side and each takes at most `deadline` seconds.
    """
    checks: list[tuple[str, Callable[[Settings], Awaitable[str]]]] = [
        ("settings", _settings),
        ("time zones", _time_zones),
        ("database", _database),
        ("slack", _slack),
        ("jira", _check_jira),
        *_mlflow(settings),
    ]
    return await asyncio.gather(*(_result(name, work(settings), deadline) for name, work in checks))


async def _result(name: str, work: Awaitable[str], deadline: float) -> Result:
    try:
        async with asyncio.timeout(deadline):
            return Result(name=name, ok=True, text=await work)
    except BotError as error:
        return Result(name=name, ok=False, text=str(error))
    except TimeoutError:
        return Result(name=name, ok=False, text=f"no answer within {deadline:g} s; is it up?")


async def _settings(settings: Settings) -> str:
    settings.check_run()
    return "Socket Mode" if settings.socket_mode else "HTTP mode"


async def _time_zones(_settings: Settings) -> str:
    return f"tzdata {version('tzdata')}"


async def _database(settings: Settings) -> str:
    if not await asyncio.to_thread(schema.is_current, settings.database_url):
        raise ConfigError("DATABASE_URL has an old schema: run `meridian migrate`")
    return "schema is up to date"


async def _slack(settings: Settings) -> str:
    api_url = settings.slack_api_url
    identity = await _asked(
        identify(web_client(settings.slack_bot_token, api_url)), "SLACK_BOT_TOKEN"
    )
    if settings.socket_mode:
        await _asked(open_socket(settings.slack_app_token, api_url), "SLACK_APP_TOKEN")
    missing = sorted(set(SCOPES) - set(identity.scopes)) if identity.scopes else []
    if missing:
        raise ConfigError(
            f"SLACK_BOT_TOKEN lacks scopes ({', '.join(missing)}): give the app the manifest that "
            "`meridian manifest` prints, then reinstall it"
        )
    return f"connected to {identity.workspace_name}"


async def _asked(call: Awaitable[T], setting: str) -> T:
    try:
        return await call
    except SlackError as error:
        raise error if error.retryable else refused(setting, error.code) from error


async def _check_jira(settings: Settings) -> str:
    tracker = jira_tracker(settings)
    if tracker is None:
        return "not configured (JIRA_URL)"
    now = datetime.now(UTC)
    try:
        answer = await tracker.check()
        ends = warning(Token(facts=tracker.token_facts, first_worked_at=now), now)
        other = _other_site(settings, tracker.base_url)
        return " ".join(filter(None, [answer, other, ends]))
    finally:
        await tracker.close()


def _other_site(settings: Settings, named: str) -> str:
    """Where links lead, if not to where Jira behind the gateway says that it is."""
    chosen = settings.jira_site_url
    if not chosen or named in (chosen, settings.jira_url):
        return ""
    return f"Links lead to JIRA_SITE_URL {chosen}, but Jira names itself {named}."


def _mlflow(settings: Settings) -> list[tuple[str, Callable[[Settings], Awaitable[str]]]]:
    """A check for each server."""
    try:
        tracker = mlflow_tracker(settings)
    except ConfigError as error:
        return [(source_of(""), partial(_raise, error))]
    if tracker is None:
        return [(source_of(""), _no_mlflow)]
    return [(source_of(each.name), partial(_check_mlflow, each)) for each in tracker.servers]


async def _check_mlflow(tracker: Server, _settings: Settings) -> str:
    try:
        return await tracker.check()
    except MlflowError as error:
        raise ConfigError(f"{error} Check MLFLOW_TRACKING_URI and that it runs.") from error
    finally:
        await tracker.aclose()


async def _no_mlflow(_settings: Settings) -> str:
    return "not configured (MLFLOW_TRACKING_URI)"


async def _raise(error: ConfigError, _settings: Settings) -> str:
    raise error
