"""What the audit log says something was done to: an id of ours and no person's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.audited import line
from handlers.requests import Click, Command

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def click(value: str) -> Click:
    return Click(
        workspace="T1",
        user_id="U1",
        now=NOW,
        key="k",
        action_id="standup.answer",
        value=value,
        trigger_id="1",
        channel="C0TEAM",
    )


def typed(text: str) -> Command:
    given: dict[str, Any] = {"workspace": "T1", "user_id": "U1", "now": NOW, "key": "k"}
    return Command(
        **given,
        command="/standup",
        text=text,
        channel="C0TEAM",
        channel_name="team",
        trigger_id="1",
        response_url="",
    )


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("s1a2|2026-03-02|U0YUKI", "s1a2"),
        ("12|3", "12"),
        ("1:1", "1"),
        ("U0YUKI", "C0TEAM"),
        ("W012345|s1", "C0TEAM"),
        ("u0yuki12", "C0TEAM"),
        ("yuki1@example.com", "C0TEAM"),
        ("No GPU 4", "C0TEAM"),
    ],
)
def test_of_a_button_the_first_part_that_is_no_person(value: str, subject: str) -> None:
    assert line(click(value)).subject == subject


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("delete A-3", "A-3"),
        ("delete 12", "12"),
        ("blocker gpt2-is-down", "C0TEAM"),
        ("blocker U0YUKI", "C0TEAM"),
        ("blocker salary-90000", "C0TEAM"),
    ],
)
def test_of_what_was_typed_a_label_and_no_words(text: str, subject: str) -> None:
    assert line(typed(text)).subject == subject
