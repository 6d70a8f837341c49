"""The composition root: the only place that builds things and hands them over."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route

import handlers.bolt as bolt
from bot.checkup import SettingsDoctor
from bot.clients.heartbeat import HttpHeartbeat
from bot.clients.holidays import LibraryCalendar
from bot.clients.madr import MadrFiles
from bot.clients.slack.chat import SlackChat
from bot.clients.slack.connect import Identity, open_socket
from bot.config import Settings
from bot.connecting import patiently
from bot.engines import spread
from bot.http_server import LAST_ANSWERS_SECONDS, HttpServer
from bot.ports.transactions import Clock
from bot.tenancy import many, one
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
from handlers.oauth import OAuthPages
from handlers.registry import all_routes
from handlers.routing import Deps
from handlers.sockets import Sockets
from handlers.webhooks import MlflowWebhooks
from jobs import deliver
from jobs.deps import JobDeps
from jobs.scheduler import WORKERS_JOBS, Scheduler
from storage.backups.folder import newest
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
        self,
        settings: Settings,
        client: AsyncWebClient,
        identity: Identity | None,
        clock: Clock = utc_now,
        *,
        works_only: bool = False,
    ) -> None:
        self.settings = settings
        self._works_only = works_only
        self.identity = identity
        self.metrics = Metrics(clock)
        engines = open_engines(settings.database_url)
        self._spread = spread(settings, engines)
        look = self._spread.on_outbox(lambda: self.scheduler.wake_delivery())
        self.transactions = SqlTransactions(engines, clock, look, self._spread.enlist)
        self.tenancy = (
            one(settings, client, identity, self.transactions, clock)
            if identity
            else many(settings, self.transactions, clock)
        )
        tenants = self.tenancy.tenants
        chat = SlackChat(self.tenancy.clients)
        holidays = LibraryCalendar()
        self._mlflow = mlflow_tracker(settings)
        self._jira = jira_tracker(settings)
        self._heartbeat = HttpHeartbeat(settings.heartbeat_url) if settings.heartbeat_url else None
        self._sockets: Sockets | None = None
        self.posting = Posting(
            transactions=self.transactions, chat=chat, cards=CARDS, links=tenants.links, clock=clock
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
            alone=self._spread.alone,
        )
        self.jobs = JobDeps(
            tenants=tenants,
            transactions=self.transactions,
            chat=chat,
            deliverer=self.deliverer,
            holidays=holidays,
            issue_tracker=self._jira,
            experiment_tracker=self._mlflow,
            engine=self._spread.engine,
            heartbeat=self._heartbeat,
            problem=self.problem,
            poll_seconds=settings.poll_seconds,
        )
        self.metrics.watch(
            ended_at=self.jobs.vitals.ended_at,
            problem=self.problem,
            backed_up_at=lambda: newest(settings.backup_folder),
        )
        only = WORKERS_JOBS if works_only else None
        self.scheduler = Scheduler(self.jobs, clock, settings.poll_seconds, only)
        deps = Deps(
            transactions=self.transactions,
            chat=chat,
            links=tenants.links(identity.workspace if identity else ""),
            holidays=holidays,
            issue_tracker=self.jobs.issue_tracker,
            experiment_tracker=self.jobs.experiment_tracker,
            decision_files=MadrFiles(),
            tenants=tenants,
            doctor=SettingsDoctor(settings, self.tenancy.clients),
        )
        self.listeners = Listeners(all_routes(), deps, clock, self.metrics)
        self.bolt = bolt.build(client, settings.slack_signing_secret, self.tenancy.authorize)
        self.listeners.register(self.bolt)
        self._clock = clock
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `run` soon."""
        self._stopping.set()

    def problem(self) -> str:
        """Why we aren't ready, or nothing."""
        connected = self._sockets is not None and self._sockets.connected
        return "no connection to Slack" if self._over_sockets and not connected else ""

    @property
    def _over_sockets(self) -> bool:
        return self.settings.socket_mode and not self._works_only

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
            await self.tenancy.open()
            await self._serve_http(stack)
            sockets = await self._connect_sockets(stack) if self._over_sockets else None
            await self._spread.engine.start(partial(deliver.drain, self.jobs))
            self.scheduler.start()
            stack.push_async_callback(self.listeners.stop, LAST_ANSWERS_SECONDS)
            stack.push_async_callback(self.scheduler.stop)
            action = "work" if self._works_only else "run"
            log.info("ready", action=action, workspaces=len(self.tenancy.tenants.workspaces))
            code = await self._until_stopped(sockets)
            log.info("stopping", action="run")
            return code

    def asgi(self) -> Starlette:
        """What is served over HTTP: a worker only says how it is."""
        if self._works_only:
            return web.build(self.transactions, self.metrics, self.problem, None)
        slack = None if self.settings.socket_mode else self.bolt
        return web.build(
            self.transactions,
            self.metrics,
            self.problem,
            slack,
            [*self._webhooks(), *self._install_pages()],
            signing_secret=self.settings.slack_signing_secret,
        )

    async def _serve_http(self, stack: AsyncExitStack) -> None:
        server = HttpServer(self.asgi(), host=self.settings.host, port=self.settings.port)
        stack.push_async_callback(server.stop)
        await server.start()

    def _install_pages(self) -> Sequence[Route]:
        if self.tenancy.installer is None:
            return ()
        pages = OAuthPages(
            self.tenancy.installer,
            client_id=self.settings.slack_client_id,
            authorize_url=self.settings.authorize_url,
            redirect_uri=self.settings.redirect_uri,
        )
        return pages.routes()

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
