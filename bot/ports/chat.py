"""What Meridian asks of the chat: messages, forms and people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.domain.chart import Chart
from bot.domain.person import Person

Block = dict[str, Any]
Modal = dict[str, Any]
Home = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message: the text for notifications and screen readers, and its blocks.

    A chart is drawn where `CHART_SLOT` stands among the blocks: natively where the workspace
    takes it, else as a picture, else left out.
    """

    text: str
    blocks: Sequence[Block] = ()
    chart: Chart | None = None


CHART_SLOT: Block = {"type": "chart_slot"}


@dataclass(frozen=True, kw_only=True)
class Posted:
    """Where a message stands: the conversation's own id (never a user id) and Slack's `ts`."""

    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A form that was just opened; the hash changes whenever the form is replaced."""

    view_id: str
    view_hash: str


@dataclass(frozen=True, kw_only=True)
class ChannelInfo:
    """A conversation; `member_ids` are empty where the bot may not list them all.

    Everybody of the workspace but guests may read a public one; `is_shared` says that people of
    another company are in it.
    """

    channel_id: str
    name: str
    is_member: bool
    member_ids: tuple[str, ...] = field(default=())
    is_public: bool = False
    is_shared: bool = False


class Chat(Protocol):
    """Slack. Every call ends within its timeout or raises `SlackError`."""

    async def post(
        self,
        workspace: str,
        channel: str,
        message: Message,
        *,
        delivery_id: str,
        thread_ts: str | None = None,
    ) -> Posted:
        """Post once, marked with `delivery_id`; raises with `ambiguous` if no answer came."""
        ...

    async def edit(self, workspace: str, channel: str, ts: str, message: Message) -> None:
        """Replace a posted message; safe to repeat."""
        ...

    async def find_post(
        self,
        workspace: str,
        channel: str,
        *,
        delivery_id: str,
        since: datetime,
        thread_ts: str | None = None,
    ) -> Posted | None:
        """The message marked with `delivery_id` since then; raises where history can't be read."""
        ...

    async def open_modal(self, workspace: str, trigger_id: str, modal: Modal) -> Opened | None:
        """Open a form; the trigger is good for about 3 s, once. None where it was used before:
        a redelivery, whose form stands open already."""
        ...

    async def push_modal(self, workspace: str, trigger_id: str, modal: Modal) -> Opened | None:
        """Put a form on top of the one that the trigger comes from (at most three in all)."""
        ...

    async def update_modal(
        self, workspace: str, view_id: str, view_hash: str, modal: Modal
    ) -> None:
        """Replace an open form, unless it changed since `view_hash`.

        What was typed stays where a field keeps its block id and action id, whatever initial value
        the new one names (https://docs.slack.dev/reference/views/modal-views, "Preserving input
        entry").
        """
        ...

    async def publish_home(self, workspace: str, user_id: str, view: Home) -> None:
        """Show this App Home to one person."""
        ...

    async def send_file(
        self, workspace: str, user_id: str, name: str, content: bytes, comment: str
    ) -> None:
        """Give a person a file in their direct message; `comment` is our own mrkdwn."""
        ...

    async def respond(self, response_url: str, message: Message, *, workspace: str) -> None:
        """Answer an interaction where only that person sees it (30 minutes, 5 times)."""
        ...

    async def people(self, workspace: str) -> list[Person]:
        """Every member of the workspace."""
        ...

    async def person(self, workspace: str, user_id: str) -> Person:
        """One member, of this or a connected workspace."""
        ...

    async def channel(self, workspace: str, channel: str) -> ChannelInfo:
        """A conversation with its members; raises `SlackError` if the bot can't see it."""
        ...
