"""What somebody did, as the tools know it: the lines that a report is prefilled with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReferenceKind(StrEnum):
    """What a link in a report points to."""

    ISSUE = "issue"
    RUN = "run"
    EXPERIMENT = "experiment"
    DECISION = "decision"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A link by meaning: `key` is an issue key, `<experiment id>/<run id>`, an experiment id or a
    decision's number, followed by `/<channel>/<ts>` of its message where that is known. `anchor`
    are the words that carry the link wherever they stand in the text.
    """

    kind: ReferenceKind
    key: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """One line that was found, and what it points to.

    Of a line about runs, `runs` is how many it stands for and `experiment` where they are.
    """

    text: str
    reference: Reference
    runs: int = 0
    experiment: Reference | None = None


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What was found since `since` (aware UTC), newest sources last, and what could not be read.

    Where that is too much to read, the last line of `found` stands for the lines of `rest`.
    `notes` are whole sentences about sources that are slow, down or don't know the person.
    """

    since: datetime
    found: Sequence[Found] = ()
    rest: Sequence[Found] = ()
    notes: Sequence[str] = ()
