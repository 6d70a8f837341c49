"""`/meridian issue …`: a new issue, or one that is there with what can be done to it."""

import asyncio
from datetime import datetime

from bot.domain import blocker_link
from bot.domain.activity import ReferenceKind
from bot.domain.decisions.sight import Viewer
from bot.domain.issues.drafts import Origin, Source
from bot.errors import InvalidInput, JiraError
from bot.ports.chat import Message
from bot.services.issues import details
from bot.views.issues import card as views
from bot.views.issues import seeds
from handlers.issues.create import opened
from handlers.issues.rights import require_colleague, tracker
from handlers.replies import Done, Later, Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes

_LIVE_SECONDS = 10.0


def register(routes: Routes) -> None:
    """Add the word, and the button that only is a link."""
    routes.add_words("/meridian", issue=issue)
    routes.clicks[views.ACTION_OPEN] = nothing


async def issue(request: Command, deps: Deps) -> Reply:
    """`/meridian issue CHURN-41` shows one; anything else is the beginning of a new one."""
    key = key_in(request.rest)
    if key:
        return await _shown(request, deps, key)
    typed = request.rest.split()
    if len(typed) > 1 and all(map(key_in, typed)):
        first = f"`{request.command} issue {key_in(typed[0])}`"
        raise InvalidInput(f"I show one issue at a time: {first}.")
    tracker(deps)
    await require_colleague(request, deps)
    origin = Origin(source=Source.COMMAND, ref=request.key, channel=request.channel)
    return await opened(request, deps, origin, seeds.typed(request.rest, request.user_id))


async def nothing(_click: Click, _deps: Deps) -> Reply:
    """Slack tells of a click on a link too."""
    return Done()


def key_in(typed: str) -> str:
    """The key of the issue that was typed, or whose address was pasted; empty for anything else."""
    found = blocker_link.read(typed)
    return found.key if found and found.kind is ReferenceKind.ISSUE else ""


async def _shown(request: Command, deps: Deps, key: str) -> Reply:
    viewer = Viewer(
        workspace=request.workspace,
        user_id=request.user_id,
        channel=request.channel,
        now=request.now,
    )
    detail = await deps.transactions.read(details.known, viewer, key)
    if detail is not None:
        return Tell(message=views.card(detail, deps.links))
    tracker(deps)
    return Later(waiting=views.asking(key), work=lambda: _live(viewer, deps, key, request.now))


async def _live(viewer: Viewer, deps: Deps, key: str, now: datetime) -> Message:
    """One that the mirror doesn't hold: nobody has touched it lately."""
    try:
        async with asyncio.timeout(_LIVE_SECONDS):
            found = await tracker(deps).issue(key)
    except TimeoutError as error:
        raise JiraError("Jira is too slow to answer.", code="timeout") from error
    if found is None:
        raise details.unknown(key)

    detail = await deps.transactions.read(details.of, viewer, found, now, live=True)
    return views.card(detail, deps.links)
