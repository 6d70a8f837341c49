"""The table of everything that people can type, click and submit.

Bolt's dispatch cost grows with every listener, so it knows a handful of patterns only and this
table does the rest.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from bot.domain.links import Links
from bot.ports.archive import DecisionFiles
from bot.ports.chat import Chat
from bot.ports.doctor import Doctor
from bot.ports.holidays import HolidayCalendar
from bot.ports.installations import Tenants
from bot.ports.trackers import ExperimentTracker, IssueTracker
from bot.ports.transactions import Transactions
from handlers.replies import Reply
from handlers.requests import Click, Command, Event, Request, Shortcut, Submission


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What handlers work with; a tracker is None where it isn't configured.

    Listeners give a handler those `of` its workspace. Without `tenants` there is only one.
    """

    transactions: Transactions
    chat: Chat
    links: Links
    holidays: HolidayCalendar
    issue_tracker: IssueTracker | None = None
    experiment_tracker: ExperimentTracker | None = None
    decision_files: DecisionFiles | None = None
    doctor: Doctor | None = None
    tenants: Tenants | None = None

    def of(self, workspace: str) -> "Deps":
        """The same for one workspace: its links, and the operator's trackers and checks only if it
        may see them."""
        if self.tenants is None:
            return self
        links = self.tenants.links(workspace)
        if self.tenants.tracks(workspace):
            return self if links is self.links else replace(self, links=links)
        return replace(self, links=links, issue_tracker=None, experiment_tracker=None, doctor=None)


CommandHandler = Callable[[Command, Deps], Awaitable[Reply]]
ClickHandler = Callable[[Click, Deps], Awaitable[Reply]]
SubmissionHandler = Callable[[Submission, Deps], Awaitable[Reply]]
ShortcutHandler = Callable[[Shortcut, Deps], Awaitable[Reply]]
EventHandler = Callable[[Event, Deps], Awaitable[Reply]]
HomeRefresh = Callable[[Request, Deps], Awaitable[None]]


@dataclass(kw_only=True)
class Routes:
    """Handlers by command and its words, action id, callback id and event type.

    `shortcuts` are those that messages have in their menu.

    A command that has `words` is dispatched by its first word ("" for none); several areas may add
    words to one command. `clicks` are looked up by the part of the action id before a colon;
    `changes` by the callback id of the form in which a field changed. `home` shows a person's App
    Home anew after what they did there.
    """

    commands: dict[str, CommandHandler] = field(default_factory=dict)
    words: dict[str, dict[str, CommandHandler]] = field(default_factory=dict)
    clicks: dict[str, ClickHandler] = field(default_factory=dict)
    submissions: dict[str, SubmissionHandler] = field(default_factory=dict)
    changes: dict[str, ClickHandler] = field(default_factory=dict)
    shortcuts: dict[str, ShortcutHandler] = field(default_factory=dict)
    events: dict[str, EventHandler] = field(default_factory=dict)
    home: HomeRefresh | None = None

    def add_words(self, command: str, **handlers: CommandHandler) -> None:
        """Add words to a command; `nothing` stands for the command alone."""
        table = self.words.setdefault(command, {})
        table |= {"" if word == "nothing" else word: each for word, each in handlers.items()}

    def click(self, click: Click) -> ClickHandler | None:
        """The handler of a click or of a changed field, or None."""
        found = self.clicks.get(click.action_id.split(":", 1)[0])
        if found is None and click.view is not None:
            return self.changes.get(click.view.callback_id)
        return found
