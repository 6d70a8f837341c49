"""chat.*: posting, editing, deleting, in channels, threads and direct messages."""

from copy import deepcopy

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.methods.content import read_content, require_something
from tests.standins.slack.records import Channel
from tests.standins.slack.workspace import APP_ID, BOT_ID, BOT_USER, Workspace


def post_message(ws: Workspace, args: Args) -> Json:
    """Post to a channel the bot is in, or to a person by user id."""
    channel = _destination(ws, args.required("channel"))
    _check_writable(channel)
    content = read_content(ws, args)
    require_something(content)
    if thread_ts := args.text("thread_ts"):
        parent = ws.message(channel, thread_ts, "cannot_reply_to_message")
        content["thread_ts"] = parent.get("thread_ts", thread_ts)
        parent.setdefault("thread_ts", parent["ts"])
        if args.flag("reply_broadcast"):
            content["subtype"] = "thread_broadcast"
    message = store(ws, channel, content)
    return {"channel": channel.id, "ts": message["ts"], "message": deepcopy(message)}


def store(ws: Workspace, channel: Channel, content: Json) -> Json:
    """Keep a message of the bot and return it as stored."""
    message = bot_message(ws, content)
    channel.messages.append(message)
    return message


def bot_message(ws: Workspace, content: Json) -> Json:
    """A message of the bot around its content, with a fresh ts."""
    author = {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "team": ws.team_id}
    return {"type": "message", "text": "", **content, **author, "ts": ws.next_ts()}


def post_ephemeral(ws: Workspace, args: Args) -> Json:
    """Show a message to one member of a channel only; it is in no history."""
    channel = _destination(ws, args.required("channel"))
    user = args.required("user")
    _check_writable(channel)
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = read_content(ws, args)
    require_something(content)
    return {"message_ts": show_ephemeral(ws, channel.id, user, content)["ts"]}


def show_ephemeral(ws: Workspace, channel: str, user: str, content: Json) -> Json:
    """Put a message before one person's eyes and return it."""
    message = bot_message(ws, content) | {"channel": channel, "is_ephemeral": True}
    message["shown_to"] = user
    ws.ephemerals.append(message)
    return message


def update(ws: Workspace, args: Args) -> Json:
    """Edit a message of the bot; parts that are not sent stay as they were."""
    channel = ws.channel(args.required("channel"))
    if channel.archived:
        raise SlackError("is_inactive")
    message = ws.message(channel, args.required("ts"))
    if message.get("bot_id") != BOT_ID:
        raise SlackError("cant_update_message")
    content = read_content(ws, args)
    if not content:
        raise SlackError("no_text")
    require_something(message | content)
    edit(ws, message, content)
    shown = deepcopy(message)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": shown}


def edit(ws: Workspace, message: Json, content: Json) -> None:
    """Change a stored message in place and mark it as edited."""
    message.update(content)
    message["edited"] = {"user": BOT_USER, "ts": ws.next_ts()}


def delete(ws: Workspace, args: Args) -> Json:
    """Delete a message of the bot."""
    channel = ws.channel(args.required("channel"))
    message = ws.message(channel, args.required("ts"))
    if message.get("bot_id") != BOT_ID:
        raise SlackError("cant_delete_message")
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message["ts"]}


def get_permalink(ws: Workspace, args: Args) -> Json:
    """The address of a message, with its thread where it is a reply."""
    channel = ws.channel(args.required("channel"))
    message = ws.message(channel, args.required("message_ts"))
    link = f"https://{ws.team_domain}.slack.com/archives/{channel.id}/p"
    link += message["ts"].replace(".", "")
    if message.get("thread_ts", message["ts"]) != message["ts"]:
        link += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _destination(ws: Workspace, name: str) -> Channel:
    if name not in ws.users:
        return ws.channel(name)
    user = ws.users[name]
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    if user.deleted:
        raise SlackError("user_disabled")
    return ws.open_dm([user.id])


def _check_writable(channel: Channel) -> None:
    if channel.archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
