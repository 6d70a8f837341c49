"""Forms of decisions that are sent: stored, or refused with nothing lost."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.decisions.record import DecisionBody, DecisionEdit, DecisionRecord, NewDecision
from bot.errors import AlreadyHandled, Conflict, InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts, life
from bot.views.decisions import form, form_state, sections, sheets
from bot.views.decisions.read import read_edit, read_new
from bot.workflows import people
from handlers.decisions.forms import drawn, earliest_today, edit_form
from handlers.replies import Done, Reply, Show
from handlers.requests import Submission
from handlers.routing import Deps, Routes


async def on_new(submission: Submission, deps: Deps) -> Reply:
    """A new decision was filled in."""
    return await _sent(submission, deps, _log)


async def on_change(submission: Submission, deps: Deps) -> Reply:
    """A proposed decision was edited."""
    return await _sent(submission, deps, _edit)


async def _sent(
    submission: Submission, deps: Deps, store: Callable[[Submission, Deps], Awaitable[None]]
) -> Reply:
    """Whatever goes wrong, what was typed is kept."""
    try:
        await store(submission, deps)
    except AlreadyHandled:
        raise
    except InvalidForm as error:
        await deps.transactions.write(_keep, submission)
        return await _refused(submission, deps, error)
    except Conflict:
        await deps.transactions.write(_keep, submission)
        if (number := submission.state.hidden.get("number")) is None:
            raise
        return Show(modal=await deps.transactions.read(edit_form, submission, int(number)))
    except Exception:
        await deps.transactions.write(_keep, submission)
        raise
    return Done()


async def _log(submission: Submission, deps: Deps) -> None:
    wish = read_new(
        submission.state, submission.workspace, submission.user_id, earliest_today(submission)
    )
    await _know(submission, deps, wish.body)
    info = await people.require_inside(wish.workspace, wish.channel, wish.author, deps.chat)
    public = info is not None and info.is_public
    await deps.transactions.write_once(
        submission.key, _store_new, wish, _place(submission), public, submission.now
    )


async def _edit(submission: Submission, deps: Deps) -> None:
    change = read_edit(
        submission.state, submission.workspace, submission.user_id, earliest_today(submission)
    )
    await _know(submission, deps, change.body)
    await deps.transactions.write_once(
        submission.key, _store_edit, change, _place(submission), submission.now
    )


def _store_new(
    uow: UnitOfWork, wish: NewDecision, place: str, public: bool, now: datetime
) -> DecisionRecord:
    record = life.log(uow, wish, now)
    uow.channels.keep(wish.workspace, wish.channel, public=public, now=now)
    drafts.drop(uow, wish.workspace, wish.author, place, now)
    return record


def _store_edit(uow: UnitOfWork, change: DecisionEdit, place: str, now: datetime) -> None:
    life.edit(uow, change, now)
    drafts.drop(uow, change.workspace, change.by, place, now)


def _keep(uow: UnitOfWork, submission: Submission) -> None:
    drafts.keep_refused(
        uow,
        submission.workspace,
        submission.user_id,
        _place(submission),
        str(submission.state.hidden["channel"]),
        form_state.kept(submission.state),
        submission.now,
    )


async def _refused(submission: Submission, deps: Deps, error: InvalidForm) -> Reply:
    """Slack shows sentences at fields in sight only: a section that is folded opens for its own."""
    state = submission.state
    if error.fields.keys() <= form_state.shown(state):
        raise form_state.by_block(state, error)
    sheet = sheets.again(state, submission.user_id)
    unfolded = sheet.unfolded | sections.holding(error.fields.keys())
    sheet = replace(sheet, unfolded=unfolded, problems=error.fields)
    modal = await deps.transactions.read(drawn, submission.workspace, sheet)
    return Show(modal=modal)


async def _know(submission: Submission, deps: Deps, body: DecisionBody) -> None:
    """Learn the names of those that the card will show."""
    shown = {submission.user_id, *body.makers, *body.consulted, *body.informed}
    await people.ensure_known(
        submission.workspace, sorted(shown), deps.chat, deps.transactions, submission.now
    )


def _place(submission: Submission) -> str:
    return str(submission.state.hidden["place"])


def register(routes: Routes) -> None:
    """Add the forms."""
    routes.submissions[form.CALLBACK_NEW] = on_new
    routes.submissions[form.CALLBACK_CHANGE] = on_change
