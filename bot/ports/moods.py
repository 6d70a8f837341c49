"""Where moods are kept, as sums."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from bot.domain.mood import MoodWeek


class Moods(Protocol):
    """Sums of votes per stand-up and week; who has voted is kept apart and forgotten soon."""

    def has_voted(self, standup_id: str, local_date: date, user_id: str) -> bool:
        """Whether this person's vote of that date was counted; only as long as it is remembered."""
        ...

    def vote(
        self, workspace: str, standup_id: str, local_date: date, user_id: str, level: int
    ) -> bool:
        """Count a vote of 1 to 5; False, and nothing counted, if that person voted that date."""
        ...

    def weeks(self, standup_id: str, first: date) -> Sequence[MoodWeek]:
        """The sums of the weeks from the Monday `first` on, oldest first."""
        ...

    def forget_voters(self, before: date) -> int:
        """Forget who voted on earlier dates, in every workspace; how many rows."""
        ...
