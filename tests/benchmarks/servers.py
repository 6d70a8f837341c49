"""The two servers that are compared: a bare Bolt app with one listener, and all of Meridian.

python -m tests.benchmarks.servers bare|meridian PORT FOLDER
"""

import sys
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

SECRET = "benchmark-secret"
TOKEN = "xoxb-benchmark"


def bare() -> Any:
    """One listener, `process_before_response=True`, Bolt's own ASGI adapter."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=TOKEN)

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    @app.command("/standup")
    async def answer(ack: AsyncAck) -> None:
        await ack("help")

    return AsyncSlackRequestHandler(app)


def meridian(folder: str) -> Any:
    """Everything registered, as `meridian run` serves it in HTTP mode."""
    settings = Settings(
        slack_bot_token=TOKEN,
        slack_signing_secret=SECRET,
        database_url=f"sqlite:///{folder}/bench.db",
    )
    identity = Identity(
        workspace="T1",
        workspace_name="bench",
        url="",
        bot_id="B1",
        bot_user_id="U1",
        token=TOKEN,
        scopes=(),
    )
    application = Application(settings, AsyncWebClient(token=TOKEN), identity)
    return web.build(application.transactions, application.metrics, str, application.bolt)


if __name__ == "__main__":
    kind, port, folder = sys.argv[1:]
    served = bare() if kind == "bare" else meridian(folder)
    uvicorn.run(served, host="127.0.0.1", port=int(port), log_level="warning", lifespan="off")
