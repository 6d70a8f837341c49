"""What somebody wants done to an issue: a step, a comment, an assignee."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.domain.delivery import DeliveryKind

COMMENT_LIMIT = 3000


@dataclass(frozen=True, kw_only=True)
class IssueAct:
    """One wish about the issue `key`.

    To move it: the id of the step, and the names of the status before it, as it was chosen
    (`since`), and behind it (`to`). To comment: the text. To assign: the account in Jira and that
    person's name.
    """

    kind: DeliveryKind
    key: str
    transition_id: str = ""
    since: str = ""
    to: str = ""
    text: str = ""
    account: str = ""
    name: str = ""

    def packed(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "kind": self.kind.value}


def act_of(stored: Mapping[str, Any]) -> IssueAct:
    """What `packed` gave."""
    return IssueAct(**{**stored, "kind": DeliveryKind(stored["kind"])})


def spoken(text: str, name: str) -> str:
    """A comment as Jira gets it: its author there is Meridian's account, so it names who speaks."""
    return f"{name} (Slack): {text}"
