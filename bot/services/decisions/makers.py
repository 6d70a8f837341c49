"""Who may be a maker of a decision."""

from bot.domain.decisions.record import DecisionBody
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork


def require_able(
    uow: UnitOfWork, workspace: str, body: DecisionBody, before: DecisionBody | None
) -> None:
    """Raises InvalidForm for makers who can't decide here: a question to them would wait for an
    answer that is refused.

    Who was a maker `before` may stay one: a rollback isn't held up by somebody who has left.
    """
    named = {*body.makers} - {*(before.makers if before else ())}
    known = uow.people.several(workspace, sorted(named))
    unable = sorted(person.name for person in known.values() if not person.can_take_part)
    if unable:
        raise InvalidForm(
            {
                "makers": f"{', '.join(unable)} can't decide here: guests, bots, people of other "
                "companies and who has left don't. Name them as consulted or informed."
            }
        )
