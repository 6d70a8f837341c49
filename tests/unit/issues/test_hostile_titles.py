"""Whatever an issue is called: no ping, no link elsewhere, and Slack takes every view of it."""

import pytest
from hypothesis import given, settings

from bot.ports.chat import Message
from tests.unit.decisions.samples import modal_problems, problems
from tests.unit.issues.hostile_titles import TITLES, VIEWS, faults


@pytest.mark.parametrize("view", VIEWS)
@settings(max_examples=30, deadline=None)
@given(title=TITLES)
def test_no_title_pings_links_or_breaks(view: str, title: str) -> None:
    shown = VIEWS[view](title)
    assert list(faults(shown)) == []
    refused = problems(shown) if isinstance(shown, Message) else modal_problems(shown)
    assert refused == []


def test_the_check_sees_what_it_looks_for() -> None:
    evil = {"type": "link", "url": "https://evil.example", "text": "a\u202eb"}
    ping = {"type": "user", "user_id": "U1"}
    found = list(faults(Message(text="<!channel>", blocks=[evil, ping])))
    assert len(found) == 4
