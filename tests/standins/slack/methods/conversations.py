"""conversations.*: who is in a channel, what was said, in pages."""

from copy import deepcopy

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.methods.pages import page
from tests.standins.slack.records import Channel
from tests.standins.slack.workspace import BOT_USER, Workspace

KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def open_conversation(ws: Workspace, args: Args) -> Json:
    """Open (or find) the direct conversation with one or more people."""
    user_ids = [name.strip() for name in args.text("users").split(",") if name.strip()]
    if not user_ids:
        raise SlackError("users_list_not_supplied")
    ws.need("im:write" if len(user_ids) == 1 else "mpim:write")
    for user_id in user_ids:
        _check_person(ws, user_id)
    channel = ws.open_dm(user_ids)
    shown = _shown(ws, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": shown}


def info(ws: Workspace, args: Args) -> Json:
    """One conversation the bot can see."""
    channel = ws.channel(args.required("channel"))
    ws.need(f"{channel.kind}:read")
    shown = _shown(ws, channel)
    if args.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def members(ws: Workspace, args: Args) -> Json:
    """The user ids in a conversation, in pages."""
    channel = ws.channel(args.required("channel"))
    ws.need(f"{channel.kind}:read")
    found, cursor = page(args, channel.members)
    return {"members": found} | cursor


def list_all(ws: Workspace, args: Args) -> Json:
    """The conversations of the asked types; private ones only where the bot is in."""
    kinds = []
    for name in args.text("types", "public_channel").split(","):
        if name.strip() not in KINDS:
            raise SlackError("invalid_types")
        kinds.append(KINDS[name.strip()])
        ws.need(f"{kinds[-1]}:read")
    seen = [c for c in ws.channels.values() if c.kind in kinds and _visible(c)]
    if args.flag("exclude_archived"):
        seen = [channel for channel in seen if not channel.archived]
    found, cursor = page(args, seen)
    return {"channels": [_shown(ws, channel) for channel in found]} | cursor


def history(ws: Workspace, args: Args) -> Json:
    """Messages of a channel, newest first, replies in threads left out."""
    channel = _readable(ws, args)
    said = [m for m in channel.messages if is_top_level(m)]
    return _messages(args, sorted(_between(args, said), key=_ts, reverse=True))


def replies(ws: Workspace, args: Args) -> Json:
    """The parent and its replies, oldest first."""
    channel = _readable(ws, args)
    parent = ws.message(channel, args.required("ts"), "thread_not_found")
    in_thread = [m for m in channel.messages if m.get("thread_ts") == parent["ts"]]
    rest = [m for m in _between(args, in_thread) if m is not parent]
    return _messages(args, [parent, *sorted(rest, key=_ts)])


def is_top_level(message: Json) -> bool:
    """True unless the message is a reply that stays inside its thread."""
    in_thread = message.get("thread_ts", message["ts"]) != message["ts"]
    return not in_thread or message.get("subtype") == "thread_broadcast"


def _readable(ws: Workspace, args: Args) -> Channel:
    channel = ws.channel(args.required("channel"))
    ws.need(f"{channel.kind}:history")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _between(args: Args, messages: list[Json]) -> list[Json]:
    oldest = _bound(args, "oldest", 0.0)
    latest = _bound(args, "latest", float("inf"))
    inclusive, bounds = args.flag("inclusive"), (oldest, latest)
    return [m for m in messages if oldest < _ts(m) < latest or (inclusive and _ts(m) in bounds)]


def _bound(args: Args, name: str, default: float) -> float:
    try:
        return float(args.text(name) or default)
    except ValueError as error:
        raise SlackError(f"invalid_ts_{name}") from error


def _messages(args: Args, messages: list[Json]) -> Json:
    found, cursor = page(args, messages)
    shown = deepcopy(found)
    if not args.flag("include_all_metadata"):
        for message in shown:
            message.pop("metadata", None)
    return {"messages": shown, "has_more": bool(cursor["response_metadata"]["next_cursor"])} | (
        cursor
    )


def _ts(message: Json) -> float:
    return float(message["ts"])


def _visible(channel: Channel) -> bool:
    return channel.kind == "channels" or BOT_USER in channel.members


def _shown(ws: Workspace, channel: Channel) -> Json:
    return channel.payload(BOT_USER, int(ws.now().timestamp()))


def _check_person(ws: Workspace, user_id: str) -> None:
    user = ws.user(user_id)
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    if user.deleted:
        raise SlackError("user_disabled")
