"""The connection to one workspace: a client without retries, and who we are there."""

from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.errors import translated

TIMEOUT = 10


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the token is: the workspace, its address, and the bot's ids in it."""

    workspace: str
    workspace_name: str
    url: str
    bot_id: str
    bot_user_id: str
    token: str = field(repr=False)
    scopes: tuple[str, ...]


def web_client(token: str, api_url: str, team: str | None = None) -> AsyncWebClient:
    """A Web API client whose calls end within `TIMEOUT` seconds and are never repeated by it.

    `team` is named in every call: an organisation's token works in several workspaces.
    """
    return AsyncWebClient(
        token=token, base_url=api_url, timeout=TIMEOUT, retry_handlers=[], team_id=team
    )


async def identify(client: AsyncWebClient) -> Identity:
    """Who we are; raises SlackError."""
    async with translated("auth.test"):
        answer = await client.auth_test()
    scopes = str(answer.headers.get("x-oauth-scopes") or "")
    return Identity(
        workspace=str(answer["team_id"]),
        workspace_name=str(answer.get("team") or ""),
        url=str(answer.get("url") or ""),
        bot_id=str(answer.get("bot_id") or ""),
        bot_user_id=str(answer["user_id"]),
        token=client.token or "",
        scopes=tuple(s.strip() for s in scopes.split(",") if s.strip()),
    )


async def open_socket(app_token: str, api_url: str) -> None:
    """Ask for an address for Socket Mode, which shows that the app token works; raises SlackError.

    An address that nobody connects to expires by itself.
    """
    of_the_app = web_client(app_token, api_url)
    async with translated("apps.connections.open"):
        await of_the_app.apps_connections_open(app_token=app_token)
