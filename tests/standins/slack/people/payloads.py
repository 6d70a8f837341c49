"""The payloads Slack sends, shaped as at docs.slack.dev/reference/interaction-payloads."""

from copy import deepcopy
from typing import Any

from tests.standins.slack.errors import Json
from tests.standins.slack.forms import Values
from tests.standins.slack.people.targets import Target
from tests.standins.slack.records import Channel, User
from tests.standins.slack.views import View
from tests.standins.slack.workspace import APP_ID, BOT_USER, Workspace

_NAMES = {"im": "directmessage", "groups": "privategroup"}
TOKEN = "verification-token-no-longer-used"


def command(ws: Workspace, user: User, name: str, text: str, channel: Channel) -> Json:
    """A slash command; every value is a string, as in the form Slack posts."""
    return {
        "token": TOKEN,
        "team_id": ws.team_id,
        "team_domain": ws.team_domain,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": ws.new_response_url(channel.id, user.id),
        "trigger_id": ws.new_trigger(user.id),
    }


def block_actions(ws: Workspace, user: User, target: Target, action: Json, state: Values) -> Json:
    """A press or a choice in a message, a modal or the Home tab."""
    payload = _common(ws, user, "block_actions")
    payload |= {
        "container": target.container(),
        "trigger_id": ws.new_trigger(user.id, target.view.id if target.view else None),
        "actions": [action | {"action_ts": ws.next_ts()}],
    }
    if target.view is not None:
        return payload | {"view": target.view.payload()}
    payload |= _place(ws, user, target) | {"state": {"values": deepcopy(state)}}
    if not target.ephemeral:
        payload["message"] = deepcopy(target.message)
    return payload


def block_suggestion(ws: Workspace, user: User, target: Target, action: Json, typed: str) -> Json:
    """A request for options of an external select."""
    payload = _common(ws, user, "block_suggestion") | action
    payload |= {"container": target.container(), "value": typed}
    if target.view is not None:
        return payload | {"view": target.view.payload()}
    return payload | {"message": deepcopy(target.message)}


def view_submission(ws: Workspace, user: User, view: View) -> Json:
    """The submit button of a modal, with the state of every input."""
    return _common(ws, user, "view_submission") | {
        "trigger_id": ws.new_trigger(user.id, view.id),
        "view": view.payload(),
        "response_urls": [],
    }


def view_closed(ws: Workspace, user: User, view: View, *, cleared: bool) -> Json:
    """A modal closed by its person; ``is_cleared`` if the whole stack went."""
    payload = _common(ws, user, "view_closed")
    return payload | {"view": view.payload(), "is_cleared": cleared}


def global_shortcut(ws: Workspace, user: User, callback_id: str) -> Json:
    """A shortcut from the search or the lightning menu."""
    return _common(ws, user, "shortcut") | {
        "callback_id": callback_id,
        "action_ts": ws.next_ts(),
        "trigger_id": ws.new_trigger(user.id),
    }


def message_shortcut(ws: Workspace, user: User, callback_id: str, target: Target) -> Json:
    """A shortcut from a message's own menu."""
    return (
        _common(ws, user, "message_action")
        | {
            "callback_id": callback_id,
            "action_ts": ws.next_ts(),
            "trigger_id": ws.new_trigger(user.id),
            "message_ts": target.message["ts"],
            "message": deepcopy(target.message),
        }
        | _place(ws, user, target)
    )


def event_callback(ws: Workspace, event: Json, event_id: str) -> Json:
    """An event with its envelope of the Events API."""
    authorization = {
        "enterprise_id": None, "team_id": ws.team_id, "user_id": BOT_USER,
        "is_bot": True, "is_enterprise_install": False,
    }  # fmt: skip
    return {
        "token": TOKEN,
        "team_id": ws.team_id,
        "api_app_id": APP_ID,
        "event": {"event_ts": ws.next_ts()} | event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(ws.now().timestamp()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def _common(ws: Workspace, user: User, kind: str) -> Json:
    who: dict[str, Any] = {"id": user.id, "username": user.name, "name": user.name}
    return {
        "type": kind,
        "user": who | {"team_id": user.team_id},
        "api_app_id": APP_ID,
        "token": TOKEN,
        "team": {"id": ws.team_id, "domain": ws.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _place(ws: Workspace, user: User, target: Target) -> Json:
    channel = ws.channels[target.channel_id]
    url = ws.new_response_url(
        channel.id, user.id, message_ts=target.message["ts"], ephemeral=target.ephemeral
    )
    return {"channel": {"id": channel.id, "name": _channel_name(channel)}, "response_url": url}


def _channel_name(channel: Channel) -> str:
    return _NAMES.get(channel.kind, channel.name)
