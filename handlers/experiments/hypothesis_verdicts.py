"""Verdicts on hypotheses: the buttons that ask for them, their forms, and *Log as decision*."""

from dataclasses import replace

from bot.domain.decisions.record import DecisionStatus
from bot.domain.experiments.hypotheses import HypothesisState
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts
from bot.services.experiments import hypotheses
from bot.views.decisions import sheets
from bot.views.experiments import hypothesis_card as card
from bot.views.experiments import hypothesis_decision, verdict_form
from bot.workflows import people
from handlers.decisions.forms import drawn
from handlers.decisions.viewers import viewer
from handlers.experiments.colleagues import require_colleague
from handlers.experiments.hypothesis_forms import open_edit
from handlers.replies import Done, Open, Reply
from handlers.requests import Click, Request, Submission
from handlers.routing import Deps, Routes


async def open_verdict(
    request: Request, deps: Deps, number: int, chosen: HypothesisState | None
) -> Reply:
    """The form for a verdict with that one chosen."""
    await require_colleague(request, deps)

    def read(uow: UnitOfWork) -> Modal:
        found = hypotheses.editable(uow, request.workspace, number, request.user_id)
        draft = drafts.at(uow, request.workspace, request.user_id, _place(number))
        learned = str(draft.values.get("learned", "")) if draft else ""
        return verdict_form.verdict_modal(hypotheses.detail(uow, found), chosen, learned)

    return Open(modal=await deps.transactions.read(read))


async def on_verdict(click: Click, deps: Deps) -> Reply:
    """*Give the verdict*, *Confirm* or *Another verdict*."""
    number, _, chosen = click.value.partition("|")
    state = HypothesisState(chosen) if chosen in {*HypothesisState} else None
    return await open_verdict(click, deps, int(number), state)


async def on_typed(click: Click, deps: Deps) -> Reply:
    """What is written of what was learned is kept."""
    assert click.view is not None
    state = click.view.state
    values = {"learned": state.text("learned")} if state.text("learned") else {}
    place = _place(verdict_form.number_of(state))
    who = click.workspace, click.user_id
    await deps.transactions.write(drafts.keep, *who, place, values, click.now)
    return Done()


async def on_given(submission: Submission, deps: Deps) -> Reply:
    """A verdict was given."""
    answer = verdict_form.read_verdict(submission.state)
    await require_colleague(submission, deps)

    def store(uow: UnitOfWork) -> None:
        hypotheses.decide(
            uow,
            submission.workspace,
            answer.number,
            answer.state,
            answer.learned,
            submission.user_id,
            submission.now,
        )
        place = _place(answer.number)
        drafts.drop(uow, submission.workspace, submission.user_id, place, submission.now)

    await deps.transactions.write_once(submission.key, store)
    return Done()


async def on_more(click: Click, deps: Deps) -> Reply:
    """*More time*: the form that says how much."""
    await require_colleague(click, deps)
    found = await deps.transactions.read(
        hypotheses.editable, click.workspace, int(click.value), click.user_id
    )
    return Open(modal=verdict_form.more_modal(found))


async def on_more_given(submission: Submission, deps: Deps) -> Reply:
    """It gets more time."""
    number, until, days = verdict_form.read_more(submission.state)
    await require_colleague(submission, deps)
    await deps.transactions.write_once(
        submission.key,
        hypotheses.more_time,
        submission.workspace,
        number,
        until,
        days,
        submission.user_id,
        submission.now,
    )
    return Done()


async def on_edit(click: Click, deps: Deps) -> Reply:
    """*Edit* on a card."""
    return await open_edit(click, deps, int(click.value))


async def on_decision(click: Click, deps: Deps) -> Reply:
    """*Log as decision*: the form of a decision, filled with what the hypothesis says."""
    await require_colleague(click, deps)
    number = int(click.value)
    found = await deps.transactions.read(hypotheses.seen, viewer(click), number)
    await people.joined_channel(click.workspace, found.channel, deps.chat, by=click.user_id)

    def read(uow: UnitOfWork) -> Modal:
        detail = hypotheses.detail(uow, found)
        body = hypothesis_decision.body(detail, click.user_id, deps.links, click.now)
        place = f"decision:hypothesis:{number}"
        sheet = sheets.new(place, found.channel, click.user_id)
        sheet = replace(sheet, body=body, status=DecisionStatus.ACCEPTED)
        draft = drafts.at(uow, click.workspace, click.user_id, place)
        return drawn(uow, click.workspace, sheet.with_draft(draft))

    return Open(modal=await deps.transactions.read(read))


def _place(number: int) -> str:
    return f"hypothesis:verdict:{number}"


def register(routes: Routes) -> None:
    """Add the buttons and the forms."""
    routes.clicks[card.ACTION_VERDICT] = on_verdict
    routes.clicks[card.ACTION_MORE] = on_more
    routes.clicks[card.ACTION_EDIT] = on_edit
    routes.clicks[card.ACTION_DECISION] = on_decision
    routes.changes[verdict_form.CALLBACK_VERDICT] = on_typed
    routes.submissions[verdict_form.CALLBACK_VERDICT] = on_given
    routes.submissions[verdict_form.CALLBACK_MORE] = on_more_given
