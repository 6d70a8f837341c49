"""Uploads to Slack, in the three steps that it asks for.

https://docs.slack.dev/messaging/working-with-files#upload
"""

from typing import Any

import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.errors import translated
from bot.errors import SlackError

_TITLE = 100
_SECONDS = 10


async def upload(
    client: AsyncWebClient,
    name: str,
    content: bytes,
    *,
    title: str = "",
    channel: str | None = None,
    comment: str | None = None,
) -> str:
    """The id of the uploaded file, shared in `channel` with `comment` if one is given.

    Raises SlackError; the bytes never go anywhere but to the address that Slack named.
    """
    async with translated("files.getUploadURLExternal"):
        target = await client.files_getUploadURLExternal(filename=name, length=len(content))
    await _send(target["upload_url"], content)
    file: dict[str, Any] = {"id": target["file_id"], "title": (title or name)[:_TITLE]}
    async with translated("files.completeUploadExternal"):
        await client.files_completeUploadExternal(
            files=[file], channel_id=channel, initial_comment=comment
        )
    return str(target["file_id"])


async def _send(url: str, content: bytes) -> None:
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as http:
            (await http.post(url, content=content)).raise_for_status()
    except httpx.HTTPError as error:
        raise SlackError("Slack didn't take the file.", code="upload_failed") from error
