"""Who may change things here: colleagues, not guests or people of other companies."""

from contextlib import suppress

from bot.errors import NotPermitted, SlackError
from bot.workflows import people
from handlers.requests import Request
from handlers.routing import Deps

OUTSIDERS = (
    "Guests and people of other companies can't change anything about experiments here; "
    "ask somebody of the team."
)


async def require_colleague(
    request: Request, deps: Deps, *others: str, refusal: str = OUTSIDERS
) -> None:
    """Learn who asks, and who the `others` are; raises NotPermitted with `refusal` for outsiders.

    While Slack doesn't answer, nobody whom we don't know is held to be one.
    """
    if request.team and request.team != request.workspace:
        raise NotPermitted(refusal)
    ids = [request.user_id, *others]
    with suppress(SlackError):
        await people.ensure_known(request.workspace, ids, deps.chat, deps.transactions, request.now)
    who = request.workspace, request.user_id
    person = await deps.transactions.read(lambda uow: uow.people.get(*who))
    if person is not None and not person.can_take_part:
        raise NotPermitted(refusal)
