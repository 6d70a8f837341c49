"""The composition root: the only place that builds things and hands them over."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.routing import Route

import handlers.bolt as bolt
from bot.clients.heartbeat import HttpHeartbeat
from bot.clients.holidays import LibraryCalendar
from bot.clients.madr import MadrFiles
from bot.clients.slack.charts import Charts
from bot.clients.slack.chat import SlackChat
from bot.clients.slack.connect import Identity, open_socket
from bot.config import Settings
from bot.connecting import patiently
from bot.domain.links import Links
from bot.http_server import LAST_ANSWERS_SECONDS, HttpServer
from bot.ports.transactions import Clock
from bot.trackers import jira_tracker, mlflow_tracker
from bot.workflows import (
    availability,
    blockers,
    greeting,
    shared_channels,
    standup_cards,
    standups,
    trace,
    undeliverable,
)
from bot.workflows.alerts import cards as alert_cards
from bot.workflows.cards import Card
from bot.workflows.decisions import cards as decision_cards
from bot.workflows.decisions.promote import Promoter
from bot.workflows.deliver import Deliverer
from bot.workflows.digests import cards as digest_cards
from bot.workflows.digests import handover_cards
from bot.workflows.digests import weekly_cards as weekly_digest_cards
from bot.workflows.experiments import goal_cards, hypothesis_cards, watch_cards
from bot.workflows.experiments.end_run import RunEnder
from bot.workflows.issues import cards as issue_cards
from bot.workflows.issues.acts import IssueActor
from bot.workflows.issues.create import IssueCreator
from bot.workflows.posting import Posting
from handlers import web
from handlers.listeners import Listeners
from handlers.metrics import Metrics
from handlers.registry import all_routes
from handlers.routing import Deps
from handlers.sockets import Sockets
from handlers.webhooks import MlflowWebhooks
from jobs.deps import JobDeps
from jobs.scheduler import Scheduler
from storage.engine import open_engines
from storage.transactions import SqlTransactions

log = structlog.get_logger()

CARDS: Mapping[str, Card] = {
    **standups.CARDS,
    **standup_cards.CARDS,
    **availability.CARDS,
    **blockers.CARDS,
    **decision_cards.CARDS,
    **alert_cards.CARDS,
    **watch_cards.CARDS,
    **hypothesis_cards.CARDS,
    **goal_cards.CARDS,
    **digest_cards.CARDS,
    **weekly_digest_cards.CARDS,
    **issue_cards.CARDS,
    **handover_cards.CARDS,
    **undeliverable.CARDS,
    **shared_channels.CARDS,
    **trace.CARDS,
    **greeting.CARDS,
}


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
        links = _links(settings, identity)
        holidays = LibraryCalendar()
        self._mlflow = mlflow_tracker(settings)
        self._jira = jira_tracker(settings)
        self._heartbeat = HttpHeartbeat(settings.heartbeat_url) if settings.heartbeat_url else None
        self._sockets: Sockets | None = None
        self.posting = Posting(
            transactions=self.transactions, chat=chat, cards=CARDS, links=links, clock=clock
        )
        promoter = Promoter(transactions=self.transactions, tracker=self._mlflow, clock=clock)
        ender = RunEnder(transactions=self.transactions, tracker=self._mlflow, clock=clock)
        creator = IssueCreator(transactions=self.transactions, tracker=self._jira, clock=clock)
        actor = IssueActor(transactions=self.transactions, tracker=self._jira, clock=clock)
        self.deliverer = Deliverer(
            transactions=self.transactions,
            clock=clock,
            acts={
                **self.posting.acts(),
                **promoter.acts(),
                **creator.acts(),
                **actor.acts(),
                **ender.acts(),
            },
        )
        self.jobs = JobDeps(
            workspaces=(identity.workspace,),
            transactions=self.transactions,
            chat=chat,
            deliverer=self.deliverer,
            holidays=holidays,
            issue_tracker=self._jira,
            experiment_tracker=self._mlflow,
            heartbeat=self._heartbeat,
            problem=self.problem,
            poll_seconds=settings.poll_seconds,
        )
        self.scheduler = Scheduler(self.jobs, clock, settings.poll_seconds)
        deps = Deps(
            transactions=self.transactions,
            chat=chat,
            links=links,
            holidays=holidays,
            issue_tracker=self.jobs.issue_tracker,
            experiment_tracker=self.jobs.experiment_tracker,
            decision_files=MadrFiles(),
        )
        self.listeners = Listeners(all_routes(), deps, clock, self.metrics)
        self.bolt = bolt.build(client, settings.slack_signing_secret, _authorized(identity))
        self.listeners.register(self.bolt)
        self._clock = clock
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `run` soon."""
        self._stopping.set()

    def problem(self) -> str:
        """Why we aren't ready, or nothing."""
        connected = self._sockets is not None and self._sockets.connected
        return "no connection to Slack" if self.settings.socket_mode and not connected else ""

    async def run(self) -> int:
        """Serve until stopped, then finish what is under way; the exit code (1 if the watchdog
        ended it). Raises ConfigError where Slack refuses the app token or the port is taken."""
        async with AsyncExitStack() as stack:
            stack.callback(self.transactions.close)
            for client in (self._mlflow, self._heartbeat):
                if client is not None:
                    stack.push_async_callback(client.aclose)
            if self._jira is not None:
                stack.push_async_callback(self._jira.close)
            await self._serve_http(stack)
            sockets = await self._connect_sockets(stack) if self.settings.socket_mode else None
            self.scheduler.start()
            stack.push_async_callback(self.listeners.stop, LAST_ANSWERS_SECONDS)
            stack.push_async_callback(self.scheduler.stop)
            log.info("ready", action="run", workspace=self.identity.workspace_name)
            code = await self._until_stopped(sockets)
            log.info("stopping", action="run")
            return code

    async def _serve_http(self, stack: AsyncExitStack) -> None:
        slack = None if self.settings.socket_mode else self.bolt
        asgi = web.build(self.transactions, self.metrics, self.problem, slack, self._webhooks())
        server = HttpServer(asgi, host=self.settings.host, port=self.settings.port)
        stack.push_async_callback(server.stop)
        await server.start()

    def _webhooks(self) -> Sequence[Route]:
        if not self.settings.mlflow_webhook_secret or self._mlflow is None:
            return ()
        hooks = MlflowWebhooks(
            self.settings.mlflow_webhook_secret,
            [each.name for each in self._mlflow.servers],
            self.transactions,
            self.scheduler.wake_poll,
            self._clock,
        )
        return hooks.routes()

    async def _connect_sockets(self, stack: AsyncExitStack) -> Sockets:
        # Asked before: slack_sdk would try a token that Slack refuses for ever.
        token, api_url = self.settings.slack_app_token, self.settings.slack_api_url
        await patiently(lambda: open_socket(token, api_url), "SLACK_APP_TOKEN")
        sockets = Sockets(self.bolt, token, self.settings.socket_connections)
        self._sockets = sockets
        stack.push_async_callback(sockets.stop)
        await sockets.start()
        return sockets

    async def _until_stopped(self, sockets: Sockets | None) -> int:
        waits = [asyncio.create_task(self._stopping.wait())]
        if sockets:
            waits.append(asyncio.create_task(sockets.dead.wait()))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        return 1 if sockets and sockets.dead.is_set() else 0


def _authorized(identity: Identity) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=identity.workspace,
        team=identity.workspace_name,
        bot_id=identity.bot_id,
        bot_user_id=identity.bot_user_id,
        bot_token=identity.token,
    )


def _links(settings: Settings, identity: Identity) -> Links:
    return Links(
        jira_url=settings.jira_site or None,
        mlflow_url=next((each.url for each in settings.mlflow_servers), None),
        mlflow_urls={each.name: each.url for each in settings.mlflow_servers if each.name},
        slack_url=identity.url or None,
    )
