"""Consent: the buttons of who is asked, and the form of an objection."""

from bot.domain.decisions.consent import Stance
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import consents
from bot.services.decisions.consents import Answer
from bot.views.decisions import consent as views
from bot.views.decisions import objection as form
from bot.views.decisions.consent_dm import answered
from handlers.replies import Done, Open, Reply, Tell
from handlers.requests import Click, Submission
from handlers.routing import ClickHandler, Deps, Routes


def answers(stance: Stance) -> ClickHandler:
    """The handler of a button that gives this answer."""

    async def on_answer(click: Click, deps: Deps) -> Reply:
        number, version = views.asked_about(click.value)
        said = Answer(
            workspace=click.workspace,
            number=number,
            version=version,
            user_id=click.user_id,
            stance=stance,
        )
        record = await deps.transactions.write_once(click.key, consents.answer, said, click.now)
        # In their direct messages the question itself shows what they said.
        if click.channel.startswith("D"):
            return Done()
        return Tell(message=answered(record, stance))

    return on_answer


async def on_object(click: Click, deps: Deps) -> Reply:
    """*Object…* opens the form, with what was typed before."""
    number, version = views.asked_about(click.value)

    def read(uow: UnitOfWork) -> Modal:
        record, approver, draft = consents.objecting(
            uow, click.workspace, number, version, click.user_id
        )
        assert record.body.consent is not None
        reason = approver.reason if approver.stance is Stance.OBJECT else ""
        return form.objection(record, record.body.consent, reason, draft)

    return Open(modal=await deps.transactions.read(read))


async def on_typed(click: Click, deps: Deps) -> Reply:
    """Somebody types an objection: keep it as a draft."""
    await _keep_draft(click, deps)
    return Done()


async def on_objection(submission: Submission, deps: Deps) -> Reply:
    """An objection was written; what was typed is kept where it is refused."""
    await _keep_draft(submission, deps)
    number, version = form.about(submission.state)
    said = Answer(
        workspace=submission.workspace,
        number=number,
        version=version,
        user_id=submission.user_id,
        stance=Stance.OBJECT,
        reason=form.read_objection(submission.state),
    )
    await deps.transactions.write_once(submission.key, consents.answer, said, submission.now)
    return Done()


async def _keep_draft(request: Click | Submission, deps: Deps) -> None:
    assert request.view is not None
    number, _version = form.about(request.view.state)
    await deps.transactions.write(
        consents.keep_draft,
        request.workspace,
        number,
        request.user_id,
        form.kept(request.view.state),
        request.now,
    )


def register(routes: Routes) -> None:
    """Add the buttons and the form."""
    routes.clicks[views.ACTION_AGREE] = answers(Stance.AGREE)
    routes.clicks[views.ACTION_STAND_ASIDE] = answers(Stance.STAND_ASIDE)
    routes.clicks[views.ACTION_OBJECT] = on_object
    routes.changes[form.CALLBACK_OBJECTION] = on_typed
    routes.submissions[form.CALLBACK_OBJECTION] = on_objection
