"""The form of a hypothesis: opened, kept as a draft, and sent."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.experiments.hypotheses import HypothesisDraft
from bot.errors import AlreadyHandled, InvalidForm, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts
from bot.services.experiments import hypotheses, hypothesis_pages
from bot.views.experiments import hypothesis_form as form
from bot.views.experiments.hypothesis_form import Sheet
from bot.workflows import people
from handlers.experiments.colleagues import require_colleague
from handlers.replies import Done, Open, Reply, Show
from handlers.requests import Click, Command, Request, Submission, View
from handlers.routing import Deps, Routes

NO_EXPERIMENT = (
    "MLflow has shown me no experiment yet, and a hypothesis is about one. Try again in a minute."
)


async def open_new(request: Command | Click, deps: Deps, claim: str, channel: str = "") -> Reply:
    """An empty form with that claim, or the draft that waits in this channel."""
    await require_colleague(request, deps)
    where = channel or request.channel
    await people.joined_channel(request.workspace, where, deps.chat)

    def read(uow: UnitOfWork) -> Reply:
        sheet = replace(_new(uow, request, where), claim=claim)
        draft = drafts.at(uow, request.workspace, request.user_id, _new_place(where))
        if draft is not None and claim in ("", form.claim_of(draft.values)):
            sheet = replace(sheet, typed=draft.values, drafted_at=draft.saved_at)
        return Open(modal=form.draw(sheet))

    return await deps.transactions.read(read)


async def open_edit(request: Request, deps: Deps, number: int) -> Reply:
    """The filled form of an open hypothesis, or the draft of the edit."""
    await require_colleague(request, deps)

    def read(uow: UnitOfWork) -> Reply:
        sheet = _editing(uow, request, number)
        draft = drafts.at(uow, request.workspace, request.user_id, _edit_place(number))
        if draft is not None:
            sheet = replace(sheet, typed=draft.values, drafted_at=draft.saved_at)
        return Open(modal=form.draw(sheet))

    return await deps.transactions.read(read)


async def on_changed(click: Click, deps: Deps) -> Reply:
    """Somebody types or chooses: that is kept."""
    assert click.view is not None
    await deps.transactions.write(_keep, click, click.view)
    return Done()


async def on_afresh(click: Click, deps: Deps) -> Reply:
    """*Start afresh*: the draft is dropped and the form begins as if there had been none."""
    view = click.view
    assert view is not None

    def work(uow: UnitOfWork) -> Reply:
        drafts.drop(uow, click.workspace, click.user_id, _place(view), click.now)
        if view.callback_id == form.CALLBACK_EDIT:
            sheet = _editing(uow, click, form.edited(view.state)[0])
        else:
            sheet = _new(uow, click, form.channel_of(view.state))
        return Show(modal=form.draw(form.next_edition(sheet, view.state)))

    return await deps.transactions.write(work)


async def on_new(submission: Submission, deps: Deps) -> Reply:
    """A new hypothesis was filled in."""
    draft = await _read(submission, deps)
    await people.joined_channel(
        submission.workspace, draft.channel, deps.chat, by=submission.user_id
    )

    def store(uow: UnitOfWork) -> None:
        hypotheses.write(uow, draft, submission.now)
        _drop(uow, submission)

    return await _store(submission, deps, store)


async def on_edit(submission: Submission, deps: Deps) -> Reply:
    """An open hypothesis was edited."""
    draft = await _read(submission, deps)
    number, version = form.edited(submission.state)

    def store(uow: UnitOfWork) -> None:
        hypotheses.edit(uow, draft, number, version, submission.now)
        _drop(uow, submission)

    return await _store(submission, deps, store)


async def _store(submission: Submission, deps: Deps, store: Callable[[UnitOfWork], None]) -> Reply:
    """What goes wrong loses nothing of what was typed."""
    try:
        await deps.transactions.write_once(submission.key, store)
    except AlreadyHandled:
        raise
    except Exception as error:
        await deps.transactions.write(_keep, submission, submission.view)
        if isinstance(error, InvalidForm):
            raise form.by_block(submission.state, error) from error
        raise
    return Done()


async def _read(submission: Submission, deps: Deps) -> HypothesisDraft:
    draft = form.read(submission.state, submission.workspace, submission.user_id)
    await require_colleague(submission, deps, draft.owner)
    return draft


def _new(uow: UnitOfWork, request: Request, channel: str) -> Sheet:
    experiments = hypothesis_pages.experiments(uow, request.workspace)
    if not experiments:
        raise NotFound(NO_EXPERIMENT)
    return Sheet(channel=channel, owner=request.user_id, experiments=experiments)


def _editing(uow: UnitOfWork, request: Request, number: int) -> Sheet:
    found = hypotheses.editable(uow, request.workspace, number, request.user_id)
    experiments = hypothesis_pages.experiments(uow, request.workspace)
    mine = [each for each in experiments if each.experiment_id == found.experiment_id]
    rest = [each for each in experiments if each.experiment_id != found.experiment_id]
    return Sheet(channel=found.channel, owner=found.owner, experiments=[*mine, *rest], edited=found)


def _keep(uow: UnitOfWork, request: Request, view: View) -> None:
    values = form.kept(view.state)
    drafts.keep(uow, request.workspace, request.user_id, _place(view), values, request.now)


def _drop(uow: UnitOfWork, submission: Submission) -> None:
    place = _place(submission.view)
    drafts.drop(uow, submission.workspace, submission.user_id, place, submission.now)


def _place(view: View) -> str:
    if view.callback_id == form.CALLBACK_EDIT:
        return _edit_place(form.edited(view.state)[0])
    return _new_place(form.channel_of(view.state))


def _new_place(channel: str) -> str:
    return f"hypothesis:new:{channel}"


def _edit_place(number: int) -> str:
    return f"hypothesis:edit:{number}"


def register(routes: Routes) -> None:
    """Add what happens in an open form."""
    routes.changes[form.CALLBACK_NEW] = on_changed
    routes.changes[form.CALLBACK_EDIT] = on_changed
    routes.clicks[form.ACTION_AFRESH] = on_afresh
    routes.submissions[form.CALLBACK_NEW] = on_new
    routes.submissions[form.CALLBACK_EDIT] = on_edit
