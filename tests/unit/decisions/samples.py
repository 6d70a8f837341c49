"""Decisions, forms and a chat for these tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.links import Links
from bot.domain.person import Person
from bot.errors import SlackError
from bot.ports.chat import ChannelInfo, Message, Modal, Posted
from bot.views.forms import FormState
from tests.standins.slack.blockkit import Rules, check_message, check_view

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PEOPLE = {
    user_id: Person(workspace="T1", user_id=user_id, name=name)
    for user_id, name in (("UANA", "Ana"), ("UBEN", "Ben"), ("UCHI", "Chiyo"))
}


def body(title: str = "Use LightGBM for churn", **changes: Any) -> DecisionBody:
    """A body with a title and an outcome."""
    return DecisionBody(**{"title": title, "outcome": "It wins on every slice.", **changes})


def record(
    number: int = 1, status: DecisionStatus = DecisionStatus.ACCEPTED, **changes: Any
) -> DecisionRecord:
    """A record logged by Ana."""
    values = {
        "workspace": "T1",
        "number": number,
        "body": body(),
        "status": status,
        "channel": "C1",
        "author": "UANA",
        "created_at": NOW,
    }
    return DecisionRecord(**{**values, **changes})


LINKS = Links()


def detail(
    it: DecisionRecord | None = None, changes: Sequence[DecisionChange] = (), **parts: Any
) -> DecisionDetail:
    """All of a decision, with the people of these samples."""
    return DecisionDetail(record=it or record(), changes=changes, people=PEOPLE, **parts)


def filled(modal: Modal, typed: Mapping[str, Any]) -> FormState:
    """What Slack sends when this form is submitted with `typed` in place of its initial values."""
    inputs = [b for b in modal["blocks"] if b["type"] == "input"]
    assert {*typed} <= {b["block_id"] for b in inputs}, "a field that isn't shown"
    values = {
        b["block_id"]: {b["element"]["action_id"]: _state(b["element"], typed.get(b["block_id"]))}
        for b in inputs
    }
    return FormState.of({**modal, "state": {"values": values}})


def _state(element: dict[str, Any], typed: Any) -> dict[str, Any]:
    return {"type": element["type"], **_value(element, typed)}


def _value(element: dict[str, Any], typed: Any) -> dict[str, Any]:
    match element["type"]:
        case "plain_text_input":
            return {"value": element.get("initial_value") if typed is None else typed}
        case "multi_users_select":
            return {"selected_users": element.get("initial_users", []) if typed is None else typed}
        case "datepicker":
            return {"selected_date": typed or element.get("initial_date")}
        case "static_select":
            chosen = {"value": typed} if typed else element.get("initial_option")
            return {"selected_option": chosen}
        case "checkboxes":
            ticked = [{"value": value} for value in typed or ()]
            return {"selected_options": ticked or element.get("initial_options", [])}
    raise AssertionError(element["type"])


def problems(message: Message) -> list[str]:
    """What Slack would refuse in this message."""
    return check_message(_rules("message"), list(message.blocks))


def modal_problems(modal: Modal) -> list[str]:
    """What Slack would refuse in this form."""
    return check_view(_rules("modal"), modal)


def _rules(surface: str) -> Rules:
    return Rules(surface=surface, native_charts=False, file_ready=lambda _: True)


def shown_text(value: Any) -> str:
    """Every text in blocks, one after another."""
    if isinstance(value, dict):
        own = value.get("text")
        return own if isinstance(own, str) else "".join(shown_text(v) for v in value.values())
    if isinstance(value, list | tuple):
        return "\n".join(shown_text(v) for v in value)
    return ""


@dataclass
class RecordingChat:
    """A chat that checks what is posted and keeps it; it isn't in the `refused` channels."""

    messages: dict[str, Message] = field(default_factory=dict)
    edits: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def channel(self, workspace: str, channel: str) -> ChannelInfo:
        """Everybody is in every channel."""
        member = channel not in self.refused
        return ChannelInfo(channel_id=channel, name="churn", is_member=member)

    async def person(self, workspace: str, user_id: str) -> Person:
        """The same three people work everywhere."""
        return replace(PEOPLE[user_id], workspace=workspace)

    async def post(
        self,
        workspace: str,
        channel: str,
        message: Message,
        *,
        delivery_id: str,
        thread_ts: str | None = None,
    ) -> Posted:
        """Keep a message under the id of its delivery."""
        if channel in self.refused:
            raise SlackError("not in channel", code="not_in_channel")
        assert problems(message) == []
        self.messages[delivery_id] = message
        return Posted(channel=channel, ts=delivery_id)

    async def edit(self, workspace: str, channel: str, ts: str, message: Message) -> None:
        """Replace a kept message."""
        assert problems(message) == []
        assert ts in self.messages
        self.messages[ts] = message
        self.edits.append(ts)
