"""The first words with Slack: patient while it is down, plain where it refuses us."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.connect import Identity, identify, web_client
from bot.config import Settings, refused
from bot.domain.delivery import WORKSPACE_DEAD
from bot.errors import SlackError

log = structlog.get_logger()

T = TypeVar("T")

_RETRY_SECONDS = 5

# https://docs.slack.dev/reference/methods/apps.connections.open#errors
_WRONG_TOKEN = frozenset(
    {"not_allowed_token_type", "missing_scope", "no_permission", "app_not_found", "token_expired"}
)


async def connect(settings: Settings) -> tuple[AsyncWebClient, Identity | None]:
    """Ask Slack who we are; waits while Slack is down, raises ConfigError if it refuses us.

    Where workspaces install the app themselves there is nobody to ask yet.
    """
    if settings.many_workspaces:
        return web_client("", settings.slack_api_url), None
    client = web_client(settings.slack_bot_token, settings.slack_api_url)
    return client, await patiently(lambda: identify(client), "SLACK_BOT_TOKEN")


async def patiently(work: Callable[[], Awaitable[T]], setting: str) -> T:
    """What `work` brings, tried until Slack answers; raises ConfigError, which names `setting`,
    where Slack refuses the token."""
    while True:
        try:
            return await work()
        except SlackError as error:
            if error.code in WORKSPACE_DEAD or error.code in _WRONG_TOKEN:
                raise refused(setting, error.code) from error
            log.warning("slack_unreachable", action="connect", error=str(error))
            await asyncio.sleep(error.retry_after or _RETRY_SECONDS)
