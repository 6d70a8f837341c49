"""A shortcut's payload, read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers import parsing
from handlers.requests import Seen, Surface

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def payload(**message: Any) -> dict[str, Any]:
    """What Slack sends for a shortcut on this message."""
    return {
        "type": "message_action",
        "callback_id": "decision.log_message",
        "trigger_id": "1.2.3",
        "user": {"id": "UANA", "team_id": "T1"},
        "channel": {"id": "C1", "name": "churn"},
        "message_ts": "1.000001",
        "message": {"type": "message", "ts": "1.000001", **message},
        "response_url": "https://hooks.slack.com/1",
    }


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        ({"user": "UBEN", "text": "Yes"}, Seen(ts="1.000001", author="UBEN", text="Yes")),
        (
            {"user": "UBEN", "thread_ts": "1.000001"},
            Seen(ts="1.000001", author="UBEN"),
        ),
        (
            {"user": "UBEN", "thread_ts": "0.000009"},
            Seen(ts="1.000001", author="UBEN", thread_ts="0.000009"),
        ),
        ({"user": "UBOT", "bot_id": "B1", "text": "Beep"}, Seen(ts="1.000001", text="Beep")),
        ({"subtype": "bot_message", "user": "UOLD"}, Seen(ts="1.000001")),
        ({"text": None}, Seen(ts="1.000001")),
    ],
)
def test_a_message_is_seen_with_its_author_if_a_person_wrote_it(
    message: dict[str, Any], seen: Seen
) -> None:
    assert parsing.shortcut(payload(**message), "T1", NOW).message == seen


def test_a_shortcut_is_a_click_on_a_message_and_a_redelivery_has_its_key() -> None:
    first, again = (parsing.shortcut(payload(user="UBEN"), "T1", NOW) for _ in range(2))
    assert first.key == again.key == "shortcut:1.2.3"
    assert first.surface is Surface.MESSAGE
    assert (first.workspace, first.user_id, first.team) == ("T1", "UANA", "T1")
    assert (first.action_id, first.channel) == ("decision.log_message", "C1")
    assert (first.trigger_id, first.response_url) == ("1.2.3", "https://hooks.slack.com/1")
