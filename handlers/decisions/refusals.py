"""Who may do what with decisions: guests and other companies look, and every refusal is kept.

It wraps every handler of the area, so a new button is closed to outsiders until it is named here.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from bot.domain.decisions.record import is_reference, number_of
from bot.errors import NotFound, NotPermitted, SlackError
from bot.services.decisions import records, refusals
from bot.views.decisions import card
from bot.workflows import people
from handlers.replies import Reply
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes

log = structlog.get_logger()

R = TypeVar("R", bound=Request)
Handler = Callable[[R, Deps], Awaitable[Reply]]

LOOKING = frozenset({card.ACTION_DETAILS})
"""The buttons that only show one decision."""

_LOOKING_WORDS = frozenset({"show"})
_HARMLESS_WORDS = frozenset({"help", "review"})

# What other areas show has values of other kinds.
_OURS = "decision."

# A decision, maybe with its version or the ordinal of its review.
_NUMBER = re.compile(r"(\d{1,9})([|:]\d+)?")
_HIDDEN_NUMBERS = ("number", "decision", "supersedes")

_NOT_THERE = (
    "You can look at the decisions of channels that you are in; this one belongs to another. "
    "Ask somebody who is in that channel."
)

GUESTS = (
    "Guests and people of other companies can't log or change decisions here; "
    "ask somebody of the team."
)


def guard(routes: Routes) -> None:
    """Wrap every handler of these routes."""
    routes.clicks = {key: _guarded(each, _of_click) for key, each in routes.clicks.items()}
    routes.changes = {key: _guarded(each, _of_click) for key, each in routes.changes.items()}
    routes.submissions = {key: _guarded(each, _of_form) for key, each in routes.submissions.items()}
    routes.shortcuts = {key: _guarded(each, _of_click) for key, each in routes.shortcuts.items()}
    routes.commands = {key: _guarded(each, _of_command) for key, each in routes.commands.items()}


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody wants to do.

    `number` is the decision that it names, if it names one; it `looks` at that one only, or it is
    `harmless`: it shows nothing that isn't theirs to see.
    """

    name: str
    number: int | None = None
    looks: bool = False
    harmless: bool = False


def _guarded(handler: Handler[R], act_of: Callable[[R], Act]) -> Handler[R]:
    async def run(request: R, deps: Deps) -> Reply:
        act = act_of(request)
        try:
            channel = await _require_insider(request, act, deps)
            return await handler(_inside(request, channel), deps)
        except NotPermitted as error:
            await _keep(request, act, str(error), deps)
            raise

    return run


def _inside(request: R, channel: str) -> R:
    """The request, as if made in the channel in which Slack says that the person is."""
    if channel and isinstance(request, Command | Click):
        return replace(request, channel=channel)
    return request


async def _require_insider(request: Request, act: Act, deps: Deps) -> str:
    """The channel that an outsider was let in for, empty for others.

    Raises NotPermitted for outsiders who want more than to look at what is theirs to see.
    """
    if act.harmless or not await _is_outsider(request, deps):
        return ""
    if not act.looks or act.number is None:
        raise NotPermitted(GUESTS)
    try:
        record = await deps.transactions.read(records.find, request.workspace, act.number)
        await people.require_member(request.workspace, record.channel, request.user_id, deps.chat)
    except (NotFound, NotPermitted):
        raise NotPermitted(_NOT_THERE) from None
    return record.channel


async def _is_outsider(request: Request, deps: Deps) -> bool:
    """A guest, a bot, or somebody of another workspace, whom we needn't have heard of.

    While Slack doesn't answer, nobody whom we don't know is held to be one.
    """
    if request.team and request.team != request.workspace:
        return True
    who = request.workspace, request.user_id
    person = await deps.transactions.read(refusals.person, *who)
    if person is None:
        try:
            await people.ensure_known(
                request.workspace, [request.user_id], deps.chat, deps.transactions, request.now
            )
        except SlackError as error:
            return not (error.retryable or error.ambiguous)
        person = await deps.transactions.read(refusals.person, *who)
    return person is None or not person.can_take_part


async def _keep(request: Request, act: Act, reason: str, deps: Deps) -> None:
    """In a transaction of its own: that of the act, if there was one, is undone."""
    log.warning(
        "decision_refused",
        action=act.name,
        user=request.user_id,
        team=request.team,
        number=act.number,
        reason=reason,
    )
    if act.number is not None:
        await deps.transactions.write(
            refusals.keep,
            request.workspace,
            act.number,
            act.name,
            request.user_id,
            request.key,
            request.now,
        )


def _of_click(click: Click) -> Act:
    action = click.action_id.split(":", 1)[0]
    hidden = click.view.state.hidden if click.view else {}
    name = "write in the form" if click.field else _spoken(action)
    about_one = action.startswith(_OURS) and not click.field
    number = _number(click.value) if about_one else None
    number = number or _hidden_number(hidden)
    return Act(name=name, number=number, looks=action in LOOKING)


def _of_form(submission: Submission) -> Act:
    hidden = submission.state.hidden
    name = f"send {_spoken(submission.view.callback_id)}"
    return Act(name=name, number=_hidden_number(hidden))


def _of_command(command: Command) -> Act:
    if is_reference(command.text):
        return Act(name="show", number=number_of(command.text), looks=True)
    number = number_of(command.rest) if is_reference(command.rest) else None
    return Act(
        name=command.word if number else f"{command.command} {command.word}".strip(),
        number=number,
        looks=command.word in _LOOKING_WORDS,
        harmless=command.text.strip().lower() in _HARMLESS_WORDS,
    )


def _spoken(action_id: str) -> str:
    """`decision.stand_aside` as `stand aside`."""
    return re.sub(r"[._-]+", " ", action_id.partition(".")[2] or action_id)


def _number(value: str) -> int | None:
    found = _NUMBER.fullmatch(value)
    return int(found.group(1)) if found else None


def _hidden_number(hidden: Mapping[str, object]) -> int | None:
    for name in _HIDDEN_NUMBERS:
        if (value := hidden.get(name)) is not None:
            return _number(str(value))
    return None
