"""Slack's side of installations: codes, rotating tokens, organisations. As strict as Slack: a code
and a refresh token work once, a replaced or revoked token is refused."""

import asyncio
import secrets
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

CLIENT_ID, CLIENT_SECRET = "111.222", "client-secret-of-the-tests"
LIFETIME = timedelta(hours=12)

Json = dict[str, Any]


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Grant:
    """What one token is for; `team` is empty for an organisation's."""

    team: str
    enterprise: str = ""
    rotates: bool = False
    ends_at: datetime | None = None


@dataclass(kw_only=True)
class OAuthSlack:
    """Grants tokens and answers calls that carry them; `calls` counts them by method, `refused` by
    error, `posts` are (team of the token, channel, text). The first grants are held until
    `together` of them have been asked for."""

    clock: Callable[[], datetime] = utc_now
    latency: float = 0.0
    together: int = 1
    url: str = ""
    names: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, list[str]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    posts: list[tuple[str, str, str]] = field(default_factory=list)
    failing: str = ""
    _enough: asyncio.Event = field(default_factory=asyncio.Event)
    _codes: dict[str, Grant] = field(default_factory=dict)
    _tokens: dict[str, Grant] = field(default_factory=dict)
    _refresh: dict[str, Grant] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        """The base address of the Web API."""
        return f"{self.url}/api/"

    def agree(self, team: str, *, enterprise: str = "", rotates: bool = False) -> str:
        """Somebody agrees; the code that their browser carries back. Without a team it is the
        organisation that agrees."""
        code = secrets.token_hex(8)
        self._codes[code] = Grant(team=team, enterprise=enterprise, rotates=rotates)
        return code

    def token_of(self, team: str, *, enterprise: str = "", ends_in: timedelta | None = None) -> str:
        """A token that is good, without the way to it."""
        ends_at = self.clock() + ends_in if ends_in else None
        grant = Grant(team=team, enterprise=enterprise, rotates=bool(ends_in), ends_at=ends_at)
        return self._issue(grant)

    def refresh_token_of(self, team: str) -> str:
        """A refresh token that was never used."""
        token = f"xoxe-1-{secrets.token_hex(60)}"
        self._refresh[token] = Grant(team=team, rotates=True)
        return token

    def revoke(self, team: str, enterprise: str = "") -> None:
        """No token of that team works any more."""
        for book in (self._tokens, self._refresh):
            for token in [
                t for t, g in book.items() if (g.team, g.enterprise) == (team, enterprise)
            ]:
                del book[token]

    async def handle(self, request: web.Request) -> web.Response:
        """One Web API call."""
        method = request.match_info["method"]
        self.calls[method] += 1
        given = await _arguments(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        if method == "oauth.v2.access":
            await self._company()
        if self.failing == method:
            return web.Response(status=503, text="out of order")
        try:
            answer = self._answer(method, request, given)
        except KeyError as error:
            code = str(error.args[0])
            self.refused[code] += 1
            return web.json_response({"ok": False, "error": code})
        return web.json_response({"ok": True, **answer})

    async def _company(self) -> None:
        if self.calls["oauth.v2.access"] >= self.together:
            self._enough.set()
        await self._enough.wait()

    def _answer(self, method: str, request: web.Request, given: Json) -> Json:
        if method == "oauth.v2.access":
            return self._access(given, request.headers.get("Authorization", ""))
        grant = self._grant(request.headers.get("Authorization", "").removeprefix("Bearer "))
        match method:
            case "auth.test":
                return {
                    "team_id": grant.team or None,
                    "enterprise_id": grant.enterprise or None,
                    "team": self.names.get(grant.team, ""),
                    "url": f"https://{(grant.enterprise or grant.team).lower()}.slack.example/",
                    "user_id": "UBOT",
                    "bot_id": f"B{grant.enterprise or grant.team}",
                }
            case "auth.teams.list":
                teams = self.organisations.get(grant.enterprise, [])
                return {"teams": [{"id": t, "name": self.names.get(t, t)} for t in teams]}
            case "chat.postMessage":
                team = grant.team or str(given.get("team_id") or "")
                if not team:
                    raise KeyError("missing_argument")
                self.posts.append((team, given["channel"], given["text"]))
                return {"channel": given["channel"], "ts": f"{len(self.posts)}.000100"}
            case "users.info":
                return {"user": {"id": given["user"], "name": given["user"], "tz": "UTC"}}
            case _:
                raise KeyError("unknown_method")

    def _access(self, given: Json, authorization: str) -> Json:
        pair = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {pair}":
            raise KeyError("bad_client_secret")
        if given.get("grant_type") == "refresh_token":
            found = self._refresh.pop(str(given.get("refresh_token")), None)
            if found is None:
                raise KeyError("invalid_refresh_token")
        else:
            found = self._codes.pop(str(given.get("code")), None)
            if found is None:
                raise KeyError("invalid_code")
        org = not found.team
        answer: Json = {
            "access_token": self._issue(found),
            "token_type": "bot",
            "scope": "chat:write",
            "app_id": "A1",
            "bot_user_id": "UBOT",
            "authed_user": {"id": "UADMIN"},
            "team": None if org else {"id": found.team, "name": self.names.get(found.team, "")},
            "enterprise": {"id": found.enterprise, "name": "Org"} if found.enterprise else None,
            "is_enterprise_install": org,
        }
        if found.rotates:
            fresh = f"xoxe-1-{secrets.token_hex(60)}"
            self._refresh[fresh] = found
            answer |= {"refresh_token": fresh, "expires_in": int(LIFETIME.total_seconds())}
        return answer

    def _issue(self, grant: Grant) -> str:
        token = f"{'xoxe.' if grant.rotates else ''}xoxb-{secrets.token_hex(60)}"
        ends_at = grant.ends_at or (self.clock() + LIFETIME if grant.rotates else None)
        self._tokens[token] = Grant(
            team=grant.team, enterprise=grant.enterprise, rotates=grant.rotates, ends_at=ends_at
        )
        return token

    def _grant(self, token: str) -> Grant:
        grant = self._tokens.get(token)
        if grant is None:
            raise KeyError("token_revoked" if token else "not_authed")
        if grant.ends_at is not None and self.clock() >= grant.ends_at:
            raise KeyError("token_expired")
        return grant


@asynccontextmanager
async def oauth_slack(**settings: Any) -> AsyncIterator[OAuthSlack]:
    """Serves on a free port of 127.0.0.1."""
    slack = OAuthSlack(**settings)
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        await runner.cleanup()


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        found: Json = await request.json()
        return found
    return {**request.query, **await request.post()}
