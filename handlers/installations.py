"""The app is uninstalled, its tokens are revoked, an organisation gives or takes access."""

from bot.workflows.tenants import leaving
from handlers.replies import Done, Reply
from handlers.requests import Event
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.events["app_uninstalled"] = uninstalled
    routes.events["tokens_revoked"] = revoked
    routes.events["team_access_granted"] = granted
    routes.events["team_access_revoked"] = taken


async def uninstalled(request: Event, deps: Deps) -> Reply:
    """Everything for that workspace, or organisation, stops."""
    if deps.tenants is not None:
        told_at = request.sent_at or request.now
        await leaving.uninstalled(
            request.workspace, told_at, deps.tenants, deps.transactions, request.now
        )
    return Done()


async def revoked(request: Event, deps: Deps) -> Reply:
    """The same, if it was the bot's token that works no more; people's don't concern us."""
    tokens = request.body.get("tokens") or {}
    if deps.tenants is not None and tokens.get("bot"):
        told_at = request.sent_at or request.now
        await leaving.revoked(
            request.workspace, told_at, deps.tenants, deps.transactions, request.now
        )
    return Done()


async def granted(request: Event, deps: Deps) -> Reply:
    """Further workspaces of an organisation have Meridian
    (https://docs.slack.dev/reference/events/team_access_granted)."""
    if deps.tenants is not None and request.enterprise:
        await leaving.granted(request.enterprise, deps.tenants, deps.transactions, request.now)
    return Done()


async def taken(request: Event, deps: Deps) -> Reply:
    """Some of its workspaces have it no more
    (https://docs.slack.dev/reference/events/team_access_revoked)."""
    teams = [str(each) for each in request.body.get("team_ids") or ()]
    if deps.tenants is not None and request.enterprise:
        told_at = request.sent_at or request.now
        await leaving.taken(
            request.enterprise, teams, told_at, deps.tenants, deps.transactions, request.now
        )
    return Done()
