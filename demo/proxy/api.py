"""The Web API the bot calls: local-slack's answers, corrected, and what it lacks."""

import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from demo.proxy import history, modals, people
from demo.proxy.hub import Hub
from demo.proxy.tickets import TicketError
from demo.proxy.translate.blocks import is_well_formed
from demo.proxy.translate.ids import with_ids
from demo.proxy.translate.json import Json
from demo.proxy.views import OpenView, ViewError

Method = Callable[[Hub, Json], Awaitable[Json]]
JSON_ARGUMENTS = ("blocks", "attachments", "view", "metadata", "files")
TOO_NEW_BLOCKS = frozenset({"data_visualization"})
"""Blocks a workspace may not have yet; refused so that the bot's fallback is what is seen."""


def decoded(arguments: Json) -> Json:
    """Return arguments with the JSON that form posts carry as strings decoded."""
    return {
        key: json.loads(value) if key in JSON_ARGUMENTS and isinstance(value, str) else value
        for key, value in arguments.items()
        if value is not None
    }


async def answer(hub: Hub, method: str, arguments: Json) -> Json:
    """Answer a Web API call as Slack would; unknown methods are local-slack's business."""
    known = METHODS.get(method)
    try:
        if known is not None:
            return await known(hub, arguments)
        return await hub.upstream.call(method, **arguments)
    except (ViewError, TicketError) as problem:
        return {"ok": False, "error": str(problem)}


async def _open_connection(hub: Hub, _arguments: Json) -> Json:
    address = hub.address.replace("http", "ws", 1)
    return {"ok": True, "url": f"{address}/_proxy/socket?ticket={secrets.token_hex(8)}"}


async def _views_open(hub: Hub, arguments: Json) -> Json:
    origin = hub.tickets.redeem_trigger(arguments.get("trigger_id", ""), datetime.now(UTC))
    opened = hub.views.open(origin.user, _view(hub, arguments), here=origin.channel)
    return await _shown(hub, opened)


async def _views_push(hub: Hub, arguments: Json) -> Json:
    origin = hub.tickets.redeem_trigger(arguments.get("trigger_id", ""), datetime.now(UTC))
    return await _shown(hub, hub.views.push(origin.user, _view(hub, arguments)))


async def _views_update(hub: Hub, arguments: Json) -> Json:
    target = arguments.get("view_id") or arguments.get("external_id") or ""
    changed = hub.views.update(target, _view(hub, arguments), expected_hash=arguments.get("hash"))
    return await _shown(hub, changed)


async def _views_publish(hub: Hub, arguments: Json) -> Json:
    if hub.mirror.user(arguments["user_id"]) is None:
        return {"ok": False, "error": "user_not_found"}
    opened = hub.views.publish(
        arguments["user_id"], _view(hub, arguments), expected_hash=arguments.get("hash")
    )
    return await _shown(hub, opened)


def _view(hub: Hub, arguments: Json) -> Json:
    view = arguments.get("view")
    if not isinstance(view, dict) or not modals.is_view(hub, view):
        raise ViewError("invalid_arguments")
    return view


async def _shown(hub: Hub, opened: OpenView) -> Json:
    await modals.show(hub, opened)
    return {"ok": True, "view": opened.payload()}


async def _post_message(hub: Hub, arguments: Json) -> Json:
    problem = _refusal(hub, arguments) or _unreachable(hub, arguments.get("channel", ""))
    if problem:
        return problem
    result = await hub.upstream.call("chat.postMessage", **_prepared(arguments))
    return _with_metadata_kept(hub, arguments, result)


async def _update_message(hub: Hub, arguments: Json) -> Json:
    if problem := _refusal(hub, arguments):
        return problem
    result = await hub.upstream.call("chat.update", **_prepared(arguments))
    return _with_metadata_kept(hub, arguments, result)


async def _post_ephemeral(hub: Hub, arguments: Json) -> Json:
    if problem := _refusal(hub, arguments):
        return problem
    return await hub.upstream.call("chat.postEphemeral", **_prepared(arguments))


def _refusal(hub: Hub, arguments: Json) -> Json | None:
    if problem := refused_blocks(hub, arguments.get("blocks") or []):
        return problem
    if not (arguments.get("blocks") or arguments.get("text") or arguments.get("attachments")):
        return {"ok": False, "error": "no_text"}
    return None


