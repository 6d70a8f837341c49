"""Reports: what somebody answered, and what became of what they had planned."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.activity import Reference


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One question as it was asked, and what was answered."""

    question: str
    text: str


class FollowUp(StrEnum):
    """What became of an item of the last plan."""

    DONE = "done"
    CARRIED = "carried"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class PlanItem:
    """One line of a plan; `carried` counts how often it was carried over before.

    `became` is None as long as its author hasn't said.
    """

    text: str
    carried: int = 0
    became: FollowUp | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """One person's answers for one local date; times are aware UTC.

    `blocker` is what they said blocks them, `reviewed` the last plan with what became of it, and
    `references` what the words of the answers link to.
    """

    workspace: str
    standup_id: str
    local_date: date
    user_id: str
    answers: tuple[Answer, ...]
    blocker: str
    submitted_at: datetime
    edited_at: datetime | None = None
    reviewed: tuple[PlanItem, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def carried_over(self) -> tuple[PlanItem, ...]:
        """What of the last plan goes on."""
        return tuple(item for item in self.reviewed if item.became is FollowUp.CARRIED)


@dataclass(frozen=True, kw_only=True)
class FilledReport:
    """A report as a person filled it in, with the questions as they were asked.

    `blocker` is the text of a new blocker, `asked` whom it asks for help and `blocker_link` the
    issue, run or decision that it waits for, as typed; `solved` are the refs (B-4) of those of
    their open blockers that they say are solved, None where a blocker that isn't named is.
    `mood` is from 1 (bad) to 5 (good).
    """

    standup_id: str
    local_date: date
    answers: tuple[Answer, ...]
    blocker: str
    asked: tuple[str, ...] = ()
    blocker_link: str = ""
    solved: tuple[str, ...] | None = None
    reviewed: tuple[PlanItem, ...] = ()
    references: tuple[Reference, ...] = ()
    mood: int | None = None


# The items travel with the form, where Slack keeps 3000 characters, and a quote counts for two.
MOST_ITEMS = 10
ITEM_LENGTH = 130


def planned_in(report: Report | None) -> tuple[PlanItem, ...]:
    """What somebody planned in `report`: the lines of its last answer and what was carried over.

    A question alone asks for no plan. What doesn't fit into `MOST_ITEMS` is one item together.
    """
    if report is None:
        return ()
    before = {item.text: item.carried + 1 for item in report.carried_over}
    lines = report.answers[-1].text.splitlines() if len(report.answers) > 1 else []
    texts = dict.fromkeys([*(_item(line) for line in lines), *before])
    items = [PlanItem(text=text, carried=before.get(text, 0)) for text in texts if text]
    if len(items) <= MOST_ITEMS:
        return tuple(items)
    kept, rest = items[: MOST_ITEMS - 1], items[MOST_ITEMS - 1 :]
    together = " · ".join(item.text for item in rest)
    return (*kept, PlanItem(text=_item(together), carried=max(item.carried for item in rest)))


def _item(line: str) -> str:
    """A line without the bullet that people put before it, at most `ITEM_LENGTH` characters."""
    text = line.strip().removeprefix("- ").removeprefix("* ").removeprefix("• ").strip()
    return text if len(text) <= ITEM_LENGTH else text[: ITEM_LENGTH - 1].rstrip() + "…"
