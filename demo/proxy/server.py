"""The proxy's aiohttp application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
from aiohttp import web

from demo.proxy import routes
from demo.proxy.botsockets import BotSockets
from demo.proxy.hub import Hub
from demo.proxy.mirror import Mirror
from demo.proxy.pages import Pages
from demo.proxy.pageside import take_event, take_frame
from demo.proxy.screen import Screen
from demo.proxy.tickets import Tickets
from demo.proxy.upstream import Upstream
from demo.proxy.views import Owner, ViewStore
from demo.proxy.workspace import Workspace, load_config

LARGEST_BODY = 256 * 2**20
READY_DEADLINE = 10.0


def create_app(*, config: Path, local_slack: str, address: str) -> web.Application:
    """Return the proxy in front of the local-slack at `local_slack` (a base URL).

    `address` is the proxy's own base URL, which the bot and browsers use; `config` is the file
    local-slack was started with. The app starts once local-slack has reported its state.
    """
    app = web.Application(client_max_size=LARGEST_BODY)
    workspace = load_config(config)

    async def running(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            hub = _hub(workspace, Upstream(local_slack, workspace.app, session), address)
            app[routes.HUB] = hub
            hub.spawn(hub.upstream.watch_page(lambda frame: take_frame(hub, frame)))
            hub.spawn(hub.upstream.watch_events(lambda envelope: take_event(hub, envelope)))
            await _ready(hub)
            yield
            await _stop(hub)

    app.cleanup_ctx.append(running)
    app.on_shutdown.append(_close_sockets)
    app.add_routes(routes.ROUTES)
    return app


def _hub(workspace: Workspace, upstream: Upstream, address: str) -> Hub:
    app = workspace.app
    owner = Owner(app_id=app.app_id, bot_id=app.bot_id, team_id=workspace.team_id)
    mirror, views = Mirror(), ViewStore(owner)
    return Hub(
        workspace=workspace,
        address=address.rstrip("/"),
        upstream=upstream,
        mirror=mirror,
        views=views,
        screen=Screen(workspace, mirror, views),
        pages=Pages(),
        bot=BotSockets(app.app_id),
        tickets=Tickets(),
    )


async def _ready(hub: Hub) -> None:
    await asyncio.wait_for(hub.mirror.ready.wait(), READY_DEADLINE)
    for human in hub.mirror.humans():
        await hub.upstream.call("conversations.open", users=human["id"])


async def _close_sockets(app: web.Application) -> None:
    await app[routes.HUB].pages.close()
    await app[routes.HUB].bot.close()


async def _stop(hub: Hub) -> None:
    tasks = list(hub.tasks)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
