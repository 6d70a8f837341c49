"""The composition root: the only place that builds things and hands them over."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import structlog
import uvicorn
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import handlers.bolt as bolt
from bot.clients.jira import JiraTracker
from bot.clients.mlflow import MlflowTracker
from bot.clients.slack.charts import Charts
from bot.clients.slack.chat import SlackChat
from bot.clients.slack.connect import Identity, identify, web_client
from bot.config import Settings
from bot.domain.delivery import WORKSPACE_DEAD
from bot.domain.links import Links
from bot.errors import ConfigError, SlackError
from bot.ports.transactions import Clock
from bot.workflows import alerts, decisions, digests, standups, undeliverable
from bot.workflows.cards import Card
from bot.workflows.deliver import Deliverer
from handlers import web
from handlers.listeners import Listeners
from handlers.metrics import Metrics
from handlers.registry import all_routes
from handlers.routing import Deps
from handlers.sockets import Sockets
from jobs.deps import JobDeps
from jobs.scheduler import Scheduler
from storage.engine import open_engines
from storage.transactions import SqlTransactions

log = structlog.get_logger()

CARDS: Mapping[str, Card] = {
    **standups.CARDS,
    **decisions.CARDS,
    **alerts.CARDS,
    **digests.CARDS,
    **undeliverable.CARDS,
}

_RETRY_SECONDS = 5


def utc_now() -> datetime:
    """The clock, read at the edges only."""
    return datetime.now(UTC)


class Application:
    """One Meridian process: built once by `Application.build`, run until `stop`."""

    def __init__(
        self, settings: Settings, client: AsyncWebClient, identity: Identity, clock: Clock = utc_now
    ) -> None:
        self.settings = settings
        self.identity = identity
        self.metrics = Metrics()
        self.transactions = SqlTransactions(
            open_engines(settings.database_url), clock, lambda: self.scheduler.wake_delivery()
        )
        chat = SlackChat(client, Charts(client))
        links = _links(settings)
        self._mlflow = mlflow_tracker(settings)
        self._jira = jira_tracker(settings)
        self.deliverer = Deliverer(
            transactions=self.transactions, chat=chat, cards=CARDS, links=links, clock=clock
        )
        self.jobs = JobDeps(
            workspaces=(identity.workspace,),
            transactions=self.transactions,
            chat=chat,
            deliverer=self.deliverer,
            issue_tracker=self._jira,
            experiment_tracker=self._mlflow,
        )
        self.scheduler = Scheduler(self.jobs, clock, settings.poll_seconds)
        deps = Deps(
            transactions=self.transactions,
            chat=chat,
            links=links,
            issue_tracker=self.jobs.issue_tracker,
            experiment_tracker=self.jobs.experiment_tracker,
        )
        self.listeners = Listeners(all_routes(), deps, clock, self.metrics)
        self.bolt = bolt.build(client, settings.slack_signing_secret, _authorized(identity))
        self.listeners.register(self.bolt)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `run` soon."""
        self._stopping.set()

    async def run(self) -> int:
        """Serve until stopped; the exit code (1 if the watchdog ended it)."""
        async with AsyncExitStack() as stack:
            stack.callback(self.transactions.close)
            if self._mlflow is not None:
                stack.push_async_callback(self._mlflow.aclose)
            if self._jira is not None:
                stack.push_async_callback(self._jira.close)
            sockets = await self._listen(stack)
            self.scheduler.start()
            stack.push_async_callback(self.listeners.drain)
            stack.callback(self.scheduler.stop)
            log.info("ready", action="run", workspace=self.identity.workspace_name)
            return await self._until_stopped(sockets)

    async def _listen(self, stack: AsyncExitStack) -> Sockets | None:
        sockets: Sockets | None = None
        if self.settings.socket_mode:
            sockets = Sockets(
                self.bolt, self.settings.slack_app_token, self.settings.socket_connections
            )
            stack.push_async_callback(sockets.stop)
            await sockets.start()
        await self._serve_http(stack, sockets)
        return sockets

    async def _serve_http(self, stack: AsyncExitStack, sockets: Sockets | None) -> None:
        def problem() -> str:
            return "no connection to Slack" if sockets and not sockets.connected else ""

        slack: AsyncApp | None = None if sockets else self.bolt
        asgi = web.build(self.transactions, self.metrics, problem, slack)
        server = HttpServer(asgi, host=self.settings.host, port=self.settings.port)
        await server.start()
        stack.push_async_callback(server.stop)

    async def _until_stopped(self, sockets: Sockets | None) -> int:
        waits = [asyncio.create_task(self._stopping.wait())]
        if sockets:
            waits.append(asyncio.create_task(sockets.dead.wait()))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        return 1 if sockets and sockets.dead.is_set() else 0


class HttpServer:
    """uvicorn inside our loop, without its own signal handlers."""

    def __init__(self, app: object, *, host: str, port: int) -> None:
        config = uvicorn.Config(
            app,  # type: ignore[arg-type]  # Starlette is an ASGI application; uvicorn's type is narrower.
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; raises ConfigError if the port is taken."""
        self._task = asyncio.create_task(self._serve())
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Finish what is under way and close."""
        self._server.should_exit = True
        if self._task:
            await self._task

    async def _serve(self) -> None:
        try:
            await self._server._serve()
        except SystemExit:
            port = self._server.config.port
            raise ConfigError(
                f"MERIDIAN_PORT {port} is taken by another program; set another one."
            ) from None


async def connect(settings: Settings) -> tuple[AsyncWebClient, Identity]:
    """Ask Slack who we are; waits while Slack is down, raises ConfigError if it refuses us."""
    client = web_client(settings.slack_bot_token, settings.slack_api_url)
    while True:
        try:
            return client, await identify(client)
        except SlackError as error:
            if error.code in WORKSPACE_DEAD:
                raise ConfigError(
                    f"SLACK_BOT_TOKEN is refused by Slack ({error.code}); copy it again from "
                    "OAuth & Permissions of your Slack app."
                ) from error
            log.warning("slack_unreachable", action="connect", error=str(error))
            await asyncio.sleep(_RETRY_SECONDS)


def _authorized(identity: Identity) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=identity.workspace,
        team=identity.workspace_name,
        bot_id=identity.bot_id,
        bot_user_id=identity.bot_user_id,
        bot_token=identity.token,
    )


def _links(settings: Settings) -> Links:
    return Links(
        jira_url=settings.jira_url or None, mlflow_url=settings.mlflow_tracking_uri or None
    )


def jira_tracker(settings: Settings) -> JiraTracker | None:
    """Jira, or None where it isn't configured."""
    if not settings.jira_url:
        return None
    return JiraTracker(
        settings.jira_url,
        email=settings.jira_email or None,
        api_token=settings.jira_api_token or None,
        personal_access_token=settings.jira_personal_access_token or None,
    )


def mlflow_tracker(settings: Settings) -> MlflowTracker | None:
    """MLflow, or None where it isn't configured."""
    if not settings.mlflow_tracking_uri:
        return None
    return MlflowTracker(
        settings.mlflow_tracking_uri,
        username=settings.mlflow_tracking_username or None,
        password=settings.mlflow_tracking_password or None,
        token=settings.mlflow_tracking_token or None,
    )