def refused_blocks(hub: Hub, blocks: list[Json]) -> Json | None:
    """Return Slack's answer to a message's blocks that it wouldn't take, None to good ones."""
    if not is_well_formed(blocks, reader=hub.screen.reader(None), place="message"):
        return {"ok": False, "error": "invalid_blocks"}
    for number, block in enumerate(blocks):
        if block.get("type") in TOO_NEW_BLOCKS:
            hint = f"[ERROR] unsupported type: {block['type']} [json-pointer:/blocks/{number}/type]"
            messages = {"messages": [hint]}
            return {"ok": False, "error": "invalid_blocks", "response_metadata": messages}
    return None


def _unreachable(hub: Hub, target: str) -> Json | None:
    if target.startswith(("U", "W")):
        return None if hub.mirror.user(target) else {"ok": False, "error": "channel_not_found"}
    channel = hub.mirror.channel(target)
    if channel and not channel.get("is_im"):
        joined = hub.workspace.app.bot_user_id in channel["members"]
        return None if joined else {"ok": False, "error": "not_in_channel"}
    return None


def _prepared(arguments: Json) -> Json:
    """Give blocks their ids now: the page and the bot must know them by the same ones."""
    prepared = {key: value for key, value in arguments.items() if key not in ("metadata", "token")}
    if prepared.get("blocks"):
        prepared["blocks"] = with_ids(prepared["blocks"])
    return prepared


def _with_metadata_kept(hub: Hub, arguments: Json, result: Json) -> Json:
    metadata = arguments.get("metadata")
    if result.get("ok") and metadata:
        hub.metadata[result["channel"], result["ts"]] = metadata
        result["message"] = {**result["message"], "metadata": metadata}
    return result


async def _history(hub: Hub, arguments: Json) -> Json:
    return await _message_list(hub, "conversations.history", arguments, newest_first=True)


async def _replies(hub: Hub, arguments: Json) -> Json:
    return await _message_list(hub, "conversations.replies", arguments, newest_first=False)


async def _message_list(hub: Hub, method: str, arguments: Json, *, newest_first: bool) -> Json:
    known = await hub.upstream.call("conversations.info", channel=arguments.get("channel"))
    if not known.get("ok"):
        return known
    result = await hub.upstream.call(method, channel=arguments["channel"], ts=arguments.get("ts"))
    page = history.page_of(result["messages"], arguments, newest_first=newest_first)
    if str(arguments.get("include_all_metadata", "")).lower() in ("true", "1"):
        page["messages"] = history.with_metadata(
            page["messages"], hub.metadata, arguments["channel"]
        )
    return {"ok": True, **page}


async def _user(hub: Hub, arguments: Json, method: str) -> Json:
    result = await hub.upstream.call(method, **arguments)
    if result.get("ok"):
        result["user"] = people.user_as_slack(result["user"], datetime.now(UTC))
    return result


async def _users_info(hub: Hub, arguments: Json) -> Json:
    return await _user(hub, arguments, "users.info")


async def _users_by_email(hub: Hub, arguments: Json) -> Json:
    return await _user(hub, arguments, "users.lookupByEmail")


async def _users_list(hub: Hub, arguments: Json) -> Json:
    result = await hub.upstream.call("users.list", **arguments)
    now = datetime.now(UTC)
    result["members"] = [people.user_as_slack(user, now) for user in result["members"]]
    return result


async def _conversation(hub: Hub, arguments: Json) -> Json:
    result = await hub.upstream.call("conversations.info", **arguments)
    if result.get("ok"):
        result["channel"] = _channel(hub, result["channel"])
    return result


async def _conversations(hub: Hub, arguments: Json) -> Json:
    result = await hub.upstream.call("conversations.list", **arguments)
    result["channels"] = [_channel(hub, channel) for channel in result["channels"]]
    return result


def _channel(hub: Hub, channel: Json) -> Json:
    known = hub.mirror.channel(channel["id"])
    return people.channel_as_slack(channel, known, hub.workspace.app.bot_user_id)


async def _test(_hub: Hub, _arguments: Json) -> Json:
    return {"ok": True}


METHODS: dict[str, Method] = {
    "api.test": _test,
    "apps.connections.open": _open_connection,
    "views.open": _views_open,
    "views.push": _views_push,
    "views.update": _views_update,
    "views.publish": _views_publish,
    "chat.postMessage": _post_message,
    "chat.update": _update_message,
    "chat.postEphemeral": _post_ephemeral,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "conversations.info": _conversation,
    "conversations.list": _conversations,
    "users.info": _users_info,
    "users.lookupByEmail": _users_by_email,
    "users.list": _users_list,
}
