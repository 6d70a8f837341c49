"""What the message of an incident tells, for tests of its views."""

from collections.abc import Sequence
from typing import Any

from bot.domain.alerts.facts import Facts
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import Point
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import CHART_SLOT, Message
from tests.standins.slack import text_of
from tests.standins.slack.blockkit import Rules, check_message
from tests.unit.alerts.values import T0, WORSE, incident, rule

LINKS = Links(mlflow_url="http://mlflow.test", slack_url="https://example.slack.com/")
PEOPLE = {
    "U1": Person(workspace="T1", user_id="U1", name="Hanna <!channel>", zone="Europe/Berlin"),
    "U2": Person(workspace="T1", user_id="U2", name="Ravi", zone="Asia/Kolkata"),
    "UNY": Person(workspace="T1", user_id="UNY", name="Marcus Reed", zone="America/New_York"),
}


def facts(one: Incident | None = None, of: Rule | None = None, **beside: Any) -> Facts:
    """A critical incident of a regression rule that is open, and what a test adds to it."""
    return Facts(incident=one or incident(), rule=of or rule(WORSE), **beside)


def points(values: Sequence[float | None] = (0.9, 0.894, 0.871)) -> tuple[Point, ...]:
    """Evaluations whose band gets narrower with each."""
    return tuple(
        Point(
            key=str(index),
            name="evaluation",
            at=T0,
            value=value,
            is_bad=value is None or value < 0.889,
            expected=0.895,
            margin=0.012 / (index + 1),
        )
        for index, value in enumerate(values)
    )


def problems(message: Message) -> list[str]:
    """What Slack would refuse."""
    blocks = [block for block in message.blocks if block != CHART_SLOT]
    surface = Rules(surface="message", native_charts=True, file_ready=lambda _: True)
    return check_message(surface, blocks)


def text(message: Message) -> str:
    """Everything that is read on it, on one line."""
    return text_of({"blocks": list(message.blocks)}).replace("\n", " ")


def offered(message: Message) -> list[str]:
    """The action ids of what can be clicked."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row]


def choices(message: Message, action_id: str) -> list[str]:
    """The words of a menu's entries."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    [menu] = [each for row in rows for each in row if each["action_id"] == action_id]
    return [option["text"]["text"] for option in menu["options"]]
