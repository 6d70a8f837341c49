"""Which Web API client speaks in which workspace."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.connect import web_client


class Clients(Protocol):
    """Gives the client of a workspace; raises SlackError where there is none."""

    async def of(self, workspace: str) -> AsyncWebClient:
        """The client that speaks in `workspace`."""
        ...

    def organisation(self, workspace: str) -> str:
        """The organisation that installed Meridian for it, empty where it did so by itself."""
        ...


class OneClient:
    """The same client everywhere: a single token."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def of(self, workspace: str) -> AsyncWebClient:
        """The one."""
        return self._client

    def organisation(self, workspace: str) -> str:
        """None: the token is a workspace's."""
        return ""


class ClientsByToken:
    """A client for each workspace, made anew when its token changes.

    `token` gives a workspace's token and whether it is an organisation's: then every call names the
    workspace (https://docs.slack.dev/enterprise/developing-for-enterprise-orgs).
    `organisation` names the organisation whose token a workspace has.
    """

    def __init__(
        self,
        token: Callable[[str], Awaitable[tuple[str, bool]]],
        api_url: str,
        organisation: Callable[[str], str] = lambda _workspace: "",
    ) -> None:
        self._token = token
        self._api_url = api_url
        self._organisation = organisation
        self._made: dict[str, AsyncWebClient] = {}

    async def of(self, workspace: str) -> AsyncWebClient:
        """The client with the token as it is now."""
        token, org_wide = await self._token(workspace)
        client = self._made.get(workspace)
        if client is None or client.token != token:
            client = web_client(token, self._api_url, team=workspace if org_wide else None)
            self._made[workspace] = client
        return client

    def organisation(self, workspace: str) -> str:
        """As of the last look."""
        return self._organisation(workspace)


def only(client: AsyncWebClient) -> OneClient:
    """One client for every workspace."""
    return OneClient(client)
