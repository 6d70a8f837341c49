"""`/standup blocker …`, its form, and what people click on a blocker."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from bot.domain.blocker import NewBlocker
from bot.domain.standup import Standup
from bot.errors import InvalidInput, NotFound, SlackError
from bot.ports.chat import Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.services import blockers
from bot.services.blocker_changes import Changed
from bot.views import blocker_form as forms
from bot.views import blockers as views
from bot.views.blockers import Scene
from bot.views.forms import notice
from bot.workflows import people
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes

Service = Callable[[UnitOfWork, str, int, str, datetime], Changed]

_ON_ONE = re.compile(r"(take|solved|ask)\s+b\s*-?\s*(\d{1,9})\b(.*)", re.IGNORECASE | re.DOTALL)

_SERVICES: dict[str, Service] = {"take": blockers.acknowledge, "solved": blockers.resolve}


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.add_words("/standup", blocker=blocker)
    routes.clicks[views.ACTION_TAKE] = take_clicked
    routes.clicks[views.ACTION_SOLVE] = solve_clicked
    routes.clicks[views.ACTION_STILL] = still_clicked
    routes.submissions[forms.CALLBACK_NEW] = submitted


async def blocker(request: Command, deps: Deps) -> Reply:
    """`/standup blocker [text | list | take B-4 | solved B-4 | ask B-4 @people]`."""
    if request.rest.lower() == "list":
        return await _list(request, deps)
    if found := _ON_ONE.fullmatch(request.rest):
        return await _on_one(request, deps, found[1].lower(), int(found[2]), found[3])
    asked = forms.mentioned(request.rest)
    await _ensure_known(request, deps, asked)
    known = await deps.transactions.read(lambda uow: uow.people.several(request.workspace, asked))
    standups = await _standups(request, deps)
    wish = NewBlocker(
        standup_id=standups[0].id, text=forms.plain_words(request.rest, known), asked=asked
    )
    if len(standups) > 1 or not wish.text:
        return Open(modal=await deps.transactions.read(_form, request, standups, wish, deps))
    return Tell(message=(await _raise(request, deps, wish))[0])


async def submitted(request: Submission, deps: Deps) -> Reply:
    """The form: raise what was filled in."""
    wish = forms.read_form(request.state)
    await _ensure_known(request, deps, wish.asked)
    said, surprising = await _raise(request, deps, wish)
    return Show(modal=notice(said)) if surprising else Done()


async def take_clicked(request: Click, deps: Deps) -> Reply:
    """*I'll take it*."""
    return await _clicked(request, deps, blockers.acknowledge)


async def solve_clicked(request: Click, deps: Deps) -> Reply:
    """*Solved*; in the form the list above is drawn anew, and what was typed stays."""
    reply = await _clicked(request, deps, blockers.resolve)
    view = request.view
    if view is None or view.callback_id != forms.CALLBACK_NEW or not isinstance(reply, Done):
        return reply
    ids = [str(each) for each in view.state.hidden["all"]]
    standups = [s for s in await _mine(request, deps) if s.id in ids]
    if not standups:  # They have left all of them since the form was opened.
        return reply
    wish = forms.read_half_filled(view.state)
    return Show(modal=await deps.transactions.read(_form, request, standups, wish, deps))


async def still_clicked(request: Click, deps: Deps) -> Reply:
    """*Still blocked*; there is nothing to add where it was clicked before."""
    await _clicked(request, deps, blockers.still_blocked)
    return Done()


async def _clicked(request: Click, deps: Deps, service: Service) -> Reply:
    if not request.value.isdecimal():
        raise InvalidInput("I can't tell which blocker that is. `/standup blocker list` shows all.")
    result = await _change(request, deps, service, int(request.value))
    return Done() if result.done else await _faster(request, deps, result)


async def _on_one(request: Command, deps: Deps, word: str, number: int, rest: str) -> Reply:
    if word == "ask":
        return await _ask(request, deps, number, forms.mentioned(rest))
    result = await _change(request, deps, _SERVICES[word], number)
    if not result.done:
        return await _faster(request, deps, result)
    return Tell(message=views.done(result.blocker))


