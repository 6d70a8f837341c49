"""HTTP and WebSocket handlers: the bot's side, the people's side, everything else passed on."""

from datetime import UTC, datetime

from aiohttp import ClientResponse, web

from demo.proxy import api, messages, pageside, posting
from demo.proxy.hub import Hub
from demo.proxy.page.patches import patched
from demo.proxy.pages import Page
from demo.proxy.tickets import TicketError
from demo.proxy.translate.json import Json

HUB = web.AppKey("hub", Hub)
HOP_BY_HOP = frozenset({"host", "content-length", "connection", "transfer-encoding", "upgrade"})
APP_TOKEN_METHODS = frozenset({"apps.connections.open"})


async def web_api(request: web.Request) -> web.Response:
    """Answer `/api/<method>`; addresses in answers are the proxy's own."""
    hub, method = request.app[HUB], request.match_info["method"]
    arguments = api.decoded(await _arguments(request))
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    result = _token_problem(hub, method, token or arguments.pop("token", ""))
    result = result or await api.answer(hub, method, arguments)
    outcome = {"ok": result.get("ok"), "error": result.get("error")}
    at = datetime.now(UTC).isoformat()
    hub.calls.append({"at": at, "method": method, "args": arguments, **outcome})
    if method.startswith("views."):
        await hub.log("from_bot", "web_api", method, arguments)
    return web.json_response(_own_addresses(hub, result))


def _token_problem(hub: Hub, method: str, token: str) -> Json | None:
    app = hub.workspace.app
    wanted = app.app_token if method in APP_TOKEN_METHODS else app.bot_token
    if token == wanted:
        return None
    other = token in (app.app_token, app.bot_token)
    return {"ok": False, "error": "not_allowed_token_type" if other else "invalid_auth"}


async def _arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        return {**arguments, **(await request.json() if request.can_read_body else {})}
    return {**arguments, **await request.post()}


def _own_addresses(hub: Hub, value: object) -> object:
    if isinstance(value, str):
        # local-slack calls itself localhost unless it was started with --base-host.
        same = hub.upstream.base.replace("//127.0.0.1:", "//localhost:")
        return value.replace(hub.upstream.base, hub.address).replace(same, hub.address)
    if isinstance(value, dict):
        return {key: _own_addresses(hub, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_own_addresses(hub, item) for item in value]
    return value


async def bot_socket(request: web.Request) -> web.WebSocketResponse:
    """Serve one Socket Mode connection of the bot."""
    hub, socket = request.app[HUB], web.WebSocketResponse()
    await socket.prepare(request)
    serving = hub.bot.serve(socket)
    hub.spawn(pageside.show_connection(hub))
    try:
        await serving
    finally:
        await pageside.show_connection(hub)
    return socket


async def page_socket(request: web.Request) -> web.WebSocketResponse:
    """Serve a page: `?user=U…` acts as that person, `?user=` as the first, none sees all."""
    hub, socket = request.app[HUB], web.WebSocketResponse(max_msg_size=0)
    await socket.prepare(request)
    viewer = request.query.get("user")
    if viewer == "":
        viewer = hub.mirror.humans()[0]["id"]
    page = Page(socket=socket, viewer=viewer)
    hub.pages.add(page)
    try:
        await pageside.greet(hub, page)
        async for message in socket:
            await pageside.obey(hub, page, message.json())
    finally:
        hub.pages.remove(page)
    return socket


async def response_url(request: web.Request) -> web.Response:
    """Take an answer sent to a response URL; 404 with Slack's code when it is used up, 400 for
    blocks that Slack wouldn't take."""
    hub = request.app[HUB]
    try:
        origin = hub.tickets.redeem_response(request.match_info["id"], datetime.now(UTC))
    except TicketError as problem:
        return web.json_response({"ok": False, "error": str(problem)}, status=404)
    answer = await request.json()
    if refusal := api.refused_blocks(hub, answer.get("blocks") or []):
        return web.Response(text=refusal["error"], status=400)
    result = await posting.respond(hub, origin, answer)
    return web.Response(text="ok", status=200 if result.get("ok") else 404)


async def control_command(request: web.Request) -> web.Response:
    """Type a slash command without a page: {channel, user, command, text}."""
    body = await request.json()
    hub, text = request.app[HUB], body.get("text", "")
    await messages.command(hub, body["user"], body["channel"], body["command"], text)
    return web.json_response({"ok": True})


async def control_interact(request: web.Request) -> web.Response:
    """Use a button or select of a message without a page: {channel, messageTs, user, action}."""
    body = await request.json()
    await messages.act(
        request.app[HUB], body["user"], body["channel"], body["messageTs"], body["action"]
    )
    return web.json_response({"ok": True})


async def calls(request: web.Request) -> web.Response:
    """Return the bot's last Web API calls, oldest first: {at, method, args, ok, error}."""
    return web.json_response({"calls": list(request.app[HUB].calls)})


async def slack_file(request: web.Request) -> web.StreamResponse:
    """Serve an uploaded file to the page by its id."""
    hub = request.app[HUB]
    known = await hub.upstream.call("files.info", file=request.match_info["id"])
    if not known.get("ok"):
        raise web.HTTPNotFound
    async with hub.upstream.session.get(known["file"]["permalink"]) as answer:
        return await _passed(answer)


async def pass_on(request: web.Request) -> web.StreamResponse:
    """Hand any other request to local-slack; its page comes back patched."""
    hub = request.app[HUB]
    headers = {k: v for k, v in request.headers.items() if k.lower() not in HOP_BY_HOP}
    url, body = f"{hub.upstream.base}{request.rel_url}", await request.read()
    session = hub.upstream.session
    async with session.request(request.method, url, data=body, headers=headers) as answer:
        if answer.content_type != "text/html":
            return await _passed(answer)
        return web.Response(text=_page(hub, await answer.text()), content_type="text/html")


def _page(hub: Hub, html: str) -> str:
    zones = {user["id"]: user.get("tz", "UTC") for user in hub.mirror.users()}
    offered = [
        {"name": shortcut.name, "callback_id": shortcut.callback_id, "type": shortcut.type}
        for shortcut in hub.workspace.app.shortcuts
    ]
    return patched(html, {"zones": zones, "shortcuts": offered})


async def _passed(answer: ClientResponse) -> web.Response:
    headers = {k: v for k, v in answer.headers.items() if k.lower() not in HOP_BY_HOP}
    return web.Response(status=answer.status, body=await answer.read(), headers=headers)


ROUTES = [
    web.route("*", "/api/{method}", web_api),
    web.get("/_proxy/socket", bot_socket),
    web.get("/ui", page_socket),
    web.post("/_proxy/response/{id}", response_url),
    web.get("/_proxy/calls", calls),
    web.get("/_proxy/files/{id}", slack_file),
    web.post("/_control/command", control_command),
    web.post("/_control/interact", control_interact),
    web.route("*", "/{rest:.*}", pass_on),
]
