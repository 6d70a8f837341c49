"""A node of trial 17: it uses the token of a workspace when it is told to.

python -m tests.trials.token_node DATABASE_URL API_URL KEY CARELESS; each line of standard input is
an instant, each line of its output what became of the calls.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.clients.secrets import FernetBox
from bot.clients.slack.connect import identify, web_client
from bot.clients.slack.oauth import SlackOAuth
from bot.domain.installation import Installation
from bot.domain.links import Links
from bot.errors import SlackError
from bot.workflows.tenants import Directory
from bot.workflows.tenants.tokens import Tokens
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.standins.slack_oauth import CLIENT_ID, CLIENT_SECRET

WORKSPACE = "T1"
AT_ONCE = 4


class Node:
    """One process's view of the installations; `careless` ones take no lease."""

    def __init__(self, database_url: str, api_url: str, key: str, *, careless: bool) -> None:
        self._now = datetime.min.replace(tzinfo=UTC)
        self._api_url = api_url
        self._transactions = SqlTransactions(
            open_engines(database_url), lambda: self._now, lambda: None
        )
        oauth = SlackOAuth(CLIENT_ID, CLIENT_SECRET, api_url, redirect_uri="")
        self._directory = Directory(
            transactions=self._transactions,
            box=FernetBox([key]),
            oauth=oauth,
            clock=lambda: self._now,
            address=lambda _url, _trackers: Links(),
        )
        if careless:
            self._directory._tokens = _Careless(
                transactions=self._transactions, box=FernetBox([key]), oauth=oauth
            )

    async def use(self, now: datetime) -> Counter[str]:
        """Several calls at once at that instant; how many there were of each outcome."""
        self._now = now
        return Counter(await asyncio.gather(*(self._call() for _ in range(AT_ONCE))))

    def close(self) -> None:
        """Close the database."""
        self._transactions.close()

    async def _call(self) -> str:
        try:
            token, _ = await self._directory.token(WORKSPACE)
            await identify(web_client(token, self._api_url))
        except SlackError as error:
            return error.code
        return "ok"


class _Careless(Tokens):
    """The control: whoever sees an old token refreshes it."""

    async def refreshed(self, installation: Installation, now: datetime) -> Installation:
        granted = await self.oauth.refresh(self.box.open(installation.refresh_token))
        return await self._stored(installation, granted, now)


async def _serve(node: Node) -> None:
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await node.use(datetime.fromisoformat(line.strip()))), flush=True)
    node.close()


def main(arguments: Sequence[str]) -> None:
    """Serve until standard input ends."""
    database_url, api_url, key, careless = arguments
    asyncio.run(_serve(Node(database_url, api_url, key, careless=careless == "careless")))


if __name__ == "__main__":
    main(sys.argv[1:])
