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
from bot.views.privacy.myself import CALLBACK_DELETE
from bot.workflows import people
from handlers.alerts import typed
from handlers.audited import action_of, recorded
from handlers.replies import Reply
from handlers.requests import Click, Command, Event, Request
from handlers.routing import Deps
from handlers.words import asks_help

R = TypeVar("R", bound=Request)

REFUSAL = "Guests and people of other companies can't do that here; ask somebody of the team."

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

_KNOWN_FOR = timedelta(seconds=60)
_MOST_KNOWN = 20_000


class Gate:
    """Lets colleagues in; remembers them for a minute, so that they cost one read in that time."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    async def admitted(
        self, request: R, handler: Callable[[R, Deps], Awaitable[Reply]], deps: Deps
    ) -> Reply:
        """What the handler says; raises NotPermitted for others than colleagues."""
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
        if _is_open(request):
            return
        if request.team and request.team != request.workspace:
            raise NotPermitted(_refusal(request))
        key = request.workspace, request.user_id
        if self._known.get(key, request.now) > request.now:
            return
        person = await _person(request, deps)
        if person is None:
            return
        if not person.can_take_part:
            raise NotPermitted(_refusal(request))
        self._remember(key, request.now)

    def _remember(self, key: tuple[str, str], now: datetime) -> None:
        self._known[key] = now + _KNOWN_FOR
        self._known.move_to_end(key)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


async def _person(request: Request, deps: Deps) -> Person | None:
    """Who asks; None while Slack can't be asked about somebody of our own workspace whom we don't
    know. Raises NotPermitted for who isn't in it."""
    who = request.workspace, request.user_id
    person = await deps.transactions.read(lambda uow: uow.people.get(*who))
    if person is not None:
        return person
    if await deps.transactions.read(lambda uow: uow.privacy.is_forgotten(*who)):
        await deps.transactions.write(lambda uow: uow.privacy.welcome_back(*who))
    try:
        await people.ensure_known(
            request.workspace, [request.user_id], deps.chat, deps.transactions, request.now
        )
    except SlackError as error:
        if error.retryable or error.ambiguous:
            return None
        raise NotPermitted(_refusal(request)) from error
    return await deps.transactions.read(lambda uow: uow.people.get(*who))


def _is_open(request: Request) -> bool:
    if isinstance(request, Event):
        return request.kind in _FACTS
    if isinstance(request, Command) and asks_help(request):
        return True
    action = action_of(request)
    if isinstance(request, Command | Click) and action in _ON_ALERTS:
        return True
    return action.startswith(READ_BY_GUESTS)


def _refusal(request: Request) -> str:
    about_alerts = action_of(request).startswith(("/alert", "alert."))
    return typed.OUTSIDERS if about_alerts else REFUSAL
