"""The largest of everything that people and outside systems can give, in every message and form:
Slack takes it, and nothing that matters is dropped for want of room."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from bot.clients.slack.charts import native_block
from bot.ports.chat import CHART_SLOT, Message
from bot.views import standups
from bot.views.blocks import MESSAGE_SIZE, size
from bot.views.digests import card
from tests.standins.slack.blockkit import Rules, check_message, check_view
from tests.unit.views import (
    largest_alerts,
    largest_digests,
    largest_experiments,
    largest_goals,
    largest_handovers,
    largest_hypotheses,
    largest_issues,
    largest_rules,
    largest_standups,
    largest_watching,
    largest_weeks,
)
from tests.unit.views.largest import (
    ALPHABETS,
    CUT,
    LINKS,
    decision_messages,
    decision_modals,
)
from tests.unit.views.largest_standups import standup

MESSAGES = {
    "standup": largest_standups.messages,
    "decision": decision_messages,
    "alert": largest_alerts.messages,
    "alert rule": largest_rules.messages,
    "digest": largest_digests.messages,
    "experiment": largest_experiments.messages,
    "goal": largest_goals.messages,
    "hand-over": largest_handovers.messages,
    "hypothesis": largest_hypotheses.messages,
    "issue": largest_issues.messages,
    "watching": largest_watching.messages,
    "week": largest_weeks.messages,
}
MODALS = {
    "standup": largest_standups.modals,
    "decision": decision_modals,
    "alert": largest_alerts.modals,
    "alert rule": largest_rules.modals,
    "digest": largest_digests.modals,
    "experiment": largest_experiments.modals,
    "goal": largest_goals.modals,
    "hand-over": largest_handovers.modals,
    "hypothesis": largest_hypotheses.modals,
    "issue": largest_issues.modals,
    "week": largest_weeks.modals,
}

each_alphabet = pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)


def as_sent(message: Message) -> list[dict[str, Any]]:
    """The blocks with Slack's own chart in its place."""
    chart = native_block(message.chart) if message.chart else None
    drawn = [chart if block == CHART_SLOT else block for block in message.blocks]
    return [block for block in drawn if block is not None]


@each_alphabet
@pytest.mark.parametrize("area", MESSAGES)
def test_slack_takes_every_message_and_nothing_is_left_out(area: str, alphabet: str) -> None:
    rules = Rules(surface="message", native_charts=True, file_ready=lambda _file: True)
    for number, message in enumerate(MESSAGES[area](alphabet)):
        at = f"{area} message {number}"
        assert check_message(rules, as_sent(message)) == [], at
        assert size(message.blocks) <= MESSAGE_SIZE, at
        assert len(message.text) <= 40_000, at
        assert CUT not in str(message.blocks), at


@each_alphabet
@pytest.mark.parametrize("area", MODALS)
def test_slack_takes_every_form(area: str, alphabet: str) -> None:
    rules = Rules(surface="modal", native_charts=False, file_ready=lambda _file: True)
    for number, modal in enumerate(MODALS[area](alphabet)):
        at = f"{area} form {number}"
        assert check_view(rules, modal) == [], at
        assert len(json.dumps(modal, ensure_ascii=False).encode()) < 250_000, at


@each_alphabet
def test_a_list_of_very_many_standups_ends_with_a_whole_one(alphabet: str) -> None:
    """Each one's line has the button that changes it; the last one must not lack it."""
    rules = Rules(surface="message", native_charts=True, file_ready=lambda _file: True)
    message = standups.listing([standup(alphabet, n) for n in range(100)])
    assert check_message(rules, list(message.blocks)) == []
    *shown, more = message.blocks
    assert "more;" in str(more)
    assert "accessory" in shown[-1]
    assert CUT not in str(message.blocks)


@each_alphabet
def test_a_digest_with_goals_and_a_sprint_keeps_its_buttons_and_footer(alphabet: str) -> None:
    rules = Rules(surface="message", native_charts=True, file_ready=lambda _file: True)
    goals = tuple(largest_goals.state(alphabet, n) for n in range(30))
    sprint = largest_weeks.state_of(alphabet)
    content = replace(largest_digests.digest_of(alphabet), goals=goals, sprint=sprint)
    shown = card.digest(content, LINKS)
    assert check_message(rules, as_sent(shown)) == []
    assert CUT not in str(shown.blocks)
    assert [block["type"] for block in shown.blocks[-3:]] == ["context", "actions", "context"]
    assert "more parts under *Details*" in str(shown.blocks[-3])


@each_alphabet
def test_a_digest_that_just_fits_still_fits_as_a_preview(alphabet: str) -> None:
    """The line above it is part of the same message."""
    whole = largest_digests.digest_of(alphabet)
    for people, made in product(range(10), range(4)):
        news = replace(
            whole.standup,
            reported=whole.standup.reported[:people],
            awaited=whole.standup.awaited[:people],
        )
        content = replace(whole, standup=news, decisions=whole.decisions[:made])
        shown = card.as_preview(card.digest(content, LINKS), content)
        assert size(shown.blocks) <= MESSAGE_SIZE
        assert CUT not in str(shown.blocks)
