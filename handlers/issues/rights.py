"""Who may use Jira through Meridian, asked at each click and each form."""

from bot.errors import InvalidInput
from bot.ports.trackers import IssueTracker
from handlers.experiments import colleagues
from handlers.requests import Request
from handlers.routing import Deps

NOT_CONNECTED = (
    "Jira isn't connected, so there is nothing I could do there. Whoever runs Meridian sets "
    "`JIRA_URL`."
)

_OUTSIDERS = (
    "Guests and people of other companies can't change anything in Jira through me; "
    "ask somebody of the team."
)


async def require_colleague(request: Request, deps: Deps, *named: str) -> None:
    """Learn the names of who asks and who is named; raises NotPermitted for guests and people of
    other companies."""
    others = sorted({*named} - {""})
    await colleagues.require_colleague(request, deps, *others, refusal=_OUTSIDERS)


def tracker(deps: Deps) -> IssueTracker:
    """Jira; raises InvalidInput where it isn't connected."""
    if deps.issue_tracker is None:
        raise InvalidInput(NOT_CONNECTED)
    return deps.issue_tracker
