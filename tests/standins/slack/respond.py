"""The response_url endpoint: five uses in thirty minutes; docs.slack.dev/interactivity."""

from datetime import timedelta
from typing import Any

from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.limits import LIMITS
from tests.standins.slack.methods.chat import edit, show_ephemeral, store
from tests.standins.slack.methods.content import check_content, require_something
from tests.standins.slack.records import ResponseUrl
from tests.standins.slack.workspace import Workspace

LIMIT = LIMITS["response_url"]


def respond(ws: Workspace, url_id: str, body: Any) -> None:
    """Carry out one use of a response_url, or raise the error Slack answers with."""
    url = ws.response_urls.get(url_id)
    if url is None:
        raise SlackError("invalid_url")
    if ws.now() - url.at > timedelta(minutes=LIMIT["minutes"]):
        raise SlackError("expired_url")
    if url.uses >= LIMIT["uses"]:
        raise SlackError("used_url")
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    url.uses += 1
    answer(ws, url, body)


def answer(ws: Workspace, url: ResponseUrl, body: Json) -> None:
    """Show, replace or delete what an interaction asked for."""
    if body.get("delete_original"):
        _delete_original(ws, url)
        return
    content = check_content(
        ws, text=body.get("text"), blocks=body.get("blocks"), attachments=body.get("attachments")
    )
    require_something(content)
    if body.get("replace_original"):
        edit(ws, _original(ws, url), {"blocks": [], "text": ""} | content)
    elif body.get("response_type") == "in_channel":
        if thread_ts := body.get("thread_ts"):
            content["thread_ts"] = thread_ts
        store(ws, ws.channels[url.channel], content)
    else:
        show_ephemeral(ws, url.channel, url.user, content)


def _original(ws: Workspace, url: ResponseUrl) -> Json:
    shown = ws.ephemerals if url.ephemeral else ws.channels[url.channel].messages
    for message in shown:
        if message["ts"] == url.message_ts:
            return message
    raise SlackError("message_not_found")


def _delete_original(ws: Workspace, url: ResponseUrl) -> None:
    original = _original(ws, url)
    shown = ws.ephemerals if url.ephemeral else ws.channels[url.channel].messages
    shown.remove(original)
