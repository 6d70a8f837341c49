"""The form of a goal: opened, previewed while it is filled in, and sent."""

from dataclasses import replace

from bot.domain.experiments.goals import Goal
from bot.errors import Conflict, NotFound
from bot.ports.chat import Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import goal_sources, goal_values, goals
from bot.services.experiments.goal_sources import Source
from bot.views.blocks import note
from bot.views.experiments import goal_form as form
from bot.views.experiments.goal_form import Sheet
from bot.views.forms import FormState, notice
from bot.views.text import clean
from bot.workflows import people
from handlers.decisions.viewers import viewer
from handlers.experiments.colleagues import require_colleague
from handlers.replies import Open, Reply, Show
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes

NO_SOURCE = (
    "MLflow has shown me no model and no experiment yet, and a goal needs a number of one. "
    "Try again in a minute."
)


def register(routes: Routes) -> None:
    """Add what happens in an open form."""
    for callback in (form.CALLBACK_NEW, form.CALLBACK_EDIT):
        routes.changes[callback] = on_changed
    routes.submissions[form.CALLBACK_NEW] = on_new
    routes.submissions[form.CALLBACK_EDIT] = on_edit


async def open_new(request: Command | Click, deps: Deps, objective: str = "") -> Reply:
    """An empty form, with that objective."""
    await require_colleague(request, deps)
    await people.joined_channel(request.workspace, request.channel, deps.chat)
    sheet = await deps.transactions.read(_new, request, request.channel)
    return Open(modal=form.draw(replace(sheet, objective=clean(objective))))


async def open_edit(request: Request, deps: Deps, number: int) -> Reply:
    """The filled form of an open goal."""
    await require_colleague(request, deps)
    return Open(modal=form.draw(await deps.transactions.read(_editing, request, number)))


async def on_changed(click: Click, deps: Deps) -> Reply:
    """Something that the preview shows was changed: it follows."""
    view = click.view
    assert view is not None
    sheet = await deps.transactions.read(_sheet, click, view.state)
    return Show(modal=form.draw(replace(sheet, typed=view.state.values)))


async def on_new(submission: Submission, deps: Deps) -> Reply:
    """A new goal was filled in."""
    draft = form.read(submission.state, submission.workspace, submission.user_id)
    await require_colleague(submission, deps, draft.owner)
    await people.joined_channel(
        submission.workspace, draft.channel, deps.chat, by=submission.user_id
    )
    goal = await deps.transactions.write_once(submission.key, goals.write, draft, submission.now)
    return Show(modal=said(note(f"{goal.ref} is set. Its card comes in <#{goal.channel}>.")))


async def on_edit(submission: Submission, deps: Deps) -> Reply:
    """An open goal was changed; who was slower sees their own values once more."""
    draft = form.read(submission.state, submission.workspace, submission.user_id)
    number, version = form.edited(submission.state)
    await require_colleague(submission, deps, draft.owner)
    try:
        goal = await deps.transactions.write_once(
            submission.key, goals.edit, draft, number, version, viewer(submission)
        )
    except Conflict as conflict:
        sheet = await deps.transactions.read(_editing, submission, number)
        mine = replace(sheet, typed=submission.state.values, notice=str(conflict))
        return Show(modal=form.draw(mine))
    return Show(modal=said(note(f"Saved. {goal.ref} is brought up to date in <#{goal.channel}>.")))


def said(message: Message) -> Modal:
    """A sentence in the place of the form."""
    return notice(message)


def _sheet(uow: UnitOfWork, request: Request, state: FormState) -> Sheet:
    if form.is_edit(state):
        number, version = form.edited(state)
        sheet = _editing(uow, request, number)
        # The version that its first reader saw stays: the later one meets a conflict.
        assert sheet.edited is not None
        edited = replace(sheet.edited, version=version)
        return _measured(uow, replace(sheet, edited=edited), request, state)
    return _measured(uow, _new(uow, request, form.channel_of(state)), request, state)


def _new(uow: UnitOfWork, request: Request, channel: str) -> Sheet:
    found = goal_sources.listed(uow, request.workspace)
    if not found:
        raise NotFound(NO_SOURCE)
    return Sheet(channel=channel, owner=request.user_id, sources=_labelled(found))


def _editing(uow: UnitOfWork, request: Request, number: int) -> Sheet:
    asker = viewer(request)
    goal = goals.editable(uow, asker, number)
    latest = uow.goals.latest(goal.workspace, number, request.now)
    found = goal_sources.listed(uow, request.workspace, goal.measured)
    return Sheet(
        channel=goal.channel,
        owner=goal.owner,
        sources=_with_kept(_labelled(found), goal),
        edited=goal,
        here=asker.channel,
        chosen=goal_sources.key_of(goal.measured),
        known=latest.value if latest else None,
        looked=(goal_sources.key_of(goal.measured), goal.measured.metric),
    )


def _measured(uow: UnitOfWork, sheet: Sheet, request: Request, state: FormState) -> Sheet:
    """With the number as it is now of what is chosen so far; looked up once for each choice."""
    chosen = state.choice("source"), state.text("metric")
    if form.looked_up(state) == chosen:
        return replace(sheet, known=form.known_of(state), looked=chosen)
    value = goal_values.current(uow, request.workspace, *chosen, request.now)
    return replace(sheet, known=value, looked=chosen)


def _labelled(found: list[Source]) -> list[tuple[str, str]]:
    return [(_label(each), each.key) for each in found]


def _label(source: Source) -> str:
    if source.experiment is not None:
        name = clean(source.experiment.name, 50) or source.experiment.experiment_id
        return f"best run of {name}"
    return f"{clean(source.model, 40)} ({clean(source.alias, 20)})"


def _with_kept(options: list[tuple[str, str]], goal: Goal) -> list[tuple[str, str]]:
    """With what the goal is measured by, also where the mirror has lost it."""
    key = goal_sources.key_of(goal.measured)
    if any(value == key for _, value in options):
        return options
    return [("as it was, not in MLflow now", key), *options]
