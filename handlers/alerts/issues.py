"""*Create issue* on an alert."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.domain.alerts.incidents import Incident
from bot.errors import InvalidInput, JiraError
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import issues
from bot.views.alerts import issue_form as form
from bot.workflows import people
from handlers.alerts import typed
from handlers.replies import Done, Open, Reply
from handlers.requests import Click, Submission
from handlers.routing import Deps, Routes

NOT_CONNECTED = (
    "Jira isn't connected, so there is nowhere to create an issue. Whoever runs Meridian sets "
    "`JIRA_URL`."
)

_TYPES_SECONDS = 10.0


def register(routes: Routes) -> None:
    """Add the button and its form."""
    routes.clicks[form.ACTION_ISSUE] = opened
    routes.submissions[form.CALLBACK_ISSUE] = submitted


async def opened(click: Click, deps: Deps) -> Reply:
    """The form, filled; the project's issue types come as soon as Jira has named them."""
    if deps.issue_tracker is None:
        raise InvalidInput(NOT_CONNECTED)
    await typed.require_colleague(click, deps)
    await people.require_inside(click.workspace, click.channel, click.user_id, deps.chat)

    def read(uow: UnitOfWork) -> tuple[Incident, tuple[str, ...], str | None]:
        found = issues.open_incident(uow, click.workspace, click.value, click.channel)
        posted = uow.deliveries.get(found.delivery_id)
        page = None
        if posted is not None and posted.ts:
            page = deps.links.message(posted.posted_channel, posted.ts)
        return found, issues.projects(uow, click.workspace, click.channel), page

    incident, projects, page = await deps.transactions.read(read)
    hidden = {"incident": incident.id, "channel": click.channel}

    def drawn(types: Sequence[str]) -> Modal:
        return form.form(incident, page, projects, types, hidden)

    async def with_types() -> Modal | None:
        types = await _types(deps, projects[0])
        return drawn(types) if types else None

    return Open(modal=drawn(()), later=with_types if len(projects) == 1 else None)


async def submitted(request: Submission, deps: Deps) -> Reply:
    """Order it; its key, or Jira's refusal, comes to the alert's thread."""
    hidden = request.state.hidden
    channel = str(hidden["channel"])
    await typed.require_colleague(request, deps)
    await people.require_inside(request.workspace, channel, request.user_id, deps.chat)
    await deps.transactions.write_once(
        request.key,
        issues.order,
        request.workspace,
        str(hidden["incident"]),
        channel,
        request.user_id,
        form.read(request.state),
        request.now,
    )
    return Done()


async def _types(deps: Deps, project: str) -> Sequence[str]:
    """Nice to have: without them the type is typed."""
    assert deps.issue_tracker is not None
    with suppress(JiraError, TimeoutError):
        async with asyncio.timeout(_TYPES_SECONDS):
            return await deps.issue_tracker.issue_types(project)
    return ()
