"""Who may come in: colleagues. Guests and people of other companies read what is posted where they
are, and little more; who has left does nothing.

The first of two walls: areas have finer rules of their own behind it.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain.person import Person
from bot.errors import NotPermitted, SlackError
from bot.views.privacy.myself import CALLBACK_DELETE, home_of_nobody
from bot.workflows import people
from handlers.alerts import typed
from handlers.audited import action_of, recorded
from handlers.replies import Done, Reply
from handlers.requests import Click, Command, Event, Request
from handlers.routing import Deps
from handlers.words import asks_help

R = TypeVar("R", bound=Request)

REFUSAL = "Guests and people of other companies can't do that here; ask somebody of the team."

NOBODY_KNOWS = (
    "Slack can't tell me right now who you are, and I haven't met you yet, so I can't do that. "
    "Try again in a minute."
)

READ_BY_GUESTS = ("decision.", "/decide")
"""How the actions of those areas begin that show outsiders what is theirs to read; they refuse the
rest themselves, in their own words (see `handlers.decisions.refusals`, `handlers.alerts.typed`)."""

_ON_ALERTS = frozenset(
    {
        "/alert",
        "/alert list",
        "/alert report",
        "/alert show",
        "/alert silences",
        "alert.acknowledge",
        "alert.more",
        "alert.noise",
        "alert.page",
        "alert.rollback",
        "alert.snooze",
        "alert.unacknowledge",
        "alert.unsilence",
        "alert.useful",
    }
)
"""What shows alerts, and the buttons below one that outsiders see: they are told why not there."""

_FACTS = frozenset(
    {
        "channel_shared",
        "channel_unarchive",
        "channel_unshared",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
        "message",
        "team_join",
        "user_change",
        "app_uninstalled",
        "tokens_revoked",
        "team_access_granted",
        "team_access_revoked",
    }
)
"""Events that say how things are; nobody asks for anything by them."""

_NO_SUCH_PERSON = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
"""What Slack answers about somebody who isn't of this workspace."""

_KNOWN_FOR = timedelta(seconds=60)
_MOST_KNOWN = 20_000


class Gate:
    """Lets colleagues in; remembers them for a minute, so that they cost one read in that time."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    async def admitted(
        self, request: R, handler: Callable[[R, Deps], Awaitable[Reply]], deps: Deps
    ) -> Reply:
        """What the handler says; raises NotPermitted for others than colleagues, SlackError where
        nobody can say who it is."""
        if await _stays_forgotten(request, deps):
            return await _home_of_nobody(request, deps)
        await self._require(request, deps)
        transactions = recorded(deps.transactions, request)
        reply = await handler(request, replace(deps, transactions=transactions))
        if action_of(request) == CALLBACK_DELETE:
            self.forget(request.workspace, request.user_id)
        return reply

    def forget(self, workspace: str, user_id: str) -> None:
        """Something about them changed."""
        self._known.pop((workspace, user_id), None)

    async def _require(self, request: Request, deps: Deps) -> None:
        if _is_nobodys(request):
            return
        outsiders_may_look = _is_open_to_outsiders(request)
        if _is_of_another_company(request):
            if outsiders_may_look:
                return
            raise NotPermitted(_refusal(request))
        key = request.workspace, request.user_id
        if self._known.get(key, request.now) > request.now:
            return
        person = await _person(request, deps)
        if person is not None and person.can_take_part:
            self._remember(key, request.now)
        elif not outsiders_may_look:
            raise NotPermitted(_refusal(request))

    def _remember(self, key: tuple[str, str], now: datetime) -> None:
        self._known[key] = now + _KNOWN_FOR
        self._known.move_to_end(key)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


async def _person(request: Request, deps: Deps) -> Person | None:
    """Who asks; None for who isn't of this workspace. Raises SlackError where we don't know them
    and Slack doesn't answer: whoever can't be told from a guest is treated as one."""
    who = request.workspace, request.user_id
    person = await deps.transactions.read(lambda uow: uow.people.get(*who))
    if person is not None or not request.user_id:
        return person
    if await deps.transactions.read(lambda uow: uow.privacy.is_forgotten(*who)):
        await deps.transactions.write(lambda uow: uow.privacy.welcome_back(*who))
    try:
        await people.ensure_known(
            request.workspace, [request.user_id], deps.chat, deps.transactions, request.now
        )
    except SlackError as error:
        if error.code in _NO_SUCH_PERSON:
            return None
        raise SlackError(NOBODY_KNOWS, code=error.code, retryable=error.retryable) from error
    return await deps.transactions.read(lambda uow: uow.people.get(*who))


async def _stays_forgotten(request: Request, deps: Deps) -> bool:
    """Slack tells of an opened App Home also when somebody only reads our messages to them: that
    doesn't bring back who asked to be deleted. What they type or click does."""
    if not isinstance(request, Event) or request.kind in _FACTS:
        return False
    who = request.workspace, request.user_id
    return await deps.transactions.read(lambda uow: uow.privacy.is_forgotten(*who))


async def _home_of_nobody(request: Request, deps: Deps) -> Reply:
    """What stood on their Home before they were deleted goes when they look at it."""
    if isinstance(request, Event) and request.body.get("tab") == "home":
        await deps.chat.publish_home(request.workspace, request.user_id, home_of_nobody())
    return Done()


def _is_of_another_company(request: Request) -> bool:
    """In an organisation's workspace Slack may name another workspace that the person is in
    (https://github.com/slackapi/bolt-js/issues/1875): what it says of the person decides there."""
    return request.team not in ("", request.workspace) and not request.enterprise


def _is_nobodys(request: Request) -> bool:
    """Nobody asks for anything by it, or for help only."""
    if isinstance(request, Event):
        return request.kind in _FACTS
    return isinstance(request, Command) and asks_help(request)


def _is_open_to_outsiders(request: Request) -> bool:
    action = action_of(request)
    if isinstance(request, Command | Click) and action in _ON_ALERTS:
        return True
    return action.startswith(READ_BY_GUESTS)


def _refusal(request: Request) -> str:
    about_alerts = action_of(request).startswith(("/alert", "alert."))
    return typed.OUTSIDERS if about_alerts else REFUSAL
