"""Slack payloads to request values (https://docs.slack.dev/reference/interaction-payloads)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bot.ports.chat import Modal
from bot.views.forms import FormState
from bot.views.text import unescape
from handlers.requests import Click, Command, Event, Seen, Shortcut, Submission, Surface, View

Body = Mapping[str, Any]

_FROM_HOME = "home:"


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
    shown = view(body["view"]) if body.get("view") else None
    block = str(action.get("block_id") or "")
    return Click(
        workspace=workspace,
        user_id=body["user"]["id"],
        team=str(body["user"].get("team_id") or ""),
        enterprise=str((body.get("enterprise") or {}).get("id") or ""),
        now=now,
        key=f"click:{body.get('trigger_id') or action.get('action_ts')}:{action['action_id']}",
        action_id=action["action_id"],
        value=_action_value(action),
        trigger_id=body.get("trigger_id") or "",
        response_url=body.get("response_url") or "",
        channel=(body.get("channel") or {}).get("id") or container.get("channel_id") or "",
        view=shown,
        field=block if shown and block in shown.state.labels else "",
    )


def shortcut(body: Body, workspace: str, now: datetime) -> Shortcut:
    """A message_action body
    (https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload)."""
    return Shortcut(
        workspace=workspace,
        user_id=body["user"]["id"],
        team=str(body["user"].get("team_id") or ""),
        enterprise=str((body.get("enterprise") or {}).get("id") or ""),
        now=now,
        key=f"shortcut:{body['trigger_id']}",
        action_id=body["callback_id"],
        value="",
        trigger_id=body["trigger_id"],
        response_url=body.get("response_url") or "",
        channel=body["channel"]["id"],
        message=_seen(body["message"]),
    )


def submission(body: Body, workspace: str, now: datetime) -> Submission:
    """A view_submission body; its key changes when the form was replaced in between."""
    parsed = view(body["view"])
    return Submission(
        workspace=workspace,
        user_id=body["user"]["id"],
        team=str(body["user"].get("team_id") or ""),
        enterprise=str((body.get("enterprise") or {}).get("id") or ""),
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
        sent_at=_sent_at(body.get("event_time")),
        enterprise=str(body.get("enterprise_id") or ""),
    )


def view(raw: Body) -> View:
    """A view payload, of a form or of App Home."""
    return View(
        view_id=raw["id"],
        view_hash=raw.get("hash") or "",
        callback_id=raw.get("callback_id") or "",
        state=FormState.of(raw),
        surface=Surface(raw.get("type") or Surface.MODAL),
        from_home=str(raw.get("external_id") or "").startswith(_FROM_HOME),
    )


def marked_from_home(modal: Modal) -> Modal:
    """The form, marked as opened from App Home; Slack wants each external id only once."""
    return {**modal, "external_id": f"{_FROM_HOME}{uuid4().hex}"}


def _sent_at(seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _seen(message: Body) -> Seen:
    by_bot = bool(message.get("bot_id")) or message.get("subtype") == "bot_message"
    ts, thread_ts = str(message["ts"]), str(message.get("thread_ts") or "")
    return Seen(
        ts=ts,
        author="" if by_bot else str(message.get("user") or ""),
        text=str(message.get("text") or ""),
        thread_ts="" if thread_ts == ts else thread_ts,
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
