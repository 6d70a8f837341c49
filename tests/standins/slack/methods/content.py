"""A message's content: text, blocks, attachments and metadata, checked before it is kept."""

import json
from typing import Any

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.forms import with_ids
from tests.standins.slack.limits import LIMITS
from tests.standins.slack.workspace import Workspace

MOST = LIMITS["message"]


def read_content(ws: Workspace, args: Args) -> Json:
    """The parts that were sent, or the error Slack gives for the first wrong one."""
    content = check_content(
        ws,
        text=args.text("text") if args.has("text") else None,
        blocks=args.structure("blocks", "invalid_blocks_format"),
        attachments=args.structure("attachments", "invalid_attachments"),
    )
    if args.has("metadata"):
        content["metadata"] = _metadata(args.structure("metadata", "invalid_metadata_format"))
    return content


def check_content(ws: Workspace, *, text: Any, blocks: Any, attachments: Any = None) -> Json:
    """Text, blocks and attachments as stored, generated ids included."""
    content: Json = {}
    if text is not None:
        if not isinstance(text, str):
            raise SlackError("invalid_arguments", problems=["text must be a string"])
        if len(text) > MOST["text"]:
            raise SlackError("msg_too_long")
        content["text"] = text
    if attachments is not None:
        if not isinstance(attachments, list) or len(attachments) > MOST["attachments"]:
            raise SlackError("too_many_attachments")
        content["attachments"] = attachments
    _check_blocks(ws, blocks, attachments)
    if blocks is not None:
        content["blocks"] = with_ids(blocks)
    return content


def require_something(content: Json) -> None:
    """Raise no_text for a message that would show nothing."""
    if not any(content.get(name) for name in ("text", "blocks", "attachments", "files")):
        raise SlackError("no_text")


def _check_blocks(ws: Workspace, blocks: Any, attachments: Any) -> None:
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = ws.message_problems(blocks or [], attachments)
    if problems:
        raise SlackError("invalid_blocks", problems=problems)
    size = len(json.dumps(blocks or [], ensure_ascii=False, separators=(",", ":")))
    if size > MOST["blocks_characters"]:
        raise SlackError("msg_blocks_too_long")


def _metadata(metadata: Any) -> Json:
    if metadata == {}:
        return {}
    kinds = {"event_type": str, "event_payload": dict}
    if not isinstance(metadata, dict) or not metadata.keys() >= kinds.keys():
        raise SlackError("invalid_metadata_format")
    if not all(isinstance(metadata[name], kind) for name, kind in kinds.items()):
        raise SlackError("invalid_metadata_format")
    if not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata, ensure_ascii=False)) > MOST["metadata_characters"]:
        raise SlackError("metadata_too_large")
    return metadata
