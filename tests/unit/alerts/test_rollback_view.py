"""What an alert says of the decision behind the champion, and where it offers to undo it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.decisions.promotion import PromotedBy
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Message
from bot.views.alerts import buttons, card
from tests.standins.slack import text_of
from tests.standins.slack.blockkit import Rules, check_message
from tests.unit.alerts.facts import facts, offered
from tests.unit.alerts.values import BELOW, T0, WORSE, incident, rule

PEOPLE = {"ULENA": Person(workspace="T1", user_id="ULENA", name="<!channel> Lena")}
SLACK = Links(slack_url="https://example.slack.com/")
BY = PromotedBy(number=12, author="ULENA", at=T0, channel="C1", ts="1.2")


def shown(promoted: PromotedBy | None = BY, **changes: Any) -> Message:
    condition = changes.pop("condition", WORSE)
    found = facts(incident(**changes), rule(condition), promoted=promoted)
    message = card.card(found, PEOPLE, SLACK)
    surface = Rules(surface="message", native_charts=True, file_ready=lambda _: True)
    assert check_message(surface, list(message.blocks)) == []
    return message


def test_the_decision_is_named_with_who_and_when_and_linked() -> None:
    message = shown()
    assert "Promoted by D-12 (<!channel> Lena, " in text_of({"blocks": list(message.blocks)})
    assert "https://example.slack.com/archives/C1/p12" in repr(message.blocks)


def test_without_a_decision_there_is_no_such_line() -> None:
    assert "Promoted" not in repr(shown(None).blocks)


def test_a_card_that_is_not_posted_yet_is_no_link() -> None:
    waiting = PromotedBy(number=12, author="UNOBODY", at=T0)
    message = shown(waiting)
    assert "Promoted by D-12 (someone, " in text_of({"blocks": list(message.blocks)})
    assert "archives" not in repr(message.blocks)


@pytest.mark.parametrize(
    ("changes", "is_offered"),
    [
        ({}, True),
        ({"acknowledged_by": "U2", "acknowledged_at": T0}, True),
        ({"resolved_at": T0 + timedelta(hours=1), "recovered": True}, False),
        ({"condition": BELOW}, False),
    ],
)
def test_a_rollback_is_offered_while_a_model_is_worse(
    changes: dict[str, Any], is_offered: bool
) -> None:
    assert (buttons.ACTION_ROLLBACK in offered(shown(**changes))) is is_offered
