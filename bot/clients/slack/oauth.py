"""Slack's side of installing the app: https://docs.slack.dev/authentication/installing-with-oauth."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.clients.slack.connect import web_client
from bot.clients.slack.errors import translated
from bot.domain.installation import Granted, Team
from bot.errors import SlackError

_PAGE = 100
_MAX_PAGES = 50


class SlackOAuth:
    """Implements `bot.ports.installations.OAuth`; every call ends within the client's timeout.

    `redirect_uri` is named where the app has several; an empty one leaves the choice to Slack.
    """

    def __init__(
        self, client_id: str, client_secret: str, api_url: str, *, redirect_uri: str
    ) -> None:
        pair = f"{client_id}:{client_secret}".encode()
        self._credentials = b64encode(pair).decode()
        self._api_url = api_url
        self._redirect_uri = redirect_uri

    async def exchange(self, code: str) -> Granted:
        """What the person who came back with `code` granted."""
        return await self._access(code=code, redirect_uri=self._redirect_uri or None)

    async def refresh(self, refresh_token: str) -> Granted:
        """Fresh tokens."""
        return await self._access(grant_type="refresh_token", refresh_token=refresh_token)

    async def whoami(self, bot_token: str) -> Team:
        """The workspace of a token; an organisation's token names the organisation."""
        async with translated("auth.test"):
            answer = await web_client(bot_token, self._api_url).auth_test()
        return Team(
            id=str(answer.get("team_id") or answer.get("enterprise_id") or ""),
            name=str(answer.get("team") or ""),
            url=str(answer.get("url") or ""),
            bot_id=str(answer.get("bot_id") or ""),
        )

    async def teams(self, bot_token: str) -> Sequence[Team]:
        """The workspaces that an organisation's token is approved for
        (https://docs.slack.dev/reference/methods/auth.teams.list)."""
        found: list[Team] = []
        cursor = ""
        client = web_client(bot_token, self._api_url)
        for _ in range(_MAX_PAGES):
            async with translated("auth.teams.list"):
                answer: Any = await client.auth_teams_list(limit=_PAGE, cursor=cursor or None)
            found += [Team(id=str(t["id"]), name=str(t.get("name") or "")) for t in answer["teams"]]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found
        raise SlackError("The organisation has too many workspaces.", code="too_many_teams")

    async def _access(self, **arguments: Any) -> Granted:
        async with translated("oauth.v2.access"):
            # Not `oauth_v2_access`: it names its credentials in a way that aiohttp gives up.
            answer = await web_client("", self._api_url).api_call(
                "oauth.v2.access",
                data={name: value for name, value in arguments.items() if value is not None},
                headers={"Authorization": f"Basic {self._credentials}"},
            )
        if not isinstance(answer.data, dict):
            raise SlackError("Slack's answer makes no sense.", code="no_json")
        return granted(answer.data)


def granted(answer: Mapping[str, Any]) -> Granted:
    """An answer of `oauth.v2.access`; raises SlackError where it grants no bot token."""
    if answer.get("token_type") not in (None, "bot") or not answer.get("access_token"):
        raise SlackError("Slack granted no bot token.", code="no_bot_token")
    team, enterprise = answer.get("team") or {}, answer.get("enterprise") or {}
    seconds = answer.get("expires_in")
    return Granted(
        team=str(team.get("id") or ""),
        team_name=str(team.get("name") or ""),
        enterprise=str(enterprise.get("id") or ""),
        enterprise_name=str(enterprise.get("name") or ""),
        is_org_wide=bool(answer.get("is_enterprise_install")),
        app_id=str(answer.get("app_id") or ""),
        bot_user_id=str(answer.get("bot_user_id") or ""),
        scopes=str(answer.get("scope") or ""),
        installed_by=str((answer.get("authed_user") or {}).get("id") or ""),
        bot_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_in=timedelta(seconds=int(seconds)) if seconds else None,
    )
