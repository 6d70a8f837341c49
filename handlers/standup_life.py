"""Words and buttons that pause, resume, duplicate, delete, join and leave a stand-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.standup import Standup
from bot.ports.repositories import UnitOfWork
from bot.services import standup_life, standups
from bot.views import standups as views
from bot.workflows import people
from bot.workflows import standups as workflows
from handlers.chosen import asking_here, of_channel
from handlers.replies import Open, Reply, Tell
from handlers.requests import Click, Command, Submission
from handlers.routing import CommandHandler, Deps, Routes

Service = Callable[[UnitOfWork, str, str, str, datetime], Standup]
"""(unit of work, workspace, stand-up, person, now) to what became of the stand-up."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step in a stand-up's life, and the sentence that follows the stand-up's name."""

    service: Service
    sentence: str


PAUSE = Step(
    service=standup_life.pause, sentence="is paused: nobody is asked until /standup resume."
)
RESUME = Step(service=standup_life.resume, sentence="goes on: everybody is asked at their hour.")
LEAVE = Step(
    service=standup_life.leave, sentence="doesn't ask you any more. /standup join brings you back."
)
JOIN = Step(service=standup_life.join, sentence="asks you from your next hour on.")
DELETE = Step(service=standup_life.delete, sentence="has ended. What was reported stays.")


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.add_words(
        "/standup",
        pause=_word(views.ACTION_PAUSE, "Pause which stand-up?", lambda s: not s.paused),
        resume=_word(views.ACTION_RESUME, "Resume which stand-up?", lambda s: s.paused),
        duplicate=_word(views.ACTION_DUPLICATE, "Duplicate which stand-up?", lambda _s: True),
        delete=_word(views.ACTION_DELETE, "Delete which stand-up?", lambda _s: True),
        join=join,
        leave=leave,
    )
    routes.clicks |= _CLICKS
    routes.submissions[views.CALLBACK_DELETE] = delete_confirmed


async def join(request: Command, deps: Deps) -> Reply:
    """Take part in a stand-up of this channel."""
    here = await of_channel(request, deps)
    possible = [s for s in here if request.user_id not in s.plan.participants]
    return await _act_or_ask(request, deps, possible or here, views.ACTION_JOIN, "Join which one?")


async def leave(request: Command, deps: Deps) -> Reply:
    """Take part no more in a stand-up of this channel, or of any where none here asks them."""
    mine = await asking_here(request, deps)
    return await _act_or_ask(request, deps, mine, views.ACTION_LEAVE, "Leave which stand-up?")


async def delete_confirmed(request: Submission, deps: Deps) -> Reply:
    """The person said that they mean it."""
    return await _take(request, deps, DELETE, str(request.state.hidden["standup"]))


async def _pause(request: Click | Command, deps: Deps, standup_id: str) -> Reply:
    return await _take(request, deps, PAUSE, standup_id)


async def _resume(request: Click | Command, deps: Deps, standup_id: str) -> Reply:
    return await _take(request, deps, RESUME, standup_id)


async def _leave(request: Click | Command, deps: Deps, standup_id: str) -> Reply:
    return await _take(request, deps, LEAVE, standup_id)


async def _join(request: Click | Command, deps: Deps, standup_id: str) -> Reply:
    """Only who is in the channel may; a button's value proves nothing."""
    standup = await deps.transactions.read(standups.get, request.workspace, standup_id)
    await people.require_member(request.workspace, standup.channel, request.user_id, deps.chat)
    await people.ensure_known(
        request.workspace, [request.user_id], deps.chat, deps.transactions, request.now
    )
    return await _take(request, deps, JOIN, standup_id)


async def _duplicate(request: Click | Command, deps: Deps, standup_id: str) -> Reply:
    """The set-up form, filled; the copy belongs to the same channel until another is picked."""
    original = await deps.transactions.read(
        standup_life.copy_of, request.workspace, standup_id, request.user_id
    )
    modal = await workflows.open_new(
        request.workspace,
        original.channel,
        request.user_id,
        deps.chat,
        deps.transactions,
        request.now,
        copy=standup_id,
    )
    return Open(modal=modal)


async def _delete(request: Click | Command, deps: Deps, standup_id: str) -> Reply:
    def read(uow: UnitOfWork) -> Standup:
        standup = standups.get(uow, request.workspace, standup_id)
        standups.require_change(uow, standup, request.user_id)
        return standup

    return Open(modal=views.confirm_delete(await deps.transactions.read(read)))


_ACTIONS = {
    views.ACTION_PAUSE: _pause,
    views.ACTION_RESUME: _resume,
    views.ACTION_LEAVE: _leave,
    views.ACTION_JOIN: _join,
    views.ACTION_DUPLICATE: _duplicate,
    views.ACTION_DELETE: _delete,
}


async def _clicked(request: Click, deps: Deps) -> Reply:
    return await _ACTIONS[request.action_id.split(":", 1)[0]](request, deps, request.value)


_CLICKS = dict.fromkeys(_ACTIONS, _clicked)


def _word(action: str, question: str, possible: Callable[[Standup], bool]) -> CommandHandler:
    """A word that acts on this channel's stand-up, or asks which one where several may be meant."""

    async def run(request: Command, deps: Deps) -> Reply:
        here = await of_channel(request, deps)
        meant = [s for s in here if possible(s)] or here
        return await _act_or_ask(request, deps, meant, action, question)

    return run


async def _act_or_ask(
    request: Command, deps: Deps, meant: Sequence[Standup], action: str, question: str
) -> Reply:
    if len(meant) > 1:
        return Tell(message=views.choose(meant, action, question))
    return await _ACTIONS[action](request, deps, meant[0].id)


async def _take(
    request: Click | Command | Submission, deps: Deps, step: Step, standup_id: str
) -> Reply:
    standup = await deps.transactions.write_once(
        request.key, step.service, request.workspace, standup_id, request.user_id, request.now
    )
    return Tell(message=views.done(standup, step.sentence))
