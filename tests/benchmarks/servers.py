"""The servers that are compared: bare Bolt apps with one listener, and all of Meridian.

python -m tests.benchmarks.servers KIND WHERE PORT
"""

import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Application
from bot.clients.slack.connect import Identity
from bot.config import Settings
from handlers import web
from tests.benchmarks.handwritten import handwritten
from tests.benchmarks.installed import application as installed_application
from tests.benchmarks.load import SECRET, WORKSPACE

TOKEN = "xoxb-benchmark"


def bare_app() -> AsyncApp:
    """No listener, `process_before_response=True`, nobody is asked who we are."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=WORKSPACE, bot_token=TOKEN)

    return AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)


def bare(_where: str) -> Any:
    """One listener, behind Bolt's own ASGI adapter."""
    app = bare_app()

    @app.command("/standup")
    async def answer(ack: AsyncAck) -> None:
        await ack("help")

    return AsyncSlackRequestHandler(app)


def meridian(folder: str) -> Any:
    """Everything registered, as `meridian run` serves it in HTTP mode, on an empty database."""
    return served(f"sqlite:///{folder}/bench.db")


def served(database_url: str) -> Any:
    """The whole bot on a database with a schema."""
    settings = Settings(
        slack_bot_token=TOKEN, slack_signing_secret=SECRET, database_url=database_url
    )
    identity = Identity(
        workspace=WORKSPACE,
        workspace_name="bench",
        url="",
        bot_id="B1",
        bot_user_id="U1",
        token=TOKEN,
        scopes=(),
    )
    application = Application(settings, AsyncWebClient(token=TOKEN), identity)
    return web.build(
        application.transactions, application.metrics, str, application.bolt, signing_secret=SECRET
    )


def installed(database_url: str) -> Any:
    """The whole bot in OAuth mode on a database with installations."""
    application = installed_application(database_url)
    return web.build(
        application.transactions, application.metrics, str, application.bolt, signing_secret=SECRET
    )


KINDS: dict[str, Callable[[str], Any]] = {
    "bare": bare,
    "meridian": meridian,
    "served": served,
    "handwritten": handwritten,
    "installed": installed,
}

if __name__ == "__main__":
    kind, where, port = sys.argv[1:]
    uvicorn.run(
        KINDS[kind](where), host="127.0.0.1", port=int(port), log_level="warning", lifespan="off"
    )
