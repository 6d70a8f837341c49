"""The interaction payloads Slack sends (docs.slack.dev/reference/interaction-payloads)."""

from dataclasses import dataclass

from demo.proxy.tickets import Origin
from demo.proxy.translate.blocks import Values
from demo.proxy.translate.json import Json
from demo.proxy.views import OpenView
from demo.proxy.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who did it and when (`at`, as Slack writes it), with the ids that let the bot answer."""

    user: Json
    at: str
    trigger_id: str
    response_url: str | None = None


def block_actions_in_view(
    workspace: Workspace, caller: Caller, opened: OpenView, action: Json
) -> Json:
    """Return the payload of an action in a modal or in App Home."""
    return {
        **_base("block_actions", workspace, caller),
        "container": {"type": "view", "view_id": opened.view["id"]},
        "view": opened.payload(),
        "actions": [action],
    }


def block_actions_in_message(
    workspace: Workspace,
    caller: Caller,
    *,
    channel: Json,
    message: Json,
    values: Values,
    action: Json,
) -> Json:
    """Return the payload of an action in a message; an ephemeral one is not repeated in it."""
    ephemeral = message.get("subtype") == "ephemeral"
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel["id"],
        "is_ephemeral": ephemeral,
    }
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    payload = {
        **_base("block_actions", workspace, caller),
        "container": container,
        "channel": {"id": channel["id"], "name": _channel_name(channel)},
        "state": {"values": values},
        "response_url": caller.response_url,
        "actions": [action],
    }
    return payload if ephemeral else {**payload, "message": _as_sent(message)}


def view_submission(workspace: Workspace, caller: Caller, opened: OpenView) -> Json:
    """Return the payload of a submitted modal."""
    return {
        **_base("view_submission", workspace, caller),
        "view": opened.payload(),
        "response_urls": [],
    }


def view_closed(workspace: Workspace, caller: Caller, opened: OpenView, *, cleared: bool) -> Json:
    """Return the payload of a modal closed by its reader, `cleared` with the whole stack."""
    payload = _base("view_closed", workspace, caller)
    del payload["trigger_id"]
    return {**payload, "view": opened.payload(), "is_cleared": cleared}


def message_shortcut(
    workspace: Workspace, caller: Caller, *, callback_id: str, channel: Json, message: Json
) -> Json:
    """Return the payload of a shortcut chosen from a message's menu."""
    return {
        **_base("message_action", workspace, caller),
        "callback_id": callback_id,
        "action_ts": caller.at,
        "channel": {"id": channel["id"], "name": _channel_name(channel)},
        "message_ts": message["ts"],
        "message": _as_sent(message),
        "response_url": caller.response_url,
    }


def global_shortcut(workspace: Workspace, caller: Caller, *, callback_id: str) -> Json:
    """Return the payload of a global shortcut."""
    return {
        **_base("shortcut", workspace, caller),
        "callback_id": callback_id,
        "action_ts": caller.at,
    }


def slash_command(
    workspace: Workspace, caller: Caller, *, channel: Json, command: str, text: str
) -> Json:
    """Return the payload of a slash command."""
    return {
        "token": "demo",
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel["id"],
        "channel_name": _channel_name(channel),
        "user_id": caller.user["id"],
        "user_name": caller.user["name"],
        "command": command,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": caller.response_url,
        "trigger_id": caller.trigger_id,
    }


def block_suggestion(
    workspace: Workspace, user: Json, opened: OpenView, *, block_id: str, action_id: str
) -> Json:
    """Return the payload that asks for an external select's options."""
    return {
        **_base("block_suggestion", workspace, Caller(user=user, at="", trigger_id="")),
        "container": {"type": "view", "view_id": opened.view["id"]},
        "view": opened.payload(),
        "block_id": block_id,
        "action_id": action_id,
        "value": "",
    }


def origin_of(user: str, channel: str, message: Json) -> Origin:
    """Return where an interaction with a message happened."""
    return Origin(
        user=user,
        channel=channel,
        message_ts=message["ts"],
        thread_ts=message.get("thread_ts"),
        ephemeral=message.get("subtype") == "ephemeral",
    )


def _base(kind: str, workspace: Workspace, caller: Caller) -> Json:
    user = caller.user
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "user": {
            "id": user["id"],
            "username": user["name"],
            "name": user["name"],
            "team_id": workspace.team_id,
        },
        "api_app_id": workspace.app.app_id,
        "token": "demo",
        "trigger_id": caller.trigger_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel_name(channel: Json) -> str:
    return "directmessage" if channel.get("is_im") else str(channel["name"])


def _as_sent(message: Json) -> Json:
    return {key: value for key, value in message.items() if key not in ("channel", "ephemeral_to")}
