"""`meridian export`: the decision log as files in a folder or a zip."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import folders, tenancy
from bot.clients.madr import MadrFiles
from bot.clients.slack.chat import SlackChat
from bot.clients.slack.connect import identify, web_client
from bot.config import Settings
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.sight import Sight
from bot.errors import ConfigError, SlackError
from bot.services.decisions import archive
from bot.views.text import count
from bot.workflows.decisions.export import public_places
from storage import schema
from storage.engine import open_engines
from storage.transactions import SqlTransactions

_ZIP = ".zip"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which decisions: of one workspace (empty: the token's), of some channels (none: of all), of
    private ones too or not."""

    workspace: str = ""
    channels: Sequence[str] = ()
    with_private: bool = False


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Decisions to be shown, by number, and in how many channels others are left out."""

    decisions: Sequence[ArchivedDecision]
    hidden: int = 0


async def export(settings: Settings, to: Path, choice: Choice, now: datetime) -> list[str]:
    """Write the files; what was done, a line each. Raises ConfigError."""
    async with opened(settings, now) as transactions:
        chosen = await choose(settings, transactions, choice, now)
    return [write_out(to, chosen.decisions), *left_out(chosen)]


def write_out(to: Path, decisions: Sequence[ArchivedDecision]) -> str:
    """Write these decisions; a line about what was done."""
    files = MadrFiles()
    written = files.write(decisions)
    if to.suffix == _ZIP:
        change = folders.replace(to, files.pack(written))
    else:
        change = folders.sync(to, written)
    return f"{count(len(written), 'decision')} in {to}: {change}"


@asynccontextmanager
async def opened(settings: Settings, now: datetime) -> AsyncIterator[SqlTransactions]:
    """The database, if its schema is current; raises ConfigError."""
    url = settings.database_url
    if not await asyncio.to_thread(schema.is_current, url):
        raise ConfigError("DATABASE_URL has an old schema: run `meridian migrate` once.")
    transactions = SqlTransactions(open_engines(url), lambda: now, lambda: None)
    try:
        yield transactions
    finally:
        transactions.close()


async def choose(
    settings: Settings, transactions: SqlTransactions, choice: Choice, now: datetime
) -> Chosen:
    """The chosen decisions; Slack is asked which channels are private unless all are chosen."""
    workspace = choice.workspace or await our_workspace(settings)
    seen, hidden = None, 0
    if not choice.with_private:
        chat = SlackChat(tenancy.clients(settings, transactions, lambda: now))
        try:
            found = await public_places(workspace, chat, transactions)
        except SlackError as error:
            raise ConfigError(
                f"Slack doesn't say which channels are private ({error}). "
                "Try again, or take them all with --with-private."
            ) from error
        seen, hidden = Sight(channels=found.shown), found.hidden
    decisions = await transactions.read(archive.collect, workspace, seen)
    wanted = [d for d in decisions if not choice.channels or d.record.channel in choice.channels]
    return Chosen(decisions=wanted, hidden=hidden)


def left_out(chosen: Chosen) -> list[str]:
    """A line about what isn't shown, if there is anything."""
    if not chosen.hidden:
        return []
    channels = count(chosen.hidden, "channel")
    return [f"left out: those of {channels} that aren't public; --with-private takes them too"]


async def our_workspace(settings: Settings) -> str:
    """The token's; raises ConfigError."""
    if not settings.slack_bot_token:
        raise ConfigError("Say which workspace with --workspace, or set SLACK_BOT_TOKEN.")
    try:
        identity = await identify(web_client(settings.slack_bot_token, settings.slack_api_url))
    except SlackError as error:
        raise ConfigError(f"Slack doesn't say which workspace this is ({error}).") from error
    return identity.workspace
