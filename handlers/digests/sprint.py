"""`/digest sprint`: how the running sprint stands, for whoever asks."""

from datetime import datetime

from bot.domain.issues.sharing import IssueSight
from bot.domain.issues.sprints import Missing, SprintState
from bot.ports.repositories import UnitOfWork
from bot.services.digests import daily
from bot.services.issues import sight, sprints
from bot.views.issues import sprint as views
from bot.workflows import channels
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the word."""
    routes.add_words("/digest", sprint=on_sprint)


async def on_sprint(request: Command, deps: Deps) -> Reply:
    """`sprint`: from what was last read, so that it answers also while Jira doesn't."""
    if request.rest:
        return Tell(message=views.only_running())
    if deps.issue_tracker is None:
        return Tell(message=views.missing(Missing.NO_TRACKER))
    is_direct = request.channel_name == "directmessage"
    channel = "" if is_direct else request.channel
    if channel:
        await channels.look_before_sending(
            request.workspace, channel, deps.chat, deps.transactions, request.now
        )
    found = await deps.transactions.read(
        _read, request.workspace, channel, request.user_id, request.now
    )
    if isinstance(found, SprintState):
        return Tell(message=views.sprint(found, deps.links))
    return Tell(message=views.missing(*found))


def _read(
    uow: UnitOfWork, workspace: str, channel: str, user_id: str, now: datetime
) -> SprintState | tuple[Missing, str]:
    seen, zone = _sight(uow, workspace, channel, user_id)
    state = sprints.standing(uow, workspace, seen, now, zone=zone)
    if state is not None:
        return state
    return sprints.missing(uow, workspace, seen), sprints.why_unread(uow, workspace)


def _sight(uow: UnitOfWork, workspace: str, channel: str, user_id: str) -> tuple[IssueSight, str]:
    """What the channel may see, in its zone; in a direct message what the person may, in theirs."""
    if channel:
        settings = daily.settings(uow, workspace, channel, user_id)
        return sight.of_channel(uow, workspace, channel), settings.choice.zone
    person = uow.people.get(workspace, user_id)
    return sight.of_person(uow, workspace, user_id), person.zone if person else "UTC"
