"""`meridian import`: files from a folder or a zip into the decision log."""

from datetime import datetime
from pathlib import Path

from bot import folders, tenancy
from bot.archiving import Choice, opened, our_workspace
from bot.clients.madr import MadrFiles
from bot.clients.slack.chat import SlackChat
from bot.config import Settings
from bot.domain.decisions.archive import DecisionFile, FileRefused, HandWritten
from bot.domain.decisions.record import reference
from bot.errors import ConfigError, SlackError
from bot.ports.chat import Chat
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import people
from bot.services.decisions import merge, newcomers
from bot.services.decisions.merge import Outcome, Taken
from bot.views.text import count
from bot.workflows.decisions.strangers import NOBODY_ASKED, ask


async def bring_in(
    settings: Settings, source: Path, choice: Choice, now: datetime, *, dry_run: bool
) -> tuple[list[str], bool]:
    """Bring files into the log; what became of them, and whether all were taken.

    Slack is asked for whom nobody here knows, if the token is the workspace's. Raises ConfigError,
    and then nothing was taken.
    """
    contents = folders.read(source)
    async with opened(settings, now) as transactions:
        workspace, chat = await _workspace(settings, transactions, choice, now)
        channel = choice.channels[0] if choice.channels else ""
        try:
            return await take_in(
                transactions, contents, workspace, channel, now, chat=chat, dry_run=dry_run
            )
        except SlackError as error:
            raise ConfigError(
                f"Slack doesn't say who is named in these files ({error}). "
                "Nothing was taken; try again."
            ) from error


async def take_in(
    transactions: Transactions,
    contents: dict[str, bytes],
    workspace: str,
    channel: str,
    now: datetime,
    *,
    chat: Chat | None = None,
    dry_run: bool = False,
) -> tuple[list[str], bool]:
    """Bring these files into the log, each whole or not at all; what became of them, and whether
    all were taken.

    `chat` is the workspace's, if Slack can be asked; raises SlackError before anything is taken.
    """
    importer = _Importer(transactions, workspace, channel, now, dry_run=dry_run)
    await importer.run(contents, chat)
    return importer.report(), not importer.refused


async def _workspace(
    settings: Settings, transactions: Transactions, choice: Choice, now: datetime
) -> tuple[str, Chat | None]:
    """The chosen workspace, and Slack if there is a token for it."""
    chat = SlackChat(tenancy.clients(settings, transactions, lambda: now))
    if choice.workspace and settings.many_workspaces:
        return choice.workspace, chat
    if choice.workspace and not settings.slack_bot_token:
        return choice.workspace, None
    ours = await our_workspace(settings)
    if choice.workspace not in ("", ours):
        return choice.workspace, None
    return ours, chat


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
        self._strangers = NOBODY_ASKED
        self._known: dict[newcomers.Saying, int] | None = None
        self._taken: list[tuple[DecisionFile, Taken]] = []
        self.refused: list[str] = []

    async def run(self, contents: dict[str, bytes], chat: Chat | None) -> None:
        """History first, by number: it decides which number a new one gets."""
        files = [file for name in sorted(contents) if (file := self._read(name, contents[name]))]
        if chat is not None:
            channels = {self._channel_of(file) for file in files} - {""}
            self._strangers = await ask(self._workspace, files, channels, chat, self._transactions)
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
        lines = [_became(file.name, taken) for file, taken in self._taken]
        unchanged = sum(taken.outcome is Outcome.UNCHANGED for _, taken in self._taken)
        total = f"{len(self._taken)} taken ({unchanged} unchanged), {len(self.refused)} refused"
        note = "; nothing was changed: --dry-run" if self._dry_run else ""
        return [*filter(None, lines), *self.refused, *self._out_of_sight(), f"{total}{note}"]

    def _out_of_sight(self) -> list[str]:
        new = (Outcome.RESTORED, Outcome.LOGGED)
        hidden = sum(
            taken.outcome in new and self._channel_of(file) in self._strangers.hidden
            for file, taken in self._taken
        )
        if not hidden:
            return []
        said = f"{count(hidden, 'decision')} of channels that Slack doesn't show me"
        return [f"{said}: only the people whom they name see them"]

    def _read(self, name: str, content: bytes) -> DecisionFile | None:
        try:
            return MadrFiles().read(name, content, self._workspace)
        except FileRefused as refused:
            self._refuse(name, refused)
            return None

    async def _take(self, file: DecisionFile) -> None:
        found: list[Taken] = []
        met = self._strangers.among(file.content.people)
        known = await self._sayings() if isinstance(file.content, HandWritten) else None

        def work(uow: UnitOfWork) -> None:
            people.follow_all(uow, met, self._now)
            found.append(merge.take(uow, file, self._workspace, self._channel, self._now, known))
            if self._dry_run:
                raise _Undone

        try:
            await self._transactions.write(work)
        except FileRefused as refused:
            self._refuse(file.name, refused)
            return
        except _Undone:
            pass
        self._taken.append((file, found[-1]))
        if known is not None and isinstance(file.content, HandWritten):
            known.setdefault(newcomers.saying(file.content), found[-1].number)

    async def _sayings(self) -> dict[newcomers.Saying, int]:
        """Read once, after what has a number was restored."""
        if self._known is None:
            self._known = await self._transactions.read(newcomers.sayings, self._workspace)
        return self._known

    def _channel_of(self, file: DecisionFile) -> str:
        if isinstance(file.content, HandWritten):
            return file.content.channel or self._channel
        return file.content.record.channel

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
            return f"{name}: {ref} restored{_unmoved(taken)}"
        case Outcome.LOGGED:
            return f"{name}: logged as {ref}"
        case Outcome.CHANGED:
            return f"{name}: {ref} changed ({', '.join(taken.fields)})"
    return ""


def _unmoved(taken: Taken) -> str:
    if not taken.unmoved:
        return ""
    ref = reference(taken.number)
    return (
        f"; {taken.unmoved} was still to be moved, which an import doesn't do: "
        f"type /decide show {ref} and press Try again"
    )
