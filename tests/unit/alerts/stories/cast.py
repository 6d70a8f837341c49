"""Who is there, and what a story is."""

from dataclasses import dataclass

from bot.domain.person import Person
from tests.unit.alerts.stories.rules import W


def a_person(user_id: str, zone: str) -> Person:
    return Person(workspace=W, user_id=user_id, name=user_id, zone=zone, slack_zone=zone)


# All work from eight to six. The stories begin on a Monday at 09:00 UTC: ten in Berlin, where the
# day ends after 8 h; six in the evening in Tokyo, where it begins again after 14 h; four in the
# morning in New York, where it begins after 4 h and ends after 14 h.
TEAM = (
    a_person("ULENA", "Europe/Berlin"),
    a_person("UMEI", "Asia/Tokyo"),
    a_person("UMARK", "America/New_York"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One story; `told` is all that was sent or heard, in order."""

    name: str
    rules: tuple[str, ...]
    steps: str
    told: str = ""
