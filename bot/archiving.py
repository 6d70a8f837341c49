"""`meridian export` and `meridian import`: the decision log as files in a folder or a zip."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import folders
from bot.clients.madr import MadrFiles
from bot.clients.slack.charts import Charts
from bot.clients.slack.chat import SlackChat
from bot.clients.slack.connect import identify, web_client
from bot.config import Settings
from bot.domain.decisions.archive import (
    ArchivedDecision,
    DecisionFile,
    FileRefused,
    HandWritten,
)
from bot.domain.decisions.record import reference
from bot.errors import ConfigError, SlackError
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services.decisions import archive, merge
from bot.services.decisions.merge import Outcome, Taken
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
        chosen = await choose(settings, transactions, choice)
    return [write_out(to, chosen.decisions), *left_out(chosen)]


async def bring_in(
    settings: Settings, source: Path, choice: Choice, now: datetime, *, dry_run: bool
) -> tuple[list[str], bool]:
    """Bring files into the log; what became of them, and whether all were taken."""
    contents = folders.read(source)
    async with opened(settings, now) as transactions:
        workspace = choice.workspace or await _our_workspace(settings)
        channel = choice.channels[0] if choice.channels else ""
        return await take_in(transactions, contents, workspace, channel, now, dry_run=dry_run)


def write_out(to: Path, decisions: Sequence[ArchivedDecision]) -> str:
    """Write these decisions; a line about what was done."""
    files = MadrFiles()
    written = files.write(decisions)
    if to.suffix == _ZIP:
        change = folders.replace(to, files.pack(written))
    else:
        change = folders.sync(to, written)
    return f"{count(len(written), 'decision')} in {to}: {change}"


async def take_in(
    transactions: Transactions,
    contents: dict[str, bytes],
    workspace: str,
    channel: str,
    now: datetime,
    *,
    dry_run: bool = False,
) -> tuple[list[str], bool]:
    """Bring these files into the log, each whole or not at all; what became of them, and whether
    all were taken."""
    importer = _Importer(transactions, workspace, channel, now, dry_run=dry_run)
    await importer.run(contents)
    return importer.report(), not importer.refused


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


async def choose(settings: Settings, transactions: SqlTransactions, choice: Choice) -> Chosen:
    """The chosen decisions; Slack is asked which channels are private unless all are chosen."""
    workspace = choice.workspace or await _our_workspace(settings)
    places, hidden = None, 0
    if not choice.with_private:
        client = web_client(settings.slack_bot_token, settings.slack_api_url)
        try:
            found = await public_places(workspace, SlackChat(client, Charts(client)), transactions)
        except SlackError as error:
            raise ConfigError(
                f"Slack doesn't say which channels are private ({error}). "
                "Try again, or take them all with --with-private."
            ) from error
        places, hidden = found.shown, found.hidden
    decisions = await transactions.read(archive.collect, workspace, places)
    wanted = [d for d in decisions if not choice.channels or d.record.channel in choice.channels]
    return Chosen(decisions=wanted, hidden=hidden)


def left_out(chosen: Chosen) -> list[str]:
    """A line about what isn't shown, if there is anything."""
    if not chosen.hidden:
        return []
    channels = count(chosen.hidden, "channel")
    return [f"left out: those of {channels} that aren't public; --with-private takes them too"]


async def _our_workspace(settings: Settings) -> str:
    if not settings.slack_bot_token:
        raise ConfigError("Say which workspace with --workspace, or set SLACK_BOT_TOKEN.")
    try:
        identity = await identify(web_client(settings.slack_bot_token, settings.slack_api_url))
    except SlackError as error:
        raise ConfigError(f"Slack doesn't say which workspace this is ({error}).") from error
    return identity.workspace


class _Undone(Exception):
    """Rolls a trial import back."""


class _Importer:
    """Takes files one by one, each whole or not at all."""

    def __init__(
        self,
        transactions: Transactions,
        workspace: str,
        channel: str,
        now: datetime,
        *,
        dry_run: bool,
    ) -> None:
        self._transactions = transactions
        self._workspace = workspace
        self._channel = channel
        self._now = now
        self._dry_run = dry_run
        self._taken: list[tuple[str, Taken]] = []
        self.refused: list[str] = []

    async def run(self, contents: dict[str, bytes]) -> None:
        """History first, by number: it decides which number a new one gets."""
        files = [file for name in sorted(contents) if (file := self._read(name, contents[name]))]
        seen: dict[int, str] = {}
        for file in sorted(files, key=_order):
            number = _number(file)
            if number in seen:
                said = f"{reference(number)} stands in {seen[number]} too; keep one of them."
                self._refuse(file.name, FileRefused(said, file.line_of("number")))
                continue
            if number:
                seen[number] = file.name
            await self._take(file)

    def report(self) -> list[str]:
        """What became of the files."""
        lines = [_became(name, taken) for name, taken in self._taken]
        unchanged = sum(taken.outcome is Outcome.UNCHANGED for _, taken in self._taken)
        total = f"{len(self._taken)} taken ({unchanged} unchanged), {len(self.refused)} refused"
        note = "; nothing was changed: --dry-run" if self._dry_run else ""
        return [*filter(None, lines), *self.refused, f"{total}{note}"]

    def _read(self, name: str, content: bytes) -> DecisionFile | None:
        try:
            return MadrFiles().read(name, content, self._workspace)
        except FileRefused as refused:
            self._refuse(name, refused)
            return None

    async def _take(self, file: DecisionFile) -> None:
        found: list[Taken] = []

        def work(uow: UnitOfWork) -> None:
            taken = merge.take(uow, file, self._workspace, self._channel, self._now)
            found.append(taken)
            if self._dry_run:
                raise _Undone

        try:
            await self._transactions.write(work)
        except FileRefused as refused:
            self._refuse(file.name, refused)
            return
        except _Undone:
            pass
        self._taken.append((file.name, found[-1]))

    def _refuse(self, name: str, refused: FileRefused) -> None:
        self.refused.append(f"{name}:{refused.line}: {refused}")


def _number(file: DecisionFile) -> int:
    """0 for a new one."""
    return 0 if isinstance(file.content, HandWritten) else file.content.record.number


def _order(file: DecisionFile) -> tuple[bool, int, str]:
    number = _number(file)
    return (not number, number, file.name)


def _became(name: str, taken: Taken) -> str:
    ref = reference(taken.number)
    match taken.outcome:
        case Outcome.RESTORED:
            return f"{name}: {ref} restored"
        case Outcome.LOGGED:
            return f"{name}: logged as {ref}"
        case Outcome.CHANGED:
            return f"{name}: {ref} changed ({', '.join(taken.fields)})"
    return ""
