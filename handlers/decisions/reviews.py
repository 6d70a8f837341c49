"""The answers to a review: *Keep* with its form, *Revise* and *Supersede*."""

from bot.domain.decisions.record import DecisionBody, DecisionRecord
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import details, review_rollbacks, reviews
from bot.views.decisions import review_form, review_message, revisit
from handlers.decisions.forms import open_supersede
from handlers.replies import Done, Open, Reply
from handlers.requests import Click, Submission
from handlers.routing import Deps, Routes


async def on_keep(click: Click, deps: Deps) -> Reply:
    """*Keep*: the form for a note and the next date."""
    number, ordinal = revisit.asked(click.value)

    def read(uow: UnitOfWork) -> Modal:
        _, review = reviews.answerable(uow, click.workspace, number, ordinal, click.user_id)
        detail = details.detail(uow, click.workspace, number, click.now)
        return review_form.keep_modal(detail, review, deps.links, click.now)

    return Open(modal=await deps.transactions.read(read))


async def on_kept(submission: Submission, deps: Deps) -> Reply:
    """The form of *Keep* was sent; the first of two people wins."""
    kept = review_form.read_keep(submission.state)
    await deps.transactions.write_once(
        submission.key,
        reviews.keep,
        submission.workspace,
        kept.number,
        kept.ordinal,
        submission.user_id,
        kept.note,
        kept.next_on,
        submission.now,
    )
    return Done()


async def on_revise(click: Click, deps: Deps) -> Reply:
    """*Revise*: the form of what replaces it, filled with what it says."""
    number, ordinal = revisit.asked(click.value)
    record, _ = await deps.transactions.read(
        reviews.answerable, click.workspace, number, ordinal, click.user_id
    )
    return await open_supersede(click, deps, str(number), record.channel)


async def on_supersede(click: Click, deps: Deps) -> Reply:
    """*Supersede*: the same form, for a promotion filled with the way back where one is known."""
    number, ordinal = revisit.asked(click.value)

    def read(uow: UnitOfWork) -> tuple[DecisionRecord, DecisionBody | None]:
        record, review = reviews.answerable(uow, click.workspace, number, ordinal, click.user_id)
        return record, review_rollbacks.way_back(uow, record, review, click.now)

    record, body = await deps.transactions.read(read)
    return await open_supersede(click, deps, str(number), record.channel, body)


def register(routes: Routes) -> None:
    """Add the buttons and the form."""
    routes.clicks[revisit.ACTION_KEEP] = on_keep
    routes.clicks[revisit.ACTION_REVISE] = on_revise
    routes.clicks[review_message.ACTION_SUPERSEDE] = on_supersede
    routes.submissions[review_form.CALLBACK_KEEP] = on_kept
