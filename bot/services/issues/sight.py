"""Which issues may be shown where: the one place that every issue's text passes on its way out."""

from bot.domain.issues.sharing import NOTHING, IssueSight
from bot.ports.repositories import UnitOfWork


def of_channel(uow: UnitOfWork, workspace: str, channel: str) -> IssueSight:
    """What a channel's settings let it see."""
    settings = uow.digests.get(workspace, channel)
    choice = settings.choice if settings else None
    standups = [s for s in uow.standups.all(workspace) if s.channel == channel]
    projects = frozenset(key for standup in standups for key in standup.plan.projects)
    if choice is None:
        return IssueSight(projects=projects) if projects else NOTHING
    return IssueSight(projects=projects | set(choice.projects), fields=choice.fields)
