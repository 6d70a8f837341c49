"""`meridian doctor`: each check with the line that mends it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version

from bot.app import jira_tracker, mlflow_tracker
from bot.clients.slack.connect import identify, web_client
from bot.config import Settings
from bot.errors import BotError, ConfigError
from handlers.manifest import SCOPES
from storage import schema


@dataclass(frozen=True, kw_only=True)
class Result:
    """One check: its name, whether all is well, and what was found or what mends it."""

    name: str
    ok: bool
    text: str


async def check(settings: Settings) -> list[Result]:
    """Every check, in the order in which an operator would mend things."""
    checks: list[tuple[str, Callable[[Settings], Awaitable[str]]]] = [
        ("settings", _settings),
        ("time zones", _time_zones),
        ("database", _database),
        ("slack", _slack),
        ("jira", _check_jira),
        ("mlflow", _check_mlflow),
    ]
    return [await _result(name, work(settings)) for name, work in checks]


async def _result(name: str, work: Awaitable[str]) -> Result:
    try:
        return Result(name=name, ok=True, text=await work)
    except BotError as error:
        return Result(name=name, ok=False, text=str(error))


async def _settings(settings: Settings) -> str:
    settings.check_run()
    return "Socket Mode" if settings.socket_mode else "HTTP mode"


async def _time_zones(_settings: Settings) -> str:
    return f"tzdata {version('tzdata')}"


async def _database(settings: Settings) -> str:
    if not await asyncio.to_thread(schema.is_current, settings.database_url):
        raise ConfigError("the schema is old: run `meridian migrate`")
    return "schema is up to date"


async def _slack(settings: Settings) -> str:
    identity = await identify(web_client(settings.slack_bot_token, settings.slack_api_url))
    missing = sorted(set(SCOPES) - set(identity.scopes)) if identity.scopes else []
    if missing:
        raise ConfigError(f"scopes are missing: {', '.join(missing)}; reinstall the app")
    return f"connected to {identity.workspace_name}"


async def _check_jira(settings: Settings) -> str:
    tracker = jira_tracker(settings)
    return await tracker.check() if tracker else "not configured (JIRA_URL)"


async def _check_mlflow(settings: Settings) -> str:
    tracker = mlflow_tracker(settings)
    return await tracker.check() if tracker else "not configured (MLFLOW_TRACKING_URI)"
