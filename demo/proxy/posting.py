"""Posting for the bot: response URLs, command answers, Slackbot's notices."""

from demo.proxy.hub import Hub
from demo.proxy.tickets import Origin
from demo.proxy.translate.ids import with_ids
from demo.proxy.translate.json import Json


async def respond(hub: Hub, origin: Origin, answer: Json) -> Json:
    """Do what a response URL is told: replace, delete, or post (to the person alone by default)."""
    content = {key: answer[key] for key in ("text", "blocks", "attachments") if key in answer}
    if content.get("blocks"):
        content["blocks"] = with_ids(content["blocks"])
    if answer.get("delete_original") and origin.message_ts:
        return await hub.upstream.call("chat.delete", channel=origin.channel, ts=origin.message_ts)
    if answer.get("replace_original") and origin.message_ts:
        return await hub.upstream.call(
            "chat.update", channel=origin.channel, ts=origin.message_ts, **content
        )
    thread = answer.get("thread_ts") or origin.thread_ts
    if answer.get("response_type") == "in_channel":
        return await hub.upstream.call(
            "chat.postMessage", channel=origin.channel, thread_ts=thread, **content
        )
    return await hub.upstream.call(
        "chat.postEphemeral", channel=origin.channel, user=origin.user, thread_ts=thread, **content
    )


async def slackbot(hub: Hub, origin: Origin, text: str) -> None:
    """Tell the person something in Slackbot's name, for their eyes only."""
    await hub.upstream.call(
        "chat.postEphemeral",
        channel=origin.channel,
        user=origin.user,
        username="Slackbot",
        text=text,
    )
