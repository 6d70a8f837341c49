"""Where it is kept who passed a week of the rotation on."""

from typing import Protocol


class Rotations(Protocol):
    """Passes by stand-up, week number and person."""

    def pass_on(self, workspace: str, standup_id: str, week: int, user_id: str) -> bool:
        """Keep that this person passed the week on; False if that was known."""
        ...

    def take_back(self, standup_id: str, week: int, user_id: str) -> bool:
        """Forget it; whether there was something to forget."""
        ...

    def passes(self, standup_id: str, last: int) -> frozenset[tuple[int, str]]:
        """(week, user id) of everybody who passed a week up to `last` on."""
        ...
