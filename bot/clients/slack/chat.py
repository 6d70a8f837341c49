"""`Chat` on Slack's Web API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.clients.slack.charts import Charts
from bot.clients.slack.clients import Clients
from bot.clients.slack.connect import TIMEOUT
from bot.clients.slack.errors import translated
from bot.clients.slack.files import upload
from bot.clients.slack.parse import METADATA_EVENT, delivery_id_of, person_of
from bot.domain.person import Person
from bot.errors import SlackError
from bot.ports.chat import Block, ChannelInfo, Home, Message, Modal, Opened, Posted

_PAGE = 200
_MAX_PAGES = 50


class SlackChat:
    """Implements `bot.ports.chat.Chat` with the client of each workspace.

    Every call ends within `TIMEOUT` seconds; where there is no client it raises SlackError.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._charts = Charts(clients)

    async def post(
        self,
        workspace: str,
        channel: str,
        message: Message,
        *,
        delivery_id: str,
        thread_ts: str | None = None,
    ) -> Posted:
        """Post once, marked with `delivery_id` in the message's metadata."""
        client = await self._clients.of(workspace)

        async def send(blocks: Sequence[Block]) -> Posted:
            async with translated("chat.postMessage"):
                answer = await client.chat_postMessage(
                    channel=channel,
                    text=message.text,
                    blocks=list(blocks),
                    thread_ts=thread_ts,
                    metadata={
                        "event_type": METADATA_EVENT,
                        "event_payload": {"id": delivery_id},
                    },
                    unfurl_links=False,
                    unfurl_media=False,
                    link_names=False,
                )
            return Posted(channel=answer["channel"], ts=answer["ts"])

        return await self._charts.show(workspace, message, send)

    async def edit(self, workspace: str, channel: str, ts: str, message: Message) -> None:
        """Replace a posted message."""
        client = await self._clients.of(workspace)

        async def send(blocks: Sequence[Block]) -> None:
            async with translated("chat.update"):
                await client.chat_update(
                    channel=channel, ts=ts, text=message.text, blocks=list(blocks)
                )

        await self._charts.show(workspace, message, send)

    async def find_post(
        self,
        workspace: str,
        channel: str,
        *,
        delivery_id: str,
        since: datetime,
        thread_ts: str | None = None,
    ) -> Posted | None:
        """Look for `delivery_id` in the metadata of the channel's, or the thread's, messages."""
        client = await self._clients.of(workspace)
        place = await _conversation(client, channel)
        cursor = ""
        for _ in range(_MAX_PAGES):
            answer = await _history(client, place, thread_ts, since, cursor)
            for found in answer.get("messages", []):
                if delivery_id_of(found) == delivery_id:
                    return Posted(channel=place, ts=found["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        raise SlackError("The channel's history is too long to search.", code="history_too_long")

    async def open_modal(self, workspace: str, trigger_id: str, modal: Modal) -> Opened | None:
        """Open a form; None for a redelivery."""
        client = await self._clients.of(workspace)
        async with _first_time(), translated("views.open"):
            answer = await client.views_open(trigger_id=trigger_id, view=modal)
            return _opened(answer)
        return None

    async def push_modal(self, workspace: str, trigger_id: str, modal: Modal) -> Opened | None:
        """Put a form on top of the one that is open; None for a redelivery."""
        client = await self._clients.of(workspace)
        async with _first_time(), translated("views.push"):
            answer = await client.views_push(trigger_id=trigger_id, view=modal)
            return _opened(answer)
        return None

    async def update_modal(
        self, workspace: str, view_id: str, view_hash: str, modal: Modal
    ) -> None:
        """Replace an open form."""
        client = await self._clients.of(workspace)
        async with translated("views.update"):
            await client.views_update(view_id=view_id, hash=view_hash, view=modal)

    async def publish_home(self, workspace: str, user_id: str, view: Home) -> None:
        """Show this Home to one person; the last one published counts."""
        client = await self._clients.of(workspace)
        async with translated("views.publish"):
            await client.views_publish(user_id=user_id, view=view)

    async def send_file(
        self, workspace: str, user_id: str, name: str, content: bytes, comment: str
    ) -> None:
        """Upload a file and share it in the direct message with that person."""
        client = await self._clients.of(workspace)
        place = await _conversation(client, user_id)
        await upload(client, name, content, channel=place, comment=comment)

    async def respond(self, response_url: str, message: Message, *, workspace: str) -> None:
        """Answer an interaction where only that person sees it."""
        webhook = AsyncWebhookClient(response_url, timeout=TIMEOUT, retry_handlers=[])

        async def send(blocks: Sequence[Block]) -> None:
            async with translated("response_url"):
                answer = await webhook.send(
                    text=message.text,
                    blocks=list(blocks) or None,
                    response_type="ephemeral",
                    replace_original=False,
                )
            if answer.status_code >= 400 or '"ok":false' in answer.body.replace(" ", ""):
                raise SlackError("Slack refused the answer.", code=_code(answer.body))

        await self._charts.show(workspace, message, send)

    async def people(self, workspace: str) -> list[Person]:
        """Every member, page by page."""
        client = await self._clients.of(workspace)
        found: list[Person] = []
        cursor = ""
        for _ in range(_MAX_PAGES):
            async with translated("users.list"):
                answer = await client.users_list(limit=_PAGE, cursor=cursor)
            organisation = self._clients.organisation(workspace)
            found += [person_of(raw, workspace, organisation) for raw in answer["members"]]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return found

    async def person(self, workspace: str, user_id: str) -> Person:
        """One member."""
        client = await self._clients.of(workspace)
        async with translated("users.info"):
            answer = await client.users_info(user=user_id)
        return person_of(answer["user"], workspace, self._clients.organisation(workspace))

    async def channel(self, workspace: str, channel: str) -> ChannelInfo:
        """A conversation with its members."""
        client = await self._clients.of(workspace)
        async with translated("conversations.info"):
            info = (await client.conversations_info(channel=channel))["channel"]
        is_member = bool(info.get("is_member") or info.get("is_im"))
        return ChannelInfo(
            channel_id=info["id"],
            name=info.get("name") or "",
            is_member=is_member,
            member_ids=await _members(client, channel) if is_member else (),
            is_public=bool(info.get("is_channel")) and info.get("is_private") is False,
            is_shared=bool(info.get("is_ext_shared")),
        )


async def _members(client: AsyncWebClient, channel: str) -> tuple[str, ...]:
    found: list[str] = []
    cursor = ""
    for _ in range(_MAX_PAGES):
        async with translated("conversations.members"):
            answer = await client.conversations_members(channel=channel, limit=_PAGE, cursor=cursor)
        found += answer["members"]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return tuple(found)
    return ()  # A part of them would say of the others that they aren't there.


async def _conversation(client: AsyncWebClient, channel: str) -> str:
    """The conversation's own id; a user's id stands for the direct message with them."""
    if not channel.startswith(("U", "W")):
        return channel
    async with translated("conversations.open"):
        answer = await client.conversations_open(users=channel)
    return str(answer["channel"]["id"])


async def _history(
    client: AsyncWebClient, channel: str, thread_ts: str | None, since: datetime, cursor: str
) -> Any:
    oldest = f"{since.timestamp():.6f}"
    if thread_ts:
        async with translated("conversations.replies"):
            return await client.conversations_replies(
                channel=channel,
                ts=thread_ts,
                oldest=oldest,
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor,
            )
    async with translated("conversations.history"):
        return await client.conversations_history(
            channel=channel,
            oldest=oldest,
            include_all_metadata=True,
            limit=_PAGE,
            cursor=cursor,
        )


@asynccontextmanager
async def _first_time() -> AsyncIterator[None]:
    """A trigger that was used before is a redelivery: its form stands open."""
    try:
        yield
    except SlackError as error:
        if error.code != "exchanged_trigger_id":
            raise


def _opened(answer: AsyncSlackResponse) -> Opened:
    view: Any = answer["view"]
    return Opened(view_id=str(view["id"]), view_hash=str(view.get("hash") or ""))


def _code(body: str) -> str:
    for code in ("invalid_blocks", "expired_url", "used_url"):
        if code in body:
            return code
    return "refused"
