"""`JiraStandIn`: the site over HTTP, with its token check, its faults and a record of requests."""

import contextlib
import random
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self, TypedDict

from aiohttp import web

from tests.standins.jira.api_agile import agile_routes
from tests.standins.jira.api_forms import form_routes
from tests.standins.jira.api_issues import issue_routes
from tests.standins.jira.api_search import SearchApi
from tests.standins.jira.api_site import site_routes
from tests.standins.jira.control import control_routes
from tests.standins.jira.faults import Faults, Handler, Received, strike
from tests.standins.jira.render import SEARCH_HISTORIES, Renderer
from tests.standins.jira.site import Site, utc_now
from tests.standins.jira.wire import error

EMAIL = "bot@example.com"
API_TOKEN = "cloud-api-token"
PERSONAL_ACCESS_TOKEN = "data-center-token"


class Credentials(TypedDict):
    """What a client logs in with."""

    email: str | None
    api_token: str | None
    personal_access_token: str | None


class JiraStandIn(Site):
    """A Jira that runs while the `async with` block lasts, on 127.0.0.1 and a free port unless
    `port` is given.

    `faults` orders what goes wrong, `received` lists the API requests so far, `sent` counts the
    bytes of their answers. `epoch_changelog`
    makes bulk changelogs carry epoch milliseconds instead of texts; `repeat_token` makes every
    page's token the same; `before_page` is called before each page of a search;
    `search_histories` cuts the changelogs inside search answers.
    """

    def __init__(
        self,
        *,
        cloud: bool = True,
        profile_zone: str = "UTC",
        clock: Callable[[], datetime] = utc_now,
        port: int = 0,
        email: str = EMAIL,
        api_token: str = API_TOKEN,
    ) -> None:
        super().__init__(profile_zone=profile_zone, clock=clock)
        self.cloud = cloud
        self.faults = Faults()
        self.received: list[Received] = []
        self.sent = 0
        self.token_expired = False
        self.anonymous_when_expired = False
        self.repeat_token = False
        self.epoch_changelog = False
        self.search_histories = SEARCH_HISTORIES if cloud else None
        self.before_page: Callable[[], None] = lambda: None
        self.url = ""
        self._port = port
        self._basic = "Basic " + b64encode(f"{email}:{api_token}".encode()).decode()
        self._runner: web.AppRunner | None = None

    @property
    def credentials(self) -> Credentials:
        """An e-mail and API token on Cloud, a personal access token on Data Center."""
        if self.cloud:
            return {"email": EMAIL, "api_token": API_TOKEN, "personal_access_token": None}
        return {
            "email": None,
            "api_token": None,
            "personal_access_token": PERSONAL_ACCESS_TOKEN,
        }

    @property
    def renderer(self) -> Renderer:
        """Writes JSON as the account sees it."""
        return Renderer(
            base=self.url,
            zone=self.account.zone,
            cloud=self.cloud,
            project_names=self.projects,
            ticket=self.ticket,
        )

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._guard])
        for version in ("2", "3", "latest") if self.cloud else ("2", "latest"):
            prefix = f"/rest/api/{version}"
            app.router.add_routes(site_routes(self, prefix))
            app.router.add_routes(issue_routes(self, prefix))
            app.router.add_routes(form_routes(self, prefix))
            app.router.add_routes(SearchApi(self).routes(prefix))
        app.router.add_routes(agile_routes(self))
        app.router.add_routes(control_routes(self))
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await self._listen(self._runner)
        self.url = f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.released.set()
        if self._runner:
            await self._runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        if self._port:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            return
        # Below 32768, so that no outgoing connection holds the port meanwhile.
        for port in random.sample(range(20000, 32768), 50):
            with contextlib.suppress(OSError):
                await web.TCPSite(runner, "127.0.0.1", port).start()
                self._port = port
                return
        raise OSError("no free port")

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/rest/"):
            return await handler(request)
        body = await request.json() if request.can_read_body else None
        query = {name: request.query.getall(name) for name in request.query}
        self.received.append(
            Received(method=request.method, path=request.path, query=query, body=body)
        )
        fault = self.faults.take(request.path)
        if fault:
            return await strike(fault, request, handler, self.faults.released)
        refusal = self._refusal(request)
        response = refusal or await handler(request)
        self.sent += response.content_length or 0
        return response

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Server information is open to all; anything else needs the token."""
        if request.path.endswith("/serverInfo"):
            return None
        given = request.headers.get("Authorization", "")
        wanted = self._basic if self.cloud else f"Bearer {PERSONAL_ACCESS_TOKEN}"
        if given == wanted and not self.token_expired:
            return None
        failed = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
        if self.anonymous_when_expired:
            # Seen on some sites: a bad token is served as nobody, to whom nothing is visible.
            return web.json_response({"issues": [], "isLast": True}, headers=failed)
        return error(401, "Client must be authenticated to access this resource.", failed)
