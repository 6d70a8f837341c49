"""files.*: the three-step upload and the wait until Slack has processed a picture."""

import mimetypes
from typing import Any

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.methods.chat import store
from tests.standins.slack.records import StoredFile
from tests.standins.slack.workspace import BOT_USER, Workspace


def get_upload_url(ws: Workspace, args: Args) -> Json:
    """Announce an upload; answers the file id and where its bytes go."""
    filename, length = args.required("filename"), args.integer("length", 0)
    if length < 1:
        raise SlackError("invalid_arguments", problems=["length must be more than 0"])
    file = StoredFile(
        id=ws.next_id("F"),
        filename=filename,
        length=length,
        ticket=ws.next_id("K"),
        polls_left=ws.file_polls,
    )
    ws.files[file.id] = file
    url = f"{ws.base_url}/upload/{file.id}?ticket={file.ticket}"
    return {"upload_url": url, "file_id": file.id}


def complete_upload(ws: Workspace, args: Args) -> Json:
    """Finish uploads whose bytes have arrived; with a channel, share them there."""
    wanted: Any = args.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments", problems=["missing required field: files"])
    files = [_arrived(ws, one) for one in wanted]
    channel = ws.channel(args.text("channel_id")) if args.has("channel_id") else None
    if channel and BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    for file, one in zip(files, wanted, strict=True):
        file.completed, file.title = True, str(one.get("title", file.filename))
        file.channels += [channel.id] if channel else []
    shown = [_shown(ws, file) for file in files]
    if channel:
        content: Json = {"text": args.text("initial_comment"), "files": shown}
        if args.has("thread_ts"):
            content["thread_ts"] = args.text("thread_ts")
        store(ws, channel, content)
    return {"files": shown}


def info(ws: Workspace, args: Args) -> Json:
    """One file; its ``mimetype`` stays empty until Slack has processed it."""
    file = ws.files.get(args.required("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    shown = _shown(ws, file)
    file.polls_left -= 1
    return {"file": shown}


def _arrived(ws: Workspace, wanted: Any) -> StoredFile:
    file = ws.files.get(str(wanted.get("id"))) if isinstance(wanted, dict) else None
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    return file


def _shown(ws: Workspace, file: StoredFile) -> Json:
    kind = mimetypes.guess_type(file.filename)[0] or "application/octet-stream"
    return {
        "id": file.id,
        "name": file.filename,
        "title": file.title,
        "size": file.length,
        "mimetype": kind if file.ready else "",
        "filetype": kind.rpartition("/")[2] if file.ready else "",
        "url_private": ws.url_of(file),
        "permalink": f"https://{ws.team_domain}.slack.com/files/{BOT_USER}/{file.id}",
        "channels": list(file.channels),
        "user": BOT_USER,
    }
