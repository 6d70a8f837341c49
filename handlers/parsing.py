"""Slack payloads to request values (https://docs.slack.dev/reference/interaction-payloads)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.views.forms import FormState
from bot.views.text import unescape
from handlers.requests import Click, Command, Event, Submission, View

Body = Mapping[str, Any]


def command(body: Body, workspace: str, now: datetime) -> Command:
    """A slash command's body."""
    return Command(
        workspace=workspace,
        user_id=body["user_id"],
        now=now,
        key=f"command:{body['trigger_id']}",
        command=body["command"],
        text=unescape(body.get("text") or ""),
        channel=body["channel_id"],
        channel_name=body.get("channel_name") or "",
        trigger_id=body["trigger_id"],
        response_url=body.get("response_url") or "",
    )


def click(body: Body, workspace: str, now: datetime) -> Click:
    """A block_actions body; Slack sends one action per payload."""
    action = body["actions"][0]
    container = body.get("container") or {}
    raw_view = body.get("view")
    return Click(
        workspace=workspace,
        user_id=body["user"]["id"],
        now=now,
        key=f"click:{body.get('trigger_id') or action.get('action_ts')}:{action['action_id']}",
        action_id=action["action_id"],
        value=_action_value(action),
        trigger_id=body.get("trigger_id") or "",
        response_url=body.get("response_url") or "",
        channel=(body.get("channel") or {}).get("id") or container.get("channel_id") or "",
        view=view(raw_view) if raw_view else None,
    )


def submission(body: Body, workspace: str, now: datetime) -> Submission:
    """A view_submission body; its key changes when the form was replaced in between."""
    parsed = view(body["view"])
    return Submission(
        workspace=workspace,
        user_id=body["user"]["id"],
        now=now,
        key=f"view:{parsed.view_id}:{parsed.view_hash}",
        view=parsed,
    )


def event(body: Body, workspace: str, now: datetime) -> Event:
    """An event_callback body."""
    inner = body["event"]
    user = inner.get("user")
    return Event(
        workspace=workspace,
        user_id=user if isinstance(user, str) else (user or {}).get("id", ""),
        now=now,
        key=f"event:{body.get('event_id')}",
        kind=inner["type"],
        body=inner,
    )


def view(raw: Body) -> View:
    """A view payload."""
    return View(
        view_id=raw["id"],
        view_hash=raw.get("hash") or "",
        callback_id=raw.get("callback_id") or "",
        state=FormState.of(raw),
    )


def _action_value(action: Body) -> str:
    chosen = action.get("selected_option") or {}
    return str(
        action.get("value")
        or chosen.get("value")
        or action.get("selected_user")
        or action.get("selected_date")
        or action.get("selected_time")
        or ""
    )
