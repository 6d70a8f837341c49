"""What came in from Slack, parsed: plain values that name who, where and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.views.forms import FormState


@dataclass(frozen=True, kw_only=True)
class Request:
    """Who did something; `workspace` comes from the verified payload, `now` is aware UTC.

    `key` is the same for a redelivery and a double click of the same thing. `team` is the workspace
    that the person belongs to, where Slack says so: in a channel shared with another company it
    isn't ours. `enterprise` is the organisation of our workspace: there it may be another one that
    they are in as well.
    """

    workspace: str
    user_id: str
    now: datetime
    key: str
    team: str = ""
    enterprise: str = ""


@dataclass(frozen=True, kw_only=True)
class Command(Request):
    """A slash command with the text as typed."""

    command: str
    text: str
    channel: str
    channel_name: str
    trigger_id: str
    response_url: str

    @property
    def word(self) -> str:
        """The first word, in lower case; empty if nothing was typed."""
        return self.text.split(maxsplit=1)[0].lower() if self.text.strip() else ""

    @property
    def rest(self) -> str:
        """What follows the first word."""
        parts = self.text.split(maxsplit=1)
        return parts[1].strip() if len(parts) > 1 else ""


class Surface(StrEnum):
    """Where something stands that can be clicked."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


@dataclass(frozen=True, kw_only=True)
class View:
    """An open form, or somebody's App Home; `from_home` says that it was opened from there.

    `state.values` are Slack's own, as a draft keeps them.
    """

    view_id: str
    view_hash: str
    callback_id: str
    state: FormState
    surface: Surface = Surface.MODAL
    from_home: bool = False


@dataclass(frozen=True, kw_only=True)
class Click(Request):
    """A button or a select; `value` is a hint from the message, never a right.

    `field` names the form's field that changed; it is empty for what isn't one.
    """

    action_id: str
    value: str
    trigger_id: str
    response_url: str = ""
    channel: str = ""
    view: View | None = None
    field: str = ""

    @property
    def surface(self) -> Surface:
        """Where it was clicked."""
        return self.view.surface if self.view else Surface.MESSAGE


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A message as it stands in a conversation, its `text` in mrkdwn.

    `author` is empty where no person wrote it, `thread_ts` where it isn't a reply.
    """

    ts: str
    author: str = ""
    text: str = ""
    thread_ts: str = ""


@dataclass(frozen=True, kw_only=True)
class Shortcut(Click):
    """A choice in a message's menu; `action_id` is the shortcut's callback id."""

    message: Seen


@dataclass(frozen=True, kw_only=True)
class Submission(Request):
    """A submitted form."""

    view: View

    @property
    def state(self) -> FormState:
        """What was filled in."""
        return self.view.state


@dataclass(frozen=True, kw_only=True)
class Event(Request):
    """An event of the Events API; `body` is its inner event.

    `sent_at` is when Slack says that it happened.
    """

    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)
    sent_at: datetime | None = None
