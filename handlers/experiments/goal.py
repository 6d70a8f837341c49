"""`/experiment goal`: its words and the buttons of goals."""

from bot.domain.experiments.goals import is_reference, number_of
from bot.errors import InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import goals
from bot.views.blocks import note
from bot.views.experiments import goals as view
from handlers.decisions.viewers import viewer
from handlers.experiments import goal_forms
from handlers.experiments.colleagues import require_colleague
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the word, the buttons and the form that ends a goal."""
    routes.add_words("/experiment", goal=on_goal)
    routes.clicks[view.ACTION_NEW] = on_new
    routes.clicks[view.ACTION_EDIT] = on_edit
    routes.clicks[view.ACTION_DETAILS] = on_details
    routes.clicks[view.ACTION_END] = on_end
    routes.submissions[view.CALLBACK_END] = on_ended


async def on_goal(request: Command, deps: Deps) -> Reply:
    """`goal`: the list; `goal new`: the form; `goal G-3`: one, with `edit` or `end` before it."""
    word, _, rest = request.rest.partition(" ")
    word, rest = word.casefold(), rest.strip()
    if word in ("", "list") and not rest:
        return await _list(request, deps)
    if word == "new":
        return await goal_forms.open_new(request, deps, objective=rest)
    if is_reference(request.rest):
        return await _details(request, deps, number_of(request.rest))
    if word in ("show", "edit", "end") and is_reference(rest):
        return await _ON_ONE[word](request, deps, number_of(rest))
    raise InvalidInput(
        "I don't understand that. `/experiment goal` lists the goals, `goal new` sets one, "
        "`goal G-3` shows one; `edit G-3` and `end G-3` do what they say."
    )


async def on_new(click: Click, deps: Deps) -> Reply:
    """*Set a goal* below the list."""
    return await goal_forms.open_new(click, deps)


async def on_edit(click: Click, deps: Deps) -> Reply:
    """*Edit* on a card or on its details."""
    return await goal_forms.open_edit(click, deps, number_of(click.value))


async def on_details(click: Click, deps: Deps) -> Reply:
    """*Details* on a card, or a goal of the list."""
    return await _details(click, deps, number_of(click.value))


async def on_end(click: Click, deps: Deps) -> Reply:
    """*End it*: asked once more."""
    return await _ask_end(click, deps, number_of(click.value))


async def on_ended(submission: Submission, deps: Deps) -> Reply:
    """It is to be ended."""
    await require_colleague(submission, deps)
    number = int(submission.state.hidden["number"])
    goal = await deps.transactions.write_once(
        submission.key,
        goals.end,
        viewer(submission),
        number,
    )
    return Show(modal=goal_forms.said(note(f"{goal.ref} is ended. Digests speak of it no more.")))


async def _list(request: Request, deps: Deps) -> Reply:
    def read(uow: UnitOfWork) -> Reply:
        return Tell(message=view.listing(goals.listed(uow, viewer(request)), deps.links))

    return await deps.transactions.read(read)


async def _details(request: Request, deps: Deps, number: int) -> Reply:
    def read(uow: UnitOfWork) -> Reply:
        goal = goals.seen(uow, viewer(request), number)
        samples = uow.goals.samples(goal.workspace, number)
        state = goals.state(uow, goal, request.now)
        return Tell(message=view.details(state, samples, deps.links))

    return await deps.transactions.read(read)


async def _ask_end(request: Request, deps: Deps, number: int) -> Reply:
    asker = viewer(request)
    goal = await deps.transactions.read(goals.editable, asker, number)
    return Open(modal=view.ask_end(goal, asker.channel))


_ON_ONE = {"show": _details, "edit": goal_forms.open_edit, "end": _ask_end}
