"""Frames between the pages and the proxy, and events on their way to the bot."""

from demo.proxy import messages, modals
from demo.proxy.hub import Hub
from demo.proxy.pages import Page
from demo.proxy.translate.json import Json

PASSED_ON = frozenset({"post_message", "reaction", "edit_message", "delete_message", "open_home"})
"""What people do that local-slack handles itself."""


async def take_frame(hub: Hub, frame: Json) -> None:
    """Take in a frame of local-slack's page and show it to every page."""
    hub.mirror.apply(frame)
    if frame["t"] == "init":
        connected = hub.bot.connected
        await hub.pages.broadcast(lambda viewer: hub.screen.init(viewer, connected=connected))
        return
    await hub.pages.broadcast(lambda viewer: hub.screen.frame(frame, viewer))


async def take_event(hub: Hub, envelope: Json) -> None:
    """Pass an event of local-slack on to the bot; App Home events name the published view."""
    payload = envelope["payload"]
    event = payload.get("event", {})
    if event.get("type") == "app_home_opened":
        held = hub.views.homes().get(event["user"])
        if held is not None:
            event["view"] = held.payload()
    await hub.bot.deliver("events_api", payload)


async def greet(hub: Hub, page: Page) -> None:
    """Send a page everything its viewer may see."""
    await page.send(hub.screen.init(page.viewer, connected=hub.bot.connected))


async def show_connection(hub: Hub) -> None:
    """Tell the pages whether the bot is connected."""
    frame = {
        "t": "socket_status",
        "appId": hub.workspace.app.app_id,
        "connected": hub.bot.connected,
    }
    await hub.pages.broadcast(lambda _viewer: frame)


async def obey(hub: Hub, page: Page, frame: Json) -> None:
    """Do what a page (or a headless driver) asks; unknown frames are ignored."""
    kind = frame.get("t")
    if kind in PASSED_ON:
        await hub.upstream.send_frame(frame)
    elif kind == "act_as":
        page.viewer = frame["user"]
        await greet(hub, page)
    elif kind == "slash_command":
        text = frame.get("text", "")
        await messages.command(hub, frame["user"], frame["channel"], frame["command"], text)
    elif kind == "shortcut":
        place = {"channel_id": frame.get("channel", ""), "ts": frame.get("messageTs", "")}
        await messages.shortcut(hub, frame["user"], frame["callback_id"], **place)
    else:
        await _interact(hub, frame)


async def _interact(hub: Hub, frame: Json) -> None:
    kind, user, values = frame.get("t"), frame.get("user", ""), frame.get("values") or {}
    if kind == "view_submit":
        await modals.submit(hub, user, values)
    elif kind == "view_close":
        await modals.close(hub, user, everything=bool(frame.get("all")))
    elif kind == "view_action":
        await modals.act(hub, user, frame["action"], values, home=False)
    elif kind == "block_action" and frame.get("messageTs"):
        await messages.act(hub, user, frame["channel"], frame["messageTs"], frame["action"])
    elif kind == "block_action":
        await modals.act(hub, user, frame["action"], values, home=True)
