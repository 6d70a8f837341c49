"""What people do with messages: buttons and selects in them, shortcuts, slash commands."""

from demo.proxy import payloads, posting
from demo.proxy.hub import Hub
from demo.proxy.modals import described
from demo.proxy.tickets import Origin
from demo.proxy.translate.blocks import Values
from demo.proxy.translate.json import Json
from demo.proxy.translate.kinds import KINDS
from demo.proxy.translate.state import complete_state, find_element, picked


async def act(hub: Hub, user: str, channel_id: str, ts: str, action: Json) -> None:
    """Report an action in a message, with the message's complete state."""
    message, channel = hub.mirror.message(channel_id, ts), hub.mirror.channel(channel_id)
    if message is None or channel is None:
        return
    blocks = message.get("blocks") or []
    element = find_element(blocks, action["block_id"], action["action_id"])
    if element is None:
        return
    values = _state(hub, user, message)
    if element["type"] in KINDS:
        held = values.get(action["block_id"], {}).get(action["action_id"])
        value = picked(element, held, action, hub.screen.reader(user))
        action = {**action, **value}
        block = {**values.get(action["block_id"], {}), action["action_id"]: value}
        values = {**values, action["block_id"]: block}
        hub.screen.pick(user, channel_id, ts, values)
        await _show_again(hub, message)
    origin = payloads.origin_of(user, channel_id, message)
    caller = hub.caller(origin)
    payload = payloads.block_actions_in_message(
        hub.workspace,
        caller,
        channel=channel,
        message=message,
        values=values,
        action=described(element, action, caller.at),
    )
    hub.tell_later(payload)


async def shortcut(hub: Hub, user: str, callback_id: str, *, channel_id: str, ts: str) -> None:
    """Report a message shortcut, or a global one when there is no message."""
    channel, message = hub.mirror.channel(channel_id), hub.mirror.message(channel_id, ts)
    if channel is None or message is None:
        caller = hub.caller(Origin(user=user))
        payload = payloads.global_shortcut(hub.workspace, caller, callback_id=callback_id)
    else:
        caller = hub.caller(payloads.origin_of(user, channel_id, message))
        payload = payloads.message_shortcut(
            hub.workspace, caller, callback_id=callback_id, channel=channel, message=message
        )
    hub.tell_later(payload)


async def command(hub: Hub, user: str, channel_id: str, name: str, text: str) -> None:
    """Run a slash command; one that isn't registered or answered is told so by Slackbot."""
    origin = Origin(user=user, channel=channel_id)
    channel = hub.mirror.channel(channel_id) or {"id": channel_id, "name": channel_id}
    known = hub.workspace.app.commands
    if known and name not in known:
        await posting.slackbot(hub, origin, f"`{name}` is not a valid command.")
        return
    payload = payloads.slash_command(
        hub.workspace, hub.caller(origin), channel=channel, command=name, text=text
    )
    answer = await hub.tell("slash_commands", payload)
    if answer is None:
        await posting.slackbot(hub, origin, f"`{name}` failed because the app did not respond.")
    elif answer.get("text") or answer.get("blocks"):
        await posting.respond(hub, origin, answer)


def _state(hub: Hub, user: str, message: Json) -> Values:
    before = hub.screen.picked(user, message["channel"], message["ts"])
    return complete_state(message.get("blocks") or [], before, {}, hub.screen.reader(user))


async def _show_again(hub: Hub, message: Json) -> None:
    frame = {"t": "message_update", "message": message}
    await hub.pages.broadcast(lambda viewer: hub.screen.frame(frame, viewer))
