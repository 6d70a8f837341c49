"""`/slack/install` and where Slack sends people back to.

https://docs.slack.dev/authentication/installing-with-oauth
"""

import hmac
from collections.abc import Sequence
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.errors import BotError, SlackError, UserError
from bot.views import install_pages
from bot.workflows.tenants.install import STATE_LIVES, Installer
from handlers.manifest import SCOPES

log = structlog.get_logger()

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

_COOKIE = "meridian_install"
_LONGEST = 500

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class OAuthPages:
    """Sends people to Slack and receives them back.

    A state counts in the browser that it was given to only (a cookie), and once (a row).
    `authorize_url` is Slack's page; `redirect_uri` is where it sends people back to, empty where
    the app has only one such address.
    """

    def __init__(
        self, installer: Installer, *, client_id: str, authorize_url: str, redirect_uri: str
    ) -> None:
        self._installer = installer
        self._client_id = client_id
        self._authorize_url = authorize_url
        self._redirect_uri = redirect_uri

    def routes(self) -> Sequence[Route]:
        """Both pages."""
        return Route(INSTALL_PATH, self._install), Route(REDIRECT_PATH, self._redirect)

    async def _install(self, request: Request) -> Response:
        try:
            state = await self._installer.begin()
        except UserError as error:
            return _failed(str(error), 503)
        page = HTMLResponse(install_pages.begin(self._address(state)), headers=_HEADERS)
        page.set_cookie(
            _COOKIE,
            state,
            max_age=int(STATE_LIVES.total_seconds()),
            path="/slack",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return page

    def _address(self, state: str) -> str:
        query = {"client_id": self._client_id, "scope": ",".join(SCOPES), "state": state}
        if self._redirect_uri:
            query["redirect_uri"] = self._redirect_uri
        return f"{self._authorize_url}?{urlencode(query)}"

    async def _redirect(self, request: Request) -> Response:
        page = await self._finished(request)
        page.delete_cookie(_COOKIE, path="/slack", secure=True, httponly=True, samesite="lax")
        return page

    async def _finished(self, request: Request) -> Response:
        given = request.query_params
        state, code = given.get("state", ""), given.get("code", "")
        own = request.cookies.get(_COOKIE, "")
        if not state or len(state) > _LONGEST or not _same(state, own):
            return _failed("This page doesn't belong to what this browser began.", 400)
        if given.get("error"):
            return _failed("You didn't agree, so nothing was installed.", 400)
        if not code or len(code) > _LONGEST:
            return _failed("Slack sent no code.", 400)
        try:
            name = await self._installer.finish(state, code)
        except UserError as error:
            return _failed(str(error), 400)
        except SlackError as error:
            log.warning("not_installed", action="install", code=error.code)
            return _failed(f"Slack refused it ({error.code}).", 502)
        except BotError as error:
            log.error("not_installed", action="install", error=str(error))
            return _failed("Something is wrong on this side; tell whoever runs Meridian.", 500)
        return HTMLResponse(install_pages.done(name), headers=_HEADERS)


def _same(state: str, own: str) -> bool:
    return hmac.compare_digest(state.encode(), own.encode())


def _failed(sentence: str, status: int) -> Response:
    page = install_pages.failed(sentence, INSTALL_PATH)
    return HTMLResponse(page, status, headers=_HEADERS)