async def _ask(request: Command, deps: Deps, number: int, asked: Sequence[str]) -> Reply:
    if not asked:
        raise InvalidInput(f"Name whom to ask, such as `/standup blocker ask B-{number} @lena`.")
    await _ensure_known(request, deps, asked)
    result = await deps.transactions.write_once(
        request.key, blockers.ask, request.workspace, number, asked, request.user_id, request.now
    )
    if not result.done:
        return await _faster(request, deps, result)
    return Tell(message=views.asked(result.blocker))


async def _list(request: Command, deps: Deps) -> Reply:
    """Mine first, then those that ask me, then the others of this channel's stand-ups."""

    def read(uow: UnitOfWork) -> Reply:
        mine = blockers.open_for(uow, request.workspace, request.user_id)
        here = [s.id for s in uow.standups.all(request.workspace) if _is_here(s, request)]
        around = blockers.open_in(uow, request.workspace, here)
        found = {b.number: b for b in (*mine.mine, *mine.asks_me, *around)}
        ids = {u for b in found.values() for u in b.people}
        shown = [*found.values()]
        return Tell(message=views.listing(shown, request.user_id, _scene(uow, request, ids, deps)))

    return await deps.transactions.read(read)


def _is_here(standup: Standup, request: Command) -> bool:
    return standup.channel == request.channel and request.user_id in standup.insiders


async def _raise(request: Request, deps: Deps, wish: NewBlocker) -> tuple[Message, bool]:
    """The answer, and whether it says more than that all went as wished."""

    def work(uow: UnitOfWork) -> tuple[Message, bool]:
        result = blockers.raise_blocker(uow, request.workspace, request.user_id, wish, request.now)
        raised = result.blocker
        away = blockers.asked_in_vain(uow, raised, request.now)
        unseen = raised.waits_for is not None and not raised.waits_state
        return views.raised(raised, away, new=result.done), unseen or bool(away) or not result.done

    return await deps.transactions.write_once(request.key, work)


async def _change(request: Request, deps: Deps, service: Service, number: int) -> Changed:
    await _ensure_known(request, deps, ())
    return await deps.transactions.write_once(
        request.key, service, request.workspace, number, request.user_id, request.now
    )


async def _faster(request: Request, deps: Deps, result: Changed) -> Reply:
    known = await deps.transactions.read(
        lambda uow: uow.people.several(request.workspace, result.blocker.people)
    )
    return Tell(message=views.faster(result.blocker, request.user_id, known))


async def _standups(request: Command, deps: Deps) -> list[Standup]:
    """Those of this channel that the person has to do with, else all of theirs; never none."""
    mine = await _mine(request, deps)
    if not mine:
        raise NotFound("No stand-up knows you yet. `/standup new` starts one in this channel.")
    return [s for s in mine if s.channel == request.channel] or mine


async def _mine(request: Request, deps: Deps) -> list[Standup]:
    every = await deps.transactions.read(lambda uow: uow.standups.all(request.workspace))
    return [s for s in every if request.user_id in s.insiders]


def _form(
    uow: UnitOfWork, request: Request, standups: Sequence[Standup], wish: NewBlocker, deps: Deps
) -> Modal:
    mine = blockers.open_for(uow, request.workspace, request.user_id).mine
    ids = {u for b in mine for u in b.people}
    return forms.form(standups, mine, wish, _scene(uow, request, ids, deps))


def _scene(uow: UnitOfWork, request: Request, ids: set[str], deps: Deps) -> Scene:
    known = uow.people.several(request.workspace, ids)
    return Scene(people=known, links=deps.links, now=request.now)


async def _ensure_known(request: Request, deps: Deps, others: Sequence[str]) -> None:
    """A name is nice to have: without an answer from Slack the work goes on."""
    with suppress(SlackError):
        await people.ensure_known(
            request.workspace,
            [request.user_id, *others],
            deps.chat,
            deps.transactions,
            request.now,
        )
